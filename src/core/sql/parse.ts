/**
 * Parser of the read-only part of Athena engine v3 SQL (Trino's `SqlBase.g4` is the reference for the grammar).
 * What Trino has and Trailbook has not proven equal on every engine is refused by name, never read past.
 */
import { Cursor } from './cursor.ts'
import { parseExpression, parseSortItems } from './parse-expression.ts'
import { SqlSyntaxError } from './tokenizer.ts'
import type {
  CommonTable,
  Expression,
  GroupBy,
  GroupingElement,
  Identifier,
  Join,
  Query,
  QueryBody,
  Select,
  SelectItem,
  TableExpression,
} from './tree.ts'

/** Athena's limit on query text ("Service quotas", Athena User Guide). */
const maxBytes = 262_144

const writing = new Set(
  'INSERT UPDATE DELETE MERGE CREATE DROP ALTER TRUNCATE COPY UNLOAD EXPORT IMPORT ATTACH DETACH INSTALL LOAD SET RESET USE CALL EXECUTE PREPARE DEALLOCATE GRANT REVOKE DENY PRAGMA CHECKPOINT VACUUM ANALYZE REFRESH COMMENT START COMMIT ROLLBACK MSCK BEGIN'.split(
    ' ',
  ),
)
const describing = new Set('SHOW DESCRIBE EXPLAIN DESC SUMMARIZE FROM PIVOT UNPIVOT TABLE'.split(' '))

/** @throws SqlSyntaxError at the first place that is not understood */
export function parseSql(text: string): Query {
  if (text.length * 3 > maxBytes && new TextEncoder().encode(text).length > maxBytes) {
    throw new SqlSyntaxError('SQL_TOO_LONG', { limit: maxBytes }, { start: 0, end: 0 })
  }
  const cursor = new Cursor(text)
  const first = cursor.peek()
  if (first.kind === 'end') throw new SqlSyntaxError('SQL_EMPTY', {}, { start: 0, end: 0 })
  if (first.kind === 'word') {
    const word = first.text.toUpperCase()
    if (writing.has(word)) throw new SqlSyntaxError('SQL_NOT_READ_ONLY', { statement: word }, first)
    if (describing.has(word)) throw new SqlSyntaxError('SQL_NOT_A_SELECT', { statement: word }, first)
  }
  const query = parseQuery(cursor)
  const closing = cursor.peek()
  if (cursor.takeSymbol(';')) {
    while (cursor.takeSymbol(';'));
    if (cursor.peek().kind !== 'end')
      throw new SqlSyntaxError('SQL_SEVERAL_STATEMENTS', {}, { start: closing.start, end: text.length })
  }
  if (cursor.peek().kind !== 'end') refuseKnown(cursor)
  return query
}

/** Parses a lone expression, e.g. a virtual column's definition. */
export function parseSqlExpression(text: string): Expression {
  const cursor = new Cursor(text)
  const expression = parseExpression(cursor)
  if (cursor.peek().kind !== 'end') cursor.fail('the end of the expression')
  return expression
}

function refuseKnown(cursor: Cursor): never {
  if (cursor.isWord('QUALIFY'))
    cursor.refuse('QUALIFY', 'neither Trino nor Athena has it; filter the window function in an outer SELECT')
  if (cursor.isWord('INTO')) cursor.refuse('SELECT INTO', 'a query only reads')
  if (cursor.isWord('FOR')) cursor.refuse('FOR', 'time travel and locks are not part of the portable language')
  if (cursor.isWord('WINDOW')) cursor.refuse('WINDOW', 'named windows are not proven; write the window inside OVER (…)')
  cursor.fail('the end of the query')
}

export function parseQuery(cursor: Cursor): Query {
  return cursor.nested(() => {
    const start = cursor.peek().start
    let recursive = false
    let common: CommonTable[] = []
    if (cursor.takeWord('WITH')) {
      recursive = cursor.takeWord('RECURSIVE')
      if (recursive)
        cursor.refuse(
          'WITH RECURSIVE',
          'Trino stops at 10 rounds and other engines do not; join the table with itself',
          cursor.span(start),
        )
      common = cursor.list(() => commonTable(cursor))
    }
    const body = queryBody(cursor)
    const orderBy = cursor.takeWord('ORDER') ? (cursor.expectWord('BY'), parseSortItems(cursor)) : []
    let offset: Expression | undefined
    let limit: Expression | undefined
    if (cursor.takeWord('OFFSET')) {
      offset = count(cursor)
      if (!cursor.takeWord('ROWS')) cursor.takeWord('ROW')
    }
    if (cursor.takeWord('LIMIT')) {
      limit = cursor.takeWord('ALL') ? undefined : count(cursor)
      if (cursor.isWord('OFFSET')) cursor.refuse('LIMIT before OFFSET', 'Trino wants OFFSET first: OFFSET n LIMIT m')
    } else if (cursor.takeWord('FETCH')) {
      if (!cursor.takeWord('FIRST')) cursor.expectWord('NEXT')
      limit = cursor.isWord('ROW') || cursor.isWord('ROWS') ? one(cursor) : count(cursor)
      if (!cursor.takeWord('ROWS')) cursor.expectWord('ROW')
      if (cursor.isWord('WITH')) cursor.refuse('FETCH FIRST … WITH TIES', 'not proven equal on every engine')
      cursor.expectWord('ONLY')
    }
    return {
      with: common,
      recursive,
      body,
      orderBy,
      ...(offset && { offset }),
      ...(limit && { limit }),
      span: cursor.span(start),
    }
  })
}

function one(cursor: Cursor): Expression {
  const { start } = cursor.peek()
  return { kind: 'number', form: 'integer', text: '1', span: { start, end: start } }
}

function count(cursor: Cursor): Expression {
  const token = cursor.peek()
  if (token.kind === 'integer') {
    cursor.next()
    return { kind: 'number', form: 'integer', text: token.text, span: token }
  }
  if (token.kind === 'parameter') {
    cursor.next()
    return { kind: 'parameter', name: token.text, span: token }
  }
  return cursor.fail('a whole number of rows')
}

function commonTable(cursor: Cursor): CommonTable {
  const start = cursor.peek().start
  const name = cursor.identifier('a name for the WITH query')
  const columns = columnAliases(cursor)
  cursor.expectWord('AS')
  if (cursor.isWord('MATERIALIZED') || cursor.isWord('NOT')) cursor.refuse('MATERIALIZED', 'it is not Trino')
  cursor.expectSymbol('(')
  const query = parseQuery(cursor)
  cursor.expectSymbol(')')
  return { name, columns, query, span: cursor.span(start) }
}

function columnAliases(cursor: Cursor): Identifier[] {
  if (!cursor.takeSymbol('(')) return []
  const names = cursor.list(() => cursor.identifier('a column name'))
  cursor.expectSymbol(')')
  return names
}

function queryBody(cursor: Cursor): QueryBody {
  const start = cursor.peek().start
  let left = intersection(cursor)
  for (;;) {
    const operator = cursor.takeWord('UNION') ? 'UNION' : cursor.takeWord('EXCEPT') ? 'EXCEPT' : undefined
    if (!operator) return left
    left = {
      kind: 'set',
      operator,
      all: quantifier(cursor),
      left,
      right: intersection(cursor),
      span: cursor.span(start),
    }
  }
}

function intersection(cursor: Cursor): QueryBody {
  const start = cursor.peek().start
  let left = queryTerm(cursor)
  while (cursor.takeWord('INTERSECT')) {
    left = {
      kind: 'set',
      operator: 'INTERSECT',
      all: quantifier(cursor),
      left,
      right: queryTerm(cursor),
      span: cursor.span(start),
    }
  }
  return left
}

function quantifier(cursor: Cursor): boolean {
  if (cursor.takeWord('ALL')) return true
  cursor.takeWord('DISTINCT')
  if (cursor.isWord('CORRESPONDING') || (cursor.isWord('BY') && cursor.peek(1).text.toUpperCase() === 'NAME')) {
    cursor.refuse(cursor.peek().text.toUpperCase(), 'columns are matched by position')
  }
  return false
}

function queryTerm(cursor: Cursor): QueryBody {
  const start = cursor.peek().start
  if (cursor.takeSymbol('(')) {
    const query = parseQuery(cursor)
    cursor.expectSymbol(')')
    return { kind: 'nested', query, span: cursor.span(start) }
  }
  if (cursor.takeWord('VALUES')) {
    const rows = cursor.list(() => {
      const expression = parseExpression(cursor)
      return expression.kind === 'row' ? expression.items : [expression]
    })
    return { kind: 'values', rows, span: cursor.span(start) }
  }
  if (cursor.isWord('TABLE')) cursor.refuse('TABLE', 'write SELECT * FROM …')
  cursor.expectWord('SELECT')
  return select(cursor, start)
}

function select(cursor: Cursor, start: number): Select {
  const distinct = cursor.takeWord('DISTINCT')
  if (distinct && cursor.isWord('ON')) cursor.refuse('DISTINCT ON', 'it is not Trino; use row_number() in a subquery')
  if (!distinct) cursor.takeWord('ALL')
  const items = cursor.list(() => selectItem(cursor))
  const from = cursor.takeWord('FROM') ? cursor.list(() => joined(cursor)) : []
  const where = cursor.takeWord('WHERE') ? parseExpression(cursor) : undefined
  const groupBy = cursor.isWord('GROUP') ? grouping(cursor) : undefined
  const having = cursor.takeWord('HAVING') ? parseExpression(cursor) : undefined
  if (cursor.isWord('WINDOW') || cursor.isWord('QUALIFY')) refuseKnown(cursor)
  return {
    kind: 'select',
    distinct,
    items,
    from,
    ...(where && { where }),
    ...(groupBy && { groupBy }),
    ...(having && { having }),
    span: cursor.span(start),
  }
}

function selectItem(cursor: Cursor): SelectItem {
  const start = cursor.peek().start
  if (cursor.takeSymbol('*')) {
    if (cursor.isWord('EXCLUDE') || cursor.isWord('REPLACE') || cursor.isWord('EXCEPT')) {
      if (!cursor.isWord('EXCEPT') || cursor.isSymbol('(', 1))
        cursor.refuse(`* ${cursor.peek().text.toUpperCase()}`, 'it is not Trino; name the columns')
    }
    return { kind: 'star', span: cursor.span(start) }
  }
  if (cursor.isIdentifier() && cursor.isSymbol('.', 1) && cursor.isSymbol('*', 2)) {
    const qualifier = cursor.identifier()
    cursor.next()
    cursor.next()
    return { kind: 'star', qualifier, span: cursor.span(start) }
  }
  const expression = parseExpression(cursor)
  if (cursor.isSymbol('.') && cursor.isSymbol('*', 1)) cursor.refuse('.* of an expression', 'name the fields you want')
  const alias = cursor.takeWord('AS')
    ? anyName(cursor)
    : cursor.isIdentifier() && !cursor.isWord('QUALIFY') && !cursor.isWord('WINDOW')
      ? cursor.identifier()
      : undefined
  return { kind: 'expression', expression, ...(alias && { alias }), span: cursor.span(start) }
}

function anyName(cursor: Cursor): Identifier {
  if (cursor.peek().kind === 'string') {
    const token = cursor.peek()
    throw new SqlSyntaxError('SQL_QUOTED_ALIAS', { name: token.text }, token, `"${token.text.replaceAll('"', '""')}"`)
  }
  return cursor.identifier('a column name')
}

function grouping(cursor: Cursor): GroupBy {
  const start = cursor.peek().start
  cursor.expectWord('GROUP', 'BY')
  if (cursor.isWord('ALL') || cursor.isWord('AUTO'))
    cursor.refuse(
      `GROUP BY ${cursor.peek().text.toUpperCase()}`,
      'engines mean different things by it; name the columns',
    )
  cursor.takeWord('DISTINCT')
  return { sets: cursor.list(() => groupingElement(cursor)), span: cursor.span(start) }
}

function groupingElement(cursor: Cursor): GroupingElement {
  const start = cursor.peek().start
  const kind = cursor.takeWord('ROLLUP')
    ? 'rollup'
    : cursor.takeWord('CUBE')
      ? 'cube'
      : cursor.isWord('GROUPING', 'SETS')
        ? (cursor.takeWord('GROUPING', 'SETS'), 'sets')
        : undefined
  if (!kind) return { kind: 'simple', expression: parseExpression(cursor) }
  cursor.expectSymbol('(')
  const sets = cursor.list((): readonly Expression[] => {
    if (cursor.isSymbol('(') && cursor.isSymbol(')', 1)) {
      cursor.next()
      cursor.next()
      return []
    }
    const expression = parseExpression(cursor)
    return expression.kind === 'row' ? expression.items : [expression]
  })
  cursor.expectSymbol(')')
  return { kind, sets, span: cursor.span(start) }
}

function joined(cursor: Cursor): TableExpression {
  const start = cursor.peek().start
  let left = tablePrimary(cursor)
  for (;;) {
    if (cursor.isWord('NATURAL'))
      cursor.refuse('NATURAL JOIN', 'it joins by whatever columns share a name; write ON or USING')
    for (const word of ['ASOF', 'POSITIONAL', 'SEMI', 'ANTI', 'GLOBAL'])
      if (cursor.isWord(word) && /^JOIN$/i.test(cursor.peek(1).text)) cursor.refuse(`${word} JOIN`, 'it is not Trino')
    const type = joinType(cursor)
    if (!type) return left
    const right = tablePrimary(cursor)
    const condition: Pick<Join, 'on' | 'using'> =
      type === 'CROSS'
        ? {}
        : cursor.takeWord('ON')
          ? { on: parseExpression(cursor) }
          : cursor.takeWord('USING')
            ? { using: columnAliases(cursor) }
            : cursor.fail('ON or USING')
    left = { kind: 'join', type, left, right, ...condition, span: cursor.span(start) }
  }
}

function joinType(cursor: Cursor): Join['type'] | undefined {
  for (const type of ['LEFT', 'RIGHT', 'FULL'] as const) {
    if (cursor.takeWord(type)) {
      cursor.takeWord('OUTER')
      cursor.expectWord('JOIN')
      return type
    }
  }
  if (cursor.takeWord('CROSS')) {
    cursor.expectWord('JOIN')
    return 'CROSS'
  }
  if (cursor.takeWord('INNER')) {
    cursor.expectWord('JOIN')
    return 'INNER'
  }
  return cursor.takeWord('JOIN') ? 'INNER' : undefined
}

function tablePrimary(cursor: Cursor): TableExpression {
  const start = cursor.peek().start
  const table = tableWithoutAlias(cursor, start)
  if (table.kind === 'join') return table
  refuseTableSuffix(cursor)
  const explicit = cursor.takeWord('AS')
  const alias =
    explicit || (cursor.isIdentifier() && !notAliases.some((w) => cursor.isWord(w)))
      ? cursor.identifier('a name for the table')
      : undefined
  const names = alias && cursor.isSymbol('(') ? columnAliases(cursor) : []
  refuseTableSuffix(cursor)
  return { ...table, ...(alias && { alias }), columnAliases: names, span: cursor.span(start) }
}

const notAliases = ['QUALIFY', 'WINDOW', 'ASOF', 'POSITIONAL', 'SEMI', 'ANTI']

function refuseTableSuffix(cursor: Cursor): void {
  if (cursor.isWord('TABLESAMPLE')) cursor.refuse('TABLESAMPLE', 'a sample is not an answer')
  if (cursor.isWord('MATCH_RECOGNIZE'))
    cursor.refuse('MATCH_RECOGNIZE', 'only Trino has it; use window functions such as lag()')
  if (cursor.isWord('FOR')) cursor.refuse('FOR', 'time travel and locks are not part of the portable language')
  if (cursor.isWord('PIVOT') || cursor.isWord('UNPIVOT'))
    cursor.refuse(cursor.peek().text.toUpperCase(), 'it is not Trino')
}

function tableWithoutAlias(cursor: Cursor, start: number): TableExpression {
  const columnAliases: Identifier[] = []
  if (cursor.peek().kind === 'string') {
    throw new SqlSyntaxError('SQL_READS_FILES', { what: `'${cursor.peek().text}'` }, cursor.peek())
  }
  if (cursor.takeWord('UNNEST')) {
    cursor.expectSymbol('(')
    const items = cursor.list(() => parseExpression(cursor))
    cursor.expectSymbol(')')
    const ordinality = cursor.takeWord('WITH') ? (cursor.expectWord('ORDINALITY'), true) : false
    return { kind: 'unnest', items, ordinality, columnAliases, span: cursor.span(start) }
  }
  const lateral = cursor.takeWord('LATERAL')
  if (cursor.isSymbol('(')) {
    const mark = cursor.mark
    cursor.next()
    if (!lateral && !startsQuery(cursor)) {
      const inner = joined(cursor)
      cursor.expectSymbol(')')
      if (inner.kind === 'join') return inner
      cursor.reset(mark)
      return cursor.fail('a SELECT or a join inside the parentheses')
    }
    cursor.reset(mark)
    cursor.next()
    const query = parseQuery(cursor)
    cursor.expectSymbol(')')
    return { kind: 'derived', query, lateral, columnAliases, span: cursor.span(start) }
  }
  if (lateral) return cursor.fail('a subquery in parentheses')
  const parts = [cursor.identifier('a table')]
  while (cursor.takeSymbol('.')) parts.push(namePart(cursor))
  if (cursor.isSymbol('(')) {
    const name = parts.map((p) => p.name).join('.')
    throw new SqlSyntaxError(
      /^(read_|glob$|parquet_|sniff_|query|sqlite|postgres|iceberg|delta)/i.test(name)
        ? 'SQL_READS_FILES'
        : 'SQL_TABLE_FUNCTION',
      { what: `${name}(…)` },
      cursor.span(start),
    )
  }
  return { kind: 'table', parts, columnAliases, span: cursor.span(start) }
}

/** After a dot even reserved words are names to most writers: `default.cloudtrail_logs` has one before it. */
function namePart(cursor: Cursor): Identifier {
  return cursor.identifier('a table name')
}

function startsQuery(cursor: Cursor): boolean {
  let ahead = 0
  while (cursor.isSymbol('(', ahead)) ahead++
  const token = cursor.peek(ahead)
  return token.kind === 'word' && ['SELECT', 'WITH', 'VALUES', 'TABLE'].includes(token.text.toUpperCase())
}
