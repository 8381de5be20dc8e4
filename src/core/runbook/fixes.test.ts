import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { issue } from '../errors.ts'
import { applyFixes } from './fixes.ts'
import { parseRunbook } from './parse.ts'

const text = readFileSync(new URL('fixtures/many-mistakes.yaml.txt', import.meta.url), 'utf8')

describe('applyFixes', () => {
  it('mends what has one right answer, in place, and leaves the rest', () => {
    const mended = applyFixes(text, parseRunbook(text).issues)
    const before = text.split('\n')
    const changed = mended.split('\n').flatMap((line, index) => (line === before[index] ? [] : [line.trim()]))
    expect(changed).toMatchInlineSnapshot(`
      [
        "title: "Investigate: everything"        # 1 a colon in plain text",
        "severity: high                        # 3 a word that is no severity",
        "WHERE eventName = 'PutRolePolicy'",
        "notify: security-oncall                           # 14 a step kind misspelt",
        "- { eventSource: iam.amazonaws.com, eventName: PutRolePolicy, recipientAccountId: "111122223333" }   # 16 a number",
      ]
    `)
  })

  it('changes nothing more when applied again', () => {
    const once = applyFixes(text, parseRunbook(text).issues)
    const { issues } = parseRunbook(once)
    expect(issues.filter((one) => one.fix)).toEqual([])
    expect(applyFixes(once, issues)).toBe(once)
  })

  it('takes the first of replacements that overlap', () => {
    const edit = (start: number, end: number, by: string) =>
      issue('RUNBOOK_EMPTY', {}, { fix: { start, end, text: by } })
    expect(applyFixes('abcdef', [edit(2, 4, 'X'), edit(0, 1, 'Y'), edit(3, 5, 'Z'), edit(2, 4, 'X')])).toBe('YbXef')
  })

  it.each([
    [
      'block',
      `|\n      SELECT actor\n      FROM cloudtrail_logs\n      WHERE eventName = "it's"`,
      `WHERE eventName = 'it''s'`,
    ],
    ['single quotes', `'SELECT actor FROM cloudtrail_logs WHERE eventName = "x"'`, `WHERE eventName = ''x'''`],
    ['double quotes', `"SELECT actor FROM cloudtrail_logs WHERE eventName = \\"x\\""`, `WHERE eventName = 'x'"`],
    ['plain text', `SELECT actor FROM cloudtrail_logs WHERE eventName = "x"`, `WHERE eventName = 'x'`],
  ])('writes a replacement so that the YAML stays right: %s', (_, query, mended) => {
    const file = `format: trailbook/v1\nid: x\ntitle: T\nsteps:\n  - id: q\n    query: ${query}\n`
    const fixed = applyFixes(file, parseRunbook(file).issues)
    expect(fixed).toContain(mended)
    expect(parseRunbook(fixed).issues.filter((one) => one.severity === 'error')).toEqual([])
  })
})
