import type { IsoTime } from '../time.ts'
import { parseEventTime } from './event-time.ts'
import { parseHistoryLocation } from './history-slice.ts'

/** What the path of a delivered log file tells; undefined where the path does not say. */
export interface LogPath {
  readonly account?: string
  readonly organization?: string
  readonly region?: string
  /** `CloudTrail`, `CloudTrail-Digest`, `CloudTrail-Insight`, … */
  readonly folder?: string
  /** When the file was delivered (its name); event times are earlier. */
  readonly delivered?: IsoTime
}

const folderPattern =
  /(?:^|\/)AWSLogs\/(?:(o-[a-z0-9]{10,32})\/)?(\d{12})\/(CloudTrail(?:-[A-Za-z]+)?)\/([a-z0-9-]+)\/\d{4}\/\d\d\/\d\d\/[^/]+$/
/** Trail logs have minutes and no seconds; digests have both and name the trail before the time. */
const namePattern =
  /(?:^|\/)(\d{12})_(CloudTrail(?:-[A-Za-z]+)?)_([a-z]{2,}(?:-[a-z0-9]+)+)_(?:[^/]*_)?(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)?Z(?=[_.])[^/]*$/

/** Reads the S3 key layout of CloudTrail (User Guide, "CloudTrail log file names") from a key or a local path. */
export function parseLogPath(path: string): LogPath {
  const slice = parseHistoryLocation(path)
  if (slice !== undefined) return { account: slice.account, region: slice.region }
  const normal = path.replaceAll('\\', '/')
  const folder = folderPattern.exec(normal)
  const name = namePattern.exec(normal)
  const account = folder?.[2] ?? name?.[1]
  const region = folder?.[4] ?? name?.[3]
  const kind = folder?.[3] ?? name?.[2]
  const delivered = name
    ? parseEventTime(`${name[4]}-${name[5]}-${name[6]}T${name[7]}:${name[8]}:${name[9] ?? '00'}Z`)
    : undefined
  return {
    ...(account !== undefined && { account }),
    ...(folder?.[1] !== undefined && { organization: folder[1] }),
    ...(region !== undefined && { region }),
    ...(kind !== undefined && { folder: kind }),
    ...(delivered !== undefined && { delivered }),
  }
}

const deliveredPattern =
  /(?:^|\/)\d{12}_CloudTrail(?:-[A-Za-z]+)?_[a-z]{2,}(?:-[a-z0-9]+)+_\d{8}T\d{4}Z_[A-Za-z0-9]+\.json(?:\.gz)?$/

/** The name is the one under which a trail delivers log files. It proves nothing of the content. */
export const hasDeliveredName = (path: string): boolean => deliveredPattern.test(path.replaceAll('\\', '/'))
