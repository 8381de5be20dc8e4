/** Headers of tar archives: POSIX ustar and pax (IEEE 1003.1, "pax"), and what GNU tar adds to them. */

export const blockSize = 512

export interface TarHeader {
  readonly name: string
  readonly size: number
  /** As the header spells it: `0` file, `1` hard link, `2` symbolic link, `5` folder, `x` and `g` pax, `L` long name, … */
  readonly type: string
}

/** Undefined where the block is none, which its checksum tells. */
export function readTarHeader(block: Buffer): TarHeader | undefined {
  if (!hasChecksum(block)) return undefined
  const size = readNumber(block, 124, 12)
  if (size === undefined) return undefined
  const magic = block.toString('latin1', 257, 263)
  const prefix = magic === 'ustar\0' ? text(block, 345, 155) : ''
  const ownName = text(block, 0, 100)
  const name = prefix === '' ? ownName : `${prefix}/${ownName}`
  const flag = block[156]!
  const type = flag === 0 || flag === 0x37 ? '0' : String.fromCharCode(flag)
  // Before ustar a folder was told by its name alone.
  return { name, size, type: type === '0' && name.endsWith('/') ? '5' : type }
}

/** The name's bytes need not be UTF-8; what is none of it shows as U+FFFD. */
export function text(block: Buffer, start: number, length: number): string {
  const end = block.indexOf(0, start)
  return block.toString('utf8', start, end < 0 || end > start + length ? start + length : end)
}

function hasChecksum(block: Buffer): boolean {
  const told = readNumber(block, 148, 8)
  if (told === undefined) return false
  let unsigned = 0
  let signed = 0
  for (let at = 0; at < blockSize; at++) {
    const byte = at >= 148 && at < 156 ? 0x20 : block[at]!
    unsigned += byte
    signed += byte > 127 ? byte - 256 : byte
  }
  return told === unsigned || told === signed
}

/** Octal digits, or GNU's binary form for what needs more of them. */
function readNumber(block: Buffer, start: number, length: number): number | undefined {
  if (block[start] === 0x80) {
    let value = 0
    for (let at = start + 1; at < start + length; at++) value = value * 256 + block[at]!
    return value <= Number.MAX_SAFE_INTEGER ? value : undefined
  }
  const digits = block
    .toString('latin1', start, start + length)
    .replaceAll('\0', ' ')
    .trim()
  if (digits === '') return 0
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : undefined
}

/** The records `length key=value` of a pax header; undefined where they are malformed. */
export function readPax(bytes: Buffer): ReadonlyMap<string, string> | undefined {
  const found = new Map<string, string>()
  let at = 0
  while (at < bytes.length && bytes[at] !== 0) {
    const space = bytes.indexOf(0x20, at)
    const length = space < 0 ? Number.NaN : Number(bytes.toString('latin1', at, space))
    const end = at + length
    if (!Number.isInteger(length) || end > bytes.length || end <= space || bytes[end - 1] !== 0x0a) return undefined
    const equals = bytes.indexOf(0x3d, space)
    if (equals < 0 || equals >= end) return undefined
    found.set(bytes.toString('utf8', space + 1, equals), bytes.toString('utf8', equals + 1, end - 1))
    at = end
  }
  return found
}
