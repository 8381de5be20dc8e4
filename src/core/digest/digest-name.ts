import { parseEventTime } from '../event/event-time.ts'
import { type LogPath, parseLogPath } from '../event/log-path.ts'
import type { IsoTime } from '../time.ts'
import type { Place } from './types.ts'

/** What the name of a digest file tells. */
export interface DigestName extends Place {
  /** Digests of one chain have it in common: place, trail, home Region of the trail, and whether they are backfilled. */
  readonly chain: string
  readonly trail: string
  readonly home: string
  readonly backfill: boolean
  /** When its window ended. */
  readonly at: IsoTime
}

const pattern =
  /(?:^|\/)\d{12}_CloudTrail-Digest_[a-z]{2,}(?:-[a-z0-9]+)+_([^/]+)_([a-z]{2,}(?:-[a-z0-9]+)+)_(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z(_backfill)?\.json(?:\.gz)?$/

/** Reads the key of a digest, or a path that ends with it; undefined where it is none. */
export function parseDigestName(path: string): DigestName | undefined {
  const match = pattern.exec(path.replaceAll('\\', '/'))
  if (match === null) return undefined
  const place = placeOf(path)
  const at = parseEventTime(`${match[3]}-${match[4]}-${match[5]}T${match[6]}:${match[7]}:${match[8]}Z`)
  if (place === undefined || at === undefined) return undefined
  const trail = match[1]!
  const backfill = match[9] !== undefined
  const chain = JSON.stringify([place.organization, place.account, place.region, trail, match[2], backfill])
  return { ...place, chain, trail, home: match[2]!, backfill, at }
}

/** The trail itself, whatever Region its digest is of: one of an organisation has the same in all its accounts. */
export const trailKey = ({ organization, account, trail, home }: DigestName): string =>
  `${organization ?? account}/${home}/${trail}`

/** The account and region whose activity a file holds; undefined where its path does not tell. */
export const placeOf = (path: string): Place | undefined => placeIn(parseLogPath(path))

export function placeIn({ account, region, organization }: LogPath): Place | undefined {
  return account === undefined || region === undefined
    ? undefined
    : { account, region, organization: organization ?? null }
}

export const placeKey = ({ account, region, organization }: Place): string =>
  `${organization ?? ''}/${account}/${region}`

/** What a file is by where it lies and how it is called; undefined where it is none of CloudTrail's. */
export function kindOfFile(path: string): 'digest' | 'log' | undefined {
  if (path.endsWith(metadataEnding)) return undefined
  const { folder, account, region } = parseLogPath(path)
  if (folder === 'CloudTrail-Digest' || (folder === undefined && parseDigestName(path) !== undefined)) return 'digest'
  return folder === undefined || account === undefined || region === undefined ? undefined : 'log'
}

/** Beside a local digest: the metadata of its object. */
const metadataEnding = '.metadata.json'
