/** Finds the end of a JSON value that comes in chunks, and gathers its bytes; what stands between values is not its matter. */
import { InputFault } from '../core/event/fault.ts'
import { backslash, closeArray, closeObject, endsScalar, openArray, openObject, quote } from './json-bytes.ts'
import { createOuterKeys } from './outer-keys.ts'

interface ValueScannerOptions {
  readonly maxBytes: number
  /** Complete records so far, for messages. */
  readonly records: () => number
}

/** `container`: the bracket of an outer object's container was read, and its elements follow. */
type Outcome = 'inside' | 'whole' | 'container'

export function createValueScanner({ maxBytes, records }: ValueScannerOptions) {
  // Of the value: what earlier chunks held, and where it goes on in the present one.
  let parts: Buffer[] = []
  let size = 0
  let from = 0
  let shape: 'nested' | 'text' | 'scalar' = 'nested'
  let depth = 0
  let inText = false
  let escaped = false
  let outcome: Outcome = 'inside'

  const keys = createOuterKeys()
  let outer = false
  let inKey = false
  let emptied = false

  const keep = (chunk: Buffer, to: number): void => {
    if (to > from) {
      parts.push(chunk.subarray(from, to))
      size += to - from
    }
    if (size > maxBytes) throw new InputFault('INPUT_RECORD_TOO_LARGE', { limit: maxBytes, records: records() })
  }

  /** Gives the offset of what follows. */
  const stop = (chunk: Buffer, to: number, why: Outcome): number => {
    keep(chunk, to)
    outcome = why
    return to
  }

  const readScalar = (chunk: Buffer, start: number, limit: number): number => {
    for (let at = start; at < limit; at++) if (endsScalar(chunk[at]!)) return stop(chunk, at, 'whole')
    return limit
  }

  /** Gives the offset behind the quote that closes the text, or the limit. */
  const readText = (chunk: Buffer, start: number, limit: number): number => {
    let escapes = escaped
    for (let at = start; at < limit; at++) {
      const byte = chunk[at]!
      if (escapes) escapes = false
      else if (byte === backslash) escapes = true
      else if (byte === quote) {
        inText = false
        escaped = false
        return at + 1
      }
    }
    escaped = escapes
    return limit
  }

  const readNested = (chunk: Buffer, start: number, limit: number): number => {
    let at = start
    while (at < limit) {
      if (inText) {
        const begun = at
        at = readText(chunk, begun, limit)
        if (inKey) keys.add(chunk, begun, inText ? at : at - 1)
        if (inText) return at
        if (shape === 'text') return stop(chunk, at, 'whole')
        if (inKey) keys.closeKey()
        inKey = false
        continue
      }
      const byte = chunk[at++]!
      if (byte === quote) {
        inText = true
        inKey = outer && depth === 1 && keys.openText()
      } else if (byte === openObject || byte === openArray) {
        if (outer && depth === 1 && keys.sees(byte)) return stop(chunk, at, 'container')
        depth++
      } else if (byte === closeObject || byte === closeArray) {
        depth--
        if (depth === 0) return stop(chunk, at, 'whole')
      } else if (outer && depth === 1) keys.sees(byte)
    }
    return limit
  }

  return {
    enterChunk(): void {
      from = 0
    },
    /** A value begins at the offset; `mayContain`: the elements of an outer object's container are values of their own. */
    begin(byte: number, at: number, mayContain: boolean): void {
      from = at
      parts = []
      size = 0
      depth = 0
      inText = false
      escaped = false
      inKey = false
      emptied = false
      shape = byte === openObject || byte === openArray ? 'nested' : byte === quote ? 'text' : 'scalar'
      outer = mayContain && byte === openObject
      if (outer) keys.begin()
    },
    /** Goes on in an outer object, whose bytes were put aside, at the bracket that closes its container. */
    resume(aside: Buffer[], at: number): void {
      from = at
      parts = aside
      size = parts.reduce((total, part) => total + part.length, 0)
      depth = 1
      inText = false
      escaped = false
      inKey = false
      emptied = true
      shape = 'nested'
      outer = true
      keys.resume()
    },
    /** Reads on up to the limit; gives the offset behind the last byte it took. */
    read(chunk: Buffer, start: number, limit: number): number {
      outcome = 'inside'
      return shape === 'scalar' ? readScalar(chunk, start, limit) : readNested(chunk, start, limit)
    },
    /** What the last reading came to. */
    outcome: (): Outcome => outcome,
    /** Keeps what the chunk holds of a value that goes on. @throws InputFault INPUT_RECORD_TOO_LARGE */
    keep,
    /** The bytes so far, in pieces, which are the caller's from now on. */
    takeParts(): Buffer[] {
      const taken = parts
      parts = []
      return taken
    },
    isScalar: (): boolean => shape === 'scalar',
    /** The elements of its container came before. */
    wasEmptied: (): boolean => emptied,
    /** The key of the container. */
    containerName: keys.name,
  }
}
