import type { TypeText } from './type-text.ts'

/** Hive's words for what Trino calls otherwise. */
const names: Readonly<Record<string, string>> = {
  string: 'varchar',
  int: 'integer',
  float: 'real',
  binary: 'varbinary',
}

/** Reads a type as the Glue Data Catalog and Hive write it: `struct<arn:string,tags:array<string>>`. */
export const readHiveType = (text: string): TypeText => readAt(text, 0)

/** No event has types as deep as that; a catalog may hold anything. */
const deepest = 50

function readAt(text: string, depth: number): TypeText {
  const trimmed = text.trim()
  const open = trimmed.indexOf('<')
  const head = (open < 0 ? trimmed : trimmed.slice(0, open)).replace(/\(.*$/, '').trim().toLowerCase()
  if (open < 0 || !trimmed.endsWith('>') || depth > deepest) return { base: names[head] ?? head, parts: [] }
  const parts = splitParts(trimmed.slice(open + 1, -1))
  if (head === 'struct') return { base: 'row', parts: parts.map((part) => readField(part, depth + 1)) }
  return { base: head, parts: parts.map((part) => ({ name: undefined, type: readAt(part, depth + 1) })) }
}

function readField(text: string, depth: number): TypeText['parts'][number] {
  const colon = text.indexOf(':')
  const name = text
    .slice(0, colon)
    .trim()
    .replace(/^`(.*)`$/, '$1')
  return { name, type: readAt(text.slice(colon + 1), depth) }
}

/** Parts between commas; those inside angle brackets and parentheses are left alone. */
function splitParts(text: string): string[] {
  const parts: string[] = []
  let depth = 0
  let from = 0
  for (let at = 0; at < text.length; at++) {
    if ('<('.includes(text[at]!)) depth++
    if ('>)'.includes(text[at]!)) depth--
    if (text[at] !== ',' || depth > 0) continue
    parts.push(text.slice(from, at))
    from = at + 1
  }
  return [...parts, text.slice(from)].map((part) => part.trim()).filter((part) => part !== '')
}
