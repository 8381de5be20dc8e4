/** Hive's DDL as Athena takes it, carried out by a real Trino that says it otherwise, and what the Data Catalog then has of it. */
import { readHiveType } from '../../src/core/sql/hive-type.ts'
import type { TypeText } from '../../src/core/sql/type-text.ts'
import type { FakeResult } from '../fake-aws/services/athena.ts'
import type { FakeGlue } from '../fake-aws/services/glue.ts'

type Ask = (sql: string) => Promise<unknown[][]>
type Entry = Record<string, unknown>

export interface Behind {
  readonly ask: Ask
  readonly catalog: FakeGlue
  /** A place as Trino names it. */
  readonly local: (text: string) => string
}

export const nothing: FakeResult = { columns: [], rows: [] }

/** `database.table` -> what GetTable tells of it. */
export const entriesOf = ({ tables }: FakeGlue): Map<string, Entry> => tables as Map<string, Entry>

/** @param behind whose `ask` may do nothing: then only the catalog changes @returns undefined where it is none of these statements */
export async function carryOutDdl(sql: string, behind: Behind): Promise<FakeResult | undefined> {
  const [, what, place = '', name = ''] =
    /^(ALTER TABLE|DROP TABLE IF EXISTS|CREATE EXTERNAL TABLE IF NOT EXISTS) `(\w+)`\.`(\w+)`/.exec(sql) ?? []
  const names = { place, name, key: `${place}.${name}` }
  if (what === 'DROP TABLE IF EXISTS') await dropTable(names, behind)
  else if (what === 'CREATE EXTERNAL TABLE IF NOT EXISTS') await createTable(sql, names, behind)
  else if (what !== undefined) await alterTable(sql, names, behind)
  else if (/^CREATE OR REPLACE VIEW /.test(sql)) await createView(sql, behind)
  else return undefined
  return nothing
}

interface Names {
  readonly place: string
  readonly name: string
  readonly key: string
}

async function dropTable({ place, name, key }: Names, { ask, catalog }: Behind): Promise<void> {
  await ask(`DROP TABLE IF EXISTS hive."${place}"."${name}"`)
  entriesOf(catalog).delete(key)
  partitionsOf(catalog).delete(key)
}

const partitionsOf = ({ partitions }: FakeGlue) => partitions as Map<string, { Values: string[] }[]>
const columnsIn = (text: string) =>
  [...text.matchAll(/`(\w+)` (.+?),?$/gm)].map(([, Name = '', Type = '']) => ({ Name, Type }))

async function createTable(sql: string, { place, name, key }: Names, { ask, catalog, local }: Behind): Promise<void> {
  const [columns, keys] = [
    columnsIn(/\(\n(.+?)\n\)/s.exec(sql)![1]!),
    columnsIn(/PARTITIONED BY \((.+)\)/.exec(sql)?.[1] ?? ''),
  ]
  const location = /LOCATION '([^']+)'/.exec(sql)![1]!
  const typed = [...columns, ...keys].map(({ Name, Type }) => `"${Name}" ${trinoText(readHiveType(Type))}`)
  const settings = [`format = 'PARQUET'`, `external_location = '${local(location)}'`]
  if (keys.length > 0) settings.push(`partitioned_by = ARRAY[${keys.map(({ Name }) => `'${Name}'`).join(', ')}]`)
  await ask(`CREATE TABLE IF NOT EXISTS hive."${place}"."${name}" (${typed.join(', ')}) WITH (${settings.join(', ')})`)
  if (catalog.tables.has(key)) return
  entriesOf(catalog).set(key, {
    Name: name,
    DatabaseName: place,
    TableType: 'EXTERNAL_TABLE',
    Parameters: {},
    StorageDescriptor: { Columns: columns, Location: location },
    PartitionKeys: keys,
  })
  partitionsOf(catalog).set(key, [])
}

async function alterTable(sql: string, { place, name, key }: Names, { ask, catalog, local }: Behind): Promise<void> {
  const [, property, value] = /SET TBLPROPERTIES \('([\w.]+)' = '([^']*)'\)/.exec(sql) ?? []
  if (property !== undefined) {
    const table = entriesOf(catalog).get(key)!
    entriesOf(catalog).set(key, { ...table, Parameters: { ...(table.Parameters as object), [property]: value } })
    return
  }
  const known = partitionsOf(catalog).get(key)!
  for (const [, date = '', Location = ''] of sql.matchAll(/PARTITION \(event_date = '([^']+)'\) LOCATION '([^']+)'/g)) {
    await ask(
      `CALL hive.system.register_partition(schema_name => '${place}', table_name => '${name}', partition_columns => ARRAY['event_date'], partition_values => ARRAY['${date}'], location => '${local(Location)}')`,
    ).catch((error: Error) => {
      if (!/ALREADY_EXISTS/.test(error.message)) throw error
    })
    const one = { Values: [date], StorageDescriptor: { Location } }
    if (!known.some(({ Values }) => Values[0] === date)) known.push(one)
  }
}

/** Athena keeps a view's text as Presto does, and its columns beside it. */
async function createView(sql: string, { ask, catalog }: Behind): Promise<void> {
  const [, place, written = '', text = ''] = /^CREATE OR REPLACE VIEW "(\w+)"\."(\w+)" AS (.+)$/s.exec(sql)!
  const name = written.toLowerCase()
  await ask(sql.replaceAll(`"${place}".`, `hive."${place}".`))
  const encoded = Buffer.from(JSON.stringify({ originalSql: text })).toString('base64')
  const of = entriesOf(catalog).get(`${place}.${/"(\w+)"$/.exec(text)?.[1]}`) ?? {}
  const { Columns = [] } = (of.StorageDescriptor ?? {}) as { Columns?: unknown[] }
  entriesOf(catalog).set(`${place}.${name}`, {
    Name: name,
    DatabaseName: place,
    TableType: 'VIRTUAL_VIEW',
    ViewOriginalText: `/* Presto View: ${encoded} */`,
    Parameters: { presto_view: 'true' },
    StorageDescriptor: { Columns: [...Columns, ...((of.PartitionKeys as unknown[] | undefined) ?? [])] },
  })
}

const trinoNames: Readonly<Record<string, string>> = { timestamp: 'timestamp(3)' }

function trinoText({ base, parts }: TypeText): string {
  if (base === 'row') return `row(${parts.map(({ name, type }) => `"${name}" ${trinoText(type)}`).join(', ')})`
  if (parts.length > 0) return `${base}(${parts.map(({ type }) => trinoText(type)).join(', ')})`
  return trinoNames[base] ?? base
}
