import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AnalyzedQuery, analyze, compile } from '../../src/core/sql/compile.ts'
import { trinoDialect } from '../../src/core/sql/print/trino.ts'
import { tokenize } from '../../src/core/sql/tokenizer.ts'
import { canonical } from './canonical.ts'
import { type EventEngine, openEvents, wholeScope } from './engine.ts'
import { expressions, table } from './expressions.ts'
import { askTrino, trinoUrl, withoutTrino } from './trino.ts'

let engine: EventEngine
beforeAll(async () => {
  engine = await openEvents()
})
afterAll(() => engine.close())

const anyExpression = fc.oneof(...Object.values(expressions))
const over = (expression: string) => `SELECT k, ${expression} AS v FROM ${table} ORDER BY k`
const print = (query: AnalyzedQuery) =>
  compile(query, { dialect: trinoDialect(), scope: wholeScope, parameters: {} }).text

describe('a generated expression', () => {
  it.each(Object.entries(expressions))(
    'of kind %s reads and prints as Trino text that reads and prints the same',
    (_, arbitrary) => {
      fc.assert(
        fc.property(arbitrary, (expression) => {
          const { query } = analyze(over(expression))
          // Casts and arguments outside the proven ones are refused by name, which is no concern of printing.
          fc.pre(query !== undefined)
          const once = print(query!)
          const again = analyze(once)
          expect(again.issues).toEqual([])
          expect(print(again.query!)).toBe(once)
        }),
      )
    },
  )

  it('is understood by DuckDB: it gives rows or an error of values, never one of names or types', async () => {
    await fc.assert(
      fc.asyncProperty(anyExpression, async (expression) => {
        const { query } = analyze(over(expression))
        fc.pre(query !== undefined)
        const outcome = await engine.run(query!).then(
          (rows) => `${rows.length} rows`,
          (error: Error) => error.message,
        )
        expect(outcome).toMatch(/^(6 rows|Conversion Error|Out of Range Error|Invalid Input Error)/)
      }),
      { numRuns: 300 },
    )
  })

  it.skipIf(!trinoUrl)(`gives the rows that Trino gives (skipped where ${withoutTrino})`, async () => {
    await fc.assert(
      fc.asyncProperty(anyExpression, async (expression) => {
        const { query } = analyze(over(expression))
        fc.pre(query !== undefined)
        const [ours, theirs] = await Promise.allSettled([engine.run(query!), askTrino(print(query!))])
        // An engine may compute, and stumble over, what the other leaves out; values alone must agree.
        fc.pre(ours.status === 'fulfilled' && theirs.status === 'fulfilled')
        const type = query!.columns[1]!.type
        const values = (settled: typeof ours) =>
          settled.status === 'fulfilled' ? settled.value.map((row) => canonical(row[1]!, type)) : []
        expect(values(ours)).toEqual(values(theirs))
      }),
      { numRuns: 200 },
    )
  })
})

describe('tokens', () => {
  const words = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_$]{0,8}$/).filter((word) => !/^[xX]$/.test(word))
  const token = fc.oneof(
    words.map((text) => ['word', text, text] as const),
    fc.string({ unit: 'binary' }).map((text) => ['string', text, `'${text.replaceAll("'", "''")}'`] as const),
    fc
      .string({ unit: 'binary', minLength: 1 })
      .map((text) => ['quoted', text, `"${text.replaceAll('"', '""')}"`] as const),
    fc.nat().map((value) => ['integer', String(value), String(value)] as const),
    fc.tuple(fc.nat(), fc.nat()).map(([a, b]) => ['decimal', `${a}.${b}`, `${a}.${b}`] as const),
    fc
      .tuple(fc.nat(), fc.integer({ min: -300, max: 300 }))
      .map(([a, b]) => ['double', `${a}e${b}`, `${a}e${b}`] as const),
    words.map((text) => ['parameter', text.replaceAll('$', '_'), `:${text.replaceAll('$', '_')}`] as const),
    fc
      .constantFrom('(', ')', ',', '.', '=', '<>', '<=', '>=', '||', '->', '+', '*', '%', '[', ']', ';')
      .map((text) => ['symbol', text, text] as const),
  )
  const gap = fc.constantFrom(' ', '\n', '\t ', ' -- comment\n', ' /* x */ ', '\u00a0')

  it('come back as they were written, whatever stands between them', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(token, gap)), (parts) => {
        const sql = parts.map(([[, , text], between]) => text + between).join('')
        expect(
          tokenize(sql)
            .slice(0, -1)
            .map(({ kind, text }) => [kind, text]),
        ).toEqual(parts.map(([[kind, text]]) => [kind, text]))
      }),
    )
  })

  it('have places that cover the text from first to last, in order', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(token, gap)), (parts) => {
        const sql = parts.map(([[, , text], between]) => text + between).join('')
        const places = tokenize(sql).slice(0, -1)
        expect(places.map(({ start, end }) => sql.slice(start, end))).toEqual(parts.map(([[, , text]]) => text))
      }),
    )
  })

  it('or one named mistake come of any text at all', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.string({ unit: fc.constantFrom(...'SELECT FROM ()\'"-/*:;.$=<>01aé‘') }),
        ),
        (text) => {
          const { issues, query } = analyze(text)
          if (!query) expect(issues[0]!.code).toMatch(/^SQL_/)
        },
      ),
      { numRuns: 1000 },
    )
  })
})
