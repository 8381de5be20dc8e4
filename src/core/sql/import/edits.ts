/** Replacements in a text that keep everything else as it stands, comments and lay-out included, and know where it came from. */
import type { TextEdit } from '../../errors.ts'

export interface Edited {
  readonly text: string
  /** Offset in the text before, of one in the text after. */
  readonly origin: (offset: number) => number
}

/** Of edits that overlap the widest is made: it speaks for what lies within. */
export function applyEdits(text: string, edits: readonly TextEdit[]): Edited {
  const made: TextEdit[] = []
  const sorted = edits.toSorted((a, b) => a.start - b.start || b.end - a.end)
  for (const edit of sorted) {
    const last = made.at(-1)
    if (last === undefined || edit.start >= last.end) made.push(edit)
  }
  let out = ''
  let at = 0
  const pieces: { readonly from: number; readonly start: number; readonly length: number }[] = []
  for (const edit of made) {
    pieces.push({ from: out.length, start: at, length: edit.start - at })
    out += text.slice(at, edit.start)
    pieces.push({ from: out.length, start: edit.start, length: 0 })
    out += edit.text
    at = edit.end
  }
  pieces.push({ from: out.length, start: at, length: text.length - at })
  out += text.slice(at)
  return {
    text: out,
    origin(offset) {
      const piece = pieces.findLast(({ from }) => from <= offset) ?? { from: 0, start: 0, length: 0 }
      return piece.start + Math.min(offset - piece.from, piece.length)
    },
  }
}
