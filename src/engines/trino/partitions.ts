import type { Abortable } from '../../core/ports.ts'
import type { DayPartition, Partitions } from '../../core/sql/print/partitions.ts'
import { quoteName } from '../../core/sql/print/printer.ts'
import type { StoredColumn } from '../../core/sql/table-shape.ts'
import type { TrinoClient } from './client.ts'
import { askRows } from './run-query.ts'

const accountNames = /^(aws_?)?account(_?(id|number))?$/
/** Names that people give to the day of delivery; a day of loading, say, may be another one. */
const dayNames = /^(timestamp|day|date|dt|(event|log|delivery|partition)_?(date|day))$/
const integer = /^(tinyint|smallint|integer|bigint)$/
const text = /^(varchar|char)\b/

/**
 * Which partition columns of a raw trail table are its account and its day of delivery: by their names, and the form of their values by
 * one of the partitions. Those that nobody knows narrow nothing.
 */
export async function tablePartitions(
  client: TrinoClient,
  columns: readonly StoredColumn[],
  options: Abortable,
): Promise<Partitions> {
  const keys = columns.filter(({ isPartition }) => isPartition === true)
  const account = keys.find(({ name, type }) => accountNames.test(name) && text.test(type.base))
  const three = threeColumns(keys)
  const one = three === undefined ? keys.find(({ name }) => dayNames.test(name)) : undefined
  const asked = [account, one].filter((key) => key !== undefined && text.test(key.type.base))
  const values = asked.length === 0 ? {} : await anyPartition(client, asked as StoredColumn[], options)
  return {
    // Names of accounts, say, are none of the ids that a scope has.
    account: account !== undefined && /^\d{12}$/.test(values[account.name] ?? '') ? account.name : undefined,
    day: three ?? (one && dayOf(one, values[one.name] ?? '')),
  }
}

function threeColumns(keys: readonly StoredColumn[]): DayPartition | undefined {
  const [year, month, day] = ['year', 'month', 'day'].map((name) => keys.find((key) => key.name === name))
  if (year === undefined || month === undefined || day === undefined) return undefined
  const three = [year, month, day]
  const format = three.every(({ type }) => text.test(type.base))
    ? 'text'
    : three.every(({ type }) => integer.test(type.base))
      ? 'number'
      : undefined
  return format && { year: year.name, month: month.name, day: day.name, format }
}

function dayOf({ name, type }: StoredColumn, value: string): DayPartition | undefined {
  if (type.base === 'date') return { name, format: 'date' }
  const format = /^\d{4}\/\d\d\/\d\d$/.test(value)
    ? 'yyyy/MM/dd'
    : /^\d{4}-\d\d-\d\d$/.test(value)
      ? 'yyyy-MM-dd'
      : undefined
  return format && { name, format }
}

/** Values of one of the partitions, by column. */
async function anyPartition(
  client: TrinoClient,
  keys: readonly StoredColumn[],
  options: Abortable,
): Promise<Readonly<Record<string, string>>> {
  const { catalog, schema, table } = client.settings
  const partitions = [catalog, schema, `${table}$partitions`].map(quoteName).join('.')
  const list = keys.map(({ name }, at) => `${quoteName(name)} AS value${at}`).join(', ')
  const [row] = await askRows(client, `SELECT ${list} FROM ${partitions} LIMIT 1`, options)
  return Object.fromEntries(keys.map(({ name }, at) => [name, String(row?.[`value${at}`] ?? '')]))
}
