/** A type as Trino writes it, taken apart: `row(type varchar, tags array(varchar))`. */
export interface TypeText {
  /** `varchar`, `timestamp`, `row`; without its arguments. */
  readonly base: string
  readonly parts: readonly { readonly name: string | undefined; readonly type: TypeText }[]
}

/** Reads a type's name; of one that nobody knows the base is the whole text. */
export const readType = (text: string): TypeText => readAt(text, 0)

/** No engine has types as deep as that; a catalog may hold anything. */
const deepest = 50

function readAt(text: string, depth: number): TypeText {
  const trimmed = text.trim()
  const open = trimmed.indexOf('(')
  const head = (open < 0 ? trimmed : trimmed.slice(0, open)).trim().toLowerCase()
  if (!['array', 'map', 'row'].includes(head) || !trimmed.endsWith(')') || depth > deepest) {
    const zone = / with time zone$/i.test(trimmed) ? ' with time zone' : ''
    return { base: head.replace(/ with time zone$/, '') + zone, parts: [] }
  }
  const inner = splitParts(trimmed.slice(open + 1, -1))
  return {
    base: head,
    parts: inner.map((part) =>
      head === 'row' ? readField(part, depth + 1) : { name: undefined, type: readAt(part, depth + 1) },
    ),
  }
}

function readField(text: string, depth: number): TypeText['parts'][number] {
  if (text.startsWith('"')) {
    const end = /^"(?:[^"]|"")*"/.exec(text)?.[0].length ?? text.length
    return { name: text.slice(1, end - 1).replaceAll('""', '"'), type: readAt(text.slice(end), depth) }
  }
  const space = /^[^\s(]+\s+/.exec(text)
  // `timestamp with time zone` and `interval day to second` are types of several words, and no fields.
  if (space === null || /^\S+\s+(with time zone|day to second|year to month|precision)$/i.test(text))
    return { name: undefined, type: readAt(text, depth) }
  return { name: space[0].trim(), type: readAt(text.slice(space[0].length), depth) }
}

/** Parts between commas, those inside parentheses and quotes left alone. */
function splitParts(text: string): string[] {
  const parts: string[] = []
  let depth = 0
  let quoted = false
  let from = 0
  for (let at = 0; at < text.length; at++) {
    const char = text[at]
    if (char === '"') quoted = !quoted
    if (quoted) continue
    if (char === '(') depth++
    if (char === ')') depth--
    if (char === ',' && depth === 0) {
      parts.push(text.slice(from, at).trim())
      from = at + 1
    }
  }
  return [...parts, text.slice(from).trim()].filter((part) => part !== '')
}
