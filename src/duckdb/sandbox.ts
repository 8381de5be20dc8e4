import { type DuckDBConnection, type DuckDBPreparedStatement, StatementType } from '@duckdb/node-api'
import { TrailbookError } from '../core/errors.ts'
import { optimizersFor } from './open.ts'

/**
 * Prepares a text that derives from users, if it is exactly one SELECT. The settings of `openDatabase` keep statements
 * inside the allowed folders; this gate keeps them from writing there, and from several statements in one text. Start what it
 * gives before another text of the same database is prepared: `optimizersFor`.
 *
 * @throws TrailbookError ENGINE_NOT_ONE_SELECT; DuckDB's own errors pass through
 */
export async function prepareSelect(connection: DuckDBConnection, text: string): Promise<DuckDBPreparedStatement> {
  // For a text of white space and comments the bindings throw an error without words.
  const statements = await connection.extractStatements(text).catch((error: Error) => {
    if (error.message !== 'Error in native callback') throw error
    return undefined
  })
  if (statements === undefined || statements.count === 0)
    throw new TrailbookError('ENGINE_NOT_ONE_SELECT', { found: 'no statement' })
  if (statements.count > 1)
    throw new TrailbookError('ENGINE_NOT_ONE_SELECT', { found: `${statements.count} statements` })
  await connection.run(optimizersFor(text))
  const prepared = await statements.prepare(0)
  if (prepared.statementType !== StatementType.SELECT) {
    const found = `a ${StatementType[prepared.statementType] ?? 'statement of another kind'}`
    prepared.destroySync()
    throw new TrailbookError('ENGINE_NOT_ONE_SELECT', { found })
  }
  return prepared
}
