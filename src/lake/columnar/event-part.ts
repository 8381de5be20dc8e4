/** Row groups of event parts out of the rows that the scanner holds. */
import { eventColumns } from '../../core/event/columns.ts'
import { secondsOfDay } from './batch-order.ts'
import { accountColumn, distinctColumns, eventSchema, kindColumn, structLayouts } from './layout.ts'
import { numberChunk, presentLevels } from './numbers.ts'
import { type ColumnChunk, columnChunk, createParquet, type Statistics } from './parquet.ts'
import type { ScanExports, Scanner } from './scanner.ts'

/** Small enough for statistics to prune, large enough to compress. */
const groupRows = 40_960

const mostElements = 1_000_000

/** Longer texts prune nothing, and statistics are read with every footer. */
const longestStatistic = 256

const numberIn = (global: { readonly value: number }): number => global.value >>> 0

/** Rows of one event day, in their order, as a Parquet file in pieces. */
export function eventPart(scanner: Scanner, order: Uint32Array): readonly Buffer[] {
  const parquet = createParquet(eventSchema)
  for (let from = 0; from < order.length; ) {
    const rows = withinElements(scanner, order.subarray(from, from + groupRows))
    parquet.add(rows.length, rowGroup(scanner, rows))
    from += rows.length
  }
  return parquet.finish()
}

/** As many of the rows as have not too many elements in their lists together: a short text may stand for a thousand. */
function withinElements({ wasm, view }: Scanner, rows: Uint32Array): Uint32Array {
  const at = wasm.roomFor(rows.length * 4 + 16)
  view().words.set(rows, at / 4)
  let many = rows.length
  let struct = 0
  for (const [column, layout] of structLayouts.entries()) {
    if (layout === undefined) continue
    if (layout.group > 0) many = wasm.rowsWithin(struct, wasm.codesOf(column), at, many, mostElements)
    struct++
  }
  wasm.releaseChunk()
  return rows.subarray(0, many)
}

function rowGroup(scanner: Scanner, rows: Uint32Array): ColumnChunk[] {
  const { wasm, view } = scanner
  const many = rows.length
  const back = wasm.roomFor(many * 4 + 16)
  view().words.set(rows, back / 4)
  const chunks: ColumnChunk[] = []
  let struct = 0
  for (const [column, { name }] of eventColumns.entries()) {
    const layout = structLayouts[column]
    const codes = wasm.codesOf(column)
    if (layout === undefined) {
      wasm.gather(column, codes, back, many)
      chunks.push(textChunk(scanner, column, 1, { random: distinctColumns.has(name), statistics: true }))
      continue
    }
    for (const { dictionary, place, level, inGroup } of layout.leaves) {
      if (inGroup) wasm.gatherRepeated(struct, place, level, codes, back, many)
      else wasm.gatherLeaf(struct, place, level, codes, back, many)
      // DuckDB 1.5 draws wrong conclusions from statistics below lists; see src/duckdb/open.ts.
      chunks.push(textChunk(scanner, dictionary, level, { random: false, statistics: !inGroup }))
    }
    struct++
  }
  chunks.push(...numberChunks(scanner, rows))
  for (const column of [kindColumn, accountColumn]) {
    wasm.gather(column, wasm.codesOf(column), back, many)
    chunks.push(textChunk(scanner, column, 1, { random: false, statistics: true }))
  }
  return chunks
}

function textChunk(
  { wasm, view }: Scanner,
  dictionary: number,
  level: number,
  wanted: { readonly random: boolean; readonly statistics: boolean },
): ColumnChunk {
  wasm.encode(dictionary, level)
  const { bytes } = view()
  const slice = (at: number, length: number): Buffer => bytes.subarray(at, at + length)
  const count = numberIn(wasm.dictionaryCount)
  const chunk = columnChunk({
    dictionary: count === 0 ? undefined : slice(numberIn(wasm.dictionaryAt), numberIn(wasm.dictionarySize)),
    dictionaryCount: count,
    data: slice(numberIn(wasm.dataAt), numberIn(wasm.dataSize)),
    values: numberIn(wasm.levelCount),
    statistics: wanted.statistics ? statistics(wasm, slice) : undefined,
    random: wanted.random,
  })
  wasm.releaseChunk()
  return chunk
}

function statistics(wasm: ScanExports, slice: (at: number, length: number) => Buffer): Statistics {
  const values = numberIn(wasm.valueCount)
  const nulls = numberIn(wasm.levelCount) - values
  const [least, greatest] = [numberIn(wasm.leastBytes), numberIn(wasm.greatestBytes)]
  if (values === 0 || least > longestStatistic || greatest > longestStatistic) return { nulls }
  return {
    nulls,
    least: Buffer.from(slice(numberIn(wasm.least), least)),
    greatest: Buffer.from(slice(numberIn(wasm.greatest), greatest)),
  }
}

function numberChunks(scanner: Scanner, rows: Uint32Array): ColumnChunk[] {
  const { wasm, view } = scanner
  const memory = view().bytes
  const { buffer } = memory
  const times = new Float64Array(buffer, wasm.timesAt())
  const files = new Uint32Array(buffer, wasm.filesAt())
  const ordinals = new Uint32Array(buffer, wasm.ordinalsAt())
  const gathered = (values: Uint32Array): { readonly values: Uint32Array; least: number; greatest: number } => {
    const out = new Uint32Array(rows.length)
    let [least, greatest] = [2 ** 32, 0]
    for (let at = 0; at < rows.length; at++) {
      const value = values[rows[at]!]!
      out[at] = value
      if (value < least) least = value
      if (value > greatest) greatest = value
    }
    return { values: out, least, greatest }
  }

  const midnight = Math.floor(times[rows[0]!]! / secondsOfDay) * secondsOfDay
  const seconds = new Uint32Array(rows.length)
  for (let at = 0; at < rows.length; at++) seconds[at] = times[rows[at]!]! - midnight
  const ids = gathered(files)
  for (let at = 0; at < rows.length; at++) ids.values[at]! -= ids.least
  const positions = gathered(ordinals)
  const int64 = (into: Buffer, at: number, value: number): void => {
    into.writeUInt32LE(value % 2 ** 32, at)
    into.writeUInt32LE(Math.floor(value / 2 ** 32), at + 4)
  }

  const hashesAt = wasm.hashesAt()
  const levels = presentLevels(rows.length)
  const hashes = Buffer.allocUnsafe(levels.length + rows.length * 16)
  levels.copy(hashes)
  for (let at = 0; at < rows.length; at++) {
    const from = hashesAt + rows[at]! * 16
    memory.copy(hashes, levels.length + at * 16, from, from + 16)
  }
  return [
    numberChunk(scanner, {
      offsets: seconds,
      range: secondsOfDay,
      bytes: 8,
      write: (into, at, offset) => microseconds(into, at, midnight + offset),
    }),
    numberChunk(scanner, {
      offsets: ids.values,
      range: ids.greatest - ids.least + 1,
      bytes: 8,
      write: (into, at, offset) => int64(into, at, ids.least + offset),
    }),
    numberChunk(scanner, {
      offsets: positions.values,
      range: positions.greatest + 1,
      bytes: 4,
      write: (into, at, offset) => into.writeUInt32LE(offset, at),
    }),
    columnChunk({
      dictionary: undefined,
      dictionaryCount: 0,
      data: hashes,
      values: rows.length,
      statistics: { nulls: 0 },
      incompressible: true,
    }),
  ]
}

/** By halves: most years fit a double as microseconds, those after 2255 do not. */
function microseconds(into: Buffer, at: number, seconds: number): void {
  if (seconds < 9e9) {
    const value = seconds * 1e6
    into.writeUInt32LE(value % 2 ** 32, at)
    into.writeUInt32LE(Math.floor(value / 2 ** 32), at + 4)
  } else into.writeBigInt64LE(BigInt(seconds) * 1_000_000n, at)
}
