/**
 * Takes struct values apart into the leaves of their Parquet columns, once for each distinct value. A value that does not
 * fit its type exactly is odd: what is left over belongs into `extra`, which the careful reader knows how to make.
 */
import { codeOf } from './dictionary'
import { here, liftLimit, setAt, setLimit, skipString, skipValue, wasEscaped } from './json'
import { allocate } from './memory'

const leafKind: u32 = 0
const rowKind: u32 = 1
const listKind: u32 = 2

// A node, as the host wrote it: kind, level when it is there, first child, children, place of its first leaf, leaves below it,
// name, its bytes, another name, its bytes, dictionary of a leaf, whether it stands within a list or map,
// whether a list or map stands below it.
const nodeBytes: usize = 52
let nodes: usize = 0

// A struct column: root node, flat leaves, leaves of the repeated group, cells, repeated groups, elements, their count, capacity of values,
// capacity of elements.
const structBytes: usize = 36
let structs: usize = 0
let structCount: u32 = 0
const firstCapacity: u32 = 32

/** Engines hold an element in many times the bytes of `{}`; src/core/event/struct.ts has the same limit. */
const longestList: u32 = 1000

/** A cell: the definition level in the upper bits, the code in the lower ones. */
export const levelShift: u32 = 28
export const codeMask: u32 = 0xfffffff

// Of the value that is being taken apart.
let cells: usize = 0
let repeated: usize = 0
let flatLeaves: u32 = 0
let groupLeaves: u32 = 0
let current: usize = 0
let trusting: bool = false

export function prepareStructs(many: u32, manyNodes: u32): usize {
  structCount = many
  structs = allocate(many * structBytes)
  nodes = allocate(manyNodes * nodeBytes)
  return nodes
}

export function setStruct(s: u32, root: u32, flat: u32, group: u32): void {
  const at = structs + s * structBytes
  store<u32>(at, root)
  store<u32>(at + 4, flat)
  store<u32>(at + 8, group)
}

export function emptyStructs(): void {
  for (let s: u32 = 0; s < structCount; s++) {
    const at = structs + s * structBytes
    store<u32>(at + 12, <u32>allocate(firstCapacity * load<u32>(at + 4) * 4 + 4))
    store<u32>(at + 16, <u32>allocate(firstCapacity * 12))
    store<u32>(at + 20, <u32>allocate(firstCapacity * load<u32>(at + 8) * 4 + 4))
    store<u32>(at + 24, 0)
    store<u32>(at + 28, firstCapacity)
    store<u32>(at + 32, firstCapacity)
    // Value 0 is the absent one.
    memory.fill(load<u32>(at + 12), 0, load<u32>(at + 4) * 4)
    memory.fill(load<u32>(at + 16), 0, 12)
  }
}

/** The cell of a flat leaf of a value. */
export function cellOf(s: u32, value: u32, leaf: u32): u32 {
  const at = structs + s * structBytes
  return load<u32>(load<u32>(at + 12) + (value * load<u32>(at + 4) + leaf) * 4)
}
export function cellsOf(s: u32): usize {
  return load<u32>(structs + s * structBytes + 12)
}
export function flatOf(s: u32): u32 {
  return load<u32>(structs + s * structBytes + 4)
}
export function groupOf(s: u32): u32 {
  return load<u32>(structs + s * structBytes + 8)
}
/** First element, count, level where there are none: of the one list or map of a value. */
export function groupsOf(s: u32): usize {
  return load<u32>(structs + s * structBytes + 16)
}
export function elementsOf(s: u32): usize {
  return load<u32>(structs + s * structBytes + 20)
}

/**
 * Takes apart the value of that code, which stands at `from` in memory without a limit.
 * @param trusted made by the careful reader: nothing of it is odd
 * @returns false for a value that is odd
 */
export function shred(s: u32, value: u32, from: usize, trusted: bool): bool {
  trusting = trusted
  current = structs + s * structBytes
  flatLeaves = load<u32>(current + 4)
  groupLeaves = load<u32>(current + 8)
  const capacity = load<u32>(current + 28)
  if (value >= capacity) {
    const grown = allocate(capacity * 2 * flatLeaves * 4 + 4)
    memory.copy(grown, load<u32>(current + 12), capacity * flatLeaves * 4)
    store<u32>(current + 12, <u32>grown)
    const groups = allocate(capacity * 2 * 12)
    memory.copy(groups, load<u32>(current + 16), capacity * 12)
    store<u32>(current + 16, <u32>groups)
    store<u32>(current + 28, capacity * 2)
  }
  cells = load<u32>(current + 12) + value * flatLeaves * 4
  repeated = load<u32>(current + 16) + value * 12
  memory.fill(cells, 0, flatLeaves * 4)
  memory.fill(repeated, 0, 12)
  const back = here()
  const limit = liftLimit()
  setAt(from)
  const whole = visit(nodes + load<u32>(current) * nodeBytes)
  setLimit(limit)
  setAt(back)
  return whole
}

@inline
function isNull(): bool {
  return load<u32>(here()) == 0x6c6c756e
}

/** The value at the present place, as the node says it is; its leaves have the level of what contains it already. */
function visit(node: usize): bool {
  if (isNull()) {
    setAt(here() + 4)
    return true
  }
  const kind = load<u32>(node)
  if (kind == leafKind) return leaf(node)
  if (kind == rowKind) return row(node)
  if (kind == listKind) return list(node)
  return map(node)
}

/** The code of a leaf's dictionary; the text of anything that is no string is its content. */
function leafCode(node: usize): u32 {
  const from = here()
  skipValue(0)
  return codeOf(load<u32>(node + 40), from, <u32>(here() - from))
}

function leaf(node: usize): bool {
  const code = leafCode(node)
  setCell(node, (load<u32>(node + 4) << levelShift) | code)
  return true
}

/** Where the cells of an element of the list or map are, while one is read. */
let element: usize = 0

@inline
function setCell(node: usize, cell: u32): void {
  const base = load<u32>(node + 44) ? element : cells
  store<u32>(base + load<u32>(node + 16) * 4, cell)
}

/** Everything below the node is absent, save that the node is there. */
function setLevels(node: usize): void {
  const cell = load<u32>(node + 4) << levelShift
  const base = load<u32>(node + 44) ? element : cells
  const first = load<u32>(node + 16)
  const leaves = load<u32>(node + 20)
  for (let i: u32 = 0; i < leaves; i++) store<u32>(base + (first + i) * 4, cell)
}

function childOf(node: usize, guess: u32, from: usize, bytes: u32): i32 {
  const first = load<u32>(node + 8)
  const many = load<u32>(node + 12)
  for (let i: u32 = 0; i < many; i++) {
    let k = guess + i
    if (k >= many) k -= many
    const child = nodes + (first + k) * nodeBytes
    if (load<u32>(child + 28) == bytes && memory.compare(load<u32>(child + 24), from, bytes) == 0) return k
    if (load<u32>(child + 36) == bytes && bytes > 0 && memory.compare(load<u32>(child + 32), from, bytes) == 0) return k
  }
  return -1
}

function row(node: usize): bool {
  if (load<u8>(here()) != 123) return false
  setLevels(node)
  markGroup(node)
  setAt(here() + 1)
  if (load<u8>(here()) == 125) {
    setAt(here() + 1)
    return true
  }
  let seen: u32 = 0
  let guess: u32 = 0
  for (;;) {
    const from = here() + 1
    skipString()
    if (wasEscaped()) return false
    const k = childOf(node, guess, from, <u32>(here() - 1 - from))
    if (k < 0 || seen & (1 << k)) return false
    seen |= 1 << k
    guess = k + 1
    setAt(here() + 1)
    if (!visit(nodes + (load<u32>(node + 8) + k) * nodeBytes)) return false
    const next = load<u8>(here())
    setAt(here() + 1)
    if (next == 125) break
  }
  return true
}

/** A list or map below a row that is there is absent at that row's level. */
function markGroup(node: usize): void {
  if (load<u32>(node + 48)) store<u32>(repeated + 8, load<u32>(node + 4))
}

/** Room for one more element; its cells are at the given level. */
function addElement(level: u32): void {
  const count = load<u32>(current + 24)
  const capacity = load<u32>(current + 32)
  if (count == capacity) {
    const grown = allocate(capacity * 2 * groupLeaves * 4 + 4)
    memory.copy(grown, load<u32>(current + 20), capacity * groupLeaves * 4)
    store<u32>(current + 20, <u32>grown)
    store<u32>(current + 32, capacity * 2)
  }
  element = load<u32>(current + 20) + count * groupLeaves * 4
  for (let i: u32 = 0; i < groupLeaves; i++) store<u32>(element + i * 4, level << levelShift)
  store<u32>(current + 24, count + 1)
}

function list(node: usize): bool {
  if (load<u8>(here()) != 91) return false
  const level = load<u32>(node + 4)
  store<u32>(repeated, load<u32>(current + 24))
  store<u32>(repeated + 4, 0)
  store<u32>(repeated + 8, level)
  setAt(here() + 1)
  if (load<u8>(here()) == 93) {
    setAt(here() + 1)
    return true
  }
  const child = nodes + load<u32>(node + 8) * nodeBytes
  let many: u32 = 0
  for (;;) {
    if (++many > longestList) return false
    addElement(level + 1)
    if (!visit(child)) return false
    const next = load<u8>(here())
    setAt(here() + 1)
    if (next == 93) break
  }
  store<u32>(repeated + 4, many)
  return true
}

/** Pairs of key and value; a key that comes twice is odd. */
function map(node: usize): bool {
  if (load<u8>(here()) != 123) return false
  const level = load<u32>(node + 4)
  const first = load<u32>(current + 24)
  store<u32>(repeated, first)
  store<u32>(repeated + 4, 0)
  store<u32>(repeated + 8, level)
  setAt(here() + 1)
  if (load<u8>(here()) == 125) {
    setAt(here() + 1)
    return true
  }
  const key = nodes + load<u32>(node + 8) * nodeBytes
  const value = key + nodeBytes
  let many: u32 = 0
  for (;;) {
    if (++many > longestList && !trusting) return false
    addElement(level + 1)
    const from = here()
    skipString()
    if (wasEscaped() && !trusting) return false
    const code = codeOf(load<u32>(key + 40), from, <u32>(here() - from))
    for (let i = first; !trusting && i + 1 < load<u32>(current + 24); i++)
      if ((load<u32>(load<u32>(current + 20) + i * groupLeaves * 4) & codeMask) == code) return false
    setCell(key, ((level + 1) << levelShift) | code)
    setAt(here() + 1)
    if (!visit(value)) return false
    const next = load<u8>(here())
    setAt(here() + 1)
    if (next == 125) break
  }
  store<u32>(repeated + 4, many)
  return true
}
