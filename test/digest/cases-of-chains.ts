import { gzipSync } from 'node:zlib'
import { all, type Case, changed, signer, whole, withMetadataOf, without } from './case.ts'
import { makeChain } from './signed-chain.ts'

/** Chains as trails make them: gaps, backfills, several buckets, parts of the time. */
export const casesOfChains: readonly Case[] = [
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
