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
import { type Printer, quoteName } from './printer.ts'

const alias = 'e'

export function eventsRelation(printer: Printer, used: ReadonlySet<string>): string {
  const columns = [
    ...eventColumns.filter((c) => used.has(c.name)).map((c) => `${quoteName(alias)}.${quoteName(c.name)}`),
    ...virtualColumns
      .filter((c) => used.has(c.name))
      .map((c) => `${printer.expression(definition(c.name, c.sql))} AS ${quoteName(c.name)}`),
  ]
  const list = columns.length > 0 ? columns.join(', ') : '1 AS "_"'
  return `(SELECT ${list} FROM ${printer.parts.eventsTable} AS ${quoteName(alias)} WHERE ${conditions(printer).join(' AND ')})`
}

function conditions(printer: Printer): string[] {
  const { scope } = printer.input
  const { string, accountColumn, dayColumn } = printer.parts
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
    `${time} >= ${string(scope.earliest)}`,
    `${time} < ${string(scope.window.to)}`,
    ...among(accountColumn, scope.accounts),
    ...among('awsRegion', scope.regions),
    ...among('eventSource', scope.services),
  ]
}

const definitions = new Map<string, Expression>()

function definition(name: string, sql: string): Expression {
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
