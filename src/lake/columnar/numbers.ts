/** Pages of the technical columns, whose values are numbers. */
import { type ColumnChunk, columnChunk } from './parquet.ts'
import type { Scanner } from './scanner.ts'

interface NumberColumn {
  /** Offsets from the least value, and how many there may be: one more than the greatest. */
  readonly offsets: Uint32Array
  readonly range: number
  readonly bytes: 4 | 8
  /** Writes the value of an offset. */
  readonly write: (into: Buffer, at: number, offset: number) => void
}

/** Wider columns are written as they are. */
const widestRange = 1 << 20

/** Codes of a dictionary where values come often enough, else the values themselves. */
export function numberChunk({ wasm, view }: Scanner, { offsets, range, bytes, write }: NumberColumn): ColumnChunk {
  const rows = offsets.length
  const local = new Uint32Array(range > widestRange ? 0 : range)
  const used: number[] = []
  let [least, greatest] = [range, 0]
  for (let row = 0; row < rows; row++) {
    const offset = offsets[row]!
    if (offset < least) least = offset
    if (offset > greatest) greatest = offset
    if (local[offset] === 0) local[offset] = used.push(offset)
  }
  const one = (offset: number): Buffer => {
    const out = Buffer.alloc(bytes)
    write(out, 0, offset)
    return out
  }
  const statistics = { nulls: 0, least: one(least), greatest: one(greatest) }
  const levels = presentLevels(rows)
  const asDictionary = used.length > 0 && used.length * 2 < rows
  if (!asDictionary) {
    const data = Buffer.allocUnsafe(levels.length + rows * bytes)
    levels.copy(data)
    for (let row = 0; row < rows; row++) write(data, levels.length + row * bytes, offsets[row]!)
    return columnChunk({ dictionary: undefined, dictionaryCount: 0, data, values: rows, statistics })
  }
  const dictionary = Buffer.allocUnsafe(used.length * bytes)
  for (let at = 0; at < used.length; at++) write(dictionary, at * bytes, used[at]!)
  const bits = Math.max(1, 32 - Math.clz32(used.length - 1))
  const from = wasm.roomFor(rows * 9 + 256)
  const out = from + rows * 4 + 64
  const { words } = view()
  for (let row = 0; row < rows; row++) words[from / 4 + row] = local[offsets[row]!]! - 1
  const end = wasm.hybrid(from, rows, bits, out)
  const data = Buffer.concat([levels, Buffer.from([bits]), view().bytes.subarray(out, end)])
  wasm.releaseChunk()
  return columnChunk({ dictionary, dictionaryCount: used.length, data, values: rows, statistics })
}

/** Definition levels of an optional column without nulls: one run. */
export function presentLevels(rows: number): Buffer {
  const run: number[] = []
  let rest = rows * 2
  for (; rest >= 128; rest = Math.floor(rest / 128)) run.push((rest % 128) | 128)
  run.push(rest, 1)
  const out = Buffer.alloc(4 + run.length)
  out.writeUInt32LE(run.length, 0)
  out.set(run, 4)
  return out
}
