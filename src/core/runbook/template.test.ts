import { describe, expect, it } from 'vitest'
import type { Json } from './json.ts'
import { compileTemplate, splitTemplate } from './template.ts'

const context = { row: { actor: 'alice', n: 3, ids: ['a', 'b'], none: null } }

describe('compileTemplate', () => {
  it.each<[template: Json, value: Json]>([
    ['plain', 'plain'],
    [3, 3],
    ['{{ row.n }}', 3],
    ['{{ row.ids }}\n', ['a', 'b']],
    ['{{ row.none }}', null],
    ['{{ row.actor }} ran {{ row.n }} times', 'alice ran 3 times'],
    ['none is {{ row.none }}, ids are {{ row.ids }}', 'none is null, ids are ["a","b"]'],
    ["{{ {'a': {'b': '}}'}}.a.b }}", '}}'],
    ["{{ '{{' }}", '{{'],
    [
      { keys: '{{ row.ids }}', deep: [{ n: 'n={{ row.n }}' }, null] },
      { keys: ['a', 'b'], deep: [{ n: 'n=3' }, null] },
    ],
  ])('%j', (template, value) => {
    expect(compileTemplate(template).evaluate(context)).toEqual({ value })
  })

  it.each([
    ['{{ row.zz }}', 'row.zz: No such key: zz'],
    ['a {{ row.zz }} b', 'row.zz: No such key: zz'],
    ['{{ row.actor', '{{ row.actor: a {{ that is not closed'],
  ])('%s is an error', (template, error) => {
    expect(compileTemplate(template).evaluate(context)).toEqual({ error })
    expect(compileTemplate({ a: ['x', template] }).evaluate(context)).toEqual({ error })
  })
})

describe('splitTemplate', () => {
  it('says where each expression starts', () => {
    const text = 'a {{  row.x }} b {{row.y}} {{ open'
    const segments = splitTemplate(text)
    for (const segment of segments) if (segment.kind === 'cel') expect(text.slice(segment.start)).toMatch(/^row/)
    expect(segments.map((segment) => segment.kind)).toEqual(['text', 'cel', 'text', 'cel', 'text', 'open'])
  })
})
