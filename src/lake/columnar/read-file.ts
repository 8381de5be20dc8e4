/** Reads one log file into a batch: by the scanner where it has the form of a delivered file, else by the careful reader. */
import { isUtf8 } from 'node:buffer'
import { hash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { InputFault } from '../../core/event/fault.ts'
import { hasDeliveredName } from '../../core/event/log-path.ts'
import { normaliseRecord } from '../../core/event/normalise.ts'
import { localBytes } from '../../log-file/local-bytes.ts'
import { readLogFile } from '../../log-file/read-log-file.ts'
import type { Reading } from '../file-ledger.ts'
import { createReading, faultOf } from '../reading.ts'
import type { Batch } from './batch.ts'

/** A file to be read; `stored` are its bytes where no local path leads to them. */
export interface FileTask {
  readonly id: number
  readonly name: string
  readonly location: string
  readonly path: string | null
  /** The account of the path, for records that name none. */
  readonly account: string | null
}

/** What reading a file came to. */
export type FileOutcome = { readonly id: number; readonly reading: Reading } & (
  | {
      readonly kind: 'end'
      /** Hex SHA-256 of the inflated bytes. */
      readonly sha256: string
      readonly bytes: number
      readonly digest: string | null
      readonly ignored: boolean
    }
  | { readonly kind: 'fault'; readonly code: string; readonly reason: string }
  | { readonly kind: 'aborted' }
)

interface Readers {
  readonly batch: Batch
  /** Writes what is in the batch; `partial` is the file whose rows are not all in yet. */
  readonly flush: (partial: number | null) => void
  readonly aborted: () => boolean
  readonly onProgress: (bytes: number, records: number) => void
}

/** Files up to this are inflated in one go; CloudTrail delivers none above 50 MB. */
const wholeFile = 64 * 2 ** 20

export async function readFile(file: FileTask, stored: Uint8Array | undefined, readers: Readers): Promise<FileOutcome> {
  const whole = stored ?? wholeBytes(file.path)
  if (whole !== undefined) {
    const outcome = scanned(file, whole, readers)
    if (outcome !== undefined) return outcome
  }
  const open = (): AsyncIterable<Uint8Array> => (whole === undefined ? localBytes(file.path!) : once(whole))
  const outcome = await careful(file, open(), readers)
  if (outcome !== 'again') return outcome
  // Alone in its batch, so that what is written of it can be taken back.
  readers.flush(null)
  return (await careful(file, open(), readers)) as FileOutcome
}

/** Undefined where it is too large for one go, or cannot be read: the careful reader says why. */
function wholeBytes(path: string | null): Uint8Array | undefined {
  if (path === null) return undefined
  try {
    const stats = statSync(path)
    if (!stats.isFile() || stats.size > wholeFile) return undefined
    const bytes = readFileSync(path)
    // It is being written to: the careful reader knows what to take.
    return bytes.length === stats.size ? bytes : undefined
  } catch {
    return undefined
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

/** Undefined where the file is not simple enough, or damaged. */
function inflated(stored: Uint8Array): Uint8Array | undefined {
  if (stored[0] !== 0x1f || stored[1] !== 0x8b) return stored
  if (stored.length < 18) return undefined
  const end = Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength)
  // The last four bytes of a gzip file are its size; what is wrong there costs only speed.
  const expected = Math.min(end.readUInt32LE(end.length - 4), wholeFile)
  try {
    const { buffer, engine } = gunzipSync(stored, {
      info: true,
      maxOutputLength: wholeFile,
      chunkSize: Math.max(1024, expected + 16),
    }) as unknown as { buffer: Buffer; engine: { bytesWritten: number } }
    return engine.bytesWritten === stored.length ? buffer : undefined
  } catch {
    return undefined
  }
}

function scanned(file: FileTask, stored: Uint8Array, { batch, flush, onProgress }: Readers): FileOutcome | undefined {
  const bytes = inflated(stored)
  if (bytes === undefined || bytes.length > wholeFile || !isUtf8(bytes)) return undefined
  const kind = hasDeliveredName(file.location) ? 'trail' : 'file'
  const target = { id: file.id, kind, account: file.account } as const
  let result = batch.scan(bytes, target)
  if (result === 'full' && batch.rows() > 0) {
    flush(null)
    result = batch.scan(bytes, target)
  }
  if (result === undefined || result === 'full') return undefined
  const reading = createReading(file.name)
  for (const { ordinal, fault } of [...result.faults].sort((a, b) => a.ordinal - b.ordinal))
    reading.quarantine(ordinal, fault)
  onProgress(bytes.length, result.records)
  const { first, last, records, rows } = result
  return {
    kind: 'end',
    id: file.id,
    reading: { ...reading.result(), records, first, last, kinds: rows > 0 ? [kind] : [] },
    sha256: hash('sha256', bytes, 'hex'),
    bytes: bytes.length,
    digest: null,
    ignored: false,
  }
}

/** @returns `again` where it is larger than the room that the batch has left */
async function careful(
  file: FileTask,
  stored: AsyncIterable<Uint8Array>,
  { batch, flush, aborted, onProgress }: Readers,
): Promise<FileOutcome | 'again'> {
  const reading = createReading(file.name)
  const before = batch.rows()
  let told = { bytes: 0, records: 0 }
  const leave = (): void => batch.truncate(before)
  try {
    for await (const piece of readLogFile(file.location, nonEmpty(file, stored))) {
      if (aborted()) {
        leave()
        return { kind: 'aborted', id: file.id, reading: reading.result() }
      }
      if (piece.kind === 'end') {
        const { sha256, bytes, digest, ignored } = piece
        if (ignored) leave()
        return { kind: 'end', id: file.id, reading: reading.result(), sha256, bytes, digest, ignored }
      }
      let bytes = 0
      for (const record of piece.records) {
        const ordinal = reading.next()
        if ('code' in record) {
          reading.quarantine(ordinal, record)
          continue
        }
        bytes += record.node.end - record.node.start
        const event = normaliseRecord(record.text, record.node, record.account ?? file.account)
        if ('code' in event) {
          reading.quarantine(ordinal, event)
          continue
        }
        reading.saw(event.time, record.kind)
        if (batch.isFull()) {
          if (before > 0) {
            leave()
            onProgress(-told.bytes, -told.records)
            return 'again'
          }
          flush(file.id)
        }
        batch.add(event, { id: file.id, kind: record.kind, account: file.account }, ordinal)
      }
      told = { bytes: told.bytes + bytes, records: told.records + piece.records.length }
      onProgress(bytes, piece.records.length)
    }
    throw new Error('the file has no end')
  } catch (error) {
    leave()
    return { kind: 'fault', id: file.id, reading: reading.result(), ...faultOf(error) }
  }
}

async function* nonEmpty(file: FileTask, stored: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let empty = true
  for await (const bytes of stored) {
    empty &&= bytes.length === 0
    yield bytes
  }
  if (empty && /\.gz$/i.test(file.location)) throw new InputFault('INPUT_EMPTY_GZIP')
}
