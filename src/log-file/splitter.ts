/**
 * Splits the bytes of a log file into JSON values, one record or envelope each, in memory bounded by the largest value.
 *
 * A byte at a time, so that records of a file of any size and form come out while it is being read: values in a row
 * (NDJSON, also behind the time that CloudWatch Logs exports put before each line), the elements of a bare array, and
 * the elements of an outer object's `Records` and the like. What surrounds those elements is kept and parsed at the end,
 * so that a file counts as valid JSON only as a whole. Where values stand in lines of their own, a broken line is given
 * up and the next one taken.
 */
import { InputFault } from '../core/event/fault.ts'
import { describeStart, shown } from './bytes.ts'
import { beginsValue, closeArray, comma, isDigit, isSpace, newline, openArray, openObject } from './json-bytes.ts'
import { createLineCounter } from './line-counter.ts'
import { createValueScanner } from './value-scanner.ts'

/** Where a value stood: `value` on its own, `line` behind a time, `element` of a bare array, or within that container. */
export type ItemContext = 'value' | 'line' | 'element' | 'skeleton' | (string & {})

interface SplitterOptions {
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

interface Splitter {
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

const utf8Mark = [0xef, 0xbb, 0xbf]
const timePattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/
const longestTime = 40

export function createSplitter({ maxItemBytes, onItem, records, onBroken }: SplitterOptions): Splitter {
  let mode: Mode = 'between'
  let first = true
  let position = 0

  // The value being read.
  const value = createValueScanner({ maxBytes: maxItemBytes, records })
  let itemStart = 0
  let context: ItemContext = 'value'
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
    value.takeParts()
    lineFollows = false
    onBroken({ line: valueLine, reason, fault })
  }

  const begin = (byte: number, at: number, where: ItemContext): void => {
    context = where
    itemStart = position
    mode = 'item'
    if (where === 'value' || where === 'line') valueLine = lines.at(at)
    value.begin(byte, at, where === 'value')
  }

  const finish = (): void => {
    const parts = value.takeParts()
    const bytes = parts.length === 1 ? parts[0]! : Buffer.concat(parts)
    mode = context === 'value' || context === 'line' ? 'between' : 'array-after'
    if (mode === 'between' && !sawLine) sawLine = !bytes.includes(newline)
    if (value.wasEmptied()) onItem(bytes, 'skeleton', -1)
    else onItem(bytes, context, itemStart)
  }

  const enterContainer = (): void => {
    outer = value.takeParts()
    arrayContext = value.containerName()
    contained = true
    mode = 'array-first'
  }

  const leaveArray = (at: number): void => {
    if (outer === undefined) {
      mode = 'between'
      return
    }
    value.resume(outer, at)
    outer = undefined
    context = 'value'
    mode = 'item'
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

  const scan = (chunk: Buffer, start: number, limit: number): number => {
    const at = value.read(chunk, start, limit)
    const outcome = value.outcome()
    if (outcome === 'whole') finish()
    else if (outcome === 'container') enterContainer()
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
    } else if (beginsValue(byte)) {
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
    value.enterChunk()
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
    if (mode === 'item') value.keep(chunk, chunk.length)
  }

  const end = (): void => {
    if (mode === 'item' && value.isScalar() && context === 'value') finish()
    const reason = 'the file ends within a value'
    if (mode === 'skip') return
    if (mode === 'time') refuse('it holds a number or a time', reason)
    else if (mode === 'item' && sawLine && !contained) breakLine(reason, invalid(reason))
    else if (mode !== 'between') fail(reason)
    else if (lineFollows) breakLine(reason, invalid(reason))
  }

  return { push, end, isOfLines: () => !contained, line: () => valueLine }
}
