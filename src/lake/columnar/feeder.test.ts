import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { LogFile } from '../../core/event/source.ts'
import { createFeeder } from './feeder.ts'
import type { ToWorker } from './messages.ts'

const mebibyte = 2 ** 20
let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trailbook-feeder-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const file = (id: number, size: number): readonly [number, LogFile] => [
  id,
  { name: `${id}`, location: `s3://trail/${id}`, size, modified: '1', version: null },
]

/** Feeds files of so many bytes whose size is told as such. */
function feeding(count: number, { bytes, told }: { readonly bytes: number; readonly told: number }) {
  const abort = new AbortController()
  const posted: ToWorker[] = []
  const feeder = createFeeder({
    folder,
    signal: abort.signal,
    source: {
      list: () => {
        throw new Error('nobody lists')
      },
      open: async () => ({
        bytes: (async function* () {
          for (let at = 0; at < bytes; at += mebibyte) yield Buffer.alloc(Math.min(mebibyte, bytes - at))
        })(),
        metadata: null,
        version: null,
      }),
    },
  })
  const fed = feeder.feed(
    Array.from({ length: count }, (_, id) => file(id, told)),
    (message) => posted.push(message),
  )
  return { abort, posted, feeder, fed }
}

test('an abort ends the feeding of a thread that has stopped and gives nothing back', async () => {
  const { abort, posted, fed } = feeding(20, { bytes: 8 * mebibyte, told: 8 * mebibyte })
  await expect.poll(() => posted.length).toBe(4)
  abort.abort()
  await fed
  expect(posted.map((message) => message.kind === 'bytes' && message.bytes === null)).toEqual(
    Array.from({ length: 20 }, (_, at) => at >= 4),
  )
})

test.each([
  ['not told', -1],
  ['told too small', 10],
])('a file whose size is %s goes by way of the disk where it is large', async (_, told) => {
  const { posted, feeder, fed } = feeding(1, { bytes: 5 * mebibyte, told })
  await fed
  expect(posted).toMatchObject([{ kind: 'spooled', file: 0 }])
  feeder.done(0)
  await expect.poll(() => readdir(folder)).toEqual([])
})
