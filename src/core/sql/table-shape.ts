/** A table as an engine describes it, brought into the form of the event table: a relation's text, and what it lacks. */
import { eventColumns } from '../event/columns.ts'
import type { DayPartition, Partitions } from './print/partitions.ts'
import { quoteName } from './print/printer.ts'
import { copyColumn, type RelationText } from './print/trino.ts'
import type { TypeText } from './type-text.ts'
import { fromColumnType, type SqlType, typeName } from './types.ts'

export interface StoredColumn {
  readonly name: string
  readonly type: TypeText
  readonly isPartition?: boolean
}

/** What the planner and the dialect need to know of the table that holds the events. */
export interface TableShape extends RelationText {
  /** A snapshot of a lake: events are unique. */
  readonly exactOnce: boolean
  /** Columns and fields of the event table that this one lacks; fields are NULL, columns cannot be read. */
  readonly lacking: readonly string[]
}

type TableProblem =
  | { readonly problem: 'missing'; readonly column: string }
  | { readonly problem: 'type'; readonly column: string; readonly found: string; readonly wanted: string }

/** Without these no scope can be put in. */
const needed = ['eventTime', 'eventName', 'eventSource', 'awsRegion', 'recipientAccountId']
const text = /^(varchar|char|string)\b/
const scalar = /^(boolean|tinyint|smallint|integer|bigint)$/

/**
 * The shape of a table. One with `_account` and `_ordinal` is a published snapshot; any other is a raw trail table: its events may
 * be there twice, JSON text `null` stands for a member that is absent, and the account is the recipient's, else the path's.
 *
 * @param from the name as it stands in FROM, quoted
 */
export function tableShape(
  from: string,
  columns: readonly StoredColumn[],
  partitions: Partitions = {},
): TableShape | TableProblem {
  const found = new Map(columns.map((column) => [column.name.toLowerCase(), column]))
  const isPublished = found.has('_account') && found.has('_ordinal')
  const lacking: string[] = []
  const adapted: { name: string; value: string }[] = []
  for (const { name, type, form } of eventColumns) {
    const there = found.get(name.toLowerCase())
    const wanted = fromColumnType(type)
    if (there === undefined) {
      if (needed.includes(name)) return { problem: 'missing', column: name }
      lacking.push(name)
      continue
    }
    const value = adapt({ text: quoteName(name), path: name, there: there.type }, wanted, lacking)
    if (value === undefined) return { problem: 'type', column: name, found: there.type.base, wanted: shortType(wanted) }
    adapted.push({ name, value: form === 'json' && !isPublished ? `nullif(${value}, 'null')` : value })
  }
  return isPublished
    ? published(from, { found, adapted, lacking })
    : raw(from, { columns, adapted, lacking, partitions })
}

interface Adapted {
  readonly adapted: readonly { readonly name: string; readonly value: string }[]
  readonly lacking: readonly string[]
}

const selected = ({ adapted }: Adapted): string[] => adapted.map(({ name, value }) => `${value} AS ${quoteName(name)}`)

function published(from: string, input: Adapted & { found: ReadonlyMap<string, StoredColumn> }): TableShape {
  const day = input.found.get('event_date')?.type.base
  const list = [...selected(input), ...['_account', ...(day === undefined ? [] : ['event_date'])].map(quoteName)]
  const asItIs = input.adapted.every(({ name, value }) => value === quoteName(name))
  return {
    eventsTable: asItIs ? from : `(SELECT ${list.join(', ')} FROM ${from})`,
    accountColumn: '_account',
    dayColumn: day === undefined ? undefined : { name: 'event_date', isDate: day === 'date' },
    exactOnce: true,
    lacking: input.lacking,
  }
}

interface Raw extends Adapted {
  readonly columns: readonly StoredColumn[]
  readonly partitions: Partitions
}

function raw(from: string, input: Raw): TableShape {
  const { columns, partitions, lacking } = input
  const recipient = quoteName('recipientAccountId')
  const account =
    partitions.account === undefined ? recipient : `coalesce(${recipient}, ${quoteName(partitions.account)})`
  const list = [
    ...selected(input),
    `${account} AS "_account"`,
    ...partitionNames(partitions).map(quoteName),
    `${copyKey(columns, account)} AS ${quoteName(copyColumn)}`,
  ]
  return {
    eventsTable: `(SELECT ${list.join(', ')} FROM ${from})`,
    accountColumn: '_account',
    partitions,
    exactOnce: false,
    lacking,
  }
}

const partitionNames = ({ account, region, day }: Partitions): readonly string[] =>
  [account, region, ...dayNames(day)].filter((name) => name !== undefined)

const dayNames = (day: DayPartition | undefined): readonly string[] =>
  day === undefined ? [] : 'name' in day ? [day.name] : [day.year, day.month, day.day]

/**
 * A hash over all that is stored of an event, as a list of texts that keeps NULL apart from any text. Partitions are no part of it:
 * a file that was delivered twice may lie under two days. Nor are columns whose names begin with `_`, which say how a row came here.
 * The account of the path is, for events that name no recipient.
 */
function copyKey(columns: readonly StoredColumn[], account: string): string {
  const stored = columns.filter(({ name, isPartition }) => isPartition !== true && !name.startsWith('_'))
  const items = [...stored.map(({ name, type }) => asText(quoteName(name.toLowerCase()), type)), account]
  return `sha256(to_utf8(json_format(CAST(ARRAY[${items.join(', ')}] AS JSON))))`
}

function asText(column: string, type: TypeText): string {
  if (text.test(type.base)) return column
  if (['row', 'array', 'map'].includes(type.base)) return `json_format(CAST(${column} AS JSON))`
  return type.base === 'varbinary' ? `to_hex(${column})` : `CAST(${column} AS varchar)`
}

interface Found {
  readonly text: string
  readonly path: string
  readonly there: TypeText
}

/** The value with the wanted type: fields in its order, those that lack as NULL. Undefined where it cannot be had. */
function adapt({ text: value, path, there }: Found, wanted: SqlType, lacking: string[]): string | undefined {
  if (wanted.kind === 'array') {
    const element = there.base === 'array' ? there.parts[0]?.type : undefined
    if (element === undefined) return undefined
    const inner = adapt({ text: 'r', path, there: element }, wanted.element, lacking)
    return inner === undefined || inner === 'r' ? inner && value : `transform(${value}, r -> ${inner})`
  }
  if (wanted.kind === 'map') return there.base === 'map' ? value : undefined
  if (wanted.kind !== 'row')
    return text.test(there.base) ? value : scalar.test(there.base) ? `CAST(${value} AS varchar)` : undefined
  if (there.base !== 'row') return undefined
  const own = new Map(there.parts.map((part) => [part.name?.toLowerCase(), part.type]))
  let isSame = there.parts.length === wanted.fields.length
  const items: string[] = []
  for (const [at, { name = '', type }] of wanted.fields.entries()) {
    const field = own.get(name.toLowerCase())
    const inPath = `${path}.${name}`
    if (field === undefined) lacking.push(inPath)
    const item = field && adapt({ text: `${value}.${quoteName(name)}`, path: inPath, there: field }, type, lacking)
    if (field !== undefined && item === undefined) return undefined
    isSame &&= item === `${value}.${quoteName(name)}` && there.parts[at]?.name?.toLowerCase() === name.toLowerCase()
    items.push(item ?? `CAST(NULL AS ${typeName(type)})`)
  }
  return isSame ? value : `IF(${value} IS NULL, NULL, CAST(ROW(${items.join(', ')}) AS ${typeName(wanted)}))`
}

/** A type for a message: of a long one the first members. */
function shortType(type: SqlType): string {
  const whole = typeName(type)
  return whole.length <= 80 ? whole : `${whole.slice(0, whole.lastIndexOf(', ', 60))}, …)`
}
