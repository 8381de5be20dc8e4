import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ingestLogs, keepPublicKeys, openConnection, verifyLakeLogs } from '../../src/compose.ts'
import { all, type Case, keys, toldOf, whole, withMetadataOf } from './case.ts'
import { cases, fivePassed } from './cases.ts'
import { type Chain, createSigner, type StoredObject, writeObjects } from './signed-chain.ts'

let folder: string
let count = 0
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trailbook-digest-lake-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const quietly = { signal: new AbortController().signal, onProgress: () => {} }
const keyFile = (content: object) => [{ path: 'keys.json', content: JSON.stringify(content) }]

/** Ingests the copy and takes it away. @returns the folder of the lake */
async function lakeOf(objects: readonly StoredObject[], kept: object | null = keys): Promise<string> {
  const place = join(folder, `${count++}`)
  const buckets = [...new Set(objects.map(({ bucket }) => bucket))]
  for (const bucket of buckets)
    await writeObjects(
      join(place, 'copy', bucket),
      objects.filter((one) => one.bucket === bucket),
    )
  const lake = join(place, 'lake')
  if (kept !== null) await keepPublicKeys(lake, keyFile(kept))
  await ingestLogs(
    lake,
    buckets.map((bucket) => join(place, 'copy', bucket)),
    quietly,
  )
  await rm(join(place, 'copy'), { recursive: true })
  return lake
}

const verify = (lake: string, { from, to, accounts = [] }: Partial<Case> = {}, given: object | null = null) =>
  verifyLakeLogs(lake, {
    keys: given === null ? [] : keyFile(given),
    range: { from: from ?? null, to: to ?? null },
    accounts,
    regions: [],
    ...quietly,
  })

const place = { account: '111122223333', region: 'eu-west-1' }

/** What stands between a question and a clear answer: `from-to reason`, or nothing. */
async function gapsOf(lake: string, from: string, to: string, only = place): Promise<string[]> {
  const connection = await openConnection(lake)
  try {
    const window = { from: `2026-03-01T${from}:00Z`, to: `2026-03-01T${to}:00Z` }
    const scope = { window, earliest: window.from, accounts: [only.account], regions: [only.region], services: [] }
    const { gaps, complete } = await connection.coverage(scope, ['management:read'])
    const own = gaps.filter(({ region, reason }) => region === only.region && !reason.includes('scope leaves out'))
    expect(complete).toBe(gaps.length === 0)
    return own.map((gap) => `${gap.from.slice(11, 16)}-${gap.to.slice(11, 16)} ${gap.reason}`)
  } finally {
    await connection.close()
  }
}

async function hoursOf(lake: string, from: string, to: string) {
  const connection = await openConnection(lake)
  try {
    const window = { from: `2026-03-01T${from}:00Z`, to: `2026-03-01T${to}:00Z` }
    const regions = ['eu-west-1', 'us-east-1']
    const scope = { window, earliest: window.from, accounts: [], regions, services: [] }
    const { hours } = await connection.coverage(scope, ['management:read'])
    return Object.fromEntries(Object.entries(hours ?? {}).filter(([, length]) => length > 0))
  } finally {
    await connection.close()
  }
}

describe('the lake, when the files are gone', () => {
  it.each([...cases, ...fivePassed])('judges $name', async (one) => {
    const result = await verify(await lakeOf(one.make(), one.keys === undefined ? keys : one.keys), one)
    expect(toldOf(result)).toEqual(one.toldByLake ?? one.told)
    expect(result.verdict).toBe(one.expect)
  })
})

/** Events at 00:00, 01:00, 04:00 and 05:00; nothing between, which the digests say was quiet. */
const night = (): Chain => whole({ hours: 6, quiet: [2, 3] })

describe('coverage of a lake with digests', () => {
  it('a quiet hour is quiet, and an hour with logs verified, up to a delivery before the last digest ends', async () => {
    const lake = await lakeOf(all(night()))
    expect(await gapsOf(lake, '00:00', '05:45')).toEqual([])
    expect(await gapsOf(lake, '00:00', '05:46')).toEqual([
      "05:45-05:46 The lake's management events of account 111122223333 in eu-west-1 end at 2026-03-01T05:30:00Z.",
    ])
    expect(await hoursOf(lake, '00:00', '05:45')).toEqual({ verified: 4, quiet: 1.75, unknown: 5.75 })
  })

  it('without keys it is what deliveries say', async () => {
    const lake = await lakeOf(all(night()), null)
    const [reason] = await gapsOf(lake, '00:00', '05:00')
    expect(reason).toContain('No management events')
    await keepPublicKeys(lake, keyFile(keys))
    expect(await gapsOf(lake, '00:00', '05:00')).toEqual([])
  })

  it.each<[string, (chain: Chain) => readonly StoredObject[], string]>([
    ['a missing log', (chain) => without([chain.logs[5]!], chain), 'trail41.json.gz is not valid: it is not here'],
    [
      'a changed log',
      (chain) => {
        const { Records } = JSON.parse(chain.logs[5]!.bytes.toString()) as { Records: unknown[] }
        chain.logs[5]!.bytes = Buffer.from(JSON.stringify({ Records: Records.slice(1) }))
        return all(chain)
      },
      'trail41.json.gz is not valid: its content is not what',
    ],
    [
      'a log that no digest lists',
      (chain) => [...all(chain), { ...chain.logs[5]!, key: chain.logs[5]!.key.replace('trail41', 'planted') }],
      'planted.json.gz is not valid: no digest lists it',
    ],
    ['a missing digest', (chain) => without([chain.digests[4]!], chain), 'The digest of this time is not here'],
    [
      'a missing digest and its logs',
      (chain) => without([chain.digests[4]!, chain.logs[4]!, chain.logs[5]!], chain),
      'The digest of this time is not here',
    ],
    [
      'a changed digest',
      (chain) => {
        chain.digests[4]!.bytes = Buffer.from(chain.digests[4]!.bytes.toString().replace('SHA-256', 'SHA-255'))
        return all(chain)
      },
      'is not valid: its signature does not fit',
    ],
  ])('%s is never covered', async (_, make, reason) => {
    const lake = await lakeOf(make(night()))
    expect(await gapsOf(lake, '01:00', '03:00')).toEqual([])
    const gaps = await gapsOf(lake, '04:00', '05:00')
    expect(gaps.join()).toContain(reason)
  })

  it('a place of which every log is missing is told, though nothing else is known of it', async () => {
    const far = whole({ region: 'ap-east-1', hours: 2 })
    const lake = await lakeOf([...all(night()), ...far.digests])
    const connection = await openConnection(lake)
    const window = { from: '2026-03-01T00:00:00Z', to: '2026-03-01T05:00:00Z' }
    const scope = { window, earliest: window.from, accounts: [], regions: [], services: [] }
    const { gaps } = await connection.coverage(scope, ['management:read'])
    await connection.close()
    expect(gaps.filter(({ region }) => region === 'ap-east-1')[0]?.reason).toContain('it is not here')
  })

  it('metadata that are put beside a digest later are taken in by the next ingest', async () => {
    const chain = night()
    const bare = join(folder, `${count++}`)
    const lake = join(bare, 'lake')
    const copy = join(bare, 'copy')
    await writeObjects(
      copy,
      withMetadataOf(chain, () => false),
    )
    await ingestLogs(lake, [copy], quietly)
    await keepPublicKeys(lake, keyFile(keys))
    expect((await verify(lake)).verdict).toBe('unknown')
    await writeObjects(copy, all(chain))
    await ingestLogs(lake, [copy], quietly)
    expect((await verify(lake)).verdict).toBe('valid')
    expect((await ingestLogs(lake, [copy], quietly)).events).toBe(0)
  })

  it('keys go in once, and given ones count instead of those that are kept', async () => {
    const lake = await lakeOf(all(night()))
    expect(await keepPublicKeys(lake, keyFile(keys))).toBe(0)
    const stranger = { PublicKeyList: [createSigner().listed()] }
    expect((await verify(lake, {}, stranger)).verdict).toBe('invalid')
    expect(await keepPublicKeys(lake, keyFile(stranger))).toBe(1)
    expect(await verify(lake)).toMatchObject({ verdict: 'valid', keys: 3 })
  })
})

const without = (gone: readonly StoredObject[], chain: Chain): StoredObject[] =>
  all(chain).filter((object) => !gone.includes(object))
