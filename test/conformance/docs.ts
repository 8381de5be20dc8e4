import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { openMemoryEngine } from '../../src/engines/duckdb/memory-connection.ts'
import { conformanceRecords } from './events.ts'
import { compatibilityTable, runSuite, skipList, type Told } from './report.ts'
import { wholeSuite } from './suite.ts'

/** docs/engines.md: its head, and what the suite says. Trino's answers are the recorded ones. */
export async function enginesPage(root: string): Promise<string> {
  const suite = wholeSuite(root)
  const engine = await openMemoryEngine()
  const duckdb = await runSuite(suite, await engine.load(conformanceRecords))
  await engine.close()
  const trino = [...suite.cases, ...suite.functions.map(({ one }) => one)].map((one): Told => {
    const reason = one.skipped?.trino
    return { one, verdict: reason === undefined ? { kind: 'passed' } : { kind: 'skipped', reason } }
  })
  const engines = { DuckDB: duckdb, Trino: trino }
  const parts = [
    readFileSync(join(root, 'docs/engines.head.md'), 'utf8').trimEnd(),
    compatibilityTable(engines),
    `Not asked:\n\n${skipList(engines).join('\n')}`,
  ]
  return `${parts.join('\n\n')}\n`
}
