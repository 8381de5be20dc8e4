/** Partition columns of a table of the Data Catalog ("Partition projection with Amazon Athena", Athena User Guide). */
import type { Scope } from '../../core/ports.ts'
import type { DayPartition, Partitions } from '../../core/sql/print/partitions.ts'
import type { StoredColumn } from '../../core/sql/table-shape.ts'
import { day, milliseconds } from '../../core/time.ts'

/** What a table of the catalog says of its partitions. */
interface CatalogTable {
  readonly keys: readonly StoredColumn[]
  readonly parameters: Readonly<Record<string, string>>
  readonly location: string | undefined
}

/** All that there are, for columns that queries must name values of. */
interface Named {
  readonly accounts?: readonly string[] | undefined
  readonly regions?: readonly string[] | undefined
}

export interface Projection {
  readonly partitions: Partitions
  /** With `${column}` for values; undefined where partitions are registered one by one, or there are none. */
  readonly template: string | undefined
  /** Of the table, where it has no template. */
  readonly location: string | undefined
  /** What `projection.COLUMN.WHAT` says. */
  readonly property: (column: string, what: string) => string | undefined
  /** Undefined: not known, or no partition column. */
  readonly accounts: readonly string[] | undefined
  readonly regions: readonly string[] | undefined
  /** Partitions are registered one by one: one that nobody registered is not read. */
  readonly isRegistered: boolean
  /** How a day is written in the template. */
  readonly dayFormat: 'yyyy/MM/dd' | 'yyyy-MM-dd' | undefined
}

const accountNames = /^(?:aws_?)?account(?:_?(?:id|number))?$/
const regionNames = /^(?:aws_?)?region$/
const dayNames = /^(?:timestamp|day|date|dt|(?:event|log|delivery|partition)_?(?:date|day))$/

export function readProjection({ keys, parameters, location }: CatalogTable, named: Named): Projection {
  const isProjected = parameters['projection.enabled'] === 'true'
  const of = (name: string | undefined, what: string): string | undefined =>
    name === undefined || !isProjected ? undefined : parameters[`projection.${name}.${what}`]
  const accountKey = keys.find(({ name }) => accountNames.test(name))?.name
  // Names of accounts, say, are none of the ids that a scope has.
  const isOther =
    of(accountKey, 'type') === 'enum' && !valuesOf(of(accountKey, 'values')).every((id) => /^\d{12}$/.test(id))
  const account = isOther ? undefined : accountKey
  const region = keys.find(({ name }) => regionNames.test(name))?.name
  const [accountKind, regionKind] = [of(account, 'type'), of(region, 'type')]
  const listed = (name: string | undefined, kind: string | undefined, given: readonly string[] | undefined) =>
    kind === 'injected' ? (given ?? []) : kind === 'enum' ? valuesOf(of(name, 'values')) : given
  const accounts = account === undefined ? undefined : listed(account, accountKind, named.accounts)
  const regions = region === undefined ? undefined : listed(region, regionKind, named.regions)
  const dayOf = dayPartition(keys, (name) => (isProjected ? parameters[`projection.${name}.format`] : undefined))
  const injected = {
    ...(accountKind === 'injected' && { account: accounts ?? [] }),
    ...(regionKind === 'injected' && { region: regions ?? [] }),
  }
  const template = isProjected ? (parameters['storage.location.template'] ?? undefined) : undefined
  return {
    partitions: { account, region, day: dayOf, ...(Object.keys(injected).length > 0 && { injected }) },
    template: template ?? (isProjected && location !== undefined ? hiveTemplate(location, keys) : undefined),
    location,
    property: of,
    accounts,
    regions,
    isRegistered: !isProjected && keys.length > 0,
    dayFormat:
      dayOf !== undefined && 'name' in dayOf ? (dayOf.format === 'date' ? 'yyyy-MM-dd' : dayOf.format) : undefined,
  }
}

const valuesOf = (text: string | undefined): readonly string[] =>
  (text ?? '')
    .split(',')
    .map((value) => value.trim())
    .filter((value) => value !== '')

/** Without a template values lie in folders of `column=value`. */
const hiveTemplate = (location: string, keys: readonly StoredColumn[]): string =>
  [location.replace(/\/+$/, ''), ...keys.map(({ name }) => `${name}=\${${name}}`)].join('/')

function dayPartition(
  keys: readonly StoredColumn[],
  formatOf: (name: string) => string | undefined,
): DayPartition | undefined {
  const three = ['year', 'month', 'day'].map((name) => keys.find((key) => key.name === name))
  const [year, month, dayKey] = three
  if (year !== undefined && month !== undefined && dayKey !== undefined) {
    const isText = [year, month, dayKey].every(({ type }) => /^(?:varchar|char)$/.test(type.base))
    return { year: year.name, month: month.name, day: dayKey.name, format: isText ? 'text' : 'number' }
  }
  const key = keys.find(({ name }) => dayNames.test(name))
  if (key === undefined) return undefined
  if (key.type.base === 'date') return { name: key.name, format: 'date' }
  const format = formatOf(key.name)
  // Days of another form, and such that are registered by hand in a form that nobody told, narrow nothing.
  return format === 'yyyy/MM/dd' || format === 'yyyy-MM-dd' ? { name: key.name, format } : undefined
}

/** Days of delivery that a query reads: those of the scope, and one more on both sides. */
export const deliveryDays = ({ earliest, window }: Pick<Scope, 'earliest' | 'window'>): readonly string[] => {
  const days: string[] = []
  const last = milliseconds(window.to) + day
  for (let at = milliseconds(earliest) - day; at < last + day; at += day) {
    const text = new Date(at).toISOString().slice(0, 10)
    if (text <= new Date(last).toISOString().slice(0, 10)) days.push(text)
  }
  return days
}

interface PartitionCount {
  readonly accounts: number
  readonly regions: number
  readonly days: number
  readonly total: number
}

/** Partitions that Athena goes through for a scope; undefined where they are not projected by day. */
export function countPartitions(projection: Projection, scope: Scope): PartitionCount | undefined {
  if (projection.template === undefined || projection.dayFormat === undefined) return undefined
  const accounts = accountsOf(projection, scope)?.length ?? 1
  const regions = projection.regions?.length ?? 1
  const days = deliveryDays(scope).length
  return { accounts, regions, days, total: accounts * regions * days }
}

/** Accounts whose partitions are read; undefined where the table has no such column or they are not known. */
export const accountsOf = ({ partitions, accounts }: Projection, scope: Scope): readonly string[] | undefined =>
  partitions.account === undefined ? undefined : scope.accounts.length > 0 ? scope.accounts : accounts
