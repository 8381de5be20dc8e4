import { rmSync } from 'node:fs'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { build, folder, json, start, writeLog } from './trailbook.ts'

let cwd = ''
beforeAll(build, 120_000)
beforeEach(() => {
  cwd = folder()
})
afterEach(() => rmSync(cwd, { recursive: true, force: true }))

interface Report {
  readonly events: number
  readonly duplicates: number
  readonly records: number
}

const ingest = (args: readonly string[]): Promise<Report> =>
  new Promise((done, fail) => {
    const child = start(cwd, ['ingest', ...args, '--format', 'json'])
    let out = ''
    let said = ''
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk
    })
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk
    })
    child.on('close', (code) =>
      code === 0 ? done(JSON.parse(out) as Report) : fail(new Error(`${code} ${out} ${said}`)),
    )
  })

const events = (lake: string): readonly string[] =>
  json(cwd, [
    'query',
    'SELECT eventid FROM cloudtrail_logs ORDER BY 1',
    '--lake',
    lake,
    '--from',
    '2026-01-30T00:00:00Z',
    '--to',
    '2026-02-02T00:00:00Z',
    '--limit',
    '100000',
  ]).object.rows.map(({ eventid }: { eventid: string }) => eventid)

describe('two processes that ingest at once', () => {
  test('leave the lake that one of them would have left', { timeout: 120_000 }, async () => {
    for (let file = 0; file < 40; file++)
      writeLog(
        cwd,
        `logs/${file % 4}/${file}.json.gz`,
        Array.from({ length: 25 }, (_, at) => ({
          eventTime: `2026-01-31T${String(file % 24).padStart(2, '0')}:00:${String(at).padStart(2, '0')}Z`,
          // Every fifth file has the events of its neighbour once more.
          eventID: `${String(file - (file % 5 === 4 ? 1 : 0)).padStart(4, '0')}-${at}`,
          eventName: 'ListUsers',
          eventSource: 'iam.amazonaws.com',
        })),
      )
    const alone = await ingest(['logs', '--lake', 'alone'])
    const both = await Promise.all([ingest(['logs', '--lake', 'both']), ingest(['logs/1', 'logs', '--lake', 'both'])])
    expect(both.map(({ records }) => records)).toEqual([1000, 1000])
    expect(both.reduce((sum, report) => sum + report.events, 0)).toBe(alone.events)
    expect(events('both')).toEqual(events('alone'))
    expect(events('both')).toHaveLength(alone.events)
  })
})
