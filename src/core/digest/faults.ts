/** What can be wrong with digests, log files and the time between them, in words. */
import type { Verdict } from './types.ts'

const digestFaults = {
  unreadable: ['invalid', 'It cannot be read: {reason}'],
  'not-json': ['invalid', 'It is no JSON'],
  'not-a-digest': ['invalid', 'It is no digest: {reason}'],
  missing: ['invalid', 'It is not here, and {by} says that it was delivered'],
  moved: ['invalid', 'It was delivered as {object}'],
  changed: ['invalid', 'Its hash is not the one that {by} says'],
  unsigned: ['invalid', 'Its metadata has no signature'],
  signature: ['invalid', 'Its signature does not fit: it was changed after it was signed, or never signed by this key'],
  'metadata-signature': ['invalid', 'The signature in its metadata is wrong, though the one in its successor fits'],
  'signature-algorithm': ['invalid', 'It is signed by {algorithm}, and SHA256withRSA is what CloudTrail uses'],
  'unknown-key': ['invalid', 'None of the keys has its fingerprint {fingerprint}'],
  'key-time': ['invalid', 'Its key was not valid when it was signed'],
  'previous-signature': ['invalid', 'The signature that it gives of the digest before it is false'],
  'previous-hash': ['invalid', 'The hash that it gives of the digest before it is false'],
  'backfill-time': ['invalid', 'Its metadata does not say when it was backfilled'],
  'backfill-unknown': ['unknown', 'Its metadata is not here, so it is not known when it was backfilled'],
  'no-keys': ['unknown', 'There are no keys to check its signature with'],
  'no-signature': [
    'unknown',
    'Its signature is not here: it stands in the metadata of its object, and in its successor',
  ],
  'doubtful-signature': ['unknown', 'Its only signature comes from a successor that was itself changed'],
} as const satisfies Record<string, readonly [Verdict, string]>

const logFaults = {
  missing: ['invalid', 'It is not here, and {by} lists it'],
  changed: ['invalid', 'Its content is not what {by} lists'],
  unreadable: ['invalid', 'It cannot be read: {reason}'],
  'hash-algorithm': ['invalid', '{by} lists it by {algorithm}, and SHA-256 is what CloudTrail uses'],
  unlisted: ['invalid', 'No digest lists it'],
  forgotten: ['unknown', 'It could not be read, and was said to be of no matter'],
  undigested: ['unknown', 'No digest speaks of the time when it was delivered'],
  'other-kind': ['unknown', 'No digest lists it, and whether digests list {folder} files is not known'],
  unproven: ['unknown', 'It is as {by} lists it, which is not valid itself'],
} as const satisfies Record<string, readonly [Verdict, string]>

const gapFaults = {
  'missing-digest': ['invalid', 'The digest of this time is not here'],
  'no-digest': ['invalid', 'No digest speaks of this time: the chain ends and another one begins'],
  'unread-digest': ['invalid', 'No readable digest speaks of this time'],
  late: ['invalid', 'Log files were delivered, and no digests'],
  before: ['unknown', 'The digests begin later'],
  'goes-back': ['unknown', 'The chain goes further back than the copy; --from says where to begin'],
  after: ['unknown', 'The digests end earlier'],
} as const satisfies Record<string, readonly [Verdict, string]>

type Catalogue = Readonly<Record<string, readonly [Verdict, string]>>
type Values = Readonly<Record<string, string>>

interface Fault<Code extends string = string> {
  readonly code: Code
  readonly verdict: Verdict
  /** Without a full stop. */
  readonly message: string
}

export type DigestFault = Fault<keyof typeof digestFaults>
export type LogFault = Fault<keyof typeof logFaults>
export type GapFault = Fault<keyof typeof gapFaults>

const maker =
  <Known extends Catalogue>(catalogue: Known) =>
  <Code extends keyof Known & string>(code: Code, values: Values = {}): Fault<Code> => {
    const [verdict, text] = catalogue[code]!
    return { code, verdict, message: text.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole) }
  }

export const digestFault = maker(digestFaults)
export const logFault = maker(logFaults)
export const gapFault = maker(gapFaults)
