/**
 * Splits the bytes of a log file into JSON values, one record or envelope each, in memory bounded by the largest value.
 *
 * A byte at a time, so that records of a file of any size and form come out while it is being read: values in a row
 * (NDJSON, also behind the time that CloudWatch Logs exports put before each line), the elements of a bare array, and
 * the elements of an outer object's `Records` and the like. What surrounds those elements is kept and parsed at the end,
 * so that a file counts as valid JSON only as a whole. Where values stand in lines of their own, a broken line is given
 * up and the next one taken.
 */
import { InputFault } from '../../core/event/fault.ts'
import { containerKeys, recordKeys } from '../../core/event/record-keys.ts'
import { describeStart, shown } from './bytes.ts'
import { createLineCounter } from './line-counter.ts'

/** Where a value stood: `value` on its own, `line` behind a time, `element` of a bare array, or within that container. */
export type ItemContext = 'value' | 'line' | 'element' | 'skeleton' | (string & {})

export interface SplitterOptions {
  readonly maxItemBytes: number
  /**
   * `skeleton` is an outer object whose containers were emptied; its elements came before. `start` is the offset of the
   * value's first byte in what was pushed, -1 for a skeleton, which is no one piece of it.
   */
  readonly onItem: (bytes: Buffer, context: ItemContext, start: number) => void
  /** Complete records so far, for messages. */
  readonly records: () => number
  /** A line that is no JSON, in a file of lines. Without it such a line is a fault of the file. */
  readonly onBroken?: (line: BrokenLine) => void
}

export interface BrokenLine {
  /** From 1. */
  readonly line: number
  readonly reason: string
  /** What is wrong with the file, should it turn out to hold nothing else. */
  readonly fault: InputFault
}

export interface Splitter {
  /** @throws InputFault */
  push(chunk: Buffer): void
  /** @throws InputFault when the last value is not complete */
  end(): void
  /** So far nothing but values in a row: each may be good without the others. */
  isOfLines(): boolean
  /** The line, from 1, where the last value on its own began. */
  line(): number
}

type Mode = 'between' | 'time' | 'item' | 'skip' | 'array-first' | 'array-next' | 'array-after'

const [quote, backslash, comma, colon, newline] = [0x22, 0x5c, 0x2c, 0x3a, 0x0a]
const [openObject, closeObject, openArray, closeArray] = [0x7b, 0x7d, 0x5b, 0x5d]
const isSpace = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39
const utf8Mark = [0xef, 0xbb, 0xbf]
const timePattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/
const longestKey = 64
const longestTime = 40

export function createSplitter({ maxItemBytes, onItem, records, onBroken }: SplitterOptions): Splitter {
  let mode: Mode = 'between'
  let first = true
  let position = 0

  // The value being read: complete chunks of it, and where it goes on in the present one.
  let parts: Buffer[] = []
  let size = 0
  let from = 0
  let itemStart = 0
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

  // Lines. A file with a container or a bare array is no file of lines, but valid only as a whole.
  let contained = false
  let sawLine = false
  let timed = false
  let valueLine = 1
  const lines = createLineCounter()
  let resync = -1
  let skipped = 0

  const invalid = (reason: string): InputFault =>
    new InputFault('INPUT_JSON_INVALID', { records: records(), reason: `${reason} at byte ${position}` })
  const fail = (reason: string): never => {
    throw invalid(reason)
  }

  /** Gives up the line; the next value begins behind it. */
  const breakLine = (reason: string, fault: InputFault): void => {
    if (onBroken === undefined || contained) throw fault
    parts = []
    lineFollows = false
    onBroken({ line: valueLine, reason, fault })
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
    itemStart = position
    parts = []
    size = 0
    depth = 0
    inString = false
    escaped = false
    mode = 'item'
    shape = byte === openObject || byte === openArray ? 'nested' : byte === quote ? 'string' : 'scalar'
    if (where === 'value' || where === 'line') valueLine = lines.at(at)
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
    if (mode === 'between' && !sawLine) sawLine = !bytes.includes(newline)
    if (probing && hadContainer) onItem(bytes, 'skeleton', -1)
    else onItem(bytes, context, itemStart)
  }

  const enterContainer = (chunk: Buffer, at: number): void => {
    keep(chunk, at + 1)
    outer = parts
    arrayContext = keyName
    hadContainer = true
    contained = true
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

  /**
   * Where the next line begins a value, in a file whose values were seen to fill one line each: a value that reaches so far
   * is broken. Looked up once, as most values end before it.
   */
  const nextLine = (chunk: Buffer, at: number): number => {
    if (resync < at) {
      const found = chunk.indexOf(timed ? '\n2' : '\n{', at, 'latin1')
      resync = found < 0 ? chunk.length : found
    }
    return resync
  }

  const readItem = (chunk: Buffer, start: number): number => {
    if (!sawLine || contained) return scan(chunk, start, chunk.length)
    const limit = nextLine(chunk, start)
    const at = scan(chunk, start, limit)
    if (mode !== 'item' || at < limit || limit === chunk.length) return at
    const reason = 'the line ends within a value'
    mode = 'between'
    breakLine(reason, invalid(reason))
    return at
  }

  /** Reads within a value; gives the offset behind the last byte it took. */
  const scan = (chunk: Buffer, start: number, length: number): number => {
    let at = start
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
  const refuse = (atFirst: string, later: string): void => {
    const fault = first ? new InputFault('INPUT_NOT_JSON', { reason: atFirst }) : invalid(later)
    mode = 'skip'
    skipped = 0
    breakLine(first ? atFirst : later, fault)
  }

  /** Passes over the remainder of a broken line. */
  const skipLine = (chunk: Buffer, start: number): number => {
    const end = chunk.indexOf(newline, start)
    skipped += (end < 0 ? chunk.length : end) - start
    // Lines are not so long: this is something else.
    if (skipped > maxItemBytes)
      throw new InputFault('INPUT_RECORD_TOO_LARGE', { limit: maxItemBytes, records: records() })
    if (end < 0) return chunk.length
    mode = 'between'
    return end + 1
  }

  const startOf = (byte: number, at: number): void => {
    if (isDigit(byte)) {
      valueLine = lines.at(at)
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
    } else {
      valueLine = lines.at(at)
      refuse(describeStart(byte), `expected a value, found ${shown(byte)}`)
    }
  }

  /** Digits at the top: the time before a CloudWatch Logs line, or else a number. */
  const readTime = (chunk: Buffer, start: number): number => {
    let at = start
    while (at < chunk.length && !isSpace(chunk[at]!) && time.length < longestTime) time.push(chunk[at++]!)
    if (at === chunk.length && time.length < longestTime) return at
    const text = Buffer.from(time).toString('latin1')
    if (!timePattern.test(text)) {
      refuse(`it begins with ${JSON.stringify(text.slice(0, 20))}`, 'expected a value')
      return at
    }
    while (at < chunk.length && (chunk[at] === 0x20 || chunk[at] === 0x09)) at++
    lineFollows = true
    timed = true
    mode = 'between'
    return at
  }

  /** A value goes on in this chunk, and the line break at the end of the last one was where the next value begins. */
  const brokeBefore = (chunk: Buffer): boolean =>
    mode === 'item' && sawLine && !contained && lines.endsLine() && chunk[0] === (timed ? 0x32 : openObject)

  const push = (chunk: Buffer): void => {
    let at = 0
    const base = position
    from = 0
    resync = -1
    if (chunk.length > 0 && brokeBefore(chunk)) {
      const reason = 'the line ends within a value'
      mode = 'between'
      breakLine(reason, invalid(reason))
    }
    lines.enter(chunk)
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
      if (mode === 'skip') {
        at = skipLine(chunk, at)
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
            else {
              first = false
              begin(byte, at, 'line')
            }
          } else if (byte === openArray) {
            first = false
            contained = true
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
    const reason = 'the file ends within a value'
    if (mode === 'skip') return
    if (mode === 'time') refuse('it holds a number or a time', reason)
    else if (mode === 'item' && sawLine && !contained) breakLine(reason, invalid(reason))
    else if (mode !== 'between') fail(reason)
    else if (lineFollows) breakLine(reason, invalid(reason))
  }

  return { push, end, isOfLines: () => !contained, line: () => valueLine }
}
