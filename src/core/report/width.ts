/** Texts laid out in the columns of a terminal. */
import { visible } from './text.ts'

// A combining mark takes no column of its own.
const combining = /^[\p{Mn}\p{Me}]/u
// Two columns: East Asian Wide and Fullwidth (Unicode Annex 11) and emoji. Flags are pairs of one column each.
const wide =
  /^(?![\u{1f1e6}-\u{1f1ff}])[\p{Emoji_Presentation}\u1100-\u115f\u2329-\u232a\u2630-\u2637\u268a-\u268f\u2e80-\u303e\u3041-\u3247\u3250-\ua4c6\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6b\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{1b2fb}\u{1d300}-\u{1d376}\u{1f200}-\u{1f265}\u{20000}-\u{3fffd}]/u
const ascii = /^[\x20-\x7e]*$/

/** Columns that a text takes on a terminal. */
export function width(text: string): number {
  if (ascii.test(text)) return text.length
  let columns = 0
  for (const character of text) columns += widthOfCharacter(character)
  return columns
}

const widthOfCharacter = (character: string): number =>
  character <= '\u02ff' ? 1 : combining.test(character) ? 0 : wide.test(character) ? 2 : 1

/** At most `columns` wide; what was cut off shows as an ellipsis. */
export function cut(text: string, columns: number): string {
  // Only combining marks take no column, and they are few: a long text need not be measured whole.
  if (text.length <= columns * 12 && width(text) <= columns) return text
  if (columns <= 1) return columns === 1 ? '…' : ''
  return `${splitAt(text, columns - 1, 0)[0]}…`
}

export const pad = (text: string, columns: number): string => text + ' '.repeat(Math.max(0, columns - width(text)))

/** Names and ARNs are broken behind these signs rather than within a word, where the line does not get much shorter. */
const joint = /.*[/:,;=&?_-]/su

function breakWord(text: string, columns: number): readonly [string, string] {
  const [head] = splitAt(text, columns)
  const whole = joint.exec(head)?.[0] ?? ''
  const end = whole.length * 2 >= head.length ? whole.length : head.length
  return [text.slice(0, end), text.slice(end)]
}

/** Breaks a text into lines at spaces; words longer than a line are broken where the line ends. */
export function wrap(text: string, columns: number): readonly string[] {
  const lines: string[] = []
  for (const paragraph of text.trimEnd().split('\n')) {
    let line = ''
    for (const word of paragraph.trim().split(/\s+/)) {
      let rest = visible(word)
      if (line !== '' && width(line) + 1 + width(rest) <= columns) {
        line += ` ${rest}`
        continue
      }
      if (line !== '') lines.push(line)
      while (width(rest) > columns) {
        const [head, tail] = breakWord(rest, columns)
        lines.push(head)
        rest = tail
      }
      line = rest
    }
    lines.push(line)
  }
  return lines
}

/** A text as it is, in lines that are full. */
export function fill(text: string, columns: number): readonly string[] {
  const lines: string[] = []
  for (let rest = text; rest !== ''; ) {
    const [head, tail] = splitAt(rest, columns)
    lines.push(head)
    rest = tail
  }
  return lines
}

/** As much as fits, though at least `least` UTF-16 units, and the remainder. */
function splitAt(text: string, columns: number, least = 1): readonly [string, string] {
  let used = 0
  let index = 0
  for (const character of text) {
    used += widthOfCharacter(character)
    if (used > columns && index >= least) break
    index += character.length
  }
  return [text.slice(0, index), text.slice(index)]
}
