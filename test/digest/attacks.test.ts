import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ingestLogs, keepPublicKeys, openConnection } from '../../src/compose.ts'
import { checkLake } from '../../src/lake/check.ts'
import { openLake } from '../../src/lake/lake.ts'
import { all, keys, whole } from './case.ts'
import { type StoredObject, writeObjects } from './signed-chain.ts'

/** Ways in which digests could be made to speak for what they do not know. */

let folder: string
let count = 0
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trailbook-digest-attacks-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const quietly = { signal: new AbortController().signal, onProgress: () => {} }

async function lakeOf(objects: readonly StoredObject[], others: Record<string, unknown> = {}): Promise<string> {
  const place = join(folder, `${count++}`)
  await writeObjects(join(place, 'copy'), objects)
  for (const [name, content] of Object.entries(others))
    await writeFile(join(place, 'copy', name), JSON.stringify(content))
  const lake = join(place, 'lake')
  await keepPublicKeys(lake, [{ path: 'keys.json', content: JSON.stringify(keys) }])
  await ingestLogs(lake, [join(place, 'copy')], quietly)
  return lake
}

async function told(lake: string, from: string, to: string, needs: readonly string[]): Promise<string[]> {
  const connection = await openConnection(lake)
  try {
    const window = { from: `2026-03-01T${from}:00Z`, to: `2026-03-01T${to}:00Z` }
    const scope = { window, earliest: window.from, accounts: ['111122223333'], regions: ['eu-west-1'], services: [] }
    const { gaps } = await connection.coverage(scope, needs)
    return gaps.filter(({ reason }) => !reason.includes('scope leaves out')).map(({ reason }) => reason)
  } finally {
    await connection.close()
  }
}

const call = (members: object) => ({
  eventVersion: '1.08',
  eventSource: 'iam.amazonaws.com',
  eventName: 'CreateUser',
  awsRegion: 'eu-west-1',
  eventID: '00000000-0000-4000-8000-000000000001',
  managementEvent: true,
  recipientAccountId: '111122223333',
  eventCategory: 'Management',
  readOnly: false,
  ...members,
})

/** A trail that records nothing but reading calls. */
const readers = () => whole({ hours: 6, quiet: [2, 3] })

describe('digests do not speak for', () => {
  it('a class that only other files showed: their trail never recorded it', async () => {
    const loose = { Records: [call({ eventTime: '2026-03-01T00:10:00Z' })] }
    const lake = await lakeOf(all(readers()), { 'export.json': loose })
    expect(await told(lake, '00:00', '05:00', ['management:read'])).toEqual([])
    expect(await told(lake, '00:00', '05:00', ['management:write'])).not.toEqual([])
  })

  it('copies of their own files are theirs, whatever they are called', async () => {
    const chain = readers()
    const copy = JSON.parse(chain.logs[0]!.bytes.toString()) as unknown
    const lake = await lakeOf(all(chain), { 'copy.json': copy })
    expect(await told(lake, '00:00', '05:00', ['management:read'])).toEqual([])
  })

  it('the trail of an organisation, whose newest digests and log files are gone', async () => {
    const own = whole({ hours: 6, quiet: [1, 2, 3, 4] })
    const theirs = whole({ hours: 6, organization: 'o-exampleorg1', trail: 'everything' })
    expect(await told(await lakeOf([...all(own), ...all(theirs)]), '03:00', '04:30', ['management:read'])).toEqual([])
    const left = [...theirs.digests.slice(0, 2), ...theirs.logs.slice(0, 4)]
    expect(await told(await lakeOf([...all(own), ...left]), '03:00', '04:30', ['management:read'])).not.toEqual([])
  })

  it('the trail of an organisation without digests, whose log files of some hours are gone', async () => {
    const own = whole({ hours: 6, quiet: [1, 2, 3, 4] })
    const theirs = whole({ hours: 6, organization: 'o-exampleorg1', trail: 'everything' })
    const left = theirs.logs.filter((_, index) => index < 4 || index > 9)
    expect(await told(await lakeOf([...all(own), ...left]), '02:30', '04:30', ['management:read'])).not.toEqual([])
  })
})

describe('what is kept of digests', () => {
  const keptOf = async (lake: string): Promise<string> => {
    const [name] = await readdir(join(lake, 'cache'))
    return join(lake, 'cache', name!)
  }
  /** The log file of 04:10 is gone. */
  const harmed = () => {
    const chain = readers()
    return lakeOf(all(chain).filter((one) => one !== chain.logs[4]))
  }
  const span = (state: string) => [Date.parse('2026-03-01') / 1000, Date.parse('2026-03-02') / 1000, state]
  const place = { account: '111122223333', region: 'eu-west-1', trails: ['111122223333/eu-west-1/trail'] }

  it.each([
    ['of which half is lost', { places: [{ ...place, spans: [span('v')] }] }],
    ['of another form', { places: [{ ...place, spans: [span('x')] }], lost: [] }],
    ['with more than there can be', { places: [], lost: [], attested: [] }],
  ])('is judged anew %s', async (_, content) => {
    const lake = await harmed()
    await writeFile(await keptOf(lake), JSON.stringify(content))
    expect((await told(lake, '04:00', '05:00', ['management:read'])).join()).toContain('it is not here')
  })

  it('is told by lake check when somebody changed it', async () => {
    const lake = await harmed()
    expect(await checkLake(await openLake(lake))).toMatchObject({ clean: true, findings: [] })
    const kept = await keptOf(lake)
    await writeFile(kept, JSON.stringify({ places: [{ ...place, spans: [span('v')] }], lost: [] }))
    expect((await checkLake(await openLake(lake))).findings).toMatchObject([
      { kind: 'digests', message: 'is not what the digests in the lake say' },
    ])
  })
})
