/** Whether log files are as valid digests list them. */
import { parseEventTime } from '../event/event-time.ts'
import { parseLogPath } from '../event/log-path.ts'
import { type IsoTime, milliseconds, minute } from '../time.ts'
import { hashAlgorithm } from './digest-file.ts'
import { placeIn } from './digest-name.ts'
import { type LogFault, logFault } from './faults.ts'
import { baseName } from './find-file.ts'
import type { Range } from './gaps.ts'
import { type Node, verdictOf } from './nodes.ts'
import type { ListedLog, LogContent, Place, StoredFile, Verdict } from './types.ts'

export interface StoredLog {
  readonly file: StoredFile
  /** Undefined where no digest lists it, so that nobody hashed it. */
  readonly content: LogContent | undefined
  /** Times of its first and last event, where somebody read it. */
  readonly events?: { readonly first: IsoTime; readonly last: IsoTime } | undefined
}

export interface LogVerdict extends Place {
  /** Null where it is not here. */
  readonly path: string | null
  readonly object: string
  readonly bucket: string | null
  /** What the digest lists; null where none does. */
  readonly sha256: string | null
  /** The digest that lists it. */
  readonly digest: string | null
  readonly delivered: IsoTime | null
  /** Times of its first and last event: as a valid digest tells them, or of an unlisted file as it was read. */
  readonly first: IsoTime | null
  readonly last: IsoTime | null
  readonly verdict: Verdict
  readonly fault: LogFault | null
}

type FindLogs = (bucket: string, object: string) => readonly StoredLog[]

export interface ListedVerdict {
  readonly log: LogVerdict
  readonly by: Node
}

/** The verdict on every log file that any digest lists, by bucket and key. */
export function judgeListed(nodes: readonly Node[], find: FindLogs): Map<string, ListedVerdict> {
  const verdicts = new Map<string, ListedVerdict>()
  // What a valid digest says counts more than what another one says.
  const ordered = [...nodes].sort((a, b) => Number(verdictOf(b) === 'valid') - Number(verdictOf(a) === 'valid'))
  for (const node of ordered)
    for (const log of node.digest?.logs ?? []) {
      const key = `${log.bucket}/${log.object}`
      if (!verdicts.has(key)) verdicts.set(key, { log: judgeOne(node, log, find(log.bucket, log.object)), by: node })
    }
  return verdicts
}

function judgeOne(node: Node, log: ListedLog, found: readonly StoredLog[]): LogVerdict {
  const by = baseName(node.object)
  const changed = found.find(({ content }) => content?.kind === 'hash' && content.sha256 !== log.sha256)
  const unreadable = found.find(({ content }) => content?.kind !== 'hash')
  const fault = ((): LogFault | null => {
    if (log.algorithm !== hashAlgorithm) return logFault('hash-algorithm', { by, algorithm: log.algorithm })
    if (found.length === 0) return logFault('missing', { by })
    if (changed !== undefined) return logFault('changed', { by })
    if (unreadable?.content?.kind === 'forgotten') return logFault('forgotten')
    if (unreadable !== undefined)
      return logFault('unreadable', {
        reason: unreadable.content?.kind === 'unreadable' ? unreadable.content.reason : 'nobody hashed it',
      })
    return verdictOf(node) === 'valid' ? null : logFault('unproven', { by })
  })()
  const path = parseLogPath(log.object)
  // Of a file that is here unchanged nobody asks when its events were.
  const isTold = fault !== null && verdictOf(node) === 'valid'
  return {
    ...(placeIn(path) ?? node.place),
    path: (changed ?? unreadable ?? found[0])?.file.path ?? null,
    object: log.object,
    bucket: log.bucket,
    sha256: log.sha256,
    digest: node.path ?? node.object,
    delivered: path.delivered ?? null,
    first: isTold ? (parseEventTime(log.first ?? '') ?? null) : null,
    last: isTold ? (parseEventTime(log.last ?? '') ?? null) : null,
    verdict: fault?.verdict ?? 'valid',
    fault,
  }
}

interface Unlisted {
  readonly logs: readonly StoredLog[]
  /** Paths of files that any digest lists, whether it is of the range or not. */
  readonly listed: ReadonlySet<string>
  /** First and last time of which digests of the place speak. */
  readonly known: { readonly from: IsoTime; readonly to: IsoTime } | undefined
  readonly range: Range
}

/** Verdicts of files that lie where log files of the place belong, and that no digest lists. */
export function judgeUnlisted(place: Place, { logs, listed, known, range }: Unlisted): LogVerdict[] {
  return logs.flatMap(({ file, events }): LogVerdict[] => {
    if (listed.has(file.path)) return []
    const { delivered, folder = '' } = parseLogPath(file.key)
    if (delivered !== undefined && !isIn(delivered, range)) return []
    const fault =
      folder !== 'CloudTrail' && folder !== ''
        ? logFault('other-kind', { folder })
        : delivered !== undefined && (known === undefined || !isKnown(delivered, known))
          ? logFault('undigested')
          : logFault('unlisted')
    const nothing = {
      bucket: null,
      sha256: null,
      digest: null,
      first: events?.first ?? null,
      last: events?.last ?? null,
    }
    return [
      {
        ...place,
        path: file.path,
        object: file.key,
        ...nothing,
        delivered: delivered ?? null,
        verdict: fault.verdict,
        fault,
      },
    ]
  })
}

export const isIn = (time: IsoTime, { from, to }: Range): boolean =>
  (from === null || time >= from) && (to === null || time < to)

/** A log file may be named some minutes before it is delivered, and then stand in the next digest. */
const settling = 15 * minute

const isKnown = (delivered: IsoTime, { from, to }: { readonly from: IsoTime; readonly to: IsoTime }): boolean =>
  delivered >= from && milliseconds(delivered) < milliseconds(to) - settling

/** The newest delivery among files, as far as their names tell. */
export const latestOf = (logs: readonly StoredLog[]): IsoTime | undefined =>
  logs.reduce<IsoTime | undefined>((latest, { file }) => {
    const { delivered } = parseLogPath(file.key)
    return delivered !== undefined && (latest === undefined || delivered > latest) ? delivered : latest
  }, undefined)
