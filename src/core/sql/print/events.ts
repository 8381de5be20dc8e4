/**
 * The event table as every query sees it: a subquery with just the columns used, the virtual ones computed,
 * and the scope put in. Authors write none of this, so none of it can be forgotten.
 */
import { eventColumns } from '../../event/columns.ts'
import { virtualColumns } from '../../event/virtual.ts'
import { newContext } from '../analyze/context.ts'
import { analyzeExpression } from '../analyze/expressions.ts'
import { parseSqlExpression } from '../parse.ts'
import { emptyScope } from '../scope.ts'
import type { Expression } from '../tree.ts'
import { fromColumnType } from '../types.ts'
import { partitionConditions } from './partitions.ts'
import { type Printer, quoteName } from './printer.ts'

const alias = 'e'

interface Reading {
  /** The relation's name in the query. */
  readonly name: string
  /** Conditions of the query that concern this relation alone. */
  readonly conditions: readonly Expression[]
}

export function eventsRelation(printer: Printer, used: ReadonlySet<string>, reading: Reading): string {
  const { copyColumn, eventsTable } = printer.parts
  const columns = [
    ...eventColumns.filter((c) => used.has(c.name)).map((c) => `${quoteName(alias)}.${quoteName(c.name)}`),
    ...virtualColumns
      .filter((c) => used.has(c.name))
      .map((c) => `${printer.expression(definition(c.name, c.sql))} AS ${quoteName(c.name)}`),
    ...(copyColumn === undefined ? [] : [`${quoteName(alias)}.${quoteName(copyColumn)}`]),
  ]
  const list = columns.length > 0 ? columns.join(', ') : '1 AS "_"'
  const relation = `(SELECT ${list} FROM ${eventsTable} AS ${quoteName(alias)} WHERE ${conditions(printer).join(' AND ')})`
  return copyColumn === undefined ? relation : withoutCopies(printer, { relation, used, copyColumn, ...reading })
}

interface Copies extends Reading {
  readonly relation: string
  readonly used: ReadonlySet<string>
  readonly copyColumn: string
}

/**
 * The first of each set of copies, whichever comes first. Engines keep the one short key of each event for that, and let the columns
 * pass; of DISTINCT they would keep those as well. What the query's own conditions leave out is left out before, for no engine does
 * so through a window function: copies are equal, so that a condition holds for all of them or for none.
 */
function withoutCopies(printer: Printer, { relation, used, copyColumn, name, conditions }: Copies): string {
  const columns = [...eventColumns, ...virtualColumns].filter((c) => used.has(c.name)).map((c) => quoteName(c.name))
  const list = columns.length > 0 ? columns.join(', ') : '1 AS "_"'
  const where = conditions.length > 0 ? ` WHERE ${conditions.map(printer.expression).join(' AND ')}` : ''
  const numbered = `SELECT ${[...columns, `row_number() OVER (PARTITION BY ${quoteName(copyColumn)}) AS "_copy_number"`].join(', ')} FROM ${relation} AS ${quoteName(name)}${where}`
  return `(SELECT ${list} FROM (${numbered}) AS "c" WHERE "_copy_number" = 1)`
}

function conditions(printer: Printer): string[] {
  const { scope } = printer.input
  const { string, accountColumn, dayColumn, partitions = {}, engine } = printer.parts
  const among = (column: string, values: readonly string[]) =>
    values.length > 0 ? [`${quoteName(alias)}.${quoteName(column)} IN (${values.map(string).join(', ')})`] : []
  const time = `${quoteName(alias)}.${quoteName('eventTime')}`
  const day = (operator: string, iso: string) =>
    dayColumn === undefined
      ? []
      : [
          `${quoteName(alias)}.${quoteName(dayColumn.name)} ${operator} ${dayColumn.isDate ? 'DATE ' : ''}${string(iso.slice(0, 10))}`,
        ]
  return [
    ...day('>=', scope.earliest),
    ...day('<=', scope.window.to),
    ...partitionConditions(partitions, { alias, scope, engine, string }),
    `${time} >= ${string(scope.earliest)}`,
    `${time} < ${string(scope.window.to)}`,
    ...among(accountColumn, scope.accounts),
    ...among('awsRegion', scope.regions),
    ...among('eventSource', scope.services),
  ]
}

const definitions = new Map<string, Expression>()

/** A virtual column over event columns of the relation `e`, checked. */
export function definition(name: string, sql: string): Expression {
  const known = definitions.get(name)
  if (known) return known
  const expression = parseSqlExpression(sql)
  const context = newContext(sql, {})
  const columns = eventColumns.map((c) => ({
    name: c.name,
    printed: c.name,
    type: fromColumnType(c.type),
    hidden: false,
    use: () => {},
  }))
  analyzeExpression(context, expression, {
    scope: { ...emptyScope, relations: [{ name: undefined, printed: alias, columns }] },
    noAggregates: 'a virtual column',
    noWindows: 'a virtual column',
  })
  if (context.issues.length > 0) throw new Error(`virtual column ${name}: ${context.issues[0]!.message}`)
  definitions.set(name, expression)
  return expression
}
