/** JSON in pieces, so that a large answer needs no text of its whole size, and safe to print on a terminal. */

// JSON itself escapes C0 controls and lone surrogates. C1 controls act on terminals, direction overrides and invisible
// letters on readers, U+2028 on JavaScript.
const unsafe =
  /[\p{Cc}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\u2028\u2029\ufff9-\ufffb]/gu
const plain = /^[\x20-\x7e]*$/

/** As `JSON.stringify`, with the characters that act on whoever prints them written as `\u` escapes: the value is the same. */
export function safeJson(value: unknown): string {
  const text = JSON.stringify(value)
  return plain.test(text) ? text : text.replace(unsafe, escaped)
}

const escaped = (character: string): string =>
  Array.from(
    { length: character.length },
    (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`,
  ).join('')

/** A result holds runs of steps of rows: down to a row, members are written one by one. */
const deepest = 5

/** The text of {@link safeJson} in pieces. */
export function* jsonChunks(value: unknown, depth = 0): Generator<string> {
  if (typeof value !== 'object' || value === null || depth > deepest) {
    yield safeJson(value)
    return
  }
  const isList = Array.isArray(value)
  const members = isList ? value.entries() : Object.entries(value).filter(([, member]) => member !== undefined)
  let lead = isList ? '[' : '{'
  for (const [name, member] of members) {
    yield isList ? lead : `${lead}${safeJson(name)}:`
    yield* jsonChunks(isList ? (member ?? null) : member, depth + 1)
    lead = ','
  }
  const isEmpty = lead !== ','
  yield isList ? (isEmpty ? '[]' : ']') : isEmpty ? '{}' : '}'
}
