import { type JsonNode, rawJson } from './json.ts'
import { isWellFormed, jsonObject, replaceSurrogates, scalarText } from './text.ts'
import type { ColumnType } from './types.ts'

export interface StructValue {
  /** JSON text of exactly the declared type, every leaf a string or null; null where the value is no such thing. */
  readonly column: string | null
  /** JSON text of what the type has no place for, with the value's own nesting; null where nothing is left over. */
  readonly rest: string | null
}

/** Fits a JSON value to a column type. Nothing is lost: what does not fit is in `rest`. */
export function readStruct(text: string, node: JsonNode, type: ColumnType): StructValue {
  if (node.type === 'null') return { column: null, rest: null }
  if (type.kind === 'row' && node.type === 'object') return readRow(text, node, type)
  if (type.kind === 'map' && node.type === 'object') return readMap(text, node)
  if (type.kind === 'array' && node.type === 'array') return readArray(text, node, type.element)
  if (type.kind === 'row' || type.kind === 'map' || type.kind === 'array')
    return { column: null, rest: rawJson(text, node) }
  return readLeaf(text, node)
}

function readLeaf(text: string, node: JsonNode): StructValue {
  const content = scalarText(text, node)
  if (isWellFormed(content)) return { column: JSON.stringify(content), rest: null }
  return { column: JSON.stringify(replaceSurrogates(content)), rest: rawJson(text, node) }
}

/** Some services write `arn` in `resources` where others write `ARN`: the one key that is matched without its case. */
const spellings: Readonly<Record<string, string>> = { arn: 'ARN' }

function readRow(text: string, node: JsonNode, type: Extract<ColumnType, { kind: 'row' }>): StructValue {
  const fields = new Map(type.fields.map((field) => [field.name, field.type]))
  const values = new Map<string, string>()
  const rest: [string, string][] = []
  // From the end, so that of doubled keys the last one wins, as in JSON.parse; the others are left over.
  for (let at = node.members.length - 1; at >= 0; at--) {
    const { name, value } = node.members[at]!
    const spelling = spellings[name]
    const field = fields.has(name) ? name : spelling !== undefined && fields.has(spelling) ? spelling : undefined
    if (field === undefined || values.has(field)) {
      rest.push([name, rawJson(text, value)])
      continue
    }
    const read = readStruct(text, value, fields.get(field)!)
    if (read.column !== null) values.set(field, read.column)
    if (read.rest !== null) rest.push([name, read.rest])
  }
  const members = type.fields
    .filter(({ name }) => values.has(name))
    .map(({ name }) => [name, values.get(name)!] as const)
  return { column: jsonObject(members), rest: rest.length === 0 ? null : jsonObject(rest.reverse()) }
}

function readMap(text: string, node: JsonNode): StructValue {
  const values = new Map<string, string>()
  const rest: [string, string][] = []
  for (let at = node.members.length - 1; at >= 0; at--) {
    const { name, value } = node.members[at]!
    if (values.has(name) || !isWellFormed(name)) {
      rest.push([name, rawJson(text, value)])
      continue
    }
    const read = value.type === 'null' ? { column: 'null', rest: null } : readLeaf(text, value)
    values.set(name, read.column ?? 'null')
    if (read.rest !== null) rest.push([name, read.rest])
  }
  return { column: jsonObject([...values].reverse()), rest: rest.length === 0 ? null : jsonObject(rest.reverse()) }
}

/** What is left of an element stands at the element's place, so that the two can be put together again. */
function readArray(text: string, node: JsonNode, element: ColumnType): StructValue {
  const read = node.items.map((item) => readStruct(text, item, element))
  const last = read.findLastIndex(({ rest }) => rest !== null)
  return {
    column: `[${read.map(({ column }) => column ?? 'null').join(',')}]`,
    rest:
      last < 0
        ? null
        : `[${read
            .slice(0, last + 1)
            .map(({ rest }) => rest ?? 'null')
            .join(',')}]`,
  }
}
