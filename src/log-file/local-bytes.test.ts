import { execFileSync } from 'node:child_process'
import { appendFile, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { localBytes } from './local-bytes.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trailbook-bytes-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** Does something to the file when the first piece of it was read. */
async function readWhile(content: string, meanwhile: (path: string) => Promise<void>): Promise<string> {
  const path = join(folder, 'a.json')
  await writeFile(path, content)
  let text = ''
  for await (const piece of localBytes(path)) {
    if (text === '') await meanwhile(path)
    text += piece.toString()
  }
  return text
}

const large = 'a'.repeat(600_000)

describe('the bytes of a local file', () => {
  test.each(['', 'a', large])('are what it holds', async (content) => {
    expect(await readWhile(content, async () => {})).toBe(content)
  })

  test('end where the file ended when it was opened, whatever is appended', async () => {
    expect(await readWhile(large, (path) => appendFile(path, 'more'))).toBe(large)
  })

  test.each([
    ['rewritten', (path: string) => writeFile(path, 'b'.repeat(600_000))],
    ['cut off', (path: string) => truncate(path, 300_000)],
    ['emptied', (path: string) => truncate(path, 0)],
  ])('are refused when the file is %s meanwhile', async (_, meanwhile) => {
    await expect(readWhile(large, meanwhile)).rejects.toMatchObject({ code: 'INPUT_CHANGED' })
  })

  test.skipIf(process.platform === 'win32')('a pipe, a socket and a device are refused at once', async () => {
    const pipe = join(folder, 'pipe.json')
    const socket = join(folder, 'socket.json')
    execFileSync('mkfifo', [pipe])
    const server = createServer()
    await new Promise<void>((done) => server.listen(socket, done))
    const found: string[] = []
    for (const path of [pipe, socket, '/dev/zero'])
      await expect(localBytes(path).next()).rejects.toSatisfy(
        (error: Error) => found.push(error.message) > 0,
        'an error',
      )
    server.close()
    expect(found).toMatchInlineSnapshot(`
      [
        "This is a pipe, not a file.",
        "This is a socket, not a file.",
        "This is a device, not a file.",
      ]
    `)
  })
})
