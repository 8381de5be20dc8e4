/** What may be missing from logs, and what is asked of them, at random but repeatably. */
import { hour, isoTime, milliseconds, type Window } from '../../src/core/time.ts'
import type { GroundTruth } from '../../src/simulate/ground-truth.ts'
import type { Random } from '../../src/simulate/random.ts'

/** One event of the generated logs, as far as it matters here. */
export interface LoggedEvent {
  /** Index of its file. */
  readonly file: number
  readonly ordinal: number
  readonly account: string
  readonly region: string
  readonly eventClass: string
  /** Milliseconds. */
  readonly time: number
  /** Of object calls. */
  readonly bucket: string | null
}

export interface Removal {
  readonly kind: (typeof removalKinds)[number]
  readonly text: string
  readonly hits: (event: LoggedEvent) => boolean
  /** Of a bucket: since when its events are gone. */
  readonly bucket?: { readonly arn: string; readonly since: string | undefined }
}

export interface Question {
  readonly window: Window
  readonly earliest: string
  readonly lookback: number
  readonly accounts: readonly string[]
  readonly regions: readonly string[]
  readonly needs: readonly string[]
}

export const removalKinds = ['account', 'region', 'hours', 'reads', 'bucket'] as const

export const bucketArn = (bucket: string): string => `arn:aws:s3:::${bucket}`

/** Everything, from a time on, or some whole hours of the clock. */
function timeOf(random: Random, window: Window): { text: string; holds: (time: number) => boolean } {
  const [from, to] = [milliseconds(window.from), milliseconds(window.to)]
  const hours = Math.floor((to - from) / hour)
  const shape = random.below(3)
  if (shape === 0) return { text: '', holds: () => true }
  const start = from + random.below(hours) * hour
  if (shape === 1) return { text: ` from ${isoTime(start)} on`, holds: (time) => time >= start }
  return hoursFrom(start, Math.min(to, start + random.between(1, 24) * hour))
}

const hoursFrom = (start: number, end: number) => ({
  text: ` from ${isoTime(start)} to ${isoTime(end)}`,
  holds: (time: number) => time >= start && time < end,
})

interface RemovalOptions {
  readonly random: Random
  readonly truth: GroundTruth
  /** Those whose calls are in the logs. */
  readonly buckets: readonly string[]
  readonly kind?: Removal['kind']
  /** Hours begin at any second and not only with the clock's. */
  readonly anyTime?: boolean
}

export function drawRemoval({ random, truth, buckets, anyTime = false, ...given }: RemovalOptions): Removal {
  const { window, organisation } = truth
  const kind = given.kind ?? random.pick(removalKinds)
  const account = random.pick(organisation.accounts)
  const region = random.pick(account.regions)
  const isAccount = (event: LoggedEvent): boolean => event.account === account.id
  const isPlace = (event: LoggedEvent): boolean => isAccount(event) && event.region === region
  switch (kind) {
    case 'account': {
      const { text, holds } = timeOf(random, window)
      return { kind, text: `account ${account.id}${text}`, hits: (event) => isAccount(event) && holds(event.time) }
    }
    case 'region': {
      const { text, holds } = timeOf(random, window)
      const [where, isThere] = random.chance(0.5)
        ? [`${region} of ${account.id}`, isPlace]
        : [`${region} of all accounts`, (event: LoggedEvent) => event.region === region]
      return { kind, text: `${where}${text}`, hits: (event) => isThere(event) && holds(event.time) }
    }
    case 'hours': {
      const [from, to] = [milliseconds(window.from), milliseconds(window.to)]
      const start = from + (anyTime ? random.below(to - from - hour) : random.below((to - from) / hour) * hour)
      const { text, holds } = hoursFrom(start, Math.min(to, start + random.between(1, 24) * hour))
      const [where, isThere] = random.pick([
        [`${region} of ${account.id}`, isPlace],
        [`${region} of ${account.id}`, isPlace],
        [`account ${account.id}`, isAccount],
        ['everything', () => true],
      ] as const)
      return { kind, text: `${where}${text}`, hits: (event) => isThere(event) && holds(event.time) }
    }
    case 'reads': {
      const { text, holds } = timeOf(random, window)
      const [where, isThere] = random.pick([
        [`${region} of ${account.id}`, isPlace],
        [`account ${account.id}`, isAccount],
        ['everything', () => true],
      ] as const)
      return {
        kind,
        text: `reading calls of ${where}${text}`,
        hits: (event) => event.eventClass === 'management:read' && isThere(event) && holds(event.time),
      }
    }
    case 'bucket': {
      // A selector is gone until somebody puts it back. Nothing is known of the past of a bucket in its first day.
      const half = (milliseconds(window.to) - milliseconds(window.from)) / hour / 2
      const hours = random.between(Math.min(24, half - 1), half)
      const bucket = random.pick(buckets)
      const start = random.chance(0.5) ? undefined : milliseconds(window.from) + hours * hour
      const since = start === undefined ? undefined : isoTime(start)
      return {
        kind,
        text: `object calls of ${bucket}${since === undefined ? '' : ` from ${since} on`}`,
        hits: (event) => event.bucket === bucket && event.time >= (start ?? 0),
        bucket: { arn: bucketArn(bucket), since },
      }
    }
  }
}

/** Within the span of the logs. `needs`: one of these lists. */
export function drawQuestion(
  random: Random,
  { truth: { organisation }, span }: { readonly truth: GroundTruth; readonly span: Window },
  needs: readonly (readonly string[])[],
): Question {
  const [from, to] = [milliseconds(span.from), milliseconds(span.to)]
  const seconds = Math.floor((to - from) / 1000)
  const length = Math.min(seconds, random.pick([1, 3, 6, 12, 24, 48, 96]) * 3600)
  const start = from + random.below(seconds - length + 1) * 1000
  // Before the logs begin nothing is covered, whatever was taken out.
  const lookback = Math.min(random.chance(0.5) ? 0 : random.between(1, 12), Math.floor((start - from) / hour))
  const account = random.pick(organisation.accounts)
  const [accounts, regions] = random.pick([
    [[], []],
    [[], []],
    [[account.id], []],
    [[account.id], [...new Set(['us-east-1', random.pick(account.regions)])]],
  ] as const)
  return {
    window: { from: isoTime(start), to: isoTime(start + length * 1000) },
    earliest: isoTime(start - lookback * hour),
    lookback,
    accounts: [...accounts],
    regions: [...regions],
    needs: random.pick(needs),
  }
}

/** Something that the question looks at was taken out. */
export function isInScope(question: Question, removed: readonly LoggedEvent[]): boolean {
  const earliest = milliseconds(question.earliest)
  const to = milliseconds(question.window.to)
  return removed.some(
    (event) =>
      event.time >= earliest &&
      event.time < to &&
      question.needs.includes(event.eventClass) &&
      (question.accounts.length === 0 || question.accounts.includes(event.account)) &&
      (question.regions.length === 0 || question.regions.includes(event.region)),
  )
}
