import { containerKeys, recordKeys } from '../core/event/record-keys.ts'
import { colon, comma, isSpace, openArray } from './json-bytes.ts'

/** No key that matters is longer. */
const longestKey = 64

/** Follows the keys of an outer object, to find the array that holds its records. */
export function createOuterKeys() {
  let isRecord = false
  let expect: 'key' | 'colon' | 'value' | 'next' = 'key'
  let name = ''
  return {
    /** An object begins. */
    begin(): void {
      isRecord = false
      expect = 'key'
    },
    /** The array of a container has ended. */
    resume(): void {
      expect = 'next'
    },
    /** A text begins; true when it is a key. */
    openText(): boolean {
      if (expect === 'value') expect = 'next'
      if (expect !== 'key') return false
      name = ''
      return true
    },
    /** Bytes of the key, as they are written. */
    add(chunk: Buffer, from: number, to: number): void {
      name += chunk.toString('latin1', from, Math.min(to, from + longestKey - name.length))
    },
    closeKey(): void {
      expect = 'colon'
      // A file that names its schema is one of ours, or no log file: it is looked at as a whole.
      if (recordKeys.has(name) || name === 'schema') isRecord = true
    },
    /** Any byte outside a text; true when it opens a container. */
    sees(byte: number): boolean {
      if (isSpace(byte)) return false
      if (byte === colon) expect = 'value'
      else if (byte === comma) expect = 'key'
      else if (expect === 'value') {
        expect = 'next'
        return byte === openArray && !isRecord && containerKeys.has(name)
      }
      return false
    },
    /** The key that was read last. */
    name: (): string => name,
  }
}
