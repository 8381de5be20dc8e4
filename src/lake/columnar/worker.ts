/** A thread that reads log files into staged parts. */
import { closeSync, mkdirSync, openSync, writevSync } from 'node:fs'
import { join } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import { createReading } from '../reading.ts'
import { createBatch } from './batch.ts'
import type { FromWorker, Portion, StagedPart, ToWorker, WorkerSettings } from './messages.ts'
import { readFile } from './read-file.ts'
import { compileScanner } from './scanner.ts'

const { scanner, folder, worker, batchRows, batchBytes, stop } = workerData as WorkerSettings
const port = parentPort!
const tell = (message: FromWorker, transfer: ArrayBuffer[] = []): void => port.postMessage(message, transfer)

const batch = createBatch(compileScanner(scanner), {
  rows: batchRows,
  bytes: batchBytes,
  capacity: Math.max(1024, Math.ceil(batchRows * 1.5)),
})
let written = 0

/** So many buffers are written by one call of the system. */
const vector = 512

function write(name: string, pieces: readonly Buffer[]): { path: string; bytes: number } {
  const path = join(folder, name)
  const file = openSync(path, 'w')
  let bytes = 0
  try {
    for (let at = 0; at < pieces.length; at += vector) bytes += writeAll(file, pieces.slice(at, at + vector))
  } finally {
    closeSync(file)
  }
  return { path, bytes }
}

/** A disk may take less than it was given. */
function writeAll(file: number, pieces: readonly Buffer[]): number {
  let rest = pieces.filter(({ length }) => length > 0)
  let total = 0
  while (rest.length > 0) {
    let done = writevSync(file, rest)
    total += done
    const after: Buffer[] = []
    for (const piece of rest) {
      const cut = Math.min(done, piece.length)
      done -= cut
      if (cut < piece.length) after.push(piece.subarray(cut))
    }
    rest = after
  }
  return total
}

/** The file of which parts are written, but not all. */
let begun: number | null = null

function flush({ number, files }: Portion, partial: number | null): void {
  const nothing = batch.rows() === 0
  if (nothing && begun === null) return
  begun = partial
  if (nothing) {
    tell({
      kind: 'parts',
      staged: { portion: number, parts: [], coverage: null, groups: new Uint32Array(), rowsOf: [], partial },
    })
    return
  }
  const regions = new Map(files.map(({ id, region }) => [id, region ?? undefined]))
  const { parts, coverage, groups, rowsOf } = batch.flush((id) => regions.get(id))
  const name = (kind: string): string => `${worker}-${written++}.${kind}.parquet`
  const staged: StagedPart[] = parts.map(({ pieces, ...part }) => ({ ...part, ...write(name('events'), pieces) }))
  const covered = { rows: coverage.rows, ...write(name('coverage'), coverage.pieces) }
  tell({
    kind: 'parts',
    staged: { portion: number, parts: staged, coverage: covered, groups, rowsOf: [...rowsOf], partial },
  })
}

type Given = Extract<ToWorker, { kind: 'bytes' | 'spooled' }>
const waiting = new Map<number, (given: Given) => void>()
const arrived = new Map<number, Given>()

/** The bytes that the ingest gives for a file, or where it put them. */
const given = (file: number): Promise<Given> =>
  new Promise((resolve) => {
    const message = arrived.get(file)
    if (message === undefined) waiting.set(file, resolve)
    else {
      arrived.delete(file)
      resolve(message)
    }
  })

let keep: (file: number) => void = () => {}

async function work(portion: Portion): Promise<void> {
  const { number, files } = portion
  const aborted = (): boolean => Atomics.load(stop, 0) === 1
  /** How many rows the batch had behind each of its files. */
  let behind: (readonly [number, number])[] = []
  const write = (partial: number | null): void => {
    flush(portion, partial)
    behind = []
  }
  for (const file of files) {
    if (aborted()) break
    let stored: Uint8Array | undefined
    let path = file.path
    if (path === null) {
      const message = await given(file.id)
      if (message.kind === 'spooled') path = message.path
      else if (message.bytes !== null) stored = message.bytes
      else {
        if (message.fault === null) break
        const reading = createReading(file.name).result()
        tell({ kind: 'file', portion: number, outcome: { kind: 'fault', id: file.id, reading, ...message.fault } })
        continue
      }
    }
    const onProgress = (bytes: number, records: number): void =>
      tell({ kind: 'progress', portion: number, bytes, records })
    const outcome = await readFile({ ...file, path }, stored, { batch, flush: write, aborted, onProgress })
    tell({ kind: 'file', portion: number, outcome })
    behind.push([file.id, batch.rows()])
    if (batch.isFull()) write(null)
  }
  if (aborted()) {
    const kept = new Promise<number>((resolve) => {
      keep = resolve
    })
    tell({ kind: 'stopped', portion: number })
    const last = await kept
    batch.truncate(behind.findLast(([file]) => file <= last)?.[1] ?? 0)
    if (begun !== null && begun > last) begun = null
  }
  write(null)
  tell({ kind: 'done', portion: number })
}

mkdirSync(folder, { recursive: true })
let last = Promise.resolve()
port.on('message', (message: ToWorker) => {
  if (message.kind === 'portion') {
    last = last.then(() => work(message.portion)).catch(fail)
    return
  }
  if (message.kind === 'keep') {
    keep(message.file)
    return
  }
  const resolve = waiting.get(message.file)
  if (resolve === undefined) arrived.set(message.file, message)
  else {
    waiting.delete(message.file)
    resolve(message)
  }
})

function fail(error: unknown): void {
  const { message, code, stack } = error as NodeJS.ErrnoException
  tell({
    kind: 'failed',
    error: { message: String(message), ...(code !== undefined && { code }), ...(stack !== undefined && { stack }) },
  })
}
