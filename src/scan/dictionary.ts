/**
 * Dictionaries of a batch: each distinct JSON value of a column is kept once, with its content, its canonical text and what
 * is known of it. Codes count from 1; 0 is an absent value.
 */
import { canonical, canonicalSpace } from './canonical'
import { decodeString, here, liftLimit, setAt, setLimit } from './json'
import { allocate } from './memory'

// A dictionary: table, mask, count, capacity, entries, code of null.
const dictionaryBytes: usize = 24
// An entry: value, bytes, hash, canonical text, its bytes, flags, content, its bytes.
const entryBytes: usize = 32

/** The value cannot be a row's without the careful reader. */
export const oddFlag: u32 = 1
/** The value has been looked at by what its column asks. */
export const newFlag: u32 = 2

let dictionaries: usize = 0
let count: u32 = 0
let seed: u64 = 0
let scratch: usize = 0
let scratchBytes: usize = 0

export function prepareDictionaries(many: u32): void {
  count = many
  dictionaries = allocate(many * dictionaryBytes)
}

/** @param randomness so that nobody can write logs whose values all fall on one place */
export function emptyDictionaries(randomness: u32): void {
  seed = (<u64>randomness) * 0x9e3779b97f4a7c15
  scratch = 0
  scratchBytes = 0
  for (let d: u32 = 0; d < count; d++) {
    const at = dictionaries + d * dictionaryBytes
    const capacity: u32 = 32
    const table = allocate(capacity * 8)
    memory.fill(table, 0, capacity * 8)
    store<u32>(at, <u32>table)
    store<u32>(at + 4, capacity * 2 - 1)
    store<u32>(at + 8, 0)
    store<u32>(at + 12, capacity)
    store<u32>(at + 16, <u32>allocate(capacity * entryBytes))
    store<u32>(at + 20, 0)
  }
}

export function entriesOf(d: u32): u32 {
  return load<u32>(dictionaries + d * dictionaryBytes + 8)
}
export function nullOf(d: u32): u32 {
  return load<u32>(dictionaries + d * dictionaryBytes + 20)
}
/** Where the entry of a code is. */
export function entryOf(d: u32, code: u32): usize {
  return load<u32>(dictionaries + d * dictionaryBytes + 16) + (code - 1) * entryBytes
}
export function flagsOf(d: u32, code: u32): u32 {
  return load<u32>(entryOf(d, code) + 20)
}
export function setFlags(d: u32, code: u32, flags: u32): void {
  store<u32>(entryOf(d, code) + 20, flags)
}
/** Where the table of entries begins, for the host. */
export function tableOf(d: u32): usize {
  return load<u32>(dictionaries + d * dictionaryBytes + 16)
}

@inline
function hashOf(from: usize, bytes: u32): u32 {
  let hash: u64 = seed ^ (<u64>bytes)
  let at = from
  const last = from + (bytes & ~7)
  while (at < last) {
    hash = (hash ^ load<u64>(at)) * 0xff51afd7ed558ccd
    hash ^= hash >> 32
    at += 8
  }
  const rest = bytes & 7
  if (rest) {
    hash = (hash ^ (load<u64>(at) & (((<u64>1) << (rest * 8)) - 1))) * 0xff51afd7ed558ccd
    hash ^= hash >> 32
  }
  return <u32>(hash ^ (hash >> 29))
}

function isSame(a: usize, b: usize, bytes: u32): bool {
  let i: u32 = 0
  for (; i + 8 <= bytes; i += 8) if (load<u64>(a + i) != load<u64>(b + i)) return false
  for (; i < bytes; i++) if (load<u8>(a + i) != load<u8>(b + i)) return false
  return true
}

/** A string's content has a backslash somewhere. */
function hasEscape(from: usize, bytes: u32): bool {
  const last = from + bytes
  for (let at = from; at < last; at += 16) {
    const found = i8x16.bitmask(i8x16.eq(v128.load(at), i8x16.splat(92)))
    if (found) return at + ctz(found) < last
  }
  return false
}

/** The code of a value, entered if it is new; then its flags are `newFlag`. */
export function codeOf(d: u32, from: usize, bytes: u32): u32 {
  const at = dictionaries + d * dictionaryBytes
  const hash = hashOf(from, bytes)
  const table: usize = load<u32>(at)
  const mask = load<u32>(at + 4)
  const entries: usize = load<u32>(at + 16)
  let place = hash & mask
  for (;;) {
    const code = load<u32>(table + place * 4)
    if (code == 0) break
    const entry = entries + (code - 1) * entryBytes
    if (load<u32>(entry + 8) == hash && load<u32>(entry + 4) == bytes && isSame(load<u32>(entry), from, bytes)) return code
    place = (place + 1) & mask
  }
  const code = enter(at, from, bytes, hash)
  if (load<u32>(at) == <u32>table) store<u32>(table + place * 4, code)
  return code
}

/** Enters a value without looking whether it is there: for columns whose values are all different. */
export function newCode(d: u32, from: usize, bytes: u32): u32 {
  const at = dictionaries + d * dictionaryBytes
  const count = load<u32>(at + 8)
  if (count == load<u32>(at + 12)) growEntries(at, count * 2)
  return append(at, from, bytes, 0)
}

function growEntries(at: usize, capacity: u32): void {
  const entries = allocate(capacity * entryBytes)
  memory.copy(entries, load<u32>(at + 16), load<u32>(at + 8) * entryBytes)
  store<u32>(at + 16, <u32>entries)
  store<u32>(at + 12, capacity)
}

function enter(at: usize, from: usize, bytes: u32, hash: u32): u32 {
  const count = load<u32>(at + 8)
  if (count < load<u32>(at + 12)) return append(at, from, bytes, hash)
  const capacity = count * 2
  growEntries(at, capacity)
  const code = append(at, from, bytes, hash)
  const table = allocate(capacity * 8)
  memory.fill(table, 0, capacity * 8)
  const mask = capacity * 2 - 1
  const entries: usize = load<u32>(at + 16)
  for (let k: u32 = 0; k < code; k++) {
    let place = load<u32>(entries + k * entryBytes + 8) & mask
    while (load<u32>(table + place * 4)) place = (place + 1) & mask
    store<u32>(table + place * 4, k + 1)
  }
  store<u32>(at, <u32>table)
  store<u32>(at + 4, mask)
  return code
}

function append(at: usize, from: usize, bytes: u32, hash: u32): u32 {
  const code = load<u32>(at + 8) + 1
  const kept = allocate(bytes + 8)
  memory.copy(kept, from, bytes)
  store<u64>(kept + bytes, 0)
  const first = load<u8>(kept)
  let content = kept
  let contentBytes = bytes
  // What is written canonically already: words, and strings without escapes but those of booleans.
  let canon: usize = first == 116 || first == 102 || first == 110 ? kept : 0
  let canonBytes = bytes
  if (first == 34) {
    content++
    contentBytes -= 2
    if (hasEscape(content, contentBytes)) {
      content = allocate(bytes)
      contentBytes = <u32>(decodeString(kept + 1, kept + bytes - 1, content) - content)
    } else if (contentBytes != 4 && contentBytes != 5) canon = kept
  }
  if (canon == 0) {
    const space = canonicalSpace(bytes)
    if (space > scratchBytes) {
      scratchBytes = max(space * 2, 1 << 16)
      scratch = allocate(scratchBytes)
    }
    const back = here()
    const limit = liftLimit()
    canonBytes = canonical(kept, scratch)
    setLimit(limit)
    setAt(back)
    if (canonBytes == bytes && isSame(scratch, kept, bytes)) canon = kept
    else {
      canon = allocate(canonBytes + 8)
      memory.copy(canon, scratch, canonBytes)
    }
  }
  const entry = load<u32>(at + 16) + (code - 1) * entryBytes
  store<u32>(entry, <u32>kept)
  store<u32>(entry + 4, bytes)
  store<u32>(entry + 8, hash)
  store<u32>(entry + 12, <u32>canon)
  store<u32>(entry + 16, canonBytes)
  store<u32>(entry + 20, newFlag)
  store<u32>(entry + 24, <u32>content)
  store<u32>(entry + 28, contentBytes)
  store<u32>(at + 8, code)
  if (bytes == 4 && load<u32>(kept) == 0x6c6c756e) store<u32>(at + 20, code)
  return code
}
