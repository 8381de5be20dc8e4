import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createSigner, makeChain, writeObjects } from '../../test/digest/signed-chain.ts'
import { type FakeAws, startFakeAws } from '../../test/fake-aws/server.ts'
import { verifyLakeLogs } from '../compose.ts'
import { ingest } from '../lake/ingest.ts'
import { openLake } from '../lake/lake.ts'
import { fileSource } from '../sources/files/file-source.ts'
import { publicKeysOf } from './public-keys.ts'

const signer = createSigner()
const { Value, Fingerprint } = signer.listed() as { Value: string; Fingerprint: string }
const seconds = (time: string): number => Date.parse(time) / 1000
const key = {
  Value,
  Fingerprint,
  ValidityStartTime: seconds('2026-02-01T00:00:00Z'),
  ValidityEndTime: seconds('2026-04-01T00:00:00Z'),
}

let folder: string
let fake: FakeAws
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trailbook-keys-'))
  const regions = ['eu-west-1', 'us-east-1']
  for (const region of regions) {
    const { digests, logs } = makeChain({ signer, region, hours: 2 })
    await writeObjects(join(folder, 'copy'), [...digests, ...logs])
  }
})
afterEach(() => fake.close())
afterAll(() => rm(folder, { recursive: true, force: true }))

const fetchKeys = () =>
  publicKeysOf({
    config: (region) =>
      ({
        region: region ?? 'us-east-1',
        endpoint: fake.url,
        maxAttempts: 1,
        credentials: { accessKeyId: fake.env.AWS_ACCESS_KEY_ID!, secretAccessKey: 'x' },
      }) as never,
  })

const verdictOf = async (lake: string) =>
  verifyLakeLogs(lake, {
    keys: [],
    range: { from: null, to: null },
    accounts: [],
    regions: [],
    signal: new AbortController().signal,
    onProgress: () => {},
  })

const asked = () => fake.calls.filter(({ operation }) => operation === 'ListPublicKeys').map(({ region }) => region)

describe('public keys of the digests that go in', () => {
  it('are asked for in each Region, kept, and not asked for again', async () => {
    fake = await startFakeAws({ world: { accounts: [{ id: '111122223333' }] }, publicKeys: [key] })
    const folderOfLake = join(folder, 'lake')
    const source = fileSource([join(folder, 'copy')])
    const publicKeys = fetchKeys()
    const report = await ingest(await openLake(folderOfLake), source, { publicKeys })
    expect(report.keys).toEqual({ added: 2, failed: [] })
    expect(asked()).toEqual(['eu-west-1', 'us-east-1'])
    expect(await verdictOf(folderOfLake)).toMatchObject({ verdict: 'valid', keys: 2 })
    const again = await ingest(await openLake(folderOfLake), source, { publicKeys })
    expect(again.keys).toEqual({ added: 0, failed: [] })
    expect(asked()).toHaveLength(2)
  })

  it('count in their own Region: one whose keys could not be had is not proven, and not false', async () => {
    fake = await startFakeAws({ world: { accounts: [{ id: '111122223333' }] }, publicKeys: [key] })
    const fetch = fetchKeys()
    const folderOfLake = join(folder, 'partly')
    const report = await ingest(await openLake(folderOfLake), fileSource([join(folder, 'copy')]), {
      publicKeys: async (region, span) => {
        if (region === 'us-east-1') throw new Error('Access denied')
        return fetch(region, span)
      },
    })
    expect(report.keys).toEqual({ added: 1, failed: [{ region: 'us-east-1', reason: 'Access denied' }] })
    const { places } = await verdictOf(folderOfLake)
    expect(places.map(({ region, verdict }) => `${region} ${verdict}`)).toEqual([
      'eu-west-1 valid',
      'us-east-1 unknown',
    ])
  })

  it('are not followed for ever where their pages lead back to themselves', async () => {
    fake = await startFakeAws({
      world: { accounts: [{ id: '111122223333' }] },
      services: [
        {
          name: 'cloudtrail',
          protocol: 'json',
          operations: { ListPublicKeys: () => ({ PublicKeyList: [key], NextToken: 'same' }) },
        },
      ],
    })
    const span = { from: '2026-02-01T00:00:00Z', to: '2026-03-01T00:00:00Z' }
    await expect(fetchKeys()('us-east-1', span)).rejects.toMatchObject({
      code: 'AWS_FAILED',
      message: 'cloudtrail:ListPublicKeys failed: its pages lead round in a circle.',
    })
    expect(asked()).toHaveLength(2)
  })

  it('that cannot be had end nothing, and the Region is told', async () => {
    fake = await startFakeAws({ world: { accounts: [{ id: '111122223333' }] }, publicKeys: [] })
    const folderOfLake = join(folder, 'refused')
    await fake.close()
    const report = await ingest(await openLake(folderOfLake), fileSource([join(folder, 'copy')]), {
      publicKeys: fetchKeys(),
    })
    expect(report.events).toBe(16)
    expect(report.keys?.failed.map(({ region }) => region)).toEqual(['eu-west-1', 'us-east-1'])
    expect((await verdictOf(folderOfLake)).verdict).toBe('unknown')
  })
})
