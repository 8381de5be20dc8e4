/** What checked digests tell coverage: when nothing that was delivered is missing, when nothing was delivered, and what is lost. */
import type { Attestation, CoverageFacts } from '../run/coverage-facts.ts'
import { both, inOrder, type Span, without } from '../run/coverage-spans.ts'
import { hour, isoTime, milliseconds, minute, second } from '../time.ts'
import { baseName } from './find-file.ts'
import type { Gap } from './gaps.ts'
import type { DigestVerdict, PlaceVerdict } from './judge.ts'
import type { LogVerdict } from './logs.ts'

type Lost = CoverageFacts['damaged'][number]

/** Digests tell times of delivery. An event may take so long to be delivered (User Guide: about 5 minutes on average). */
const delay = 15 * minute

/**
 * Times of events for `CoverageFacts.attested`, and those for `damaged`: what a digest, or the lack of one, says is lost.
 *
 * Digests of a trail in a row attest from the start of the first until a delivery's delay before the end of the last. Of several
 * trails of one account and Region all must, that of an organisation too, each from the beginning of its first chain on. Nothing is
 * attested where a digest or a log file is not valid; and where one is invalid, missing or not listed, the time is lost.
 *
 * @param places all of an account and Region together
 */
export function attestedBy(places: readonly PlaceVerdict[]): { attested: Attestation[]; lost: Lost[] } {
  const byPlace = new Map<string, PlaceFiles>()
  for (const { account, region, ...found } of places) {
    const key = `${account} ${region}`
    const known = byPlace.get(key) ?? { account, region, digests: [], logs: [], gaps: [] }
    known.digests.push(...found.digests)
    known.logs.push(...found.logs)
    known.gaps.push(...found.gaps)
    byPlace.set(key, known)
  }
  const all = [...byPlace.values()].map(judgePlace)
  return { attested: all.flatMap(({ attested }) => attested), lost: all.flatMap(({ lost }) => lost) }
}

/** An organisation's trail delivers into a folder of its own; its events are of the same account and Region. */
interface PlaceFiles {
  readonly account: string
  readonly region: string
  readonly digests: DigestVerdict[]
  readonly logs: LogVerdict[]
  readonly gaps: Gap[]
}

function judgePlace(place: PlaceFiles): { attested: Attestation[]; lost: Lost[] } {
  if (place.digests.length === 0) return { attested: [], lost: [] }
  const lost = lostOf(place).filter(({ from, to }) => from < to)
  const doubtful = [
    ...place.digests
      .filter(({ verdict }) => verdict === 'unknown')
      .map(windowOf)
      .map(early),
    ...place.logs.filter(isDoubtful).map((log) => eventsOf(log, place)),
  ]
  const holes = inOrder([...lost, ...doubtful])
  const trails = trailsOf(place.digests)
  const told = [...trails.values()].map(toldBy)
  const attested = told
    .reduce(
      (common, { attests, absent }) => both(common, inOrder([...absent, ...attests])),
      inOrder(told.flatMap(({ attests }) => attests)),
    )
    .flatMap((span) => without(span, holes))
  const busy = inOrder(place.digests.filter(({ logs }) => logs > 0).map((digest) => early(windowOf(digest))))
  const quiet = attested.flatMap((span) => without(span, busy))
  const verified = attested.flatMap((span) => without(span, quiet))
  const row =
    (state: Attestation['state']) =>
    (span: Span): Attestation => ({
      account: place.account,
      region: place.region,
      ...texts(span),
      state,
      trails: [...trails.keys()].sort(),
    })
  return {
    attested: [...verified.map(row('verified')), ...quiet.map(row('quiet'))].sort((a, b) => (a.from < b.from ? -1 : 1)),
    lost: lost.map(({ reason, ...span }) => ({ account: place.account, region: place.region, ...texts(span), reason })),
  }
}

const texts = ({ from, to }: Span): { from: string; to: string } => ({ from: isoTime(from), to: isoTime(to) })

function lostOf(place: PlaceFiles): (Span & { readonly reason: string })[] {
  const gaps = place.gaps.filter(
    (gap) => gap.verdict === 'invalid' || (gap.code === 'goes-back' && hasLogs(place, gap.to)),
  )
  return [
    ...gaps.map(({ from, to, message }) => ({
      ...early({ from: from === null ? milliseconds(to) - hour : milliseconds(from), to: milliseconds(to) }),
      reason: `Log files may be missing here. ${message}.`,
    })),
    ...place.digests
      .filter(({ verdict }) => verdict === 'invalid')
      .map((digest) => ({
        ...early(windowOf(digest)),
        reason: `The digest ${nameOf(digest)} is not valid: ${lowered(digest.faults.find(({ verdict }) => verdict === 'invalid')?.message ?? '')}.`,
      })),
    ...place.logs
      .filter(({ verdict }) => verdict === 'invalid')
      .map((log) => ({
        ...eventsOf(log, place),
        reason: `The log file ${nameOf(log)} is not valid: ${lowered(log.fault?.message ?? '')}.`,
      })),
  ]
}

/** The lake reaches further back than its digests: the one before the first is known to have been there. */
const hasLogs = ({ logs }: PlaceFiles, until: string): boolean =>
  logs.some(
    ({ delivered, digest }) =>
      digest === null &&
      delivered !== null &&
      delivered < until &&
      milliseconds(delivered) >= milliseconds(until) - hour,
  )

const nameOf = ({ object }: { readonly object: string }): string => baseName(object)
const lowered = (sentence: string): string => sentence.slice(0, 1).toLowerCase() + sentence.slice(1)

/** Whether digests list files of other folders is not known, and their events are not those that a digest attests. */
const isDoubtful = ({ verdict, fault }: LogVerdict): boolean => verdict === 'unknown' && fault?.code !== 'other-kind'

/** When the events of a log file lie that is not here, was changed, or is one too many. */
function eventsOf({ first, last, digest, delivered }: LogVerdict, { digests }: PlaceFiles): Span {
  const events = first === null || last === null ? [] : [{ from: milliseconds(first), to: milliseconds(last) + second }]
  if (digest !== null && events.length > 0) return events[0]!
  const by = digest === null ? undefined : digests.find(({ path, object }) => (path ?? object) === digest)
  const spans = [
    ...events,
    ...(delivered === null ? [] : [early({ from: milliseconds(delivered), to: milliseconds(delivered) + minute })]),
    ...(by === undefined ? [] : [early(windowOf(by))]),
  ]
  // Of a file that no digest lists, with no time in its name and no events, nothing is known.
  if (spans.length === 0) return { from: 0, to: 0 }
  return { from: Math.min(...spans.map(({ from }) => from)), to: Math.max(...spans.map(({ to }) => to)) }
}

/** Digests are hourly; of one that is not here only its end is known. */
const windowOf = ({ from, to }: DigestVerdict): Span => ({
  from: from === null ? milliseconds(to) - hour : milliseconds(from),
  to: milliseconds(to),
})

function trailsOf(digests: readonly DigestVerdict[]): ReadonlyMap<string, readonly DigestVerdict[]> {
  const trails = new Map<string, DigestVerdict[]>()
  for (const digest of digests) {
    if (digest.trailKey === null) continue
    const own = trails.get(digest.trailKey)
    if (own === undefined) trails.set(digest.trailKey, [digest])
    else own.push(digest)
  }
  return trails
}

/** What a trail's digests attest, and the time before the first one where that begins a chain: there was no such trail yet. */
function toldBy(digests: readonly DigestVerdict[]): { attests: Span[]; absent: Span[] } {
  const known = inOrder(digests.filter(({ from, verdict }) => from !== null && verdict === 'valid').map(windowOf))
  const first = digests.reduce((least, digest) => (windowOf(digest).from < windowOf(least).from ? digest : least))
  const absent = first.begins && first.verdict === 'valid' ? [{ from: 0, to: windowOf(first).from }] : []
  return { attests: known.map(late).filter(({ from, to }) => from < to), absent }
}

/** What was delivered in the span may have happened earlier. */
const early = ({ from, to }: Span): Span => ({ from: Math.max(0, from - delay), to })

/** What happened at its end was delivered after it. */
const late = ({ from, to }: Span): Span => ({ from, to: Math.max(from, to - delay) })
