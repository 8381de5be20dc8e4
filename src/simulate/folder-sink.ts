/** Writes a simulation into a folder, as a copy of the trail's bucket lies on disk. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { DigestOptions } from './digests.ts'
import { logText, type Sink } from './sink.ts'

/** Byte 9 of the gzip header names the operating system: "unknown" is the same on all of them (RFC 1952). */
const operatingSystem = 9
const unknown = 255

/** The header's time is zero, so that the same simulation is the same bytes. */
export function folderSink(folder: string): Sink & Pick<DigestOptions, 'write'> {
  const made = new Set<string>()
  const write = (name: string, bytes: Uint8Array | string): void => {
    const path = join(folder, name)
    const parent = dirname(path)
    if (!made.has(parent)) {
      mkdirSync(parent, { recursive: true })
      made.add(parent)
    }
    writeFileSync(path, bytes)
  }
  const compressed = (text: string): Uint8Array => {
    const bytes = gzipSync(text)
    bytes[operatingSystem] = unknown
    return bytes
  }
  return {
    logFile: (file) => write(file.path, compressed(logText(file))),
    document: write,
    // The metadata of its object lie beside it, as `aws s3api head-object` prints them.
    write({ path, text, metadata }) {
      write(path, compressed(text))
      write(`${path}.metadata.json`, JSON.stringify({ Metadata: metadata }))
    },
  }
}
