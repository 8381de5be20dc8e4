import { createReadStream } from 'node:fs'

/**
 * The lines of a text file without their ends, in memory bounded by the longest. What follows the last line end is
 * returned, "" where nothing does. Only `\n` ends a line. Bytes that are no UTF-8 become U+FFFD.
 */
export async function* readLines(path: string): AsyncGenerator<string, string> {
  let parts: Buffer[] = []
  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>) {
    let from = 0
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
      parts.push(chunk.subarray(from, at))
      yield (parts.length === 1 ? parts[0]! : Buffer.concat(parts)).toString('utf8')
      parts = []
      from = at + 1
    }
    if (from < chunk.length) parts.push(chunk.subarray(from))
  }
  return Buffer.concat(parts).toString('utf8')
}
