/** What a check of digests is shown, and what it has to say. */
import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { expect } from 'vitest'
import type { ChainVerdict } from '../../src/core/digest/judge.ts'
import { type Chain, createSigner, makeChain, type StoredObject } from './signed-chain.ts'

const signer = createSigner()
const rotated = createSigner()
const stranger = createSigner()
export const keys = { PublicKeyList: [signer.listed(), rotated.listed()] }

export interface Case {
  readonly name: string
  /** The objects of the copy; folders by bucket where there are several. */
  readonly make: () => readonly StoredObject[]
  readonly keys?: object | null
  readonly from?: string
  readonly to?: string
  readonly accounts?: readonly string[]
  readonly expect: 'valid' | 'invalid' | 'unknown'
  /** `<kind> <what> <code>` of everything that is not valid. */
  readonly told: readonly string[]
  /** What a lake says otherwise: it keeps no hash of what it could not read as a log file or a digest. */
  readonly toldByLake?: readonly string[]
}

export const whole = (options: Partial<Parameters<typeof makeChain>[0]> = {}): Chain =>
  makeChain({ signer, ...options })
export const all = ({ digests, logs }: Chain): StoredObject[] => [...digests, ...logs]
export const withMetadataOf = (chain: Chain, kept: (index: number) => boolean): StoredObject[] => [
  ...chain.digests.map(({ metadata, ...rest }, index) =>
    kept(index) && metadata !== undefined ? { ...rest, metadata } : rest,
  ),
  ...chain.logs,
]
/** The chain with one object changed. */
function changed(pick: (chain: Chain) => StoredObject, change: (object: StoredObject) => void, chain = whole()) {
  const object = pick(chain)
  change(object)
  return all(chain)
}
const without = (pick: (chain: Chain) => readonly StoredObject[], chain = whole()) => {
  const gone = new Set(pick(chain))
  return all(chain).filter((object) => !gone.has(object))
}
const edit = (object: StoredObject, from: string, to: string) => {
  const text = object.bytes.toString()
  expect(text).toContain(from)
  object.bytes = Buffer.from(text.replace(from, to))
}
const newest = (chain: Chain): StoredObject => chain.digests.at(-1)!

export const cases: readonly Case[] = [
  { name: 'a whole chain with all metadata', make: () => all(whole()), expect: 'valid', told: [] },
  {
    name: 'a copy that kept the metadata of the newest digest only',
    make: () => withMetadataOf(whole(), (index) => index === 4),
    expect: 'valid',
    told: [],
  },
  {
    name: 'a copy without any metadata, whose newest digest cannot be proven',
    make: () => withMetadataOf(whole(), () => false),
    expect: 'unknown',
    told: ['digest 05 no-signature', 'log trail40 unproven', 'log trail41 unproven'],
  },
  {
    name: 'a copy without any metadata, asked up to the newest digest',
    make: () => withMetadataOf(whole(), () => false),
    to: '2026-03-01T04:00:00Z',
    expect: 'valid',
    told: [],
  },
  {
    name: 'an event cut out of a log',
    make: () =>
      changed(
        (c) => c.logs[2]!,
        (log) => {
          const { Records } = JSON.parse(log.bytes.toString()) as { Records: unknown[] }
          log.bytes = Buffer.from(JSON.stringify({ Records: Records.slice(1) }))
        },
      ),
    expect: 'invalid',
    told: ['log trail10 changed'],
  },
  { name: 'a log deleted', make: () => without((c) => [c.logs[3]!]), expect: 'invalid', told: ['log trail11 missing'] },
  {
    name: 'a digest deleted',
    make: () => without((c) => [c.digests[2]!]),
    expect: 'invalid',
    told: ['gap 02-03 missing-digest', 'digest 03 missing', 'log trail20 unlisted', 'log trail21 unlisted'],
  },
  {
    name: 'a digest and its logs deleted',
    make: () => without((c) => [c.digests[2]!, c.logs[4]!, c.logs[5]!]),
    expect: 'invalid',
    told: ['gap 02-03 missing-digest', 'digest 03 missing'],
  },
  {
    name: 'the first digest deleted with its logs: as a copy that begins there',
    make: () => without((c) => [c.digests[0]!, c.logs[0]!, c.logs[1]!]),
    expect: 'unknown',
    told: ['gap null-01 goes-back'],
  },
  {
    name: 'the first digest deleted, asked from before it',
    make: () => without((c) => [c.digests[0]!, c.logs[0]!, c.logs[1]!]),
    from: '2026-03-01T00:00:00Z',
    expect: 'invalid',
    told: ['gap 00-01 missing-digest', 'digest 01 missing'],
  },
  {
    name: 'the newest digests deleted, while logs are still delivered',
    make: () => without((c) => c.digests.slice(1)),
    expect: 'invalid',
    told: [
      'gap 01-04 late',
      ...['10', '11', '20', '21', '30', '31', '40', '41'].map((n) => `log trail${n} undigested`),
    ],
  },
  {
    name: 'a digest edited',
    make: () =>
      changed(
        (c) => c.digests[2]!,
        (digest) => edit(digest, 'trail-eu', 'trail-us'),
        makeChain({
          signer,
          before: (content) => {
            content.note = 'trail-eu'
          },
        }),
      ),
    expect: 'invalid',
    told: ['digest 03 signature', 'digest 03 changed', 'log trail20 unproven', 'log trail21 unproven'],
  },
  {
    name: 'a digest edited to fit an edited log',
    make: () => {
      const chain = whole()
      chain.logs[4]!.bytes = Buffer.from('{"Records":[]}')
      const listed = (JSON.parse(chain.digests[2]!.bytes.toString()) as { logFiles: { hashValue: string }[] })
        .logFiles[0]!
      edit(chain.digests[2]!, listed.hashValue, createHash('sha256').update(chain.logs[4]!.bytes).digest('hex'))
      return all(chain)
    },
    expect: 'invalid',
    told: ['digest 03 signature', 'digest 03 changed', 'log trail20 unproven', 'log trail21 unproven'],
  },
  {
    name: 'a digest moved',
    make: () => {
      const chain = whole()
      const moved = { ...chain.digests[2]!, key: chain.digests[2]!.key.replace('T030000Z', 'T033000Z') }
      return [...without(() => [chain.digests[2]!], chain), moved]
    },
    expect: 'invalid',
    told: ['digest 03 moved', 'log trail20 unproven', 'log trail21 unproven'],
  },
  {
    name: 'a digest moved below another prefix',
    make: () => {
      const chain = whole()
      const moved = { ...chain.digests[2]!, key: `old/${chain.digests[2]!.key}` }
      return [...without(() => [chain.digests[2]!], chain), moved]
    },
    expect: 'invalid',
    told: ['digest 03 moved', 'log trail20 unproven', 'log trail21 unproven'],
  },
  {
    name: 'an older digest under the name of another',
    make: () => {
      const chain = whole()
      const { bytes, metadata } = chain.digests[1]!
      return [...without(() => [chain.digests[2]!], chain), { ...chain.digests[2]!, bytes, metadata: metadata! }]
    },
    expect: 'invalid',
    told: [
      'gap 02-03 missing-digest',
      'digest 02 moved',
      'digest 03 missing',
      'log trail20 unlisted',
      'log trail21 unlisted',
    ],
  },
  {
    name: 'a digest that is no JSON',
    make: () =>
      changed(
        (c) => c.digests[2]!,
        (digest) => {
          digest.bytes = Buffer.from('no json')
        },
      ),
    expect: 'invalid',
    told: ['gap 02-03 unread-digest', 'digest 03 not-json', 'log trail20 unlisted', 'log trail21 unlisted'],
    toldByLake: ['gap 02-03 unread-digest', 'digest 03 unreadable', 'log trail20 unlisted', 'log trail21 unlisted'],
  },
  {
    name: 'a digest without its required fields',
    make: () =>
      changed(
        (c) => c.digests[2]!,
        (digest) => {
          digest.bytes = Buffer.from('{}')
        },
      ),
    expect: 'invalid',
    told: ['gap 02-03 unread-digest', 'digest 03 not-a-digest', 'log trail20 unlisted', 'log trail21 unlisted'],
    toldByLake: ['gap 02-03 unread-digest', 'digest 03 unreadable', 'log trail20 unlisted', 'log trail21 unlisted'],
  },
  {
    name: 'a digest that is no gzip any more',
    make: () =>
      changed(
        (c) => c.digests[2]!,
        (digest) => {
          digest.raw = gzipSync(digest.bytes).subarray(0, 100)
        },
      ),
    expect: 'invalid',
    told: ['gap 02-03 unread-digest', 'digest 03 unreadable', 'log trail20 unlisted', 'log trail21 unlisted'],
  },
  {
    name: 'a digest whose metadata has no signature',
    make: () =>
      changed(newest, (digest) => {
        digest.metadata = {}
      }),
    expect: 'invalid',
    told: ['digest 05 unsigned', 'log trail40 unproven', 'log trail41 unproven'],
  },
  {
    name: 'a wrong signature in the metadata',
    make: () =>
      changed(
        (c) => c.digests[1]!,
        (digest) => {
          digest.metadata = { signature: 'ab'.repeat(256) }
        },
      ),
    expect: 'invalid',
    told: ['digest 02 metadata-signature', 'log trail10 unproven', 'log trail11 unproven'],
  },
  {
    name: 'a chain that a stranger signed',
    make: () => all(makeChain({ signer: stranger, hours: 1 })),
    expect: 'invalid',
    told: ['digest 01 unknown-key', 'log trail00 unproven', 'log trail01 unproven'],
  },
  {
    name: 'the name of a known key, signed by a stranger',
    make: () => all(makeChain({ signer: { ...stranger, fingerprint: signer.fingerprint }, hours: 1 })),
    expect: 'invalid',
    told: ['digest 01 signature', 'log trail00 unproven', 'log trail01 unproven'],
  },
  {
    name: 'a key that was not valid then',
    make: () => all(whole({ hours: 1 })),
    keys: { PublicKeyList: [signer.listed('2025-01-01T00:00:00Z', '2025-12-01T00:00:00Z')] },
    expect: 'invalid',
    told: ['digest 01 key-time', 'log trail00 unproven', 'log trail01 unproven'],
  },
  {
    name: 'a key rotation',
    make: () => all(whole({ signerOf: (index) => (index < 2 ? signer : rotated) })),
    expect: 'valid',
    told: [],
  },
  {
    name: 'a key rotation, without metadata of the older ones',
    make: () => withMetadataOf(whole({ signerOf: (index) => (index < 2 ? signer : rotated) }), (index) => index === 4),
    expect: 'valid',
    told: [],
  },
  {
    name: 'no keys',
    make: () => all(whole({ hours: 1 })),
    keys: null,
    expect: 'unknown',
    told: ['digest 01 no-keys', 'log trail00 unproven', 'log trail01 unproven'],
  },
  {
    name: 'no keys, and a changed log all the same',
    make: () =>
      changed(
        (c) => c.logs[0]!,
        (log) => {
          log.bytes = Buffer.from('{}')
        },
        whole({ hours: 1 }),
      ),
    keys: null,
    expect: 'invalid',
    told: ['digest 01 no-keys', 'log trail00 changed', 'log trail01 unproven'],
    toldByLake: ['digest 01 no-keys', 'log trail00 unreadable', 'log trail01 unproven'],
  },
  {
    name: 'a gap: validation was off for an hour',
    make: () => all(whole({ off: [2] })),
    expect: 'invalid',
    told: ['gap 02-03 no-digest'],
  },
  {
    name: 'a gap that a backfill fills',
    make: () => [
      ...all(whole({ off: [2] })),
      ...all(makeChain({ signer, start: '2026-03-01T02:00:00Z', hours: 1, backfill: true, trail: 'trail' })),
    ],
    expect: 'valid',
    told: [],
  },
  { name: 'empty digests', make: () => all(whole({ quiet: [0, 2, 4] })), expect: 'valid', told: [] },
  { name: 'a prefix', make: () => all(whole({ prefix: 'some/where' })), expect: 'valid', told: [] },
  {
    name: 'the trail of an organisation',
    make: () => [
      ...all(whole({ organization: 'o-exampleorg1' })),
      ...all(whole({ organization: 'o-exampleorg1', account: '444455556666' })),
    ],
    expect: 'valid',
    told: [],
  },
  {
    name: 'a change of bucket',
    make: () => all(whole({ bucket: (index) => (index < 3 ? 'old' : 'new') })),
    expect: 'valid',
    told: [],
  },
  {
    name: 'a change of bucket, of which the old one is not here',
    make: () => all(whole({ bucket: (index) => (index < 3 ? 'old' : 'new') })).filter(({ bucket }) => bucket === 'new'),
    expect: 'unknown',
    told: ['gap null-03 goes-back'],
  },
  { name: 'a backfill', make: () => all(whole({ backfill: true })), expect: 'valid', told: [] },
  {
    name: 'a backfill without its time',
    make: () =>
      changed(
        (c) => c.digests[0]!,
        (digest) => {
          delete digest.metadata!['backfill-generation-timestamp']
        },
        whole({ backfill: true, hours: 1 }),
      ),
    expect: 'invalid',
    told: ['digest 01 backfill-time', 'log trail00 unproven', 'log trail01 unproven'],
  },
  {
    name: 'a backfill whose metadata was lost',
    make: () => withMetadataOf(whole({ backfill: true, hours: 2 }), (index) => index === 1),
    expect: 'unknown',
    told: ['digest 01 backfill-unknown', 'log trail00 unproven', 'log trail01 unproven'],
  },
  {
    name: 'a trailing gzip member',
    make: () =>
      changed(
        (c) => c.logs[0]!,
        (log) => {
          log.raw = Buffer.concat([gzipSync(log.bytes), gzipSync('{"Records":[]}')])
        },
      ),
    expect: 'invalid',
    told: ['log trail00 changed'],
  },
  {
    name: 'other bytes behind the gzip',
    make: () =>
      changed(
        (c) => c.logs[0]!,
        (log) => {
          log.raw = Buffer.concat([gzipSync(log.bytes), Buffer.from('more')])
        },
      ),
    expect: 'invalid',
    told: ['log trail00 unreadable'],
  },
  {
    name: 'a log that was gzipped anew',
    make: () =>
      changed(
        (c) => c.logs[0]!,
        (log) => {
          log.raw = gzipSync(log.bytes, { level: 1 })
        },
      ),
    expect: 'valid',
    told: [],
  },
  {
    name: 'a part of the time, of a copy that begins there',
    make: () => without((c) => [...c.digests.slice(0, 2), ...c.logs.slice(0, 4)]),
    from: '2026-03-01T02:00:00Z',
    to: '2026-03-01T04:00:00Z',
    expect: 'valid',
    told: [],
  },
  {
    name: 'a fault outside the asked time',
    make: () => without((c) => [c.logs[0]!]),
    from: '2026-03-01T02:00:00Z',
    expect: 'valid',
    told: [],
  },
  {
    name: 'nothing in the range',
    make: () => all(whole()),
    from: '2026-04-01T00:00:00Z',
    to: '2026-04-02T00:00:00Z',
    expect: 'unknown',
    told: ['gap 00-00 after'],
  },
  {
    name: 'a range that begins before the chain and ends after it',
    make: () => all(whole()),
    from: '2026-02-28T22:00:00Z',
    to: '2026-03-01T06:00:00Z',
    expect: 'unknown',
    told: ['gap 22-00 before', 'gap 05-06 after'],
  },
  {
    name: 'another account only',
    make: () => all(whole()),
    accounts: ['444455556666'],
    expect: 'unknown',
    told: [],
  },
  {
    name: 'a log that a forged digest of another time lists',
    make: () => {
      const chain = whole()
      const extra = {
        ...chain.logs[8]!,
        key: chain.logs[8]!.key.replace('trail40', 'planted'),
        bytes: Buffer.from('{}'),
      }
      const first = JSON.parse(chain.digests[0]!.bytes.toString()) as { logFiles: object[] }
      first.logFiles.push({ s3Bucket: 'logs', s3Object: extra.key, hashValue: 'x', hashAlgorithm: 'SHA-256' })
      chain.digests[0]!.bytes = Buffer.from(JSON.stringify(first))
      return [...all(chain), extra]
    },
    from: '2026-03-01T03:00:00Z',
    expect: 'invalid',
    told: ['log planted changed'],
    toldByLake: ['log planted unreadable'],
  },
  {
    name: 'a second trail whose first digest is not here',
    make: () => {
      const second = whole({ trail: 'second' })
      return [...all(whole()), ...without((c) => [c.digests[0]!, c.logs[0]!, c.logs[1]!], second)]
    },
    expect: 'unknown',
    told: ['gap null-01 goes-back'],
  },
]

/** What the validator of the AWS CLI lets pass. */
export const fivePassed: readonly Case[] = [
  {
    name: 'a properly signed digest whose previousDigestSignature is false',
    make: () =>
      all(
        whole({
          before: (content, index) => {
            if (index === 2) content.previousDigestSignature = 'ab'.repeat(256)
          },
        }),
      ),
    expect: 'invalid',
    told: ['digest 03 previous-signature', 'log trail20 unproven', 'log trail21 unproven'],
  },
  {
    name: 'a log that no digest lists',
    make: () => {
      const chain = whole()
      return [...all(chain), { ...chain.logs[2]!, key: chain.logs[2]!.key.replace('trail10', 'planted') }]
    },
    expect: 'invalid',
    told: ['log planted unlisted'],
  },
  {
    name: 'a properly signed digest whose previousDigestHashValue is false',
    make: () =>
      all(
        whole({
          before: (content, index) => {
            if (index === 2) content.previousDigestHashValue = 'ab'.repeat(32)
          },
        }),
      ),
    expect: 'invalid',
    told: ['digest 03 previous-hash', 'log trail20 unproven', 'log trail21 unproven'],
  },
  {
    name: 'a changed log of a digest that failed itself',
    make: () => {
      const chain = whole()
      chain.digests[4]!.metadata = { signature: '00' }
      chain.logs[8]!.bytes = Buffer.from('{}')
      return all(chain)
    },
    expect: 'invalid',
    told: ['digest 05 signature', 'log trail40 changed', 'log trail41 unproven'],
    toldByLake: ['digest 05 signature', 'log trail40 unreadable', 'log trail41 unproven'],
  },
  {
    name: 'a gap of two hours',
    make: () => all(whole({ off: [1, 2] })),
    expect: 'invalid',
    told: ['gap 01-03 no-digest'],
  },
  {
    name: 'no digests at all',
    make: () => whole({ hours: 1 }).logs,
    expect: 'unknown',
    told: ['log trail00 undigested', 'log trail01 undigested'],
  },
]

const hourOf = (time: string | null): string => time?.slice(11, 13) ?? 'null'

/** `<kind> <what> <code>` of everything that is not valid. */
export function toldOf({ places }: Pick<ChainVerdict, 'places'>): string[] {
  return places.flatMap(({ gaps, digests, logs }) => [
    ...gaps.map(({ from, to, code }) => `gap ${hourOf(from)}-${hourOf(to)} ${code}`),
    ...digests.flatMap(({ to, faults }) => faults.map(({ code }) => `digest ${hourOf(to)} ${code}`)),
    ...logs.flatMap(({ object, fault }) =>
      fault === null ? [] : [`log ${/_([a-z0-9]+)\.json/.exec(object)?.[1]} ${fault.code}`],
    ),
  ])
}
