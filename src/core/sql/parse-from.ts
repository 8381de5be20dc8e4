/** FROM: tables, subqueries, UNNEST and how they are joined. */
import type { Cursor } from './cursor.ts'
import { parseExpression } from './parse-expression.ts'
import { parseQuery, startsQuery } from './parse-query.ts'
import { columnNames } from './parse-select.ts'
import { SqlSyntaxError } from './tokenizer.ts'
import type { Identifier, Join, TableExpression } from './tree.ts'

/** One entry of FROM with all that is joined to it. */
export function parseFrom(cursor: Cursor): TableExpression {
  const start = cursor.peek().start
  let left = tablePrimary(cursor)
  for (;;) {
    refuseForeignJoin(cursor)
    const type = joinType(cursor)
    if (!type) return left
    const right = tablePrimary(cursor)
    left = { kind: 'join', type, left, right, ...joinCondition(cursor, type), span: cursor.span(start) }
  }
}

function refuseForeignJoin(cursor: Cursor): void {
  if (cursor.isWord('NATURAL'))
    cursor.refuse('NATURAL JOIN', 'it joins by whatever columns share a name; write ON or USING')
  for (const word of foreignJoins) if (cursor.isWord(word, 'JOIN')) cursor.refuse(`${word} JOIN`, 'it is not Trino')
}

const foreignJoins = ['ASOF', 'POSITIONAL', 'SEMI', 'ANTI', 'GLOBAL']

function joinType(cursor: Cursor): Join['type'] | undefined {
  const outer = cursor.takeOneOf('LEFT', 'RIGHT', 'FULL')
  if (outer) cursor.takeWord('OUTER')
  const type = outer ?? cursor.takeOneOf('CROSS', 'INNER')
  if (type) {
    cursor.expectWord('JOIN')
    return type
  }
  return cursor.takeWord('JOIN') ? 'INNER' : undefined
}

function joinCondition(cursor: Cursor, type: Join['type']): Pick<Join, 'on' | 'using'> {
  if (type === 'CROSS') return {}
  if (cursor.takeWord('ON')) return { on: parseExpression(cursor) }
  if (cursor.takeWord('USING')) return { using: columnNames(cursor) }
  return cursor.fail('ON or USING')
}

function tablePrimary(cursor: Cursor): TableExpression {
  const start = cursor.peek().start
  const table = tableWithoutAlias(cursor, start)
  if (table.kind === 'join') return table
  refuseTableSuffix(cursor)
  const explicit = cursor.takeWord('AS')
  const alias = explicit || cursor.isAlias() ? cursor.identifier('a name for the table') : undefined
  const columnAliases = alias ? columnNames(cursor) : []
  refuseTableSuffix(cursor)
  return { ...table, ...(alias && { alias }), columnAliases, span: cursor.span(start) }
}

function refuseTableSuffix(cursor: Cursor): void {
  if (cursor.isWord('TABLESAMPLE')) cursor.refuse('TABLESAMPLE', 'a sample is not an answer')
  if (cursor.isWord('MATCH_RECOGNIZE'))
    cursor.refuse('MATCH_RECOGNIZE', 'only Trino has it; use window functions such as lag()')
  if (cursor.isWord('FOR')) cursor.refuse('FOR', 'time travel and locks are not part of the portable language')
  if (cursor.isWord('PIVOT') || cursor.isWord('UNPIVOT'))
    cursor.refuse(cursor.peek().text.toUpperCase(), 'it is not Trino')
}

function tableWithoutAlias(cursor: Cursor, start: number): TableExpression {
  const first = cursor.peek()
  if (first.kind === 'string') throw new SqlSyntaxError('SQL_READS_FILES', { what: `'${first.text}'` }, first)
  if (cursor.takeWord('UNNEST')) return unnest(cursor, start)
  const lateral = cursor.takeWord('LATERAL')
  if (cursor.isSymbol('(')) return lateral || queryInside(cursor) ? derived(cursor, start, lateral) : group(cursor)
  if (lateral) return cursor.fail('a subquery in parentheses')
  return tableName(cursor, start)
}

/** `(`, perhaps several, and then a query: `((SELECT …) UNION …)` is one, `(a JOIN b …)` is none. */
function queryInside(cursor: Cursor): boolean {
  let ahead = 0
  while (cursor.isSymbol('(', ahead)) ahead++
  return startsQuery(cursor, ahead)
}

function derived(cursor: Cursor, start: number, lateral: boolean): TableExpression {
  const query = cursor.parenthesised(() => parseQuery(cursor))
  return { kind: 'derived', query, lateral, columnAliases: [], span: cursor.span(start) }
}

function group(cursor: Cursor): TableExpression {
  const mark = cursor.mark
  const inner = cursor.nested(() => cursor.parenthesised(() => parseFrom(cursor)))
  if (inner.kind === 'join') return inner
  cursor.reset(mark)
  return cursor.fail('a SELECT or a join inside the parentheses')
}

function unnest(cursor: Cursor, start: number): TableExpression {
  const items = cursor.parenthesised(() => cursor.list(() => parseExpression(cursor)))
  const ordinality = cursor.takeWord('WITH')
  if (ordinality) cursor.expectWord('ORDINALITY')
  return { kind: 'unnest', items, ordinality, columnAliases: [], span: cursor.span(start) }
}

const fileReaders = /^(read_|glob$|parquet_|sniff_|query|sqlite|postgres|iceberg|delta)/i

function tableName(cursor: Cursor, start: number): TableExpression {
  const parts: Identifier[] = [cursor.identifier('a table')]
  while (cursor.takeSymbol('.')) parts.push(cursor.identifier('a table name'))
  if (cursor.isSymbol('(')) {
    const name = parts.map((p) => p.name).join('.')
    throw new SqlSyntaxError(
      fileReaders.test(name) ? 'SQL_READS_FILES' : 'SQL_TABLE_FUNCTION',
      { what: `${name}(…)` },
      cursor.span(start),
    )
  }
  return { kind: 'table', parts, columnAliases: [], span: cursor.span(start) }
}
