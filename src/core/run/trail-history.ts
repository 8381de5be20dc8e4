/** What trails recorded over time: from configuration, and from the trails' own events. */
import { isoTime, milliseconds } from '../time.ts'
import type { CoverageFacts, TrailEvent } from './coverage-facts.ts'
import type { Span } from './coverage-spans.ts'
import { configuredRules, defaultRules, insightRule, member, type Rule, requestedRules } from './trail-selectors.ts'

/** One trail while nothing about it changed. */
export interface TrailSpan extends Span {
  readonly trail: string
  /**
   * One trail as one account's events tell of it. A configured trail is known by its name alone, and another account may have a
   * trail of that name: each tells its own history, and the worst of them counts.
   */
  readonly key: string
  /** What the inventory says it records at most: whoever can write events may take away from that, and add nothing. */
  readonly ceiling: readonly Rule[] | undefined
  /** Undefined: of all accounts, or of all regions. */
  readonly accounts: readonly string[] | undefined
  readonly regions: readonly string[] | undefined
  /** Undefined where nothing tells what it records. */
  readonly rules: readonly Rule[] | undefined
  readonly stopped: boolean
  /** How this is known, as the end of a sentence: `PutEventSelectors of 2026-01-31T09:00:00Z`. */
  readonly source: string
}

/** The calls that matter here; `eventSource` is cloudtrail.amazonaws.com. */
export const trailEventNames = [
  'CreateTrail',
  'UpdateTrail',
  'DeleteTrail',
  'StartLogging',
  'StopLogging',
  'PutEventSelectors',
  'PutInsightSelectors',
] as const

/** Where trails are configured only they count: events of other trails say nothing of what this lake is fed with. */
export function trailHistory(facts: CoverageFacts): TrailSpan[] {
  const configured = facts.inventory?.trails ?? []
  const events = [...new Map(facts.trailEvents.map((event) => [event.id, event])).values()].sort((a, b) =>
    a.time < b.time ? -1 : a.time > b.time ? 1 : 0,
  )
  const byTrail = new Map<string, TrailEvent[]>()
  for (const event of events) {
    const name = trailName(event)
    if (name === undefined) continue
    const key = `${event.account} ${name}`
    byTrail.set(key, [...(byTrail.get(key) ?? []), event])
  }
  // A trail does not record its own making: where that is told, another one fed the lake, of which we know nothing.
  const wasThereBefore = (own: readonly TrailEvent[]): boolean => own[0]?.name !== 'CreateTrail'
  if (configured.length === 0)
    return [...byTrail.values()].filter(wasThereBefore).flatMap((own) => spansOf(own, undefined))
  return configured.flatMap((trail) => {
    const from = trail.from === undefined ? -Infinity : milliseconds(trail.from)
    const to = trail.to === undefined ? Infinity : milliseconds(trail.to)
    const start: TrailSpan = {
      from,
      to,
      trail: trail.name,
      key: trail.name,
      ceiling: configuredRules(trail),
      accounts: trail.accounts,
      regions: trail.regions,
      rules: configuredRules(trail),
      stopped: false,
      source: 'the inventory',
    }
    const told = [...byTrail].filter(([key]) => key.endsWith(` ${trail.name}`))
    return told.length === 0 ? [start] : told.flatMap(([, own]) => spansOf(own, start))
  })
}

/** `arn:aws:cloudtrail:us-east-1:111122223333:trail/main` and `main` are one trail's names. */
function trailName({ request, response }: TrailEvent): string | undefined {
  const given = member(request, 'name') ?? member(request, 'trailName') ?? member(response, 'trailARN')
  return typeof given === 'string' ? given.replace(/^arn:.*:trail\//, '') : undefined
}

function spansOf(events: readonly TrailEvent[], configured: TrailSpan | undefined): TrailSpan[] {
  const spans: TrailSpan[] = []
  let current: TrailSpan | undefined = configured
  for (const event of events) {
    const at = milliseconds(event.time)
    if (configured !== undefined && (at < configured.from || at >= configured.to)) continue
    if (current !== undefined && at > current.from) spans.push({ ...current, to: at })
    current = { ...after(event, current), from: at, to: configured?.to ?? Infinity }
  }
  return current === undefined ? spans : [...spans, current]
}

function after(event: TrailEvent, before: TrailSpan | undefined): Omit<TrailSpan, 'from' | 'to'> {
  const { name, request, response } = event
  const base = before ?? {
    trail: trailName(event)!,
    key: `${event.account} ${trailName(event)}`,
    ceiling: undefined,
    accounts: [event.account],
    regions: undefined,
    rules: undefined,
    stopped: false,
  }
  const known = { ...base, source: `${name} of ${isoTime(milliseconds(event.time))}` }
  switch (name) {
    case 'StopLogging':
    case 'DeleteTrail':
      return { ...known, stopped: true }
    case 'StartLogging':
      return { ...known, stopped: false }
    case 'PutEventSelectors': {
      const insights = (base.rules ?? []).filter(({ category }) => category === 'insight')
      // What was already stopped stays so, and the reason for that is the older event.
      return {
        ...known,
        rules: [...requestedRules(request), ...insights],
        source: base.stopped ? before!.source : known.source,
      }
    }
    case 'PutInsightSelectors': {
      if (base.rules === undefined) return known
      const others = base.rules.filter(({ category }) => category !== 'insight')
      const asked = member(request, 'insightSelectors')
      return { ...known, rules: Array.isArray(asked) && asked.length > 0 ? [...others, insightRule] : others }
    }
    default: {
      const flag = (key: string): unknown => member(response, key) ?? member(request, key)
      const organisation = flag('isOrganizationTrail')
      const multiRegion = flag('isMultiRegionTrail')
      return {
        ...known,
        accounts: organisation === true ? undefined : organisation === false ? [event.account] : base.accounts,
        regions: multiRegion === true ? undefined : multiRegion === false ? [event.region] : base.regions,
        // A new trail records nothing before StartLogging; until then nothing depends on it.
        ...(name === 'CreateTrail' && { rules: defaultRules }),
      }
    }
  }
}
