/** How event columns lie in the scanner's memory and in Parquet: columns, dictionaries, leaves and their levels. */
import { eventColumns } from '../../core/event/columns.ts'
import type { ColumnType } from '../../core/event/types.ts'

/** A column of a part within its schema; `repeated` leaves stand in a list or map. */
export interface SchemaNode {
  readonly name: string
  readonly repetition: 'required' | 'optional' | 'repeated'
  readonly children: readonly SchemaNode[]
  readonly kind: 'group' | 'list' | 'map' | 'text' | 'timestamp' | 'int64' | 'int32' | 'uuid'
}

const leafNode = (name: string, kind: SchemaNode['kind'], required = false): SchemaNode => ({
  name,
  kind,
  repetition: required ? 'required' : 'optional',
  children: [],
})

function schemaNode(name: string, type: ColumnType): SchemaNode {
  switch (type.kind) {
    case 'row':
      return {
        name,
        kind: 'group',
        repetition: 'optional',
        children: type.fields.map((field) => schemaNode(field.name, field.type)),
      }
    case 'array':
      return wrapped(name, 'list', 'list', [schemaNode('element', type.element)])
    case 'map':
      return wrapped(name, 'map', 'key_value', [leafNode('key', 'text', true), leafNode('value', 'text')])
    default:
      return leafNode(name, 'text')
  }
}

const wrapped = (name: string, kind: 'list' | 'map', inner: string, children: readonly SchemaNode[]): SchemaNode => ({
  name,
  kind,
  repetition: 'optional',
  children: [{ name: inner, kind: 'group', repetition: 'repeated', children }],
})

/** The schema of event parts: the event columns, then `technicalColumns`. */
export const eventSchema: readonly SchemaNode[] = [
  ...eventColumns.map(({ name, type }) => schemaNode(name, type)),
  leafNode('_time', 'timestamp'),
  leafNode('_file', 'int64'),
  leafNode('_ordinal', 'int32'),
  leafNode('_hash', 'uuid'),
  leafNode('_kind', 'text'),
  leafNode('_account', 'text'),
]

export interface SchemaLeaf {
  readonly path: readonly string[]
  readonly kind: SchemaNode['kind']
  /** Greatest definition and repetition level. */
  readonly definition: number
  readonly repetition: number
}

/** The leaves of a schema in the order in which Parquet stores them. */
export function leavesOf(nodes: readonly SchemaNode[], above: SchemaLeaf = root): SchemaLeaf[] {
  return nodes.flatMap((node) => {
    const leaf: SchemaLeaf = {
      path: [...above.path, node.name],
      kind: node.kind,
      definition: above.definition + (node.repetition === 'required' ? 0 : 1),
      repetition: above.repetition + (node.repetition === 'repeated' ? 1 : 0),
    }
    return node.children.length === 0 ? [leaf] : leavesOf(node.children, leaf)
  })
}

const root: SchemaLeaf = { path: [], kind: 'group', definition: 0, repetition: 0 }

/** A node of a struct type as `src/scan/shred.ts` reads it. */
interface ScanNode {
  readonly name: string
  readonly kind: 0 | 1 | 2 | 3
  /** The definition level at which it is there. */
  readonly level: number
  /** It stands within a list or map, and one stands below it. */
  readonly inGroup: boolean
  hasGroup: boolean
  firstChild: number
  children: number
  firstLeaf: number
  leaves: number
  dictionary: number
}

/** One Parquet leaf of a struct column. */
interface StructLeaf {
  readonly dictionary: number
  /** Place among the flat leaves, or among those of the list or map. */
  readonly place: number
  readonly level: number
  readonly inGroup: boolean
}

interface StructLayout {
  readonly root: number
  readonly flat: number
  readonly group: number
  readonly leaves: readonly StructLeaf[]
}

/** The scanner's own columns, behind those of events. */
export const accountColumn = eventColumns.length
export const kindColumn = eventColumns.length + 1
export const columnCount = eventColumns.length + 2

/** Values that hardly ever come twice: looking them up would only cost. */
export const distinctColumns: ReadonlySet<string> = new Set(['eventID', 'requestID'])

const nodes: ScanNode[] = []
let dictionaries = columnCount

const childrenOf = (type: ColumnType, level: number): readonly (readonly [string, ColumnType, number])[] => {
  switch (type.kind) {
    case 'row':
      return type.fields.map((field) => [field.name, field.type, level + 1])
    case 'array':
      return [['element', type.element, level + 2]]
    case 'map':
      return [
        ['key', type.key, level + 1],
        ['value', type.value, level + 2],
      ]
    default:
      return []
  }
}

function structLayout(type: ColumnType): StructLayout {
  const leaves: StructLeaf[] = []
  const counts = { flat: 0, group: 0 }
  const add = (name: string, of: ColumnType, level: number, inGroup: boolean): ScanNode => {
    const empty = { hasGroup: false, firstChild: 0, children: 0, firstLeaf: 0, leaves: 0, dictionary: 0 }
    const node: ScanNode = { name, kind: kindOf(of), level, inGroup, ...empty }
    nodes.push(node)
    return node
  }
  /** Children of one node lie together, leaves are numbered in order of depth. */
  const fill = (node: ScanNode, of: ColumnType): void => {
    const place = node.inGroup ? 'group' : 'flat'
    node.firstLeaf = counts[place]
    if (node.kind === 0) {
      node.dictionary = dictionaries++
      leaves.push({ dictionary: node.dictionary, place: counts[place]++, level: node.level, inGroup: node.inGroup })
    }
    const repeats = of.kind === 'array' || of.kind === 'map'
    const parts = childrenOf(of, node.level)
    node.firstChild = nodes.length
    node.children = parts.length
    const made = parts.map(([name, part, level]) => add(name, part, level, node.inGroup || repeats))
    for (const [at, child] of made.entries()) {
      fill(child, parts[at]![1])
      node.hasGroup ||= child.hasGroup || child.kind > 1
    }
    node.leaves = counts[place] - node.firstLeaf
  }
  const root = nodes.length
  fill(add('', type, 1, false), type)
  return { root, ...counts, leaves }
}

const kindOf = (type: ColumnType): ScanNode['kind'] =>
  type.kind === 'row' ? 1 : type.kind === 'array' ? 2 : type.kind === 'map' ? 3 : 0

export const structLayouts: readonly (StructLayout | undefined)[] = eventColumns.map(({ form, type }) =>
  form === 'struct' ? structLayout(type) : undefined,
)
export const scanNodes: readonly ScanNode[] = nodes
export const dictionaryCount = dictionaries
