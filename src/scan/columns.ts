/** The columns of the event table as the host told them, and how a member's name is found among them. */
import { allocate } from './memory'

// A column: name, bytes, kind, struct, what is asked of its values, whether all are taken for different, quoted name, its bytes.
const columnBytes: usize = 32
export let columnCount: u32 = 0
let columns: usize = 0
/** Columns in the order of the canonical text. */
let order: usize = 0

export function prepareColumns(many: u32): void {
  columnCount = many
  columns = allocate(many * columnBytes)
  order = allocate(many * 4)
}

@inline
export function columnAt(c: u32): usize {
  return columns + c * columnBytes
}

@inline
export function columnInOrder(rank: u32): u32 {
  return load<u32>(order + rank * 4)
}

export function setColumn(c: u32, name: usize, bytes: u32, kind: u32, struct: u32, asks: u32, distinct: bool, rank: u32): void {
  const at = columnAt(c)
  store<u32>(at, <u32>name)
  store<u32>(at + 4, bytes)
  store<u32>(at + 8, kind)
  store<u32>(at + 12, struct)
  store<u32>(at + 16, asks)
  store<u32>(at + 20, distinct ? 1 : 0)
  // A column without a name is no member of a record.
  const shown = bytes == 0xffff ? 0 : bytes
  const quoted = allocate(shown + 16)
  store<u16>(quoted, 0x222c)
  memory.copy(quoted + 2, name, shown)
  store<u16>(quoted + 2 + shown, 0x3a22)
  store<u32>(at + 24, <u32>quoted)
  store<u32>(at + 28, shown + 4)
  store<u32>(order + rank * 4, c)
}

/** Which column came behind each one last: records of one file mostly have the same order. */
const followers: usize = memory.data(1024)

/** The column of a name, guessed from the one before it; -1 where no column has it. */
export function columnOf(name: usize, bytes: u32, last: u32): i32 {
  const guess = load<u32>(followers + last * 4)
  for (let i: u32 = 0; i < columnCount; i++) {
    let c = guess + i
    if (c >= columnCount) c -= columnCount
    const at = columnAt(c)
    if (load<u32>(at + 4) == bytes && memory.compare(load<u32>(at), name, bytes) == 0) {
      store<u32>(followers + last * 4, c)
      return c
    }
  }
  return -1
}
