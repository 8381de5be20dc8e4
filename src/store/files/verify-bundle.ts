import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { TrailbookError } from '../../core/errors.ts'
import {
  type BundleManifest,
  bundleId,
  linesFile,
  manifestName,
  readManifest,
  sealName,
} from '../../core/evidence/manifest.ts'
import { type BundleReport, createFaultList, type FaultList } from '../../core/evidence/report.ts'
import { readSeal } from '../../core/evidence/seal.ts'
import type { EvidenceSources } from '../../core/evidence/sources.ts'
import { checkFit } from './check-fit.ts'
import { compareSources } from './compare-sources.ts'
import { lineHash } from './line-file.ts'
import { readLines } from './read-lines.ts'
import { systemReason } from './reasons.ts'

interface VerifyOptions {
  /** The id it must have, from a ledger or a ticket; without it only the seal tells the id. */
  readonly id?: string | undefined
  /** Reads the original files again and compares. */
  readonly sources?: Pick<EvidenceSources, 'originals'> | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Computes everything in a bundle anew and says what is not as it was written.
 *
 * Whoever can write the whole bundle can also compute new hashes for it: only its id, kept elsewhere, tells that.
 *
 * @throws TrailbookError EVIDENCE_NOT_A_BUNDLE where there is no manifest to start from
 */
export async function verifyBundle(folder: string, options: VerifyOptions = {}): Promise<BundleReport> {
  const list = createFaultList()
  const text = await readFile(join(folder, manifestName), 'utf8').catch((cause: unknown) => {
    throw new TrailbookError(
      'EVIDENCE_NOT_A_BUNDLE',
      { path: folder, reason: `${manifestName} cannot be read: ${systemReason(cause) ?? String(cause)}` },
      { cause },
    )
  })
  const id = bundleId(text)
  await checkIds(folder, { id, wanted: options.id, list })
  const manifest = readManifest(text)
  const report = (sources: BundleReport['sources']): BundleReport => ({
    id,
    intact: list.count() === 0,
    faults: list.faults,
    faultCount: list.count(),
    files: manifest?.files.length ?? 0,
    sources,
  })
  if (manifest === undefined) {
    list.add({ file: manifestName, line: null, kind: 'changed', message: 'It is no manifest of a bundle any more' })
    return report(null)
  }
  await checkFiles(folder, { manifest, list, signal: options.signal })
  if (list.count() === 0) await checkFit(folder, { manifest, list })
  const hasRecords = manifest.files.some(({ path }) => path === 'records.ndjson')
  const comparable = options.sources !== undefined && hasRecords && list.count() === 0
  const sources = comparable
    ? await compareSources(folder, { sources: options.sources!, list, signal: options.signal })
    : null
  return report(sources)
}

async function checkIds(
  folder: string,
  { id, wanted, list }: { readonly id: string; readonly wanted: string | undefined; readonly list: FaultList },
): Promise<void> {
  const text = await readFile(join(folder, sealName), 'utf8').catch(() => undefined)
  const seal = text === undefined ? undefined : readSeal(text)
  if (text === undefined) list.add({ file: sealName, line: null, kind: 'missing', message: 'The seal is not there' })
  else if (seal === undefined)
    list.add({ file: sealName, line: null, kind: 'changed', message: 'The seal does not have its own hash' })
  else if (seal.bundle !== id)
    list.add({
      file: manifestName,
      line: null,
      kind: 'changed',
      message: `Its SHA-256 is ${id}; the seal is for ${seal.bundle}`,
    })
  if (wanted !== undefined && wanted !== id)
    list.add({
      file: manifestName,
      line: null,
      kind: 'changed',
      message: `Its SHA-256 is ${id}; the bundle was to be ${wanted}`,
    })
}

interface FilesWork {
  readonly manifest: BundleManifest
  readonly list: FaultList
  readonly signal: AbortSignal | undefined
}

async function checkFiles(folder: string, { manifest, list, signal }: FilesWork): Promise<void> {
  const there = await listFolder(folder)
  const known = new Set([manifestName, sealName, ...manifest.files.map(({ path }) => path)])
  for (const [path, isFile] of there) {
    if (!known.has(path)) list.add({ file: path, line: null, kind: 'added', message: 'The manifest does not name it' })
    else if (!isFile) list.add({ file: path, line: null, kind: 'changed', message: 'It is no plain file any more' })
  }
  const sound = new Map<string, boolean>()
  for (const { path, bytes, sha256 } of manifest.files) {
    signal?.throwIfAborted()
    if (there.get(path) !== true) {
      if (!there.has(path)) list.add({ file: path, line: null, kind: 'missing', message: 'It is not there' })
      continue
    }
    const found = await hashFile(join(folder, path))
    sound.set(path, found.sha256 === sha256)
    if (found.sha256 === sha256) continue
    if (sound.get(path) === false && found.bytes !== bytes) {
      list.add({ file: path, line: null, kind: 'changed', message: `It has ${found.bytes} bytes, and had ${bytes}` })
    } else
      list.add({
        file: path,
        line: null,
        kind: 'changed',
        message: `Its SHA-256 is ${found.sha256}, and was ${sha256}`,
      })
  }
  for (const { path } of manifest.files)
    if (sound.get(path) === false && sound.get(linesFile(path)) === true) await nameLines(folder, path, list)
}

/** Paths within the folder with `/`, and whether each is a plain file. Links are not followed. */
async function listFolder(folder: string): Promise<Map<string, boolean>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return new Map(
    entries
      .filter((entry) => !entry.isDirectory())
      .map((entry) => [relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'), entry.isFile()]),
  )
}

async function hashFile(path: string): Promise<{ readonly bytes: number; readonly sha256: string }> {
  const hash = createHash('sha256')
  let bytes = 0
  await pipeline(
    createReadStream(path),
    async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        bytes += chunk.length
        yield chunk
      }
    },
    hash,
  )
  return { bytes, sha256: hash.digest('hex') }
}

/** Compares line by line with the hashes beside the file, which are as they were. */
async function nameLines(folder: string, path: string, list: FaultList): Promise<void> {
  const hashes = readLines(join(folder, linesFile(path)))
  const lines = readLines(join(folder, path))
  for (let line = 1; ; line++) {
    const [hash, text] = [await hashes.next(), await lines.next()]
    if (hash.done && text.done) {
      if (text.value !== '') list.add({ file: path, line, kind: 'changed', message: 'The last line has no end' })
      return
    }
    if (text.done)
      return list.add({ file: path, line, kind: 'missing', message: `Line ${line} and what followed is gone` })
    if (hash.done)
      return list.add({ file: path, line, kind: 'added', message: `Line ${line} and what follows was added` })
    if (lineHash(text.value) !== hash.value)
      list.add({ file: path, line, kind: 'changed', message: `Line ${line} was changed` })
  }
}
