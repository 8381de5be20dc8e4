/** Writes a simulation into a folder, as a copy of the trail's bucket lies on disk. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { logText, type Sink } from './sink.ts'

/** Byte 9 of the gzip header names the operating system: "unknown" is the same on all of them (RFC 1952). */
const operatingSystem = 9
const unknown = 255

/** The header's time is zero, so that the same simulation is the same bytes. */
export function folderSink(folder: string): Sink {
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
  return {
    logFile(file) {
      const bytes = gzipSync(logText(file))
      bytes[operatingSystem] = unknown
      write(file.path, bytes)
    },
    document: write,
  }
}
