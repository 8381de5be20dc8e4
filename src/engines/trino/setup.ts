import type { Published } from '../../core/event/published.ts'
import { quoteName, quoteText } from './names.ts'

export interface PublishedPlace {
  readonly catalog: string
  readonly schema: string
  readonly table: string
  /** Where `lake publish` put the snapshots, as the catalog's file system names it: `s3://bucket/lake`. */
  readonly location: string
}

/** Types that the Hive connector has none for; nobody asks for these columns by name. */
const unreadable: readonly string[] = ['uuid']

/**
 * The statements that make a snapshot a table: one of its own for each snapshot, and a view with the name that queries use.
 * The view is replaced in one go, so a query sees one whole snapshot, the old or the new one. The catalog is one of the Hive
 * connector with hive.allow-register-partition-procedure=true, for days lie in folders of several snapshots.
 */
export function setupStatements(published: Published, { catalog, schema, table, location }: PublishedPlace): string[] {
  const own = `${table}_${published.id.replace('-', '_')}`
  const base = location.replace(/\/+$/, '')
  const inSchema = `${quoteName(catalog)}.${quoteName(schema)}`
  const columns = published.columns.filter(({ type }) => !unreadable.includes(type))
  const settings = [
    `format = 'PARQUET'`,
    `external_location = ${quoteText(`${base}/snapshots`)}`,
    `partitioned_by = ARRAY['event_date']`,
  ]
  const lines = [...columns.map(({ name, type }) => `  ${quoteName(name)} ${hiveType(type)}`), `  "event_date" varchar`]
  return [
    `CREATE TABLE IF NOT EXISTS ${inSchema}.${quoteName(own)} (\n${lines.join(',\n')}\n) WITH (${settings.join(', ')})`,
    ...published.days.map(
      ({ date, folder }) =>
        `CALL ${quoteName(catalog)}.system.register_partition(schema_name => ${quoteText(schema)}, table_name => ${quoteText(own)}, partition_columns => ARRAY['event_date'], partition_values => ARRAY[${quoteText(date)}], location => ${quoteText(`${base}/${folder}`)})`,
    ),
    `CREATE OR REPLACE VIEW ${inSchema}.${quoteName(table)} AS SELECT * FROM ${inSchema}.${quoteName(own)}`,
  ]
}

/** The connector's own times have milliseconds unless it is told otherwise. */
const hiveType = (type: string): string => type.replace(/^timestamp\(6\)$/, 'timestamp(3)')
