import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import {
  all,
  type Case,
  changed,
  edit,
  newest,
  rotated,
  signer,
  stranger,
  whole,
  withMetadataOf,
  without,
} from './case.ts'
import { makeChain } from './signed-chain.ts'

/** Whole chains, and what was changed, taken away or forged in them. */
export const casesOfHarm: readonly Case[] = [
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
]
