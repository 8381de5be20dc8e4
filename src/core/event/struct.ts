import { type JsonNode, rawJson } from './json.ts'
import { isWellFormed, jsonObject, replaceSurrogates, scalarText } from './text.ts'
import type { ColumnType } from './types.ts'

interface StructValue {
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
  if (isWellFormed(content))
    // Without escapes the text as it stands is the JSON of its content.
    return {
      column: node.type === 'string' && node.plain ? text.slice(node.start, node.end) : JSON.stringify(content),
      rest: null,
    }
  return { column: JSON.stringify(replaceSurrogates(content)), rest: rawJson(text, node) }
}

type RowType = Extract<ColumnType, { kind: 'row' }>

/** Positions of the fields of a type by the names under which records have them. */
const layouts = new WeakMap<RowType, ReadonlyMap<string, number>>()

/** Some services write `arn` in `resources` where others write `ARN`: the one key that is matched without its case. */
const spellings: Readonly<Record<string, string>> = { ARN: 'arn' }

function layoutOf(type: RowType): ReadonlyMap<string, number> {
  let layout = layouts.get(type)
  if (layout === undefined) {
    const positions = new Map(type.fields.map(({ name }, at) => [name, at]))
    for (const [name, at] of [...positions]) {
      const other = spellings[name]
      if (other !== undefined && !positions.has(other)) positions.set(other, at)
    }
    layout = positions
    layouts.set(type, layout)
  }
  return layout
}

function readRow(text: string, node: JsonNode, type: RowType): StructValue {
  const layout = layoutOf(type)
  const values: (string | undefined)[] = new Array(type.fields.length).fill(undefined)
  const rest: [string, string][] = []
  // From the end, so that of doubled keys the last one wins, as in JSON.parse; the others are left over.
  for (let at = node.members.length - 1; at >= 0; at--) {
    const { name, value } = node.members[at]!
    const position = layout.get(name)
    if (position === undefined || values[position] !== undefined) {
      rest.push([name, rawJson(text, value)])
      continue
    }
    const read = readStruct(text, value, type.fields[position]!.type)
    if (read.column !== null) values[position] = read.column
    if (read.rest !== null) rest.push([name, read.rest])
  }
  let column = '{'
  for (const [at, value] of values.entries()) {
    if (value === undefined) continue
    if (column.length > 1) column += ','
    column += `${JSON.stringify(type.fields[at]!.name)}:${value}`
  }
  return { column: `${column}}`, rest: rest.length === 0 ? null : jsonObject(rest.reverse()) }
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

/**
 * Engines hold an element in many times the bytes that `{},` takes, and 2048 rows at once: longer lists would take all
 * their memory. The longest in public logs has 10.
 */
const longestList = 1000

/** What is left of an element stands at the element's place, so that the two can be put together again. */
function readArray(text: string, node: JsonNode, element: ColumnType): StructValue {
  const read = node.items.map((item, at) =>
    at < longestList ? readStruct(text, item, element) : { column: null, rest: rawJson(text, item) },
  )
  const last = read.findLastIndex(({ rest }) => rest !== null)
  return {
    column: `[${read
      .slice(0, longestList)
      .map(({ column }) => column ?? 'null')
      .join(',')}]`,
    rest:
      last < 0
        ? null
        : `[${read
            .slice(0, last + 1)
            .map(({ rest }) => rest ?? 'null')
            .join(',')}]`,
  }
}
