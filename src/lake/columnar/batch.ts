/**
 * Rows of a batch of log files, held as dictionary codes until they are written as parts. Files go in by the fast scanner where
 * they have the form of delivered ones, else record by record from the careful reader: the rows are the same.
 */
import { hash } from 'node:crypto'
import { eventColumns } from '../../core/event/columns.ts'
import type { RecordFault } from '../../core/event/fault.ts'
import { parseJson } from '../../core/event/json.ts'
import { type EventRow, normaliseRecord } from '../../core/event/normalise.ts'
import type { SourceKind } from '../../core/event/source.ts'
import { sourceKinds } from '../../core/event/source.ts'
import { isoTime } from '../../core/time.ts'
import { orderRows, type Ranks, secondsOfDay } from './batch-order.ts'
import { coverageOf } from './coverage-rows.ts'
import { eventPart } from './event-part.ts'
import { accountColumn } from './layout.ts'
import { createScanner, readOn, type ScanModule } from './scanner.ts'
import { createTexts } from './texts.ts'

interface BatchLimits {
  /** The batch is full with so many rows. */
  readonly rows: number
  /** Whole files may lead beyond that, up to this. */
  readonly capacity: number
  /** Of memory that the batch takes. */
  readonly bytes: number
}

/** Where the rows of a file belong. */
interface FileOfBatch {
  readonly id: number
  readonly kind: SourceKind
  /** The account of the path, for records that name none. */
  readonly account: string | null
}

/** What the scanner saw of a file; undefined in its place where it left the file to the careful reader. */
interface Scanned {
  readonly records: number
  readonly faults: readonly { readonly ordinal: number; readonly fault: RecordFault }[]
  readonly rows: number
  readonly first: string | null
  readonly last: string | null
}

interface PartOfBatch {
  readonly date: string
  readonly rows: number
  readonly first: string
  readonly last: string
  readonly pieces: readonly Buffer[]
}

interface FlushedBatch {
  readonly parts: readonly PartOfBatch[]
  readonly coverage: { readonly rows: number; readonly pieces: readonly Buffer[] }
  /** For each row, part after part: its row in the coverage part. */
  readonly groups: Uint32Array
  /** Rows by file. */
  readonly rowsOf: ReadonlyMap<number, number>
}

export type Batch = ReturnType<typeof createBatch>

/** A module that took more memory than this is replaced by a new one. */
const largestModule = 192 * 2 ** 20

export function createBatch(module: ScanModule, limits: BatchLimits) {
  let scanner = createScanner(module, limits.capacity)
  let { wasm, view } = scanner
  let accounts = new Map<string, { code: number; prefix: number; prefixBytes: number }>()
  let start = 0

  const begin = (): void => {
    // What the module took it never gives back.
    if (wasm.memory.buffer.byteLength > largestModule) {
      scanner = createScanner(module, limits.capacity)
      ;({ wasm, view } = scanner)
    }
    scanner.beginBatch()
    accounts = new Map()
    start = wasm.position() >>> 0
  }
  begin()

  const rows = (): number => wasm.rows.value

  const put = (text: Buffer): number => {
    const at = wasm.take(text.length + 16) >>> 0
    view().bytes.set(text, at)
    return at
  }

  /** The code of an account in its column, and what stands before the canonical text of a record that names none. */
  const accountOf = (account: string | null): { code: number; prefix: number; prefixBytes: number } => {
    if (account === null) return { code: 0, prefix: 0, prefixBytes: 0 }
    let known = accounts.get(account)
    if (known === undefined) {
      const json = Buffer.from(JSON.stringify(account))
      const prefix = Buffer.from(`${account}\n`)
      known = {
        code: wasm.codeOfText(accountColumn, put(json), json.length),
        prefix: put(prefix),
        prefixBytes: prefix.length,
      }
      accounts.set(account, known)
    }
    return known
  }

  const setHash = (row: number, digest: Buffer): void => {
    digest.copy(view().bytes, (wasm.hashesAt() >>> 0) + row * 16, 0, 16)
  }

  /** The identities of the rows since the last pause. */
  const hashRows = (): void => {
    const many = wasm.canonicalRows.value
    if (many === 0) return
    const { bytes, words } = view()
    const texts = wasm.canonicalAt() >>> 0
    const ends = wasm.canonicalEnds() / 4
    const target = (wasm.hashesAt() >>> 0) + (rows() - many) * 16
    for (let at = 0; at < many; at++) {
      const from = texts + words[ends + at]!
      const text = new Uint8Array(bytes.buffer, from, texts + words[ends + at + 1]! - from)
      bytes.write(hash('sha256', text, 'binary'), target + at * 16, 16, 'latin1')
    }
  }

  /** One record of the careful reader; false where the batch has no room for it. */
  const add = (event: EventRow, file: FileOfBatch, ordinal: number): boolean => {
    if (rows() >= limits.capacity) return false
    const texts = event.columns.map((value, column) =>
      value === null ? undefined : Buffer.from(eventColumns[column]!.form === 'struct' ? value : JSON.stringify(value)),
    )
    const size = texts.reduce((total, text) => total + (text?.length ?? 0) + 16, 64)
    let at = wasm.take(size) >>> 0
    const account = accountOf(event.account)
    const { bytes, words } = view()
    const values = wasm.valuesAt() / 4
    words.fill(0, values, values + 2 * (eventColumns.length + 2))
    for (const [column, text] of texts.entries()) {
      if (text === undefined) continue
      bytes.set(text, at)
      words[values + column * 2] = at
      words[values + column * 2 + 1] = text.length
      at += text.length + 8
    }
    const kind = scanner.kinds()[sourceKinds.indexOf(file.kind)]!
    const row = rows()
    if (wasm.addRow(file.id, ordinal, kind, account.code, Date.parse(event.time) / 1000) === 0) return false
    setHash(row, hash('sha256', event.canonical, 'buffer') as unknown as Buffer)
    return true
  }

  /**
   * Scans the inflated bytes of a file.
   * @returns undefined where the careful reader must, and then no row of it is in; `full` where it has no room
   */
  const scan = (inflated: Uint8Array, file: FileOfBatch): Scanned | 'full' | undefined => {
    const before = rows()
    const target = wasm.reserve(inflated.length) >>> 0
    view().bytes.set(inflated, target)
    const { code, prefix, prefixBytes } = accountOf(file.account)
    const kind = scanner.kinds()[sourceKinds.indexOf(file.kind)]!
    if (wasm.beginFile(inflated.length, file.id, kind, code, prefix, prefixBytes) === 0) return undefined
    const faults: { ordinal: number; fault: RecordFault }[] = []
    const odd: { start: number; bytes: number; ordinal: number }[] = []
    for (;;) {
      const state = wasm.readOn()
      if (state === readOn.refused) {
        wasm.truncate(before)
        return undefined
      }
      hashRows()
      const { words } = view()
      const table = wasm.oddAt() / 4
      for (let at = 0; at < wasm.oddCount.value; at++)
        odd.push({
          start: words[table + at * 3]!,
          bytes: words[table + at * 3 + 1]!,
          ordinal: words[table + at * 3 + 2]!,
        })
      if (state === readOn.ended) break
      if (rows() >= limits.capacity) {
        wasm.truncate(before)
        return 'full'
      }
    }
    const records = wasm.records.value
    for (const { start: from, bytes: length, ordinal } of odd) {
      const text = view().bytes.toString('utf8', from, from + length)
      const event = normaliseRecord(text, parseJson(text), file.account)
      if ('code' in event) faults.push({ ordinal, fault: event })
      else if (!add(event, file, ordinal)) {
        wasm.truncate(before)
        return 'full'
      }
    }
    const times = new Float64Array(view().bytes.buffer, wasm.timesAt() >>> 0, rows())
    let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
    for (let row = before; row < rows(); row++) {
      if (times[row]! < first) first = times[row]!
      if (times[row]! > last) last = times[row]!
    }
    const some = rows() > before
    return {
      records,
      faults,
      rows: rows() - before,
      first: some ? isoTime(first * 1000) : null,
      last: some ? isoTime(last * 1000) : null,
    }
  }

  const ranks = (column: number): Ranks => {
    const texts = createTexts(scanner)
    const many = wasm.entriesOf(column)
    const values = Array.from({ length: many + 1 }, (_, code) => ({ code, text: texts.content(column, code) }))
    values.sort((a, b) =>
      (a.text ?? '\uffff') < (b.text ?? '\uffff') ? -1 : (a.text ?? '\uffff') > (b.text ?? '\uffff') ? 1 : 0,
    )
    const rankOf = new Uint32Array(many + 1)
    for (const [rank, { code }] of values.entries()) rankOf[code] = rank
    const from = wasm.codesOf(column) / 4
    const ofRow = view().words.slice(from, from + rows())
    for (let row = 0; row < ofRow.length; row++) ofRow[row] = rankOf[ofRow[row]!]!
    return { ofRow, many: many + 1 }
  }

  const named = (name: string): number => eventColumns.findIndex((column) => column.name === name)

  return {
    add,
    scan,
    rows,
    /** Takes back the rows from there on. */
    truncate: (to: number): void => wasm.truncate(to),
    isFull: (): boolean => rows() >= limits.rows || (wasm.position() >>> 0) - start >= limits.bytes,
    /** The rows as parts, one for each event day; the batch is empty then. */
    flush(regionOf: (file: number) => string | undefined): FlushedBatch {
      const many = rows()
      const times = new Float64Array(view().bytes.buffer, wasm.timesAt() >>> 0, many).slice()
      const { order, days } = orderRows(times, ranks(named('eventSource')), ranks(named('eventName')))
      const coverage = coverageOf(scanner, order, regionOf)
      const parts = days.map(({ day, from, to }): PartOfBatch => {
        let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
        for (let at = from; at < to; at++) {
          const time = times[order[at]!]!
          if (time < first) first = time
          if (time > last) last = time
        }
        return {
          date: isoTime(day * secondsOfDay * 1000).slice(0, 10),
          rows: to - from,
          first: isoTime(first * 1000),
          last: isoTime(last * 1000),
          pieces: eventPart(scanner, order.subarray(from, to)),
        }
      })
      const rowsOf = new Map<number, number>()
      const files = new Uint32Array(view().bytes.buffer, wasm.filesAt() >>> 0, many)
      for (const file of files) rowsOf.set(file, (rowsOf.get(file) ?? 0) + 1)
      begin()
      return {
        parts,
        coverage: { rows: coverage.rows, pieces: coverage.parquet },
        groups: coverage.groups,
        rowsOf,
      }
    },
  }
}
