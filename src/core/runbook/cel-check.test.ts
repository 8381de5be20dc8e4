import { describe, expect, it } from 'vitest'
import { celChecker } from './cel-check.ts'

const columns = [
  { name: 'actor', type: 'varchar' },
  { name: 'n', type: 'bigint' },
  { name: 'ids', type: 'array(varchar)' },
  { name: 'any', type: 'row(a varchar)' },
]

const checker = celChecker({
  params: { principal: 'arn', names: 'string[]' },
  lists: { roles: undefined },
  steps: [
    { id: 'changes', kind: 'query', columns },
    { id: 'planned', kind: 'ask', ask: 'choice', eachOf: 'changes' },
    { id: 'origin', kind: 'trace', eachOf: 'changes' },
    { id: 'other', kind: 'ask', ask: 'boolean' },
  ],
  row: { of: 'changes', columns },
  findings: true,
  run: true,
})

describe('celChecker', () => {
  it.each([
    ["row.actor == 'x'", 'bool'],
    ['row.actor == null', 'bool'],
    ['row.n * 1.5', 'double'],
    ['row.ids[0]', 'string'],
    ['row.any.a', 'dyn'],
    ["plural(row.n, 'call')", 'string'],
    ["plural(row.n, 'address', 'addresses')", 'string'],
    ['steps.changes.rows.map(r, r.actor)', 'list<string>'],
    ['row.steps.planned.answer', 'string'],
    ['row.steps.origin.result.root', 'dyn'],
    ['steps.other.answer', 'bool'],
    ['row.actor in lists.roles', 'bool'],
    ['has(lists.roles) && has(params.names) && has(steps.changes)', 'bool'],
    ['params.names', 'list<string>'],
    ['params.principal == null', 'bool'],
    ["findings.exists(f, f.count > 3 && f.severity == 'high')", 'bool'],
    ["run.verdict == 'clear' && run.complete", 'bool'],
  ])('%s is %s', (text, type) => {
    expect(checker.check(text)).toMatchObject({ type })
  })

  it.each([
    ["row.actr == 'x'", 'actr', 'CEL_UNKNOWN_FIELD', 'Did you mean actor?'],
    ["actor == 'x'", 'actor', 'CEL_UNKNOWN_NAME', 'Did you mean row.actor?'],
    ["principal == 'x'", 'principal', 'CEL_UNKNOWN_NAME', 'Did you mean params.principal?'],
    ['stepz.changes', 'stepz', 'CEL_UNKNOWN_NAME', 'Did you mean steps?'],
    ['alert.id', 'alert', 'CEL_UNKNOWN_NAME', 'Known are params, lists, steps, row, findings, run.'],
    ['row.steps.other.answer', 'other', 'CEL_UNKNOWN_FIELD', 'Did you mean other?'],
    ['steps.changes.rows.map(r, r.actors)', 'actors', 'CEL_UNKNOWN_FIELD', 'Did you mean actor?'],
    ['row.actor in lists.rolls', 'rolls', 'CEL_UNKNOWN_FIELD', 'Did you mean roles?'],
    ['has(lists.rolls)', 'rolls', 'CEL_UNKNOWN_FIELD', 'Did you mean roles?'],
    ["lists['rolls'].size() > 0", 'rolls', 'CEL_UNKNOWN_FIELD', 'Did you mean roles?'],
    ["row.n > 'x'", "row.n > 'x'", 'CEL_TYPE', 'See the types of the columns; text stands in quotes.'],
    ["row.actor = 'x'", '=', 'CEL_SYNTAX', 'Compare with ==.'],
    ["row.actor == 'x' and true", 'and', 'CEL_SYNTAX', 'Write && for and, || for or, ! for not.'],
    [
      "row.actor.matches('a(')",
      "'a('",
      'CEL_PATTERN',
      'Write a pattern in RE2 syntax (no look-around, no back-references).',
    ],
    [`row.n == ${'1 + '.repeat(2_000)}1`, undefined, 'CEL_LIMIT', 'Make it shorter, or do the work in SQL.'],
  ])('finds the mistake in %s', (text, marked, code, hint) => {
    const { problem } = checker.check(text)
    expect(problem).toMatchObject({ code, hint })
    if (marked !== undefined) expect(text.slice(problem?.start, problem?.end)).toBe(marked)
  })
})
