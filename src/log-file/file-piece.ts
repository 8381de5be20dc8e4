import type { RawRecord } from '../core/event/source.ts'

/** What a file gave, in order: any number of `records`, then `end`. */
export type FilePiece =
  | { readonly kind: 'records'; readonly records: readonly RawRecord[] }
  | {
      readonly kind: 'end'
      /** Hex SHA-256 of the inflated bytes: what digest files list. */
      readonly sha256: string
      readonly bytes: number
      /** The text of a digest file; such a file has no records. */
      readonly digest: string | null
      /** One of this program's own outputs, to be left alone. */
      readonly ignored: boolean
    }
