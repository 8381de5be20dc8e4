import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { runbookJsonSchema, runbookSchema } from './schema.ts'
import { stepKinds, stepSchemas } from './schema-step.ts'
import { keysAt } from './schema-walk.ts'

describe('the published JSON Schema', () => {
  it('is what the code says; `node scripts/schema.mjs` writes it', () => {
    const written = readFileSync(new URL('../../../docs/schema/runbook.v1.json', import.meta.url), 'utf8')
    expect(JSON.parse(written)).toEqual(JSON.parse(JSON.stringify(runbookJsonSchema())))
  })

  it('describes the file as written: what has a default is not required', () => {
    expect(runbookJsonSchema().required).toEqual(['format', 'id', 'title', 'steps'])
  })
})

describe('keysAt', () => {
  it('finds the keys of maps behind lists, defaults and unions', () => {
    expect(keysAt(runbookSchema, ['scope'])).toEqual(['window', 'lookback', 'period'])
    expect(keysAt(runbookSchema, ['steps', 0, 'each'])).toEqual(['rows', 'by', 'max'])
    expect(keysAt(runbookSchema, ['cases', 0, 'expect', 'any_step'])).toEqual(['rows', 'excluded'])
    expect(keysAt(runbookSchema, ['title'])).toEqual([])
  })

  it.each(stepKinds)('a step of kind %s has the common keys and its own', (kind) => {
    expect(keysAt(stepSchemas[kind], [])).toEqual(
      expect.arrayContaining(['id', 'title', 'why', 'phase', 'when', 'each', 'scope', 'with', kind]),
    )
  })
})
