/**
 * The bodies of Parquet pages: definition and repetition levels, then values, as codes of a dictionary or as they are.
 * Format: github.com/apache/parquet-format, Encodings.md.
 */
import { entriesOf, entryOf, nullOf } from './dictionary'
import { allocate, position, release } from './memory'
import { cellsOf, codeMask, elementsOf, flatOf, groupOf, groupsOf, levelShift } from './shred'

// What `encode` leaves for the host.
export let dictionaryAt: usize = 0
export let dictionarySize: u32 = 0
export let dictionaryCount: u32 = 0
export let dataAt: usize = 0
export let dataSize: u32 = 0
/** Rows, or more where a list has several elements. */
export let levelCount: u32 = 0
export let valueCount: u32 = 0
/** Content of the least and the greatest value. */
export let least: usize = 0
export let leastBytes: u32 = 0
export let greatest: usize = 0
export let greatestBytes: u32 = 0

// Of the chunk that is being made.
let levels: usize = 0
let repetitions: usize = 0
let chunkCodes: usize = 0

let before: usize = 0

/** Call when the host has taken what `encode` made. */
export function releaseChunk(): void {
  release(before)
}

function begin(entries: u32): void {
  before = position()
  levels = allocate(entries + 16)
  repetitions = 0
  chunkCodes = allocate(entries * 4 + 64)
  levelCount = 0
  valueCount = 0
}

/** A column that is no struct. */
export function gather(d: u32, codes: usize, order: usize, many: u32): void {
  begin(many)
  const none = nullOf(d)
  let n: u32 = 0
  for (let i: u32 = 0; i < many; i++) {
    const code = load<u32>(codes + load<u32>(order + i * 4) * 4)
    const there = code != 0 && code != none
    store<u8>(levels + i, there ? 1 : 0)
    store<u32>(chunkCodes + n * 4, code)
    n += <u32>there
  }
  levelCount = many
  valueCount = n
}

/** A leaf of a struct that stands in no list or map. */
export function gatherLeaf(s: u32, leaf: u32, top: u32, codes: usize, order: usize, many: u32): void {
  begin(many)
  const cells = cellsOf(s)
  const stride = flatOf(s)
  let n: u32 = 0
  for (let i: u32 = 0; i < many; i++) {
    const value = load<u32>(codes + load<u32>(order + i * 4) * 4)
    const cell = load<u32>(cells + (value * stride + leaf) * 4)
    const level = cell >> levelShift
    store<u8>(levels + i, <u8>level)
    store<u32>(chunkCodes + n * 4, cell & codeMask)
    n += <u32>(level == top)
  }
  levelCount = many
  valueCount = n
}

/** A leaf within the one list or map of a struct. */
export function gatherRepeated(s: u32, leaf: u32, top: u32, codes: usize, order: usize, many: u32): void {
  const groups = groupsOf(s)
  const stride = groupOf(s)
  let entries: u32 = 0
  for (let i: u32 = 0; i < many; i++) {
    const value = load<u32>(codes + load<u32>(order + i * 4) * 4)
    entries += max<u32>(load<u32>(groups + value * 12 + 4), 1)
  }
  begin(entries)
  repetitions = allocate(entries + 16)
  const elements = elementsOf(s)
  let at: u32 = 0
  let n: u32 = 0
  for (let i: u32 = 0; i < many; i++) {
    const group = groups + load<u32>(codes + load<u32>(order + i * 4) * 4) * 12
    const first = load<u32>(group)
    const count = load<u32>(group + 4)
    if (count == 0) {
      store<u8>(levels + at, <u8>load<u32>(group + 8))
      store<u8>(repetitions + at++, 0)
      continue
    }
    for (let k: u32 = 0; k < count; k++) {
      const cell = load<u32>(elements + ((first + k) * stride + leaf) * 4)
      const level = cell >> levelShift
      store<u8>(levels + at, <u8>level)
      store<u8>(repetitions + at++, k == 0 ? 0 : 1)
      store<u32>(chunkCodes + n * 4, cell & codeMask)
      n += <u32>(level == top)
    }
  }
  levelCount = entries
  valueCount = n
}

/** How many of the rows have no more than so many elements together; at least one. */
export function rowsWithin(s: u32, codes: usize, order: usize, many: u32, most: u32): u32 {
  const groups = groupsOf(s)
  let elements: u32 = 0
  for (let i: u32 = 0; i < many; i++) {
    const value = load<u32>(codes + load<u32>(order + i * 4) * 4)
    elements += load<u32>(groups + value * 12 + 4)
    if (elements > most) return max<u32>(i, 1)
  }
  return many
}

function bitsFor(greatestValue: u32): u32 {
  return greatestValue == 0 ? 0 : 32 - clz(greatestValue)
}

/** Makes the pages of what was gathered. @param top the level of a value that is there */
export function encode(d: u32, top: u32): void {
  const entries = entriesOf(d)
  const local = allocate((entries + 1) * 4)
  memory.fill(local, 0, (entries + 1) * 4)
  const used = allocate(min(entries, valueCount) * 4 + 16)
  let count: u32 = 0
  let plainBytes: usize = 0
  let distinctBytes: usize = 0
  for (let i: u32 = 0; i < valueCount; i++) {
    const code = load<u32>(chunkCodes + i * 4)
    let mine = load<u32>(local + code * 4)
    const bytes = load<u32>(entryOf(d, code) + 28) + 4
    plainBytes += bytes
    if (mine == 0) {
      store<u32>(used + count * 4, code)
      mine = ++count
      store<u32>(local + code * 4, mine)
      distinctBytes += bytes
    }
    store<u32>(chunkCodes + i * 4, mine - 1)
  }
  statistics(d, used, count)
  // Where most values are different, a dictionary is only a detour.
  const plain = valueCount == 0 || count * 4 > valueCount * 3
  dictionarySize = 0
  dictionaryCount = 0
  if (!plain) {
    dictionaryAt = allocate(distinctBytes + 16)
    dictionaryCount = count
    let o = dictionaryAt
    for (let k: u32 = 0; k < count; k++) o = put(d, load<u32>(used + k * 4), o)
    dictionarySize = <u32>(o - dictionaryAt)
  }
  dataAt = allocate((plain ? plainBytes : <usize>valueCount * 5) + <usize>levelCount * 4 + 1024)
  let o = dataAt
  if (repetitions) o = levelsTo(repetitions, levelCount, 1, o)
  if (top > 0) o = levelsTo(levels, levelCount, top, o)
  if (plain) for (let i: u32 = 0; i < valueCount; i++) o = put(d, load<u32>(used + load<u32>(chunkCodes + i * 4) * 4), o)
  else {
    const bits = max<u32>(bitsFor(count == 0 ? 0 : count - 1), 1)
    store<u8>(o++, <u8>bits)
    o = hybrid(chunkCodes, valueCount, bits, o)
  }
  dataSize = <u32>(o - dataAt)
}

function put(d: u32, code: u32, out: usize): usize {
  const entry = entryOf(d, code)
  const bytes = load<u32>(entry + 28)
  store<u32>(out, bytes)
  memory.copy(out + 4, load<u32>(entry + 24), bytes)
  return out + 4 + bytes
}

function statistics(d: u32, used: usize, count: u32): void {
  least = 0
  greatest = 0
  leastBytes = 0
  greatestBytes = 0
  for (let k: u32 = 0; k < count; k++) {
    const entry = entryOf(d, load<u32>(used + k * 4))
    const at: usize = load<u32>(entry + 24)
    const bytes = load<u32>(entry + 28)
    if (k == 0 || isLess(at, bytes, least, leastBytes)) {
      least = at
      leastBytes = bytes
    }
    if (k == 0 || isLess(greatest, greatestBytes, at, bytes)) {
      greatest = at
      greatestBytes = bytes
    }
  }
}

function isLess(a: usize, bytesA: u32, b: usize, bytesB: u32): bool {
  if (bytesA >= 8 && bytesB >= 8) {
    const firstA = bswap<u64>(load<u64>(a))
    const firstB = bswap<u64>(load<u64>(b))
    if (firstA != firstB) return firstA < firstB
  }
  const order = memory.compare(a, b, min(bytesA, bytesB))
  return order < 0 || (order == 0 && bytesA < bytesB)
}

/** Levels with their size before them, as pages of version 1 have them. */
function levelsTo(from: usize, many: u32, top: u32, out: usize): usize {
  const back = position()
  const wide = allocate(<usize>many * 4 + 64)
  for (let i: u32 = 0; i < many; i++) store<u32>(wide + i * 4, load<u8>(from + i))
  const end = hybrid(wide, many, bitsFor(top), out + 4)
  release(back)
  store<u32>(out, <u32>(end - out - 4))
  return end
}

function varint(value: u32, out: usize): usize {
  let o = out
  let rest = value
  while (rest >= 128) {
    store<u8>(o++, <u8>((rest & 127) | 128))
    rest >>= 7
  }
  store<u8>(o++, <u8>rest)
  return o
}

/** Runs of one value as such, what is between packed in groups of eight. */
export function hybrid(from: usize, many: u32, bits: u32, out: usize): usize {
  let o = out
  let i: u32 = 0
  while (i < many) {
    // How far the value at i repeats.
    const first = load<u32>(from + i * 4)
    let run = i + 1
    while (run < many && load<u32>(from + run * 4) == first) run++
    if (run - i >= 16 || run == many) {
      o = varint((run - i) << 1, o)
      store<u32>(o, first)
      o += (bits + 7) >> 3
      i = run
      continue
    }
    // Groups of eight until a run begins at one of their borders.
    let groups: u32 = 0
    let end = i
    for (;;) {
      end += 8
      groups++
      if (end >= many) break
      const next = load<u32>(from + end * 4)
      let k: u32 = 1
      while (k < 16 && end + k < many && load<u32>(from + (end + k) * 4) == next) k++
      if (k == 16) break
    }
    o = varint((groups << 1) | 1, o)
    o = pack(from + i * 4, min(end, many) - i, groups * 8, bits, o)
    i = end
  }
  return o
}

/** Packs values of so many bits, least significant first; zeros up to `padded`. */
function pack(from: usize, many: u32, padded: u32, bits: u32, out: usize): usize {
  let held: u64 = 0
  let have: u32 = 0
  let o = out
  for (let i: u32 = 0; i < padded; i++) {
    held |= (<u64>(i < many ? load<u32>(from + i * 4) : 0)) << have
    have += bits
    if (have >= 32) {
      store<u32>(o, <u32>held)
      o += 4
      held >>= 32
      have -= 32
    }
  }
  if (have > 0) {
    store<u64>(o, held)
    o += (have + 7) >> 3
  }
  return o
}
/** Memory for codes of the host's own, to be given back with `releaseChunk`. */
export function roomFor(bytes: u32): usize {
  before = position()
  return allocate(bytes)
}
