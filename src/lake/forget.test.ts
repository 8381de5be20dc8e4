import { rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { expect, test } from 'vitest'
import { event, useLakeFolder } from '../../test/support/lake-folder.ts'
import type { LogSource } from '../core/event/source.ts'
import { forgetFiles } from './forget.ts'
import { ingest } from './ingest.ts'
import { lakeStatus } from './status.ts'

const { inFolder, open, write, run } = useLakeFolder()
const now = (): number => Date.parse('2026-02-01T00:00:00Z')
/** Names of the files that coverage says could not be read. */
const gaps = async (): Promise<readonly string[]> => {
  const { coverage } = await lakeStatus(await open())
  const names = coverage.gaps.flatMap(({ reason }) => /[\w-]+\.json/.exec(reason ?? '')?.[0] ?? [])
  return [...new Set(names)]
}

test('an unreadable file stays a gap when it is deleted, until somebody forgets it', async () => {
  await write('good.json', [event(), event({ readOnly: true })])
  const bad = await write('bad.json', '{"Records":[{"eventName":')
  await run()
  await rm(bad)
  await run()
  expect(await gaps()).toEqual(['bad.json'])
  expect(await forgetFiles(await open(), [bad], { now })).toEqual([bad])
  expect(await gaps()).toEqual([])
  expect((await lakeStatus(await open())).lake).toMatchObject({ files: 1, events: 2, forgotten: 1 })
})

test('a folder stands for the unreadable files below it, and for no others', async () => {
  await write('good.json', [event()])
  const bad = await write('x/y/bad.json', '{')
  await write('xx/worse.json', '{')
  await run()
  expect(await forgetFiles(await open(), [dirname(dirname(bad))], { now })).toEqual([bad])
  expect(await gaps()).toEqual(['worse.json'])
})

test('a forgotten file that is still there is tried again, and noted again', async () => {
  await write('good.json', [event()])
  const bad = await write('bad.json', '{')
  await run()
  await forgetFiles(await open(), [bad], { now })
  expect((await run()).quarantinedFiles).toBe(1)
  expect(await gaps()).toEqual(['bad.json'])
})

test('records that could not be read are forgotten with their file, whose events stay', async () => {
  const path = await write('lines.json', `${JSON.stringify(event())}\n{"eventNa\n${JSON.stringify(event())}\n`)
  expect(await run()).toMatchObject({ events: 2, quarantinedRecords: 1 })
  expect(await gaps()).toEqual(['lines.json'])
  await forgetFiles(await open(), [path], { now })
  expect(await gaps()).toEqual([])
  expect((await lakeStatus(await open())).lake.events).toBe(2)
})

test('a file that is read, or unknown, cannot be forgotten', async () => {
  const good = await write('good.json', [event()])
  await run()
  for (const path of [good, inFolder('nothing.json')])
    await expect(forgetFiles(await open(), [path], { now })).rejects.toMatchObject({ code: 'INPUT_NOT_KNOWN' })
})

test('a file in a bucket is forgotten by its location, and those below one by its beginning', async () => {
  const location = 's3://example-logs/AWSLogs/bad.json'
  const file = { name: location, location, size: 1, modified: 'etag', version: null }
  const bytes = (async function* () {
    yield Buffer.from('{')
  })()
  const source: LogSource = {
    async *list() {
      yield [file]
    },
    open: async () => ({ bytes, metadata: null, version: null }),
  }
  await ingest(await open(), source)
  for (const path of ['s3://example-logs/AWSLo', 's3://example/AWSLogs/bad.json'])
    await expect(forgetFiles(await open(), [path], { now })).rejects.toMatchObject({ code: 'INPUT_NOT_KNOWN' })
  expect(await forgetFiles(await open(), ['s3://example-logs/AWSLogs'], { now })).toEqual([location])
})
