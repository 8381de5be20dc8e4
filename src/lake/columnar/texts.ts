/** The values of a batch's dictionaries as text. */
import type { Scanner } from './scanner.ts'

export interface Texts {
  /** What a column shows for a code; null where it shows nothing. */
  content(dictionary: number, code: number): string | null
  /** The JSON of the value as the record has it. */
  raw(dictionary: number, code: number): string | null
}

const entryWords = 8

export function createTexts({ wasm, view }: Scanner): Texts {
  const slice = (dictionary: number, code: number, field: number): string | null => {
    if (code === 0 || code === wasm.nullOf(dictionary)) return null
    const { bytes, words } = view()
    const entry = wasm.tableOf(dictionary) / 4 + (code - 1) * entryWords + field
    return bytes.toString('utf8', words[entry]!, words[entry]! + words[entry + 1]!)
  }
  return {
    content: (dictionary, code) => slice(dictionary, code, 6),
    raw: (dictionary, code) => slice(dictionary, code, 0),
  }
}
