import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { type BundleFile, linesFile } from '../../core/evidence/manifest.ts'
import { canonicalJson } from '../../core/run/canonical.ts'
import { createFile } from './private-files.ts'

export interface LineFile {
  /** Adds one value as a line of canonical JSON. */
  add(value: unknown): Promise<void>
  close(): Promise<readonly BundleFile[]>
  abandon(): Promise<void>
}

export const lineHash = (line: string): string => createHash('sha256').update(line, 'utf8').digest('hex')

/** A file of canonical NDJSON, and beside it the SHA-256 of each of its lines. */
export async function createLineFile(folder: string, path: string): Promise<LineFile> {
  const lines = await createFile(join(folder, path))
  const hashes = await createFile(join(folder, linesFile(path)))
  return {
    async add(value) {
      const line = canonicalJson(value)
      await lines.write(`${line}\n`)
      await hashes.write(`${lineHash(line)}\n`)
    },
    async close() {
      const [first, second] = [await lines.close(), await hashes.close()]
      return [
        { path, ...first },
        { path: linesFile(path), ...second },
      ]
    },
    async abandon() {
      await lines.abandon()
      await hashes.abandon()
    },
  }
}

export async function writeLines(
  folder: string,
  path: string,
  values: Iterable<unknown>,
): Promise<readonly BundleFile[]> {
  const file = await createLineFile(folder, path)
  try {
    for (const value of values) await file.add(value)
  } catch (error) {
    await file.abandon()
    throw error
  }
  return file.close()
}
