/** The canonical texts of the rows since the last pause, one behind the other: what their identities are the hashes of. */
import { columnAt, columnCount, columnInOrder } from './columns'
import { entryOf } from './dictionary'
import { allocate } from './memory'

const pauseBytes: usize = 1 << 20

let texts: usize = 0
let capacity: usize = 0
let end: usize = 0
/** Where each ends, from the beginning of the first. */
let ends: usize = 0
export let canonicalRows: u32 = 0

/** Columns that are no part of a record. */
let accountColumn: u32 = 0
let kindColumn: u32 = 0

export function prepareRowTexts(rows: u32): void {
  ends = allocate((rows + 1) * 4)
}
export function setOwnColumns(account: u32, kind: u32): void {
  accountColumn = account
  kindColumn = kind
}
/** Of a new batch, whose memory is new. */
export function forgetRowTexts(): void {
  capacity = 0
}
export function beginRowTexts(): void {
  canonicalRows = 0
  end = texts
}
export function areRowTextsDue(): bool {
  return canonicalRows > 0 && end - texts > pauseBytes
}
export function canonicalAt(): usize {
  return texts
}
export function canonicalEnds(): usize {
  return ends
}

/** Copies short texts in steps of 8; may write up to 7 bytes beyond. */
@inline
function copy(to: usize, from: usize, bytes: u32): void {
  if (bytes > 96) {
    memory.copy(to, from, bytes)
    return
  }
  for (let i: u32 = 0; i < bytes; i += 8) store<u64>(to + i, load<u64>(from + i))
}

/**
 * Adds the text of a row. @param place where the row's code in the first column stands; @param step bytes from one column to the next
 * @param before a text that stands before the record's own, with its bytes; none where that is 0
 */
export function addRowText(place: usize, step: usize, before: usize, beforeBytes: u32): void {
  let space: usize = beforeBytes + 64
  for (let c: u32 = 0; c < columnCount; c++) {
    const code = load<u32>(place + c * step)
    if (code == 0 || c == accountColumn || c == kindColumn) continue
    space += load<u32>(entryOf(c, code) + 16) + load<u32>(columnAt(c) + 28) + 8
  }
  const used = end - texts
  if (used + space > capacity) {
    capacity = max<usize>((used + space) * 2, pauseBytes * 2)
    const grown = allocate(capacity)
    memory.copy(grown, texts, used)
    texts = grown
    end = grown + used
  }
  if (canonicalRows == 0) store<u32>(ends, 0)
  let out = end
  if (beforeBytes > 0) {
    memory.copy(out, before, beforeBytes)
    out += beforeBytes
  }
  const start = out
  for (let r: u32 = 0; r < columnCount; r++) {
    const c = columnInOrder(r)
    const code = load<u32>(place + c * step)
    if (code == 0 || c == accountColumn || c == kindColumn) continue
    const entry = entryOf(c, code)
    const column = columnAt(c)
    const nameBytes = load<u32>(column + 28)
    copy(out, load<u32>(column + 24), nameBytes)
    out += nameBytes
    const bytes = load<u32>(entry + 16)
    copy(out, load<u32>(entry + 12), bytes)
    out += bytes
  }
  // The first member's comma becomes the bracket.
  store<u8>(start, 123)
  store<u8>(out++, 125)
  end = out
  canonicalRows++
  store<u32>(ends + canonicalRows * 4, <u32>(end - texts))
}
