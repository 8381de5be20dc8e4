/** A trail's own table on the test server: records as they are delivered, with copies, below folders of account, Region and day. */
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { eventColumns } from '../../src/core/event/columns.ts'
import { parseJson } from '../../src/core/event/json.ts'
import { normaliseRecord } from '../../src/core/event/normalise.ts'
import { readType, type TypeText } from '../../src/core/sql/type-text.ts'
import { fromColumnType, typeName } from '../../src/core/sql/types.ts'

type Ask = (sql: string) => Promise<unknown>
type Record_ = Readonly<Record<string, unknown>>

interface RawPlace {
  readonly schema: string
  readonly table: string
  /** Folder of the files, and the same as Trino names it. */
  readonly folder: string
  readonly location: string
}

/** How the day of delivery is a partition. */
type RawDays = 'yyyy/MM/dd' | 'yyyy-MM-dd' | 'date' | 'year/month/day'

/** Account of the folder where a record names none: no case asks for it. */
const unnamed = '999988887777'

/** The columns of the table that AWS documents for Athena ("Query AWS CloudTrail logs"), in Trino's words. */
const documented: readonly (readonly [string, string])[] = [
  ['eventversion', 'varchar'],
  [
    'useridentity',
    'row(type varchar, principalid varchar, arn varchar, accountid varchar, invokedby varchar, accesskeyid varchar, username varchar, onbehalfof row(userid varchar, identitystorearn varchar), sessioncontext row(attributes row(mfaauthenticated varchar, creationdate varchar), sessionissuer row(type varchar, principalid varchar, arn varchar, accountid varchar, username varchar), ec2roledelivery varchar, webidfederationdata row(federatedprovider varchar, attributes map(varchar, varchar))))',
  ],
  ...[
    ...['eventtime', 'eventsource', 'eventname', 'awsregion', 'sourceipaddress', 'useragent', 'errorcode'],
    ...['errormessage', 'requestparameters', 'responseelements', 'additionaleventdata', 'requestid', 'eventid'],
    'readonly',
  ].map((name) => [name, 'varchar'] as const),
  ['resources', 'array(row(arn varchar, accountid varchar, type varchar))'],
  ...[
    ...['eventtype', 'apiversion', 'recipientaccountid', 'serviceeventdetails', 'sharedeventid', 'vpcendpointid'],
    ...['vpcendpointaccountid', 'eventcategory'],
  ].map((name) => [name, 'varchar'] as const),
  ['addendum', 'row(reason varchar, updatedfields varchar, originalrequestid varchar, originaleventid varchar)'],
  ['sessioncredentialfromconsole', 'varchar'],
  ['edgedevicedetails', 'varchar'],
  ['tlsdetails', 'row(tlsversion varchar, ciphersuite varchar, clientprovidedhostheader varchar)'],
]

/** All columns of the event table, as somebody may have added them; `extra` stands in the files here, so that every case can be asked. */
const whole: typeof documented = eventColumns.map(({ name, type }) => [
  name.toLowerCase(),
  typeName(fromColumnType(type)),
])

const dayColumns: Readonly<Record<RawDays, readonly (readonly [string, string])[]>> = {
  'yyyy/MM/dd': [['timestamp', 'varchar']],
  'yyyy-MM-dd': [['dt', 'varchar']],
  date: [['delivery_date', 'date']],
  'year/month/day': ['year', 'month', 'day'].map((name) => [name, 'varchar']),
}

const dayValues = (days: RawDays, day: string): readonly string[] =>
  days === 'yyyy/MM/dd' ? [day.replaceAll('-', '/')] : days === 'year/month/day' ? day.split('-') : [day]

interface Delivered {
  readonly record: Record_
  readonly day: string
  readonly file: number
}

/** Each record once on its day; each third also in another file, each fifth also on the next day, each seventh twice in a file. */
function deliveries(records: readonly Record_[]): readonly Delivered[] {
  return records.flatMap((record, at) => {
    const day = String(record.eventTime).slice(0, 10)
    const next = new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10)
    return [
      { record, day: at % 4 === 3 ? next : day, file: 0 },
      ...(at % 3 === 0 ? [{ record, day, file: 1 }] : []),
      ...(at % 5 === 0 ? [{ record, day: next, file: 2 }] : []),
      ...(at % 7 === 0 ? [{ record, day, file: 0 }] : []),
    ]
  })
}

const quoted = (texts: readonly string[]): string => `ARRAY[${texts.map((text) => `'${text}'`).join(', ')}]`

interface RawOptions {
  readonly columns: 'documented' | 'whole'
  readonly days: RawDays
}

/** @returns how many records the files hold, copies included */
export async function makeRawTable(
  ask: Ask,
  records: readonly Record_[],
  { schema, table, folder, location, columns, days }: RawPlace & RawOptions,
): Promise<number> {
  const files = new Map<string, { values: readonly string[]; place: string; lines: string[] }>()
  const delivered = deliveries(records)
  for (const { record, day, file } of delivered) {
    const account = String(record.recipientAccountId ?? unnamed)
    const region = String(record.awsRegion ?? 'us-east-1')
    const place = `AWSLogs/${account}/CloudTrail/${region}/${day.replaceAll('-', '/')}`
    const path = `${place}/${file}.json`
    const known = files.get(path) ?? { values: [account, region, ...dayValues(days, day)], place, lines: [] }
    known.lines.push(lineOf(record))
    files.set(path, known)
  }
  for (const [path, { place, lines }] of files) {
    await mkdir(join(folder, place), { recursive: true })
    await writeFile(join(folder, path), `${lines.join('\n')}\n`)
  }
  const keys = [['account', 'varchar'], ['region', 'varchar'], ...dayColumns[days]] as const
  const all = [...(columns === 'documented' ? documented : whole), ...keys]
  const names = keys.map(([name]) => name)
  await ask(`CREATE SCHEMA IF NOT EXISTS hive.${schema}`)
  await ask(`CREATE TABLE hive.${schema}.${table} (${all.map(([name, type]) => `"${name}" ${type}`).join(', ')})
WITH (format = 'OPENX_JSON', external_location = '${location}', partitioned_by = ${quoted(names)})`)
  const partitions = new Map([...files.values()].map(({ values, place }) => [place, values]))
  const gone = 'AWSLogs/gone'
  await mkdir(join(folder, gone), { recursive: true })
  partitions.set(gone, [unnamed, 'us-east-1', ...dayValues(days, farDay)])
  for (const [place, values] of partitions)
    await ask(
      `CALL hive.system.register_partition(schema_name => '${schema}', table_name => '${table}', partition_columns => ${quoted(names)}, partition_values => ${quoted(values)}, location => '${location}/${place}')`,
    )
  await rm(join(folder, gone), { recursive: true })
  return delivered.length
}

/** A day whose files are gone: a query that opens them fails. */
export const farDay = '2026-03-15'

/** The record with what the documented table has columns and fields for. */
export const documentedRecord = (record: Record_): Record_ => {
  const types = new Map(documented.map(([name, type]) => [name, readType(type)]))
  return membersOf(record, (name) => types.get(name))
}

function membersOf(value: Record_, typeOf: (name: string) => TypeText | undefined): Record_ {
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) => {
      const type = typeOf(name.toLowerCase())
      return type === undefined ? [] : [[name, within(member, type)]]
    }),
  )
}

function within(value: unknown, type: TypeText): unknown {
  if (value === null || typeof value !== 'object') return value
  if (type.base === 'array') return (value as unknown[]).map((item) => within(item, type.parts[0]!.type))
  if (type.base !== 'row') return value
  return membersOf(value as Record_, (name) => type.parts.find((part) => part.name === name)?.type)
}

/**
 * The record as the table's reader gives it: members that are JSON columns as their text, also where that is `null`, and `extra` as
 * the event table has it. Trino's own reader of JSON would lose keys of objects that differ in case alone, and rewrite numbers.
 */
function lineOf(record: Record_): string {
  const text = JSON.stringify(record)
  const event = normaliseRecord(text, parseJson(text))
  if ('code' in event) throw new Error(`${event.code}: ${text}`)
  const members = eventColumns.flatMap(({ name, form }, at) =>
    form === 'json' && (name in record || name === 'extra') ? [[name, event.columns[at] ?? 'null'] as const] : [],
  )
  return JSON.stringify({ ...record, ...Object.fromEntries(members) })
}
