import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Cell, Scope } from '../../src/core/ports.ts'
import { type AnalyzedQuery, analyze, compile } from '../../src/core/sql/compile.ts'
import { duckdbPrelude } from '../../src/core/sql/duckdb-prelude.ts'
import { duckdbDialect } from '../../src/core/sql/print/duckdb.ts'
import { trinoDialect } from '../../src/core/sql/print/trino.ts'
import { type Database, openDatabase } from '../../src/duckdb/open.ts'
import { chunkRows } from '../../src/duckdb/rows.ts'
import { prepareSelect } from '../../src/duckdb/sandbox.ts'
import { canonical } from './canonical.ts'

interface Statement {
  readonly id: string
  readonly group: string
  readonly sql: string
}
type Answer =
  | { readonly columns: readonly { name: string; type: string }[]; readonly rows: Cell[][] }
  | { readonly error: string; readonly message: string }
interface Known {
  readonly reason: string
  readonly ids: readonly string[]
}

const read = <T>(name: string): T => JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8')) as T
const statements = read<Statement[]>('trino-sql.json')
const { answers } = read<{ answers: Record<string, Answer> }>('trino-answers.json')
const known = new Map(read<Known[]>('known.json').flatMap(({ reason, ids }) => ids.map((id) => [id, reason] as const)))

const scope: Scope = {
  window: { from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' },
  earliest: '2026-01-01T00:00:00Z',
  accounts: [],
  regions: [],
  services: [],
}

let database: Database
let run: (query: AnalyzedQuery) => Promise<Cell[][]>

beforeAll(async () => {
  database = await openDatabase({ folders: [], prelude: duckdbPrelude })
  const connection = await database.connect()
  run = async (query) => {
    const statement = await prepareSelect(
      connection,
      compile(query, { dialect: duckdbDialect, scope, parameters: {} }).text,
    )
    const result = await statement.run()
    const chunks = await result.fetchAllChunks()
    return chunks.flatMap((chunk) => chunkRows(chunk, result.columnTypes()))
  }
})

afterAll(() => database.close())

type Outcome = 'same' | 'refused' | 'error in both' | 'other rows' | 'error here only' | 'error in Trino only'

async function outcomeOf(statement: Statement, answer: Answer): Promise<{ outcome: Outcome; detail: string }> {
  const { query, issues } = analyze(statement.sql)
  if (!query)
    return {
      outcome: 'error' in answer ? 'error in both' : 'refused',
      detail: `${issues[0]!.code} ${issues[0]!.message}`,
    }
  let rows: Cell[][]
  try {
    rows = await run(query)
  } catch (error) {
    return {
      outcome: 'error' in answer ? 'error in both' : 'error here only',
      detail: (error as Error).message.split('\n')[0]!,
    }
  }
  if ('error' in answer)
    return { outcome: 'error in Trino only', detail: `${JSON.stringify(rows)}; Trino: ${answer.error}` }
  const [ours, theirs] = [rows, answer.rows].map((all) =>
    JSON.stringify(all.map((row) => row.map((cell, i) => canonical(cell, answer.columns[i]!.type)))),
  )
  return { outcome: ours === theirs ? 'same' : 'other rows', detail: `${ours} but Trino ${theirs}` }
}

const right: ReadonlySet<Outcome> = new Set(['same', 'refused', 'error in both'])

describe.each([...new Set(statements.map((s) => s.group))])('statements of the group %s', (group) => {
  it('mean on DuckDB what they mean on Trino, or are refused', async () => {
    const wrong: string[] = []
    for (const statement of statements.filter((s) => s.group === group)) {
      const { outcome, detail } = await outcomeOf(statement, answers[statement.id]!)
      if (right.has(outcome) === known.has(statement.id))
        wrong.push(
          `${statement.id} (${known.has(statement.id) ? 'listed as known, but right' : outcome}): ${statement.sql} => ${detail}`,
        )
    }
    expect(wrong).toEqual([])
  })
})

describe('the corpus', () => {
  it('has an answer for every statement', () => expect(statements.filter((s) => !answers[s.id])).toEqual([]))

  it('is mostly answered, not refused', async () => {
    const counts: Partial<Record<Outcome, number>> = {}
    for (const statement of statements) {
      const { outcome } = await outcomeOf(statement, answers[statement.id]!)
      counts[outcome] = (counts[outcome] ?? 0) + 1
    }
    expect(counts).toMatchInlineSnapshot(`
      {
        "error here only": 23,
        "error in Trino only": 11,
        "error in both": 488,
        "other rows": 14,
        "refused": 690,
        "same": 1743,
      }
    `)
  })

  it('prints every accepted statement as Trino text that reads back as the same statement', () => {
    const dialect = trinoDialect()
    const print = (query: AnalyzedQuery) => compile(query, { dialect, scope, parameters: {} }).text
    const broken = statements.flatMap(({ id, sql }) => {
      const { query } = analyze(sql)
      // Trino's text of an array of rows is an array of rows again, wrapped once more at each reading.
      if (!query || id.startsWith('unnest-0')) return []
      const once = print(query)
      const again = analyze(once)
      if (!again.query) return [`${id}: ${once} => ${again.issues[0]!.message}`]
      // Parentheses may be written in another number of pairs, and a folded NULL loses its type.
      const plain = (text: string) => text.replace(/[()\s]/g, '')
      return plain(print(again.query)) === plain(once) ? [] : [`${id}: ${once} => ${print(again.query)}`]
    })
    expect(broken).toEqual([])
  })
})
