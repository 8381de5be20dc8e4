/**
 * Partitions of raw trail tables, as conditions by which an engine leaves files out. They only narrow what is opened: the scope of
 * the question stands beside them, over the events themselves.
 */
import { TrailbookError } from '../../errors.ts'
import type { Scope } from '../../ports.ts'
import { day, isoTime, milliseconds } from '../../time.ts'
import { quoteName } from './printer.ts'

export type DayPartition =
  | { readonly name: string; readonly format: 'yyyy/MM/dd' | 'yyyy-MM-dd' | 'date' }
  /** Three columns, of text or of whole numbers. */
  | { readonly year: string; readonly month: string; readonly day: string; readonly format: 'text' | 'number' }

export interface Partitions {
  readonly account?: string | undefined
  readonly region?: string | undefined
  /** The day of delivery, in UTC. */
  readonly day?: DayPartition | undefined
  /** Columns with the projection type `injected` must be told values in every query: all there are, for those not in the scope. */
  readonly injected?: { readonly account?: readonly string[]; readonly region?: readonly string[] } | undefined
}

/** "Dynamic ID partitioning", Athena User Guide: an injected column takes at most 1000 values. */
const mostInjected = 1000

interface PartitionInput {
  readonly alias: string
  readonly scope: Scope
  readonly engine: string
  readonly string: (text: string) => string
}

/**
 * Files are delivered after their events, and named by the day of delivery: the window's days with one more on both sides.
 * What comes later still (deliveries are tried again for up to 30 days) is not looked for. Regions are never narrowed, for global
 * services are logged in another one.
 *
 * @throws TrailbookError SQL_NOT_ON_ENGINE where a column must be told values and none are known
 */
export function partitionConditions(partitions: Partitions, input: PartitionInput): string[] {
  const { alias, scope, string } = input
  const among = (name: string, values: readonly string[]): string =>
    `${quoteName(alias)}.${quoteName(name)} IN (${values.map(string).join(', ')})`
  const { account, region, injected } = partitions
  const accounts = scope.accounts.length > 0 ? scope.accounts : (injected?.account ?? [])
  const conditions: string[] = []
  if (partitions.day !== undefined) conditions.push(...dayConditions(partitions.day, input))
  if (account !== undefined) {
    if (injected?.account !== undefined) checkInjected('account', account, { values: accounts, engine: input.engine })
    if (accounts.length > 0) conditions.push(among(account, accounts))
  }
  if (region !== undefined && injected?.region !== undefined) {
    checkInjected('region', region, { values: injected.region, engine: input.engine })
    conditions.push(among(region, injected.region))
  }
  return conditions
}

const injectedAdvice = {
  account: 'Name accounts with --account, or all there are under `accounts` of the connection in trailbook.yaml.',
  region: 'Name all Regions there are under `regions` of the connection in trailbook.yaml.',
} as const

function checkInjected(
  of: keyof typeof injectedAdvice,
  column: string,
  { values, engine }: { readonly values: readonly string[]; readonly engine: string },
): void {
  if (values.length > 0 && values.length <= mostInjected) return
  throw new TrailbookError('SQL_NOT_ON_ENGINE', {
    engine,
    what:
      values.length === 0
        ? `the partition column "${column}" of the table wants values in every query (projection type "injected"), and none are known`
        : `the partition column "${column}" of the table takes at most ${mostInjected} values in a query, and there are ${values.length}`,
    advice: injectedAdvice[of],
  })
}

function dayConditions(partition: DayPartition, { alias, scope, string }: PartitionInput): string[] {
  const first = isoDay(milliseconds(scope.earliest) - day)
  const last = isoDay(milliseconds(scope.window.to) + day)
  const column = (name: string): string => `${quoteName(alias)}.${quoteName(name)}`
  if ('name' in partition) {
    const value = (text: string): string =>
      partition.format === 'date'
        ? `DATE ${string(text)}`
        : string(partition.format === 'yyyy/MM/dd' ? text.replaceAll('-', '/') : text)
    return [`${column(partition.name)} >= ${value(first)}`, `${column(partition.name)} <= ${value(last)}`]
  }
  const literal = (text: string): string => (partition.format === 'number' ? String(Number(text)) : string(text))
  const padded = (name: string): string => `lpad(CAST(${column(name)} AS varchar), 2, '0')`
  const whole = `CAST(${column(partition.year)} AS varchar) || '-' || ${padded(partition.month)} || '-' || ${padded(partition.day)}`
  const years = range(Number(first.slice(0, 4)), Number(last.slice(0, 4))).map(String)
  return [
    // The list is what catalogues can be asked for; the text as a whole is reckoned for each of the partitions they name.
    `${column(partition.year)} IN (${years.map(literal).join(', ')})`,
    `${whole} >= ${string(first)}`,
    `${whole} <= ${string(last)}`,
  ]
}

const isoDay = (time: number): string => isoTime(time).slice(0, 10)

const range = (first: number, last: number): readonly number[] =>
  Array.from({ length: Math.max(0, last - first) + 1 }, (_, at) => first + at)
