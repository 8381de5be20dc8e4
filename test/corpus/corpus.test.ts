import { readFileSync } from 'node:fs'
import { DuckDBInstance } from '@duckdb/node-api'
import { describe, expect, it } from 'vitest'
import { analyze, compile } from '../../src/core/sql/compile.ts'
import { duckdbPrelude } from '../../src/core/sql/duckdb-prelude.ts'
import { duckdbDialect } from '../../src/core/sql/print/duckdb.ts'
it('x', async () => {
  const read = (n: string) => JSON.parse(readFileSync(new URL(n, import.meta.url), 'utf8'))
  const sql = read('trino-sql.json') as { id: string; sql: string; group: string }[]
  const answers = read('trino-answers.json').answers
  const inst = await DuckDBInstance.create(':memory:')
  const c = await inst.connect()
  for (const s of ["SET TimeZone='UTC'", 'SET integer_division=true', ...duckdbPrelude]) { try { await c.run(s) } catch (e) { throw new Error(s + '\n' + e) } }
  const out: string[] = []
  const n = { right: 0, refused: 0, bothError: 0, wrong: 0, engineError: 0, lax: 0, rtErr:0 }
  const scope = { window: { from: '2020-01-01T00:00:00Z', to: '2021-01-01T00:00:00Z' }, earliest: '2020-01-01T00:00:00Z', accounts: [], regions: [], services: [] }
  for (const s of sql) {
    const truth = answers[s.id]
    if (!truth) continue
    let a: any
    try { a = analyze(s.sql) } catch (e) { out.push(`CRASH ${s.id}: ${s.sql} :: ${(e as Error).stack!.split('\n').slice(0,3).join(' | ')}`); continue }
    if (!a.query) { if (truth.error) n.bothError++; else { n.refused++; out.push(`refused ${s.id}: ${s.sql} :: ${a.issues[0].code} ${a.issues[0].message}`) } ; continue }
    let text = ''
    try {
      const q = compile(a.query, { dialect: duckdbDialect, scope, parameters: {} })
      text = q.text
      const r = await c.runAndReadAll(text)
      const rows = r.getRowsJson()
      if (truth.error) { n.lax++; out.push(`LAX ${s.id}: ${s.sql} => ${JSON.stringify(rows)} but Trino ${truth.error}: ${truth.message}`); continue }
      const norm = (v: any): any => v === null ? null : typeof v === 'boolean' ? String(v): Array.isArray(v) ? v.map(norm) : typeof v === 'object' ? Object.values(v).map(norm) : typeof v === 'number' ? String(v) : isNaN(Number(v)) || v.trim()==='' ? v : String(Number(v))
      const same = JSON.stringify(norm(rows)) === JSON.stringify(norm(truth.rows))
      if (same) n.right++
      else { n.wrong++; out.push(`WRONG ${s.id}: ${s.sql} => ${JSON.stringify(rows)} but Trino ${JSON.stringify(truth.rows)} [${text}]`) }
    } catch (e) {
      const m = String((e as Error).message).split('\n')[0]
      if (truth.error) { n.rtErr++ } else { n.engineError++; out.push(`ENGINE ${s.id}: ${s.sql} :: ${m} [${text}]`) }
    }
  }
  const { writeFileSync } = await import('node:fs')
  writeFileSync('/tmp/try/corpus.out', JSON.stringify(n) + '\n' + out.join('\n'))
  expect(1).toBe(1)
}, 300000)
