/**
 * Text that is safe to show. Event fields are other people's words: a user agent may hold terminal escapes, and an
 * override of the writing direction makes a name read backwards. All of it is shown as what it is.
 */

// Controls, lone surrogates, characters that do not show (zero-width, soft hyphen, fillers, variation selectors, tags,
// direction marks and overrides), line separators, interlinear marks, characters that Unicode says are none.
const unsafe =
  /[\p{Cc}\p{Cs}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\u2028\u2029\ufff9-\ufffb]/gu
// No script stacks more than four marks on a letter; a longer pile runs over the lines above. A mark without a letter
// lands on whatever stands before it.
const loneMarks = /^[\p{Mn}\p{Me}]+|(?<=[\p{Mn}\p{Me}]{4})[\p{Mn}\p{Me}]+/gu
const plain = /^[\x20-\x7e]*$/

const short: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/** Every character that would not show as itself is written as an escape. */
export function visible(text: string): string {
  if (plain.test(text)) return text
  return text
    .replace(unsafe, (character) => short[character] ?? escaped(character))
    .replace(loneMarks, (marks) => [...marks].map(escaped).join(''))
}

function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0
  if (code <= 0xff) return `\\x${code.toString(16).padStart(2, '0')}`
  return code <= 0xffff ? `\\u${code.toString(16).padStart(4, '0')}` : `\\u{${code.toString(16)}}`
}

const rightToLeft = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u

/** Holds letters that are written from right to left, which reorder what stands beside them. */
export const isRightToLeft = (text: string): boolean => rightToLeft.test(text)

/**
 * A cell as text: NULL is a word of its own, so that it differs from an empty text. With `limit` at least that many
 * UTF-16 units of a longer text are given, and nothing beyond them is looked at.
 */
export function cellText(cell: unknown, limit = Number.POSITIVE_INFINITY): string {
  if (cell === null || cell === undefined) return 'NULL'
  const text = typeof cell === 'string' ? cell : JSON.stringify(cell)
  return visible(text.length > limit ? text.slice(0, limit) : text)
}

/** A text of at most `limit` UTF-16 units: a longer one ends with how long it was. */
export function shorten(text: string, limit: number): string {
  if (text.length <= limit) return text
  return `${text.slice(0, limit).replace(/[\ud800-\udbff]$/, '')}… [cut: ${text.length.toLocaleString('en-US')} characters]`
}

export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`

/** An amount of bytes as people write it, by powers of a thousand. */
export function bytesText(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB']
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3))
  const value = bytes / 1000 ** power
  return `${power === 0 ? value : value.toFixed(1)} ${units[power]}`
}
