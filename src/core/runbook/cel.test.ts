import { describe, expect, it } from 'vitest'
import { compileCondition, compileExpression } from './cel.ts'

const context = {
  params: { principal: null, names: ['alice'] },
  lists: { roles: ['abc'] },
  steps: { changes: { rows: [{ n: 1 }, { n: 2 }], count: 2 } },
  row: {
    name: 'abc',
    nothing: null,
    n: 3,
    half: 2.5,
    ratio: 3,
    ids: ['x'],
    big: '9007199254740993',
    steps: { planned: { answer: 'no' } },
  },
  findings: [{ severity: 'high' }],
}

describe('compileExpression', () => {
  it.each([
    ['row.n + 1', 4],
    ['row.n * 0.5', 1.5],
    ['row.half * row.n', 7.5],
    ['row.nothing == null', true],
    ['row.nothing == "x"', false],
    ['row.name in lists.roles', true],
    ['params.principal == null || row.name == params.principal', true],
    ['steps.changes.rows.map(r, r.n)', [1, 2]],
    ['steps.changes.count', 2],
    ['row.steps.planned.answer', 'no'],
    ['findings.exists(f, f.severity == "high")', true],
    ['size(row.ids)', 1],
    ['row.big', '9007199254740993'],
    ['9007199254740993', '9007199254740993'],
    ['timestamp("2026-01-31T09:00:00Z") - timestamp("2026-01-31T08:00:00Z")', '3600s'],
    ['timestamp("2026-01-31T09:00:00Z")', '2026-01-31T09:00:00Z'],
    ['{"a": [1, 2.5]}', { a: [1, 2.5] }],
    ["plural(row.n, 'call')", '3 calls'],
    ["plural(row.n - 2, 'address', 'addresses')", '1 address'],
    ["plural(0, 'address', 'addresses')", '0 addresses'],
    ["plural(row.big, 'byte')", '9007199254740993 bytes'],
    ["plural(row.nothing, 'byte')", 'null bytes'],
    ['row.name.matches("^a.c$")', true],
    ['matches(row.name, "b")', true],
    ['"say .matches(x)" + string(row.name.matches("b"))', 'say .matches(x)true'],
    ['row.ids.filter(i, i.matches("x"))', ['x']],
  ])('%s', (text, value) => {
    const result = compileExpression(text).evaluate(context)
    expect(result).toEqual({ value })
    expect(() => JSON.stringify(result)).not.toThrow()
  })

  it('divides doubles as doubles, even where JSON wrote 3 for 3.0', () => {
    const divide = compileExpression('row.ratio / 2')
    expect(divide.evaluate(context)).toEqual({ value: 1 })
    expect(divide.evaluate({ ...context, doubles: new Set(['ratio']) })).toEqual({ value: 1.5 })
  })

  it.each([
    ['an unknown column', 'row.zz == 1'],
    ['NULL where text is needed', 'row.nothing.contains("x")'],
    ['a division by zero', '1 / 0'],
    ['a text that is no expression', '1 +'],
    ['loops in loops in loops', 'row.ids.all(a, row.ids.all(b, row.ids.all(c, true)))'],
    ['a pattern that RE2 has not', 'row.name.matches("(?=a)")'],
    ['a pattern built while running', 'row.name.matches("(" + "a")'],
    ['members of the prototype', 'row.constructor == null'],
  ])('says what went wrong as data: %s', (_, text) => {
    const result = compileExpression(text).evaluate(context)
    expect(result.error).toContain(text)
    expect(result.value).toBeUndefined()
  })

  it('matches in time linear in the text, whatever the pattern', () => {
    const row = { name: 'a'.repeat(50_000) }
    const started = performance.now()
    expect(compileExpression('row.name.matches("^(a+)+$|^(a|aa)*b$")').evaluate({ row })).toEqual({ value: true })
    expect(performance.now() - started).toBeLessThan(15_000)
    expect(compileExpression('row.name.matches("a")').evaluate({ row: { name: 'a'.repeat(200_000) } }).error).toContain(
      '100000',
    )
  })

  it('sees rows that were added to a list after it was first used', () => {
    const rows: { n: number }[] = [{ n: 1 }]
    const count = compileExpression('size(steps.a.rows)')
    expect(count.evaluate({ steps: { a: { rows } } })).toEqual({ value: 1 })
    rows.push({ n: 2 })
    expect(count.evaluate({ steps: { a: { rows } } })).toEqual({ value: 2 })
  })

  it('sees findings whose count has grown since', () => {
    const findings = [{ count: 1 }]
    const many = compileExpression('findings.exists(f, f.count > 1)')
    expect(many.evaluate({ findings })).toEqual({ value: false })
    ;(findings[0] as { count: number }).count = 2
    expect(many.evaluate({ findings })).toEqual({ value: true })
  })
})

describe('compileCondition', () => {
  it('is true or false, or an error; never something between', () => {
    expect(compileCondition('row.n > 2').evaluate(context)).toEqual({ value: true })
    expect(compileCondition('row.n > 3').evaluate(context)).toEqual({ value: false })
    expect(compileCondition('row.nothing').evaluate(context)).toEqual({
      error: 'row.nothing: it yields null, not true or false',
    })
    expect(compileCondition('row.zz').evaluate(context)).toEqual({ error: 'row.zz: No such key: zz' })
  })
})
