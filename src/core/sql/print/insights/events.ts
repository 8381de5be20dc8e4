/** The log groups as the event table: every column is read from the log event itself. */
import { eventColumns } from '../../../event/columns.ts'
import { virtualColumns } from '../../../event/virtual.ts'
import type { Span } from '../../tree.ts'
import { definition } from '../events.ts'
import { printedValue } from './expressions.ts'
import { stringText } from './literals.ts'
import { type Columns, memberValue, type Printing, refuse, type Value } from './values.ts'

const nowhere: Span = { start: 0, end: 0 }

/**
 * Of each log event at most 200 fields are discovered, and which of them is not documented: an event with long parameters would
 * lose its eventID. So nothing is read from discovered fields.
 */
export function eventColumnsOf(printing: Printing, json: string): Columns {
  const column = (name: string, span: Span): Value => {
    const known = eventColumns.find((one) => one.name === name)
    if (known?.name === 'extra') refuse({ span }, 'the column extra', 'Read the member from the column that holds it.')
    if (known) return memberValue({ json, steps: [name] }, { span })
    const virtual = virtualColumns.find((one) => one.name === name)
    if (!virtual) throw new Error(`no event column ${name}`)
    return printedValue({ ...printing, relations: new Map([['e', column]]) }, definition(virtual.name, virtual.sql))
  }
  return column
}

/** What the run may see. The time range of the request is wider: see the engine. */
export function scopeConditions({ input: { scope } }: Printing, columns: Columns): readonly string[] {
  const text = (value: string) => stringText(value, { span: nowhere })
  const of = (name: string) => columns(name, nowhere).text
  const among = (name: string, values: readonly string[]) =>
    values.length > 0 ? [`${of(name)} IN (${values.map(text).join(', ')})`] : []
  return [
    `${of('eventTime')} >= ${text(scope.earliest)}`,
    `${of('eventTime')} < ${text(scope.window.to)}`,
    ...among('recipientAccountId', scope.accounts),
    ...among('awsRegion', scope.regions),
    ...among('eventSource', scope.services),
  ]
}
