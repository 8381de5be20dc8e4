/**
 * Splits the bytes of a log file into JSON values, one record or envelope each, in memory bounded by the largest value.
 *
 * A byte at a time, so that records of a file of any size and form come out while it is being read: values in a row
 * (NDJSON, also behind the time that CloudWatch Logs exports put before each line), the elements of a bare array, and
 * the elements of an outer object's `Records` and the like. What surrounds those elements is kept and parsed at the end,
 * so that a file counts as valid JSON only as a whole.
 */
import { InputFault } from '../../core/event/fault.ts'
import { containerKeys, recordKeys } from '../../core/event/record-keys.ts'
import { describeStart, shown } from './bytes.ts'

/** Where a value stood: `value` on its own, `line` behind a time, `element` of a bare array, or within that container. */
export type ItemContext = 'value' | 'line' | 'element' | 'skeleton' | (string & {})

export interface SplitterOptions {
  readonly maxItemBytes: number
  /** `skeleton` is an outer object whose containers were emptied; its elements came before. */
  readonly onItem: (bytes: Buffer, context: ItemContext) => void
  /** Complete records so far, for messages. */
  readonly records: () => number
}

export interface Splitter {
  /** @throws InputFault */
  push(chunk: Buffer): void
  /** @throws InputFault when the last value is not complete */
  end(): void
}

type Mode = 'between' | 'time' | 'item' | 'array-first' | 'array-next' | 'array-after'

const [quote, backslash, comma, colon] = [0x22, 0x5c, 0x2c, 0x3a]
const [openObject, closeObject, openArray, closeArray] = [0x7b, 0x7d, 0x5b, 0x5d]
const isSpace = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39
const utf8Mark = [0xef, 0xbb, 0xbf]
const timePattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/
const longestKey = 64
const longestTime = 40

export function createSplitter({ maxItemBytes, onItem, records }: SplitterOptions): Splitter {
  let mode: Mode = 'between'
  let first = true
  let position = 0

  // The value being read: complete chunks of it, and where it goes on in the present one.
  let parts: Buffer[] = []
  let size = 0
  let from = 0
  let shape: 'nested' | 'string' | 'scalar' = 'nested'
  let depth = 0
  let inString = false
  let escaped = false
  let context: ItemContext = 'value'

  // Probing the keys of an outer object for a container.
  let probing = false
  let isRecord = false
  let expect: 'key' | 'colon' | 'value' | 'next' = 'key'
  let key: number[] | undefined
  let keyName = ''
  let hadContainer = false
  // The outer object's own bytes while elements of its container are read.
  let outer: Buffer[] | undefined
  let arrayContext: ItemContext = 'element'
  let time: number[] = []
  let lineFollows = false
  let byteOrderMark = 0

  const fail = (reason: string): never => {
    throw new InputFault('INPUT_JSON_INVALID', { records: records(), reason: `${reason} at byte ${position}` })
  }

  const keep = (chunk: Buffer, to: number): void => {
    if (to > from) {
      parts.push(chunk.subarray(from, to))
      size += to - from
    }
    if (size > maxItemBytes) throw new InputFault('INPUT_RECORD_TOO_LARGE', { limit: maxItemBytes, records: records() })
  }

  const begin = (byte: number, at: number, where: ItemContext): void => {
    context = where
    from = at
    parts = []
    size = 0
    depth = 0
    inString = false
    escaped = false
    mode = 'item'
    shape = byte === openObject || byte === openArray ? 'nested' : byte === quote ? 'string' : 'scalar'
    probing = where === 'value' && byte === openObject
    isRecord = false
    hadContainer = false
    expect = 'key'
  }

  const finish = (chunk: Buffer, to: number): void => {
    keep(chunk, to)
    const bytes = parts.length === 1 ? parts[0]! : Buffer.concat(parts)
    parts = []
    mode = context === 'value' || context === 'line' ? 'between' : 'array-after'
    onItem(bytes, probing && hadContainer ? 'skeleton' : context)
  }

  const enterContainer = (chunk: Buffer, at: number): void => {
    keep(chunk, at + 1)
    outer = parts
    arrayContext = keyName
    hadContainer = true
    mode = 'array-first'
  }

  const leaveArray = (at: number): void => {
    if (outer === undefined) {
      mode = 'between'
      return
    }
    // Back in the outer object, behind the emptied container.
    parts = outer
    size = parts.reduce((total, part) => total + part.length, 0)
    outer = undefined
    from = at
    context = 'value'
    shape = 'nested'
    depth = 1
    inString = false
    escaped = false
    probing = true
    isRecord = false
    hadContainer = true
    expect = 'next'
    mode = 'item'
  }

  /** Follows the keys of the outer object; true when the byte opens a container. */
  const probe = (byte: number): boolean => {
    if (depth !== 1 || isSpace(byte)) return false
    if (byte === colon) expect = 'value'
    else if (byte === comma) expect = 'key'
    else if (expect === 'value') {
      expect = 'next'
      return byte === openArray && !isRecord && containerKeys.has(keyName)
    }
    return false
  }

  const endKey = (): void => {
    keyName = Buffer.from(key!).toString('latin1')
    key = undefined
    expect = 'colon'
    // A file that names its schema is one of ours, or no log file: it is looked at as a whole.
    if (recordKeys.has(keyName) || keyName === 'schema') isRecord = true
  }

  /** Reads within a value; gives the offset behind the last byte it took. */
  const readItem = (chunk: Buffer, start: number): number => {
    let at = start
    const length = chunk.length
    if (shape === 'scalar') {
      while (at < length) {
        const byte = chunk[at]!
        if (
          isSpace(byte) ||
          byte === comma ||
          byte === closeArray ||
          byte === closeObject ||
          byte === openObject ||
          byte === openArray
        ) {
          finish(chunk, at)
          return at
        }
        at++
      }
      return at
    }
    while (at < length) {
      const byte = chunk[at]!
      if (inString) {
        if (escaped) escaped = false
        else if (byte === backslash) escaped = true
        else if (byte === quote) {
          inString = false
          if (key !== undefined) {
            endKey()
            at++
            continue
          }
          if (shape === 'string') {
            finish(chunk, at + 1)
            return at + 1
          }
        }
        if (key !== undefined && key.length < longestKey) key.push(byte)
        at++
        continue
      }
      if (byte === quote) {
        inString = true
        if (probing && depth === 1) {
          if (expect === 'key') key = []
          else if (expect === 'value') expect = 'next'
        }
      } else if (byte === openObject || byte === openArray) {
        if (probing && probe(byte)) {
          enterContainer(chunk, at)
          return at + 1
        }
        depth++
      } else if (byte === closeObject || byte === closeArray) {
        depth--
        if (depth === 0) {
          finish(chunk, at + 1)
          return at + 1
        }
      } else if (probing) probe(byte)
      at++
    }
    return at
  }

  /** A file that begins wrongly is no JSON at all; one that goes on wrongly is damaged. */
  const refuse = (atFirst: string, later: string): never => {
    if (first) throw new InputFault('INPUT_NOT_JSON', { reason: atFirst })
    return fail(later)
  }

  const startOf = (byte: number, at: number): void => {
    if (isDigit(byte)) {
      time = []
      mode = 'time'
    } else if (
      byte === openObject ||
      byte === quote ||
      byte === 0x2d ||
      byte === 0x74 ||
      byte === 0x66 ||
      byte === 0x6e
    ) {
      first = false
      begin(byte, at, 'value')
    } else refuse(describeStart(byte), `expected a value, found ${shown(byte)}`)
  }

  /** Digits at the top: the time before a CloudWatch Logs line, or else a number. */
  const readTime = (chunk: Buffer, start: number): number => {
    let at = start
    while (at < chunk.length && !isSpace(chunk[at]!) && time.length < longestTime) time.push(chunk[at++]!)
    if (at === chunk.length && time.length < longestTime) return at
    const text = Buffer.from(time).toString('latin1')
    if (!timePattern.test(text)) refuse(`it begins with ${JSON.stringify(text.slice(0, 20))}`, 'expected a value')
    while (at < chunk.length && (chunk[at] === 0x20 || chunk[at] === 0x09)) at++
    lineFollows = true
    mode = 'between'
    return at
  }
  const push = (chunk: Buffer): void => {
    let at = 0
    const base = position
    from = 0
    while (at < chunk.length) {
      position = base + at
      if (mode === 'item') {
        at = readItem(chunk, at)
        continue
      }
      if (mode === 'time') {
        at = readTime(chunk, at)
        continue
      }
      const byte = chunk[at]!
      if (isSpace(byte)) {
        at++
        continue
      }
      switch (mode) {
        case 'between':
          if (lineFollows) {
            lineFollows = false
            if (byte !== openObject)
              refuse('its lines hold a time and text', `expected "{" behind the time, found ${shown(byte)}`)
            first = false
            begin(byte, at, 'line')
          } else if (byte === openArray) {
            first = false
            arrayContext = 'element'
            mode = 'array-first'
            at++
          } else if (first && position === byteOrderMark && byte === utf8Mark[byteOrderMark]) {
            byteOrderMark++
            at++
          } else startOf(byte, at)
          break
        case 'array-first':
          if (byte === closeArray) {
            leaveArray(at)
            at++
          } else begin(byte, at, arrayContext)
          break
        case 'array-next':
          if (byte === closeArray) fail('expected a value, found "]"')
          begin(byte, at, arrayContext)
          break
        case 'array-after':
          if (byte === comma) mode = 'array-next'
          else if (byte === closeArray) leaveArray(at)
          else fail(`expected "," or "]", found ${shown(byte)}`)
          at++
          break
      }
    }
    position = base + chunk.length
    if (mode === 'item') keep(chunk, chunk.length)
  }

  const end = (): void => {
    if (mode === 'item' && shape === 'scalar' && context === 'value') {
      from = 0
      finish(Buffer.alloc(0), 0)
    }
    if (mode === 'time') refuse('it holds a number or a time', 'the file ends within a value')
    if (mode !== 'between' || lineFollows) fail('the file ends within a value')
  }

  return { push, end }
}
