/** Athena's text: engine version 3 speaks Trino's language, with the differences its documentation names. */
import type { Dialect } from '../dialect.ts'
import { printTrinoText, type RelationText } from './trino.ts'

export function athenaDialect(table: RelationText): Dialect {
  return { name: 'athena', print: (query, input) => printTrinoText('Athena', table, query, input) }
}
