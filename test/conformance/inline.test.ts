import { expect, it } from 'vitest'
import { analyze, compile } from '../../src/core/sql/compile.ts'
import { athenaDialect } from '../../src/core/sql/print/athena.ts'
import { wholeScope } from './case.ts'
import { conformanceCases } from './cases.ts'
import { inlineShape } from './real-suite.ts'

it('fits the suite with its events into statements that Athena takes', () => {
  const dialect = athenaDialect(inlineShape())
  const lengths = conformanceCases.map((one) => {
    const given = Object.entries(one.parameters ?? {})
    const { query } = analyze(one.sql, {
      parameters: Object.fromEntries(given.map(([name, [type]]) => [name, type])),
      lists: one.lists ?? {},
    })
    if (query === undefined) throw new Error(one.id)
    const parameters = Object.fromEntries(given.map(([name, [, value]]) => [name, value]))
    const { text } = compile(query, {
      dialect,
      scope: { ...wholeScope, ...one.scope },
      parameters,
      lists: one.lists ?? {},
    })
    return { id: one.id, bytes: Buffer.byteLength(text) }
  })
  expect(lengths.length).toBeGreaterThan(200)
  expect(lengths.filter(({ bytes }) => bytes > 262_144)).toEqual([])
})
