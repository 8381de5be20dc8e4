import { md5 } from '@noble/hashes/legacy.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { z } from 'zod'
import { TrailbookError } from '../errors.ts'
import { hour, isoTime, milliseconds, type Window } from '../time.ts'
import { placeOf } from './digest-name.ts'
import type { StoredDigest } from './types.ts'

export interface PublicKey {
  /** MD5 of the key's bytes, hex: digests name the key by it. */
  readonly fingerprint: string
  /** PKCS#1 DER as base64. */
  readonly value: string
  /** Milliseconds since 1970. */
  readonly from: number
  readonly to: number
}

// The AWS CLI prints times as ISO text or, as it is configured, as seconds since 1970.
const time = z.union([
  z.number().transform((seconds) => seconds * 1000),
  z
    .string()
    .transform((text) => Date.parse(text))
    .refine((at) => !Number.isNaN(at)),
])
const listSchema = z.object({
  PublicKeyList: z.array(
    z.object({
      Value: z.base64(),
      ValidityStartTime: time,
      ValidityEndTime: time,
      Fingerprint: z.string(),
    }),
  ),
})
const fileSchema = z.union([listSchema.transform((one) => [one]), z.array(listSchema)])

/**
 * Keys as `aws cloudtrail list-public-keys` prints them; a list of such outputs holds the keys of several Regions.
 *
 * @param path for messages
 * @throws TrailbookError DIGEST_KEYS, DIGEST_KEY_FINGERPRINT
 */
export function readPublicKeys(content: string, path: string): PublicKey[] {
  let value: unknown
  try {
    value = JSON.parse(content)
  } catch (cause) {
    throw new TrailbookError('DIGEST_KEYS', { path, reason: 'it is no JSON' }, { cause })
  }
  const parsed = fileSchema.safeParse(value)
  if (!parsed.success)
    throw new TrailbookError('DIGEST_KEYS', { path, reason: 'it has no PublicKeyList as AWS prints it' })
  return parsed.data.flatMap(({ PublicKeyList }) =>
    PublicKeyList.map((key) => {
      const fingerprint = key.Fingerprint.toLowerCase()
      const bytes = Uint8Array.from(atob(key.Value), (character) => character.charCodeAt(0))
      // A key put in under the name of another one would make any forged digest valid.
      if (bytesToHex(md5(bytes)) !== fingerprint)
        throw new TrailbookError('DIGEST_KEY_FINGERPRINT', { path, fingerprint })
      return { fingerprint, value: key.Value, from: key.ValidityStartTime, to: key.ValidityEndTime }
    }),
  )
}

/** Keys as AWS prints them, for `readPublicKeys`. */
export const publicKeysText = (keys: readonly PublicKey[]): string =>
  JSON.stringify({
    PublicKeyList: keys.map(({ fingerprint, value, from, to }) => ({
      Value: value,
      ValidityStartTime: isoTime(from),
      ValidityEndTime: isoTime(to),
      Fingerprint: fingerprint,
    })),
  })

/** Milliseconds: the AWS CLI asks for keys from the beginning of the first digest until so long after the end of the last. */
export const afterLast = 2 * hour

/** Asks for the keys of a Region that were valid in a span. @throws TrailbookError what the client throws, DIGEST_KEYS */
export type FetchPublicKeys = (region: string, span: Window) => Promise<readonly PublicKey[]>

/** What `ListPublicKeys` returns, by whichever client. */
export interface ListedKey {
  readonly Value?: Uint8Array | undefined
  readonly ValidityStartTime?: Date | undefined
  readonly ValidityEndTime?: Date | undefined
  readonly Fingerprint?: string | undefined
}

/** @throws TrailbookError DIGEST_KEYS, DIGEST_KEY_FINGERPRINT */
export function listedPublicKeys(listed: readonly ListedKey[], source: string): PublicKey[] {
  const PublicKeyList = listed.map(({ Value, ValidityStartTime, ValidityEndTime, Fingerprint }) => ({
    Value: Value === undefined ? '' : btoa(String.fromCharCode(...Value)),
    ValidityStartTime: ValidityStartTime?.toISOString() ?? '',
    ValidityEndTime: ValidityEndTime?.toISOString() ?? '',
    Fingerprint: Fingerprint ?? '',
  }))
  return readPublicKeys(JSON.stringify({ PublicKeyList }), source)
}

/** The keys of all Regions that digests are of, for the time from the first to the last. */
export async function keysOfDigests(digests: readonly StoredDigest[], fetch: FetchPublicKeys): Promise<PublicKey[]> {
  const spans = new Map<string, { from: number; to: number }>()
  for (const { content } of digests) {
    if (content.kind !== 'digest') continue
    const region = placeOf(content.digest.object)?.region
    if (region === undefined) continue
    const [from, to] = [milliseconds(content.digest.from), milliseconds(content.digest.to)]
    const known = spans.get(region) ?? { from, to }
    spans.set(region, { from: Math.min(known.from, from), to: Math.max(known.to, to) })
  }
  const keys: PublicKey[] = []
  for (const [region, { from, to }] of spans)
    keys.push(...(await fetch(region, { from: isoTime(from), to: isoTime(to + afterLast) })))
  return keys
}
