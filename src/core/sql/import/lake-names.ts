/** Columns of event data stores by the names that texts have, whatever their case, and what they are called here. */
import { eventColumns } from '../../event/columns.ts'
import type { ColumnType } from '../../event/types.ts'
import type { Expression, Reference } from '../tree.ts'

interface LakeColumn {
  /** Spelled as here: `userIdentity.sessionContext.sessionIssuer.arn`; the column alone for one without a struct. */
  readonly path: string
  readonly column: string
  /** How many of the reference's parts stand before it: an alias. */
  readonly qualifiers: number
  /** Parts that no field is known for. */
  readonly unknown: readonly string[]
}

/** Of stores alone. */
const storeColumns = ['annotation', 'eventContext', 'eventJson', 'eventJsonChecksum']
const columns = new Map<string, { name: string; type: ColumnType | undefined }>([
  ...eventColumns.map(({ name, type }) => [name.toLowerCase(), { name, type }] as const),
  ...storeColumns.map((name) => [name.toLowerCase(), { name, type: undefined }] as const),
])

export function lakeColumn(node: Expression | undefined): LakeColumn | undefined {
  if (node?.kind !== 'reference') return undefined
  return readAt(node, 0) ?? (node.parts.length > 1 ? readAt(node, 1) : undefined)
}

function readAt({ parts }: Reference, qualifiers: number): LakeColumn | undefined {
  const known = columns.get(parts[qualifiers]!.name.toLowerCase())
  if (known === undefined) return undefined
  const path = [known.name]
  let type = known.type
  const rest = parts.slice(qualifiers + 1).map(({ name }) => name)
  for (const [at, name] of rest.entries()) {
    const field =
      type?.kind === 'row' ? type.fields.find((f) => f.name.toLowerCase() === name.toLowerCase()) : undefined
    if (field === undefined) return { path: path.join('.'), column: known.name, qualifiers, unknown: rest.slice(at) }
    path.push(field.name)
    type = field.type
  }
  return { path: path.join('.'), column: known.name, qualifiers, unknown: [] }
}

export const mapColumns: ReadonlySet<string> = new Set(
  eventColumns.filter(({ name, form }) => form === 'json' && name !== 'extra').map(({ name }) => name),
)
export const booleanColumns: ReadonlySet<string> = new Set(['readOnly', 'managementEvent'])
export const timeColumns: ReadonlySet<string> = new Set([
  'eventTime',
  'userIdentity.sessionContext.attributes.creationDate',
])

/** `.name`, or `["na.me"]` where a name has other characters. */
export const pathStep = (key: string): string =>
  /^[\p{L}\p{N}_:]+$/u.test(key) ? `.${key}` : `["${key.replace(/(["\\])/g, '\\$1')}"]`
