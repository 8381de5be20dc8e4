/** A recorded statement of the corpus for every function of the language, with the answer of a Trino server. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { analyze } from '../../../src/core/sql/compile.ts'
import { functions } from '../../../src/core/sql/functions/catalogue.ts'
import { canonical } from '../../corpus/canonical.ts'
import type { ConformanceCase } from '../case.ts'
import type { Answer } from '../check.ts'

interface Recorded {
  readonly columns?: readonly { readonly name: string; readonly type: string }[]
  readonly rows?: readonly (readonly never[])[]
}

const most = 2

export interface RecordedCase {
  readonly one: ConformanceCase
  readonly expected: Answer
}

/** @param folder that of the corpus */
export function functionCases(folder: string): readonly RecordedCase[] {
  const read = (name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8'))
  const corpus = read('trino-sql.json') as readonly { readonly id: string; readonly sql: string }[]
  const { answers } = read('trino-answers.json') as { readonly answers: Readonly<Record<string, Recorded>> }
  const known = read('known.json') as Readonly<Record<string, unknown>>
  const chosen = new Map<string, RecordedCase>()
  for (const name of functions.keys()) {
    const uses = new RegExp(`(^|[^\\w.])${name}\\s*\\(`, 'i')
    let count = 0
    for (const { id, sql } of corpus) {
      if (count >= most) break
      const answer = answers[id]
      if (!uses.test(sql) || answer?.rows === undefined || JSON.stringify(known).includes(`"${id}"`)) continue
      const { query } = analyze(sql)
      if (query === undefined || query.columns.length !== answer.columns?.length) continue
      count++
      chosen.set(id, {
        one: { id: `function-${id}`, area: 'functions', sql },
        expected: expected(query.columns, answer),
      })
    }
  }
  return [...chosen.values()]
}

function expected(columns: readonly { readonly name: string; readonly type: string }[], answer: Recorded): Answer {
  const rows = (answer.rows ?? []).map((row) => row.map((cell, at) => canonical(cell, columns[at]!.type)))
  const keys = (row: readonly unknown[]): string => JSON.stringify(row)
  return { columns: columns.map(({ name }) => name), rows: rows.toSorted((a, b) => (keys(a) < keys(b) ? -1 : 1)) }
}
