import { describe, expect, it } from 'vitest'
import { removablePredicates } from './predicates.ts'

const removed = (sql: string): string[] =>
  removablePredicates(sql).map(({ span, replacement }) => `${sql.slice(span.start, span.end)} -> ${replacement}`)

const cases: readonly { readonly name: string; readonly sql: string; readonly predicates: readonly string[] }[] = [
  { name: 'a lone condition', sql: 'SELECT 1 FROM t WHERE a = 1', predicates: ['a = 1 -> TRUE'] },
  {
    name: 'each part of AND, also of a long chain, once',
    sql: 'SELECT 1 FROM t WHERE a AND b AND c',
    predicates: ['c -> TRUE', 'a -> TRUE', 'b -> TRUE'],
  },
  {
    name: 'an alternative inside AND, and its parts',
    sql: 'SELECT 1 FROM t WHERE a AND (b OR c)',
    predicates: ['a -> TRUE', 'b OR c -> TRUE', 'b -> FALSE', 'c -> FALSE'],
  },
  {
    name: 'HAVING, ON and FILTER',
    sql: 'SELECT count(*) FILTER (WHERE a) FROM t JOIN u ON t.x = u.x GROUP BY y HAVING count(*) > 1',
    predicates: ['a -> TRUE', 't.x = u.x -> TRUE', 'count(*) > 1 -> TRUE'],
  },
  {
    name: 'branches of CASE and what is selected',
    sql: 'SELECT CASE WHEN a THEN 1 END, b AND c FROM t',
    predicates: ['a -> FALSE', 'b -> TRUE', 'c -> TRUE'],
  },
  {
    name: 'queries inside queries',
    sql: 'WITH w AS (SELECT 1 FROM t WHERE a) SELECT 1 FROM (SELECT 1 FROM u WHERE b) WHERE x IN (SELECT y FROM v WHERE c)',
    predicates: ['a -> TRUE', 'b -> TRUE', 'x IN (SELECT y FROM v WHERE c) -> TRUE', 'c -> TRUE'],
  },
  {
    name: 'values that CASE compares are no predicates',
    sql: "SELECT CASE a WHEN 1 THEN 'x' END FROM t",
    predicates: [],
  },
]

describe('what can be taken out of a query', () => {
  it.each(cases)('$name', ({ sql, predicates }) => {
    expect(removed(sql).toSorted()).toEqual(predicates.toSorted())
  })
})
