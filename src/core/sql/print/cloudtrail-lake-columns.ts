/**
 * The portable event columns as text over an event data store, whose columns are documented in "Supported SQL schemas for event
 * data stores" (CloudTrail User Guide): lower-case, with times and booleans of their own types and parameters as maps of text.
 *
 * A map of text has lost which of its values were numbers, booleans, lists or texts that look like one. `eventjson` is the record
 * itself, so the JSON columns, and the fields that the schema lacks, are read from it.
 */
import { eventColumns } from '../../event/columns.ts'
import type { ColumnType } from '../../event/types.ts'
import { fromColumnType, typeName } from '../types.ts'
import { quoteName } from './printer.ts'

/** The whole record as a column: what `extra` is read from, where it is read by path. */
export const recordColumn = 'record'
/** A column of JSON text in the form that the store has. */
export const mapColumn = (name: string): string => `${name} map`

const own = (name: string): string => quoteName(name.toLowerCase())
const record = own('eventJson')
const iso = (time: string): string => `date_format(${time}, '%Y-%m-%dT%H:%i:%sZ')`

/** Fields that the schema has not, or under a name that is in doubt. */
const onlyInRecord: ReadonlySet<string> = new Set([
  'userIdentity.sessionContext.assumedRoot',
  'userIdentity.inScopeOf.credentialsIssuedTo',
  'userIdentity.credentialId',
  'userIdentity.invokedByDelegate',
  'tlsDetails.keyExchange',
  'addendum',
])
const times: ReadonlySet<string> = new Set(['userIdentity.sessionContext.attributes.creationDate'])
const booleans: ReadonlySet<string> = new Set(['readOnly', 'managementEvent'])

export const jsonColumns: ReadonlySet<string> = new Set(
  eventColumns.filter(({ name, form }) => form === 'json' && name !== 'extra').map(({ name }) => name),
)
export const structColumns: ReadonlySet<string> = new Set(
  eventColumns.filter(({ type }) => type.kind === 'row').map(({ name }) => name),
)

/** Paths into structs, and JSON columns, by the names that they have in printed text: `ui_sc_si_arn`, `rp`, for texts must be short. */
const paths = new Map<string, string>(
  eventColumns.flatMap(({ name, type, form }): (readonly [string, string])[] =>
    form === 'json' && name !== 'extra' ? [[initials(name), name]] : pathsBelow(name, type),
  ),
)

function pathsBelow(path: string, type: ColumnType): [string, string][] {
  if (type.kind !== 'row') return []
  return type.fields.flatMap((field): [string, string][] => {
    const own = `${path}.${field.name}`
    return [[shortName(own), own], ...pathsBelow(own, field.type)]
  })
}

function shortName(path: string): string {
  const parts = path.split('.')
  return [...parts.slice(0, -1).map(initials), parts.at(-1)].join('_')
}

/** The initials of a name in camel case. */
function initials(part: string): string {
  return part[0]! + part.replace(/[^A-Z]/g, '').toLowerCase()
}

/** What a JSON column is called in printed text. */
export const jsonColumn = (column: string): string => initials(column)

/** The column of a path into a struct. */
export const pathColumn = (column: string, fields: readonly string[]): string =>
  shortName([column, ...fields].join('.'))

/** The event column that a column of the relation is, or is a part of. */
export const baseColumn = (name: string): string => (paths.get(name) ?? name.replace(/ map$/, '')).split('.')[0]!

/** @param written a column, one of a path, or one of the two forms above */
export function columnText(written: string): string {
  const name = paths.get(written) ?? written
  if (name === recordColumn) return record
  const plain = name.replace(/ map$/, '')
  if (plain !== name) return own(plain)
  const [column = '', ...fields] = name.split('.')
  const known = eventColumns.find((one) => one.name === column)
  if (known === undefined) throw new Error(`no column ${name}`)
  if (known.form === 'json') return jsonText(name)
  if (known.form === 'struct') return structText(name, fieldType(known.type, fields))
  if (name === 'eventTime') return iso(own(name))
  return booleans.has(name) ? `CAST(${own(name)} AS varchar)` : own(name)
}

const fieldType = (type: ColumnType, fields: readonly string[]): ColumnType =>
  fields.reduce((at, name) => (at.kind === 'row' ? at.fields.find((f) => f.name === name)!.type : at), type)

/** A text is given as itself, all else as its JSON; JSON's null is none. */
function jsonText(name: string): string {
  const path = `'$.${name}'`
  return `coalesce(json_extract_scalar(${record}, ${path}), nullif(json_format(json_extract(${record}, ${path})), 'null'))`
}

function structText(path: string, type: ColumnType): string {
  if (path === 'resources') return resources(typeName(fromColumnType(type)))
  const isInRecord = [...onlyInRecord].some((missing) => path === missing || path.startsWith(`${missing}.`))
  const there = isInRecord ? `json_extract(${record}, '$.${path}')` : path.split('.').map(lower).join('.')
  if (type.kind === 'row') {
    const fields = type.fields.map(({ name, type: inner }) => structText(`${path}.${name}`, inner))
    return `IF(${there} IS NULL, NULL, CAST(ROW(${fields.join(', ')}) AS ${typeName(fromColumnType(type))}))`
  }
  if (isInRecord) return `json_extract_scalar(${record}, '$.${path}')`
  return times.has(path) ? iso(there) : there
}

const lower = (part: string, at: number): string => (at === 0 ? own(part) : quoteName(part.toLowerCase()))

const resources = (type: string): string =>
  `CAST(transform(${own('resources')}, "r" -> ROW("r"."arn", "r"."accountid", "r"."type", "r"."arnprefix")) AS ${type})`
