/** The canonical text of a value, as src/core/event/canonical-record.ts defines it; what is rare is asked of the host. */
import { decodeString, encodeString, here, setAt, skipString, skipValue, wasEscaped } from './json'
import { allocate } from './memory'

/** Writes the canonical text of the value at `from` to `out`. @returns its bytes */
@external("host", "canonical")
declare function askHost(from: usize, bytes: u32, out: usize): u32

const memberBytes: usize = 16
const mostMembers: usize = 65536
/** Sorting is by insertion. */
const mostUnsorted: usize = 64
let members: usize = 0
let memberCount: usize = 0
let out: usize = 0

export function prepareCanonical(): void {
  members = allocate(mostMembers * memberBytes)
}

/** The longest that a canonical text can be, and what is written on the way. */
export function canonicalSpace(bytes: u32): usize {
  return (<usize>bytes) * 5 + 256
}

/** Writes the canonical text of the value at `from`, which is JSON without white space. @returns its bytes */
export function canonical(from: usize, to: usize): u32 {
  out = to
  memberCount = 0
  value(from)
  return <u32>(out - to)
}

function byHost(from: usize): usize {
  setAt(from)
  skipValue(0)
  const end = here()
  out += askHost(from, <u32>(end - from), out)
  return end
}

@inline
function isTrue(from: usize, bytes: usize): bool {
  return bytes == 4 && load<u32>(from) == 0x65757274
}
@inline
function isFalse(from: usize, bytes: usize): bool {
  return bytes == 5 && load<u32>(from) == 0x736c6166 && load<u8>(from + 4) == 101
}

function copy(from: usize, bytes: usize): void {
  memory.copy(out, from, bytes)
  out += bytes
}

/** @returns behind the value */
function value(from: usize): usize {
  switch (load<u8>(from)) {
    case 34:
      return text(from)
    case 123:
      return object(from)
    case 91:
      return array(from)
    case 116:
    case 110:
      copy(from, 4)
      return from + 4
    case 102:
      copy(from, 5)
      return from + 5
    default:
      return number(from)
  }
}

function text(from: usize): usize {
  setAt(from)
  skipString()
  const end = here()
  if (wasEscaped()) {
    // Decoded behind the place of the encoded text, which has at most 6 bytes for one.
    const bytes = end - from
    const content = out + bytes + 16
    const contentEnd = decodeString(from + 1, end - 1, content)
    const length = contentEnd - content
    if (isTrue(content, length) || isFalse(content, length)) copy(content, length)
    else {
      // Encoding never takes more than the text had: what it escapes was escaped.
      store<u8>(out, 34)
      out = encodeString(content, contentEnd, out + 1)
      store<u8>(out++, 34)
    }
    return end
  }
  const length = end - from - 2
  if (isTrue(from + 1, length) || isFalse(from + 1, length)) copy(from + 1, length)
  else copy(from, length + 2)
  return end
}

function number(from: usize): usize {
  setAt(from)
  skipValue(0)
  const end = here()
  for (let p = from; p < end; p++) {
    const byte = load<u8>(p)
    if (byte == 46 || (byte | 32) == 101) {
      out += askHost(from, <u32>(end - from), out)
      return end
    }
  }
  const first = load<u8>(from) == 45 ? from + 1 : from
  if (end - first == 1 && load<u8>(first) == 48) {
    store<u8>(out++, 48)
    return end
  }
  // Zeros at the end become an exponent.
  let last = end
  while (load<u8>(last - 1) == 48) last--
  copy(from, last - from)
  const zeros = <u32>(end - last)
  if (zeros == 0) return end
  store<u8>(out++, 101)
  let scale: u32 = 1
  while (zeros / scale >= 10) scale *= 10
  for (; scale > 0; scale /= 10) store<u8>(out++, <u8>(48 + ((zeros / scale) % 10)))
  return end
}

function array(from: usize): usize {
  store<u8>(out++, 91)
  let p = from + 1
  if (load<u8>(p) == 93) {
    store<u8>(out++, 93)
    return p + 1
  }
  for (;;) {
    p = value(p)
    const next = load<u8>(p++)
    store<u8>(out++, next)
    if (next == 93) break
  }
  return p
}

/** Members as they come; put in order afterwards where they are not. */
function object(from: usize): usize {
  const start = out
  store<u8>(out++, 123)
  let p = from + 1
  if (load<u8>(p) == 125) {
    store<u8>(out++, 125)
    return p + 1
  }
  const base = memberCount
  let sorted = true
  for (;;) {
    setAt(p)
    skipString()
    if (wasEscaped() || memberCount >= mostMembers) return again(from, start, base)
    const keyBytes = here() - p
    const slot = members + memberCount * memberBytes
    store<u32>(slot, <u32>p)
    store<u32>(slot + 4, <u32>keyBytes)
    if (memberCount > base && sorted) {
      const order = compareKeys(slot - memberBytes, slot)
      if (order == unclear) return again(from, start, base)
      sorted = order <= 0
    }
    memberCount++
    store<u32>(slot + 8, <u32>out)
    copy(p, keyBytes + 1)
    p = value(here() + 1)
    store<u32>(slot + 12, <u32>out)
    const next = load<u8>(p++)
    store<u8>(out++, next)
    if (next == 125) break
  }
  if (!sorted && !putInOrder(base, start)) return again(from, start, base)
  memberCount = base
  return p
}

/** Gives up what was written of an object and asks the host. */
function again(from: usize, start: usize, base: usize): usize {
  out = start
  memberCount = base
  return byHost(from)
}

function putInOrder(base: usize, start: usize): bool {
  const count = memberCount - base
  if (count > mostUnsorted || memberCount + 1 >= mostMembers) return false
  const first = members + base * memberBytes
  const moving = first + count * memberBytes
  for (let i: usize = 1; i < count; i++) {
    memory.copy(moving, first + i * memberBytes, memberBytes)
    let j = i
    while (j > 0) {
      const order = compareKeys(first + (j - 1) * memberBytes, moving)
      if (order == unclear) return false
      if (order <= 0) break
      memory.copy(first + j * memberBytes, first + (j - 1) * memberBytes, memberBytes)
      j--
    }
    memory.copy(first + j * memberBytes, moving, memberBytes)
  }
  const behind = out
  let o = behind
  for (let i: usize = 0; i < count; i++) {
    const slot = first + i * memberBytes
    const from = load<u32>(slot + 8)
    const bytes = load<u32>(slot + 12) - from
    memory.copy(o, from, bytes)
    o += bytes
    store<u8>(o++, i + 1 == count ? 125 : 44)
  }
  memory.copy(start + 1, behind, o - behind)
  return true
}

const unclear: i32 = 2

/**
 * By UTF-16 units, as JavaScript sorts: the order of UTF-8 bytes, save that surrogate pairs (from 0xf0) stand before what
 * begins with 0xee and 0xef. Those few are `unclear`.
 */
function compareKeys(a: usize, b: usize): i32 {
  const bytesA = load<u32>(a + 4) - 2
  const bytesB = load<u32>(b + 4) - 2
  const fromA: usize = load<u32>(a) + 1
  const fromB: usize = load<u32>(b) + 1
  const shorter = min(bytesA, bytesB)
  for (let i: usize = 0; i < shorter; i++) {
    const byteA = load<u8>(fromA + i)
    const byteB = load<u8>(fromB + i)
    if (byteA == byteB) continue
    if (byteA >= 0xee && byteB >= 0xee) return unclear
    return byteA < byteB ? -1 : 1
  }
  return bytesA < bytesB ? -1 : bytesA > bytesB ? 1 : 0
}
