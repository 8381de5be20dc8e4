/**
 * Parser of the read-only part of Athena engine v3 SQL (Trino's `SqlBase.g4` is the reference for the grammar).
 * What Trino has and Trailbook has not proven equal on every engine is refused by name, never read past.
 */
import { Cursor } from './cursor.ts'
import { parseExpression } from './parse-expression.ts'
import { checkHeight } from './parse-height.ts'
import { parseQuery } from './parse-query.ts'
import { refuseKnownClause } from './parse-select.ts'
import { SqlSyntaxError } from './tokenizer.ts'
import type { Expression, Query } from './tree.ts'

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
  if (cursor.peek().kind !== 'end') refuseKnownClause(cursor)
  checkHeight(query)
  return query
}

/** Parses a lone expression, e.g. a virtual column's definition. */
export function parseSqlExpression(text: string): Expression {
  const cursor = new Cursor(text)
  const expression = parseExpression(cursor)
  if (cursor.peek().kind !== 'end') cursor.fail('the end of the expression')
  return expression
}
