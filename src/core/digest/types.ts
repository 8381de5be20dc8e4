/** What a check of digests is made of: files as a copy or a bucket has them, and what each of them turned out to be. */
import type { IsoTime } from '../time.ts'

/** A file of the copy. Its name in S3 is only partly known from a local path. */
export interface StoredFile {
  /** As the user knows it; shown in reports, and unique. */
  readonly path: string
  /** Object key in S3, or a path that ends with it. */
  readonly key: string
  /** `key` is the object key itself. */
  readonly exact: boolean
  /** The buckets it may have come from; null where any is possible. */
  readonly buckets: readonly string[] | null
}

/** Metadata of a digest's S3 object. */
export interface DigestMetadata {
  /** Hex. */
  readonly signature: string | null
  /** When a backfill digest was made. */
  readonly generated: IsoTime | null
}

/** A log file that a digest lists. */
export interface ListedLog {
  readonly bucket: string
  readonly object: string
  /** Hex. */
  readonly sha256: string
  readonly algorithm: string
  /** Times of its first and last event as they are printed; null where the digest does not tell. */
  readonly first: string | null
  readonly last: string | null
}

interface PreviousDigest {
  readonly bucket: string
  readonly object: string
  /** Hex SHA-256 of its inflated bytes. */
  readonly sha256: string | null
  readonly algorithm: string | null
  /** Hex. */
  readonly signature: string | null
}

/** The content of a digest file. */
export interface Digest {
  readonly account: string | null
  readonly bucket: string
  readonly object: string
  /** Window of delivery, not of events. */
  readonly from: IsoTime
  readonly to: IsoTime
  /** Exactly as printed: it is signed so. */
  readonly endText: string
  readonly fingerprint: string
  readonly algorithm: string
  /** Of the first digest of a chain null. */
  readonly previous: PreviousDigest | null
  /** As it goes into the text that is signed. */
  readonly previousSignature: string | null
  readonly logs: readonly ListedLog[]
}

/** What a file that should be a digest holds. */
export type DigestContent =
  | { readonly kind: 'digest'; readonly digest: Digest }
  | { readonly kind: 'unreadable' | 'not-json' | 'not-a-digest'; readonly reason: string }

export interface StoredDigest {
  readonly file: StoredFile
  /** Hex SHA-256 of the inflated bytes; null where they could not be read. */
  readonly sha256: string | null
  readonly content: DigestContent
  /** Null where it was lost, as in a plain copy to disk. */
  readonly metadata: DigestMetadata | null
}

/** The hash of a log file, or why there is none. */
export type LogContent =
  | { readonly kind: 'hash'; readonly sha256: string }
  | { readonly kind: 'unreadable'; readonly reason: string }
  /** It could not be read, and somebody said that it is of no matter. */
  | { readonly kind: 'forgotten' }

/** `unknown`: nothing speaks against it, and it cannot be proven. */
export type Verdict = 'valid' | 'invalid' | 'unknown'

export const worst = (verdicts: Iterable<Verdict>): Verdict => {
  let result: Verdict = 'valid'
  for (const verdict of verdicts) {
    if (verdict === 'invalid') return verdict
    if (verdict === 'unknown') result = verdict
  }
  return result
}

/** One account and region, of an organisation's trail with its id. */
export interface Place {
  readonly account: string
  readonly region: string
  readonly organization: string | null
}
