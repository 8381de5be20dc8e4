import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Connection } from '../../src/core/ports.ts'
import { functions } from '../../src/core/sql/functions/catalogue.ts'
import { type MemoryEngine, openMemoryEngine } from '../../src/engines/duckdb/memory-connection.ts'
import { areas } from './case.ts'
import { check } from './check.ts'
import { enginesPage } from './docs.ts'
import { conformanceRecords } from './events.ts'
import { failureText, rightAnswer } from './report.ts'
import { wholeSuite } from './suite.ts'

const root = join(import.meta.dirname, '../..')
const suite = wholeSuite(root)
let engine: MemoryEngine
let connection: Connection
beforeAll(async () => {
  engine = await openMemoryEngine()
  connection = await engine.load(conformanceRecords)
})
afterAll(() => engine.close())

describe('DuckDB answers what Trino answered', () => {
  it.each(areas.filter((area) => area !== 'functions'))('over %s', async (area) => {
    const own = suite.cases.filter((one) => one.area === area)
    expect(own.length).toBeGreaterThan(3)
    const failures: string[] = []
    for (const one of own) {
      const verdict = await check(one, connection, rightAnswer(one, suite.expected))
      if (verdict.kind === 'failed') failures.push(failureText({ one, verdict }))
    }
    expect(failures).toEqual([])
  })

  it('for a statement of every function that the corpus has', async () => {
    const failures: string[] = []
    for (const { one, expected } of suite.functions) {
      const verdict = await check(one, connection, expected)
      if (verdict.kind === 'failed') failures.push(failureText({ one, verdict }))
    }
    expect(failures).toEqual([])
  })
})

describe('the suite', () => {
  it('writes docs/engines.md, which is fresh (node scripts/conformance.mjs --docs)', async () => {
    expect(readFileSync(join(root, 'docs/engines.md'), 'utf8')).toBe(await enginesPage(root))
  })

  it('has a case for every function of the language', () => {
    const texts = [...suite.functions.map(({ one }) => one.sql), ...suite.cases.map(({ sql }) => sql)].join('\n')
    const missing = [...functions.keys()].filter((name) => !new RegExp(`(^|[^\\w.])${name}\\b`, 'i').test(texts))
    expect(missing).toEqual([])
  })

  it('has one recorded answer for each case that is no failure, and no others', () => {
    const wanted = suite.cases.filter(({ fails }) => fails === undefined).map(({ id }) => id)
    expect(new Set(wanted).size).toBe(wanted.length)
    expect(Object.keys(suite.expected).toSorted()).toEqual(wanted.toSorted())
  })
})
