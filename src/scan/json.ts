/**
 * Strict JSON without white space between tokens (RFC 8259), over bytes that are known to be UTF-8. Whatever is refused
 * here is left to the careful reader, so refusing is never wrong.
 */
let at: usize = 0
let end: usize = 0
/** The string read last has escapes. */
let escaped: bool = false
/** A string read since `clearSurrogate` has an escape of a surrogate, lone or not. */
let surrogate: bool = false

const deepest: i32 = 90

export function setRange(from: usize, to: usize): void {
  at = from
  end = to
}
export function setAt(to: usize): void {
  at = to
}
/** Values that were read once are read again without a limit. @returns the former limit */
export function liftLimit(): usize {
  const former = end
  end = usize.MAX_VALUE
  return former
}
export function setLimit(to: usize): void {
  end = to
}
export function here(): usize {
  return at
}
export function wasEscaped(): bool {
  return escaped
}
export function clearSurrogate(): void {
  surrogate = false
}
export function sawSurrogate(): bool {
  return surrogate
}

@inline
function isHex(byte: u8): bool {
  const low = byte | 32
  return (byte >= 48 && byte <= 57) || (low >= 97 && low <= 102)
}

/** From the opening quote to behind the closing one. */
export function skipString(): bool {
  at++
  escaped = false
  for (;;) {
    if (at >= end) return false
    const bytes = v128.load(at)
    const special = i8x16.bitmask(
      v128.or(
        v128.or(i8x16.eq(bytes, i8x16.splat(34)), i8x16.eq(bytes, i8x16.splat(92))),
        i8x16.lt_u(bytes, i8x16.splat(32)),
      ),
    )
    if (special == 0) {
      at += 16
      continue
    }
    at += ctz(special)
    if (at >= end) return false
    const byte = load<u8>(at)
    if (byte == 34) {
      at++
      return true
    }
    if (byte != 92) return false
    escaped = true
    const mark = load<u8>(at + 1)
    if (mark == 117) {
      for (let i: usize = 2; i < 6; i++) if (!isHex(load<u8>(at + i))) return false
      if ((load<u8>(at + 2) | 32) == 100 && load<u8>(at + 3) >= 56) surrogate = true
      at += 6
    } else if (mark == 34 || mark == 92 || mark == 47 || mark == 98 || mark == 102 || mark == 110 || mark == 114 || mark == 116)
      at += 2
    else return false
  }
  return false
}

function skipWord(word: u32): bool {
  if (load<u32>(at) != word) return false
  at += 4
  return at <= end
}

@inline
function isDigit(byte: u8): bool {
  return byte >= 48 && byte <= 57
}

function skipDigits(): bool {
  if (!isDigit(load<u8>(at))) return false
  do at++
  while (isDigit(load<u8>(at)))
  return true
}

function skipNumber(): bool {
  if (load<u8>(at) == 45) at++
  if (load<u8>(at) == 48) at++
  else if (!skipDigits()) return false
  if (load<u8>(at) == 46) {
    at++
    if (!skipDigits()) return false
  }
  if ((load<u8>(at) | 32) == 101) {
    at++
    const sign = load<u8>(at)
    if (sign == 43 || sign == 45) at++
    if (!skipDigits()) return false
  }
  return at <= end
}

/** One value; false where it is none, is nested too deep, or ends too early. */
export function skipValue(depth: i32): bool {
  switch (load<u8>(at)) {
    case 34:
      return skipString()
    case 123: {
      if (depth >= deepest) return false
      at++
      if (load<u8>(at) == 125) {
        at++
        return true
      }
      for (;;) {
        if (load<u8>(at) != 34 || !skipString()) return false
        if (load<u8>(at) != 58) return false
        at++
        if (!skipValue(depth + 1)) return false
        const next = load<u8>(at++)
        if (next == 125) return at <= end
        if (next != 44) return false
      }
    }
    case 91: {
      if (depth >= deepest) return false
      at++
      if (load<u8>(at) == 93) {
        at++
        return true
      }
      for (;;) {
        if (!skipValue(depth + 1)) return false
        const next = load<u8>(at++)
        if (next == 93) return at <= end
        if (next != 44) return false
      }
    }
    case 116:
      return skipWord(0x65757274)
    case 102:
      at++
      return skipWord(0x65736c61)
    case 110:
      return skipWord(0x6c6c756e)
    default:
      return skipNumber()
  }
}

function hexAt(from: usize): u32 {
  let code: u32 = 0
  for (let i: usize = 0; i < 4; i++) {
    const byte = load<u8>(from + i)
    code = (code << 4) | (byte <= 57 ? byte - 48 : (byte | 32) - 87)
  }
  return code
}

/** The content of a string whose quotes stand around [from, to), as UTF-8. @returns behind the last byte */
export function decodeString(from: usize, to: usize, out: usize): usize {
  let o = out
  let p = from
  while (p < to) {
    const byte = load<u8>(p++)
    if (byte != 92) {
      store<u8>(o++, byte)
      continue
    }
    const mark = load<u8>(p++)
    switch (mark) {
      case 98:
        store<u8>(o++, 8)
        break
      case 102:
        store<u8>(o++, 12)
        break
      case 110:
        store<u8>(o++, 10)
        break
      case 114:
        store<u8>(o++, 13)
        break
      case 116:
        store<u8>(o++, 9)
        break
      case 117: {
        const code = hexAt(p)
        p += 4
        if (code < 0x80) store<u8>(o++, <u8>code)
        else if (code < 0x800) {
          store<u8>(o++, <u8>(0xc0 | (code >> 6)))
          store<u8>(o++, <u8>(0x80 | (code & 63)))
        } else {
          store<u8>(o++, <u8>(0xe0 | (code >> 12)))
          store<u8>(o++, <u8>(0x80 | ((code >> 6) & 63)))
          store<u8>(o++, <u8>(0x80 | (code & 63)))
        }
        break
      }
      default:
        store<u8>(o++, mark)
    }
  }
  return o
}

/** Writes content as `JSON.stringify` does, without the quotes. @returns behind the last byte */
export function encodeString(from: usize, to: usize, out: usize): usize {
  let o = out
  for (let p = from; p < to; p++) {
    const byte = load<u8>(p)
    if (byte >= 32 && byte != 34 && byte != 92) {
      store<u8>(o++, byte)
      continue
    }
    store<u8>(o++, 92)
    switch (byte) {
      case 8:
        store<u8>(o++, 98)
        break
      case 9:
        store<u8>(o++, 116)
        break
      case 10:
        store<u8>(o++, 110)
        break
      case 12:
        store<u8>(o++, 102)
        break
      case 13:
        store<u8>(o++, 114)
        break
      case 34:
      case 92:
        store<u8>(o++, byte)
        break
      default: {
        const low = byte & 15
        store<u32>(o, byte >= 16 ? 0x31303075 : 0x30303075)
        store<u8>(o + 4, low < 10 ? 48 + low : 87 + low)
        o += 5
      }
    }
  }
  return o
}
