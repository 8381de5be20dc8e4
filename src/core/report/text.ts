/**
 * Text that is safe to print. Event fields are other people's words: a user agent may hold terminal escapes, and an
 * override of the writing direction makes a name read backwards. All of it is shown as what it is.
 */

// C0 and C1 controls, soft hyphen, zero-width characters, direction marks and overrides, line separators,
// byte order mark, interlinear and tag characters, lone surrogates.
const unsafe =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/gu

const short: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/** Every character that would not show as itself is written as an escape. */
export const visible = (text: string): string =>
  text.replace(unsafe, (character) => short[character] ?? escaped(character))

function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0
  if (code <= 0xff) return `\\x${code.toString(16).padStart(2, '0')}`
  return code <= 0xffff ? `\\u${code.toString(16).padStart(4, '0')}` : `\\u{${code.toString(16)}}`
}

const combining = /^\p{Mn}|\p{Me}$/u
// East Asian Wide and Fullwidth (Unicode Annex 11), and pictographs: two columns each.
const wide =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f900}-\u{1faff}\u{20000}-\u{3fffd}]/u
const ascii = /^[\x20-\x7e]*$/

/** Columns that a text takes on a terminal. */
export function width(text: string): number {
  if (ascii.test(text)) return text.length
  let columns = 0
  for (const character of text) columns += widthOfCharacter(character)
  return columns
}

const widthOfCharacter = (character: string): number => (combining.test(character) ? 0 : wide.test(character) ? 2 : 1)

/** At most `columns` wide; what was cut off shows as an ellipsis. */
export function cut(text: string, columns: number): string {
  if (width(text) <= columns) return text
  if (columns <= 1) return columns === 1 ? '…' : ''
  let taken = ''
  let used = 0
  for (const character of text) {
    const next = widthOfCharacter(character)
    if (used + next > columns - 1) break
    taken += character
    used += next
  }
  return `${taken}…`
}

export const pad = (text: string, columns: number): string => text + ' '.repeat(Math.max(0, columns - width(text)))

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
        const [head, tail] = splitAt(rest, columns)
        lines.push(head)
        rest = tail
      }
      line = rest
    }
    lines.push(line)
  }
  return lines
}

function splitAt(text: string, columns: number): readonly [string, string] {
  let used = 0
  let index = 0
  for (const character of text) {
    used += widthOfCharacter(character)
    if (used > columns && index > 0) break
    index += character.length
  }
  return [text.slice(0, index), text.slice(index)]
}

/** A cell as text: NULL is a word of its own, so that it differs from an empty text. */
export function cellText(cell: unknown): string {
  if (cell === null || cell === undefined) return 'NULL'
  return visible(typeof cell === 'string' ? cell : JSON.stringify(cell))
}

export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`
