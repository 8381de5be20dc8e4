import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, describe, expect, test } from 'vitest'
import { loadConfig } from '../cli/config.ts'
import { verifyLogs } from '../compose.ts'
import { parseLogPath } from '../core/event/log-path.ts'
import { ingest } from '../lake/ingest.ts'
import { openLake } from '../lake/lake.ts'
import { fileSource } from '../sources/files/file-source.ts'
import { createDigestSigner } from './digest-signer.ts'
import { folderSink } from './folder-sink.ts'
import type { GroundTruth } from './ground-truth.ts'
import { type SimulateRequest, simulate } from './simulate.ts'
import { type LogFile, logText } from './sink.ts'
import { attackers, storyNames } from './stories/attackers.ts'
import { stories } from './stories/stories.ts'

interface Made {
  readonly files: readonly LogFile[]
  readonly truth: GroundTruth
  readonly documents: Readonly<Record<string, string>>
  /** Of everything that was given out. */
  readonly hash: string
}

function make(request: Partial<SimulateRequest> = {}): Made {
  const files: LogFile[] = []
  const documents: Record<string, string> = {}
  const hash = createHash('sha256')
  const truth = simulate(
    { events: 5000, seed: '7', days: 2, ...request },
    {
      logFile(file) {
        files.push(file)
        hash.update(`${file.path}\n${logText(file)}\n`)
      },
      document(name, text) {
        documents[name] = text
        hash.update(`${name}\n${text}\n`)
      },
    },
  )
  return { files, truth, documents, hash: hash.digest('hex') }
}

type Record_ = Readonly<Record<string, unknown>>
const recordsOf = ({ files }: Made): Record_[] => files.flatMap((file) => file.records.map((text) => JSON.parse(text)))

const whole = make()
const ordinary = make({ stories: 'none' })

describe('a simulation', () => {
  test('is the same twice, and another with another seed', () => {
    expect(make().hash).toBe(whole.hash)
    expect(make({ seed: '8' }).hash).not.toBe(whole.hash)
  })

  test.each([
    { events: 5000, days: 2, accounts: 6 },
    { events: 3001, days: 1, accounts: 5 },
    { events: 20_000, days: 3, accounts: 9 },
    { events: 4999, days: 7, accounts: 6, stories: 'none' as const },
  ])('has as many events as asked for: $events', (request) => {
    const made = make(request)
    expect(made.truth.events).toBe(request.events)
    expect(recordsOf(made)).toHaveLength(request.events)
    expect(made.truth.files).toBe(made.files.length)
    expect(new Set(recordsOf(made).map(({ eventID }) => eventID)).size).toBe(request.events)
  })

  test('lies in its window, and each record in a file of its account, delivered later', () => {
    const { from, to } = whole.truth.window
    for (const { path, account, region, delivered, records } of whole.files) {
      expect(parseLogPath(path)).toEqual({ account, region, folder: 'CloudTrail', delivered })
      for (const text of records) {
        const record = JSON.parse(text)
        expect([record.recipientAccountId, record.awsRegion]).toEqual([account, region])
        expect(record.eventTime >= from && record.eventTime < to && record.eventTime < delivered).toBe(true)
      }
    }
  })

  test('is delivered mostly within minutes, in many small files', () => {
    const { files } = make({ events: 20_000 })
    const delays = files.map(({ records, delivered }) => {
      const times = records.map((text) => Date.parse(JSON.parse(text).eventTime))
      return (Date.parse(delivered) - Math.max(...times)) / 60_000
    })
    const share = (fits: (minutes: number) => boolean): number => delays.filter(fits).length / delays.length
    expect(share((minutes) => minutes >= 2 && minutes <= 7)).toBeGreaterThan(0.9)
    expect(share((minutes) => minutes <= 17.5)).toBeGreaterThan(0.99)
    expect(share((minutes) => minutes > 60)).toBeGreaterThan(0)
    const sizes = files.map(({ records }) => records.length).sort((a, b) => a - b)
    expect(sizes[0]).toBe(1)
    expect(sizes[Math.floor(sizes.length / 2)]).toBeLessThan(10)
  })

  test('lies as an organisation trail lays it, where that is asked for', () => {
    const { files } = make({ organization: true })
    expect(parseLogPath(files[0]!.path)).toMatchObject({ organization: 'o-exampleorg1', account: files[0]!.account })
  })

  test('pulses in every enabled region: a read, a write and an object call, never an hour apart', () => {
    const made = make({ events: 10_000, days: 2, stories: 'none' })
    const times = new Map<string, number[]>()
    for (const record of recordsOf(made)) {
      const kind = record.eventCategory === 'Data' ? `data ${record.eventSource}` : record.readOnly
      const key = `${record.recipientAccountId} ${record.awsRegion} ${kind}`
      times.set(key, [...(times.get(key) ?? []), Date.parse(String(record.eventTime))])
    }
    for (const { id, regions } of made.truth.organisation.accounts)
      for (const region of regions)
        for (const kind of ['true', 'false', 'data s3.amazonaws.com']) {
          const own = (times.get(`${id} ${region} ${kind}`) ?? []).sort((a, b) => a - b)
          const pauses = own.map((time, index) => time - (own[index - 1] ?? Date.parse(made.truth.window.from)))
          expect(Math.max(...pauses), `${id} ${region} ${kind}`).toBeLessThan(3_600_000)
          expect(own.length).toBeGreaterThan(60)
        }
  })
})

describe('stories', () => {
  test('each step says which events it is, and these are there', () => {
    const ids = new Set(recordsOf(whole).map(({ eventID }) => eventID))
    expect(whole.truth.stories.map(({ id }) => id)).toEqual(stories.map(({ id }) => id))
    for (const story of whole.truth.stories) {
      expect(story.steps.length, story.id).toBeGreaterThan(2)
      for (const step of story.steps) {
        expect(step.eventIds.length, `${story.id} ${step.id}`).toBeGreaterThan(0)
        for (const id of [...step.eventIds, ...step.copies]) expect(ids, `${story.id} ${step.id}`).toContain(id)
      }
    }
  })

  test('outcomes are those that the records tell', () => {
    const byId = new Map(recordsOf(whole).map((record) => [record.eventID, record]))
    const wrong = whole.truth.stories.flatMap((story) =>
      story.steps.flatMap((step) =>
        [...step.eventIds, ...step.copies].flatMap((id) => {
          const record = byId.get(id)!
          const failed = record.errorCode !== undefined || record.errorMessage !== undefined
          return failed === (step.outcome !== 'succeeded') ? [] : [`${story.id} ${step.id} ${record.eventName}`]
        }),
      ),
    )
    expect(wrong).toEqual([])
  })

  test('each is told alone in the same way and at the same time', () => {
    const [wanted] = make({ stories: ['root-takeover'] }).truth.stories
    expect(wanted).toEqual(whole.truth.stories.find(({ id }) => id === 'root-takeover'))
  })

  test('every step names a runbook that is shipped', async () => {
    const shipped = (await readdir('runbooks')).map((name) => name.replace(/\.yaml$/, ''))
    const named = [...new Set(whole.truth.stories.flatMap(({ steps }) => steps.map(({ runbook }) => runbook)))]
    expect(named.filter((id) => !shipped.includes(id))).toEqual([])
  })

  test('ordinary traffic has nothing of them: no address, no tool, no name, no root', () => {
    const text = ordinary.files.map(logText).join('\n')
    const told = new Set(whole.truth.stories.flatMap(({ steps }) => steps.flatMap(({ eventIds }) => eventIds)))
    expect(recordsOf(ordinary).filter(({ eventID }) => told.has(String(eventID)))).toEqual([])
    for (const { address, agent } of Object.values(attackers)) {
      expect(text).not.toContain(`"${address}"`)
      expect(text).not.toContain(agent)
    }
    for (const name of storyNames) expect(text).not.toContain(name)
    expect(text).not.toContain('"type":"Root"')
    expect(ordinary.truth.stories).toEqual([])
  })

  test('an unknown one is refused with the names of those there are', () => {
    expect(() => make({ stories: ['coffee'] })).toThrow('There is no story "coffee".')
  })
})

describe('records', () => {
  test('a cross-account call is told twice: two events, one shared id, and the owner sees no name', () => {
    const pairs = new Map<unknown, Record_[]>()
    for (const record of recordsOf(make({ events: 20_000 })))
      if (record.sharedEventID !== undefined)
        pairs.set(record.sharedEventID, [...(pairs.get(record.sharedEventID) ?? []), record])
    const twice = [...pairs.values()].filter((copies) => copies.length > 1)
    expect(twice.length).toBeGreaterThan(20)
    for (const copies of twice) {
      const [caller, owner] = copies.sort((a) => ((a.userIdentity as Record_).type === 'AWSAccount' ? 1 : -1))
      expect(copies).toHaveLength(2)
      expect(caller!.recipientAccountId).toBe((caller!.userIdentity as Record_).accountId)
      const { type: _, ...seen } = owner!.userIdentity as Record_
      expect(seen).toEqual({
        principalId: (caller!.userIdentity as Record_).principalId,
        accountId: caller!.recipientAccountId,
      })
      expect(owner!.recipientAccountId).not.toBe(caller!.recipientAccountId)
      for (const same of ['eventTime', 'eventName', 'requestID', 'requestParameters', 'awsRegion'])
        expect(owner![same]).toEqual(caller![same])
    }
  })

  test('what access control refused carries no parameters, but says the action', () => {
    const refused = recordsOf(whole).filter(({ errorMessage }) => String(errorMessage).includes('not authorized'))
    expect(refused.length).toBeGreaterThan(10)
    for (const record of refused) {
      expect(record.errorMessage).toMatch(
        /^(You are not authorized .*\. )?User: arn:\S+ is not authorized to perform: [a-z0-9-]+:[A-Za-z]+/,
      )
      const keeps = ['ec2', 's3', 'kms'].includes(String(record.eventSource).replace('.amazonaws.com', ''))
      expect(record.requestParameters === null).toBe(!keeps)
      expect(record.responseElements).toBeNull()
    }
  })

  test('identifiers cannot be anybody’s', () => {
    const text = whole.files.map(logText).join('\n')
    const other = (pattern: RegExp, fake: RegExp): string[] => [
      ...new Set([...text.matchAll(pattern)].map((match) => match[0]).filter((id) => !fake.test(id))),
    ]
    expect(other(/\b(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{12,}/g, /EXAMPLE$/)).toEqual([])
    expect(other(/"sourceIPAddress":"[0-9.]+"/g, /"(?:10\.|192\.0\.2\.|198\.51\.100\.|203\.0\.113\.)/)).toEqual([])
    expect(other(/(?<=:|")\d{12}(?=:|")/g, /^(\d)\1{3}(\d)\2{3}(\d)\3{3}$/)).toEqual([])
    expect(other(/\bi-0[0-9a-f]{16}\b/g, /e8a3b1e/)).toEqual([])
  })
})

describe('on disk', () => {
  const folders: string[] = []
  const scratch = async (): Promise<string> => {
    const folder = await mkdtemp(join(tmpdir(), 'trailbook-simulate-'))
    folders.push(folder)
    return folder
  }
  afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))))

  test('every record goes into a lake, none is quarantined, and the configuration can be read', async () => {
    const folder = await scratch()
    const logs = join(folder, 'logs')
    simulate({ events: 5000, seed: '7', days: 2 }, folderSink(logs))
    const lake = await openLake(join(folder, 'lake'))
    const report = await ingest(lake, fileSource([join(logs, 'AWSLogs')]), { signal: new AbortController().signal })
    expect(report).toMatchObject({ records: 5000, events: 5000, duplicates: 0, quarantined: [], variants: 0 })
    const config = await loadConfig({
      cwd: logs,
      env: {},
      globals: { lake: undefined, format: 'terminal', config: undefined, quiet: true },
    })
    expect(config.inventory?.accounts.map(({ id }) => id)).toEqual(
      whole.truth.organisation.accounts.map(({ id }) => id),
    )
    expect(Object.keys(config.lists)).toContain('automation_roles')
  }, 60_000)

  test('files are gzip without a time or a system, so that the same bytes come out again', async () => {
    const logs = await scratch()
    const sink = folderSink(logs)
    const file = whole.files[0]!
    sink.logFile(file)
    const bytes = await readFile(join(logs, file.path))
    expect([...bytes.subarray(0, 10)]).toEqual([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, expect.any(Number), 255])
    expect(gunzipSync(bytes).toString()).toBe(logText(file))
    expect(existsSync(join(logs, 'groundtruth.json'))).toBe(false)
  })
})

test('the fewest events that a refusal names are enough', () => {
  expect(make({ events: 722 }).truth.events).toBe(722)
})

test.each([
  [{ events: 0 }, '--events must be a whole number from 1 to 1000000000, and got "0".'],
  [{ events: 1.5 }, '--events must be a whole number from 1 to 1000000000, and got "1.5".'],
  [{ accounts: 4 }, '--accounts must be a whole number from 5 to 646, and got "4".'],
  [{ days: 0 }, '--days must be a whole number from 1 to 366, and got "0".'],
  [{ start: 'soon' }, '--start must be a time such as 2026-01-08T00:00:00Z, and got "soon".'],
  [{ events: 500 }, '500 events are too few: 6 accounts over 2 days with these stories need 722.'],
])('%o is refused', (request, message) => {
  expect(() => make(request)).toThrow(message)
})

describe('digests of a simulation', () => {
  test('list every log file, hour by hour, in each account and Region, and are signed', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'trailbook-simulate-digests-'))
    try {
      const sink = folderSink(folder)
      const truth = simulate({ events: 3000, seed: '7', days: 1, stories: 'none' }, sink, {
        signer: createDigestSigner(),
        write: sink.write,
      })
      const keys = [{ path: 'keys.json', content: await readFile(join(folder, 'keys.json'), 'utf8') }]
      const { verdict, places } = await verifyLogs([folder], {
        keys,
        range: { from: null, to: null },
        accounts: [],
        regions: [],
        signal: new AbortController().signal,
        onProgress: () => {},
      })
      expect(verdict).toBe('valid')
      expect(places.flatMap(({ logs }) => logs)).toHaveLength(truth.files)
      expect(places).toHaveLength(truth.organisation.accounts.flatMap(({ regions }) => regions).length)
      expect(places.every(({ from }) => from === truth.window.from)).toBe(true)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
})
