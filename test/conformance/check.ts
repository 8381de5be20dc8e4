import { TrailbookError } from '../../src/core/errors.ts'
import type { Cell, Connection, Row } from '../../src/core/ports.ts'
import { analyze, compile } from '../../src/core/sql/compile.ts'
import { canonical } from '../corpus/canonical.ts'
import { type ConformanceCase, wholeScope } from './case.ts'

/** Columns and rows in the one form that equal answers have, or the code of the failure. */
export type Answer =
  | { readonly columns: readonly string[]; readonly rows: readonly (readonly unknown[])[] }
  | { readonly fails: string }

/** Sentences of the failures, for reports. */
export const failureReasons = new WeakMap<Answer, string>()

export type Verdict =
  | { readonly kind: 'passed' }
  | { readonly kind: 'skipped'; readonly reason: string }
  | { readonly kind: 'failed'; readonly expected: Answer | undefined; readonly got: Answer }

export async function check(
  one: ConformanceCase,
  connection: Connection,
  expected: Answer | undefined,
): Promise<Verdict> {
  const reason = one.skipped?.[connection.dialect.name]
  if (reason !== undefined) return { kind: 'skipped', reason }
  const got = await answer(one, connection)
  return JSON.stringify(got) === JSON.stringify(expected) ? { kind: 'passed' } : { kind: 'failed', expected, got }
}

/** What the connection answers. A failure that is not one of ours comes out. */
export async function answer(one: ConformanceCase, connection: Connection): Promise<Answer> {
  const given = Object.entries(one.parameters ?? {})
  const { query, issues } = analyze(one.sql, {
    parameters: Object.fromEntries(given.map(([name, [type]]) => [name, type])),
    lists: one.lists ?? {},
  })
  if (query === undefined) throw new Error(`${one.id}: ${issues[0]?.code} ${issues[0]?.message} ${issues[0]?.hint}`)
  const scope = { ...wholeScope, ...one.scope }
  try {
    const compiled = compile(query, {
      dialect: connection.dialect,
      scope,
      parameters: Object.fromEntries(given.map(([name, [, value]]) => [name, value])),
      lists: one.lists ?? {},
    })
    const run = await connection.run(compiled, scope)
    const rows: Row[] = []
    for await (const batch of run.rows) rows.push(...batch)
    const plain = rows.map((row) => query.columns.map(({ name, type }) => canonical(row[name] as Cell, type)))
    const keys = (row: readonly unknown[]): string => JSON.stringify(row)
    return {
      columns: query.columns.map(({ name }) => name),
      rows: one.ordered ? plain : plain.toSorted((a, b) => (keys(a) < keys(b) ? -1 : 1)),
    }
  } catch (error) {
    if (!(error instanceof TrailbookError)) throw error
    const failed = { fails: error.code }
    failureReasons.set(failed, error.message)
    return failed
  }
}
