/** Thrift's compact protocol, as far as Parquet's headers and footers need it (thrift-compact-protocol.md). */
export interface ThriftWriter {
  bool(id: number, value: boolean): void
  i32(id: number, value: number): void
  /** Up to 2^53. */
  i64(id: number, value: number): void
  text(id: number, value: string): void
  bytes(id: number, value: Uint8Array): void
  struct(id: number, fill: () => void): void
  list<T>(id: number, type: ElementType, items: readonly T[], write: (item: T) => void): void
  /** Within a list. */
  elementText(value: string): void
  elementI32(value: number): void
  elementStruct(fill: () => void): void
  /** Closes the outermost struct. */
  done(): Buffer
}

type ElementType = 5 | 8 | 12

export function createThrift(capacity = 1 << 12): ThriftWriter {
  let buffer = Buffer.allocUnsafe(capacity)
  let at = 0
  let last = 0

  const room = (bytes: number): void => {
    if (at + bytes <= buffer.length) return
    const grown = Buffer.allocUnsafe((buffer.length + bytes) * 2)
    buffer.copy(grown, 0, 0, at)
    buffer = grown
  }
  const byte = (value: number): void => {
    room(1)
    buffer[at++] = value
  }
  const varint = (value: number): void => {
    let rest = value
    while (rest >= 128) {
      byte((rest % 128) | 128)
      rest = Math.floor(rest / 128)
    }
    byte(rest)
  }
  const zigzag = (value: number): void => varint(value >= 0 ? value * 2 : -value * 2 - 1)
  const field = (id: number, type: number): void => {
    byte(((id - last) << 4) | type)
    last = id
  }
  const raw = (value: Uint8Array): void => {
    varint(value.length)
    room(value.length)
    buffer.set(value, at)
    at += value.length
  }
  const nested = (fill: () => void): void => {
    const outer = last
    last = 0
    fill()
    byte(0)
    last = outer
  }
  return {
    bool: (id, value) => field(id, value ? 1 : 2),
    i32(id, value) {
      field(id, 5)
      zigzag(value)
    },
    i64(id, value) {
      field(id, 6)
      zigzag(value)
    },
    text(id, value) {
      field(id, 8)
      raw(Buffer.from(value))
    },
    bytes(id, value) {
      field(id, 8)
      raw(value)
    },
    struct(id, fill) {
      field(id, 12)
      nested(fill)
    },
    list(id, type, items, write) {
      field(id, 9)
      if (items.length < 15) byte((items.length << 4) | type)
      else {
        byte(0xf0 | type)
        varint(items.length)
      }
      for (const item of items) write(item)
    },
    elementText: (value) => raw(Buffer.from(value)),
    elementI32: zigzag,
    elementStruct: nested,
    done() {
      byte(0)
      return Buffer.from(buffer.subarray(0, at))
    },
  }
}
