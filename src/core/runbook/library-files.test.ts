import { describe, expect, it } from 'vitest'
import { parseExclusions, parseListFile } from './library-files.ts'
import { listValues } from './lists.ts'

describe('parseListFile', () => {
  it('makes a table with one column of plain values', () => {
    const { list, issues } = parseListFile('owner: me\nvalues: [a, b]\n')
    expect(issues).toEqual([])
    expect(list).toEqual({ columns: [{ name: 'value', type: 'varchar' }], rows: [{ value: 'a' }, { value: 'b' }] })
    expect(list && listValues(list)).toEqual(['a', 'b'])
  })

  it('makes a table with a column for each key of maps', () => {
    const { list } = parseListFile(
      'values: [{ account: "111122223333", limit: 3 }, { account: "444455556666", prod: true }]\n',
    )
    expect(list?.columns).toEqual([
      { name: 'account', type: 'varchar' },
      { name: 'limit', type: 'bigint' },
      { name: 'prod', type: 'boolean' },
    ])
    expect(list?.rows[1]).toEqual({ account: '444455556666', limit: null, prod: true })
  })

  it('reports what is wrong at its place', () => {
    const { list, issues } = parseListFile('valeus: [a]\n', { file: 'lists/a.yaml' })
    expect(list).toBeUndefined()
    expect(issues.map(({ code, at, hint }) => [code, at?.file, at?.column, hint])).toEqual([
      ['RUNBOOK_UNKNOWN_KEY', 'lists/a.yaml', 1, 'Did you mean values?'],
    ])
  })
})

describe('parseExclusions', () => {
  const entry = (match: string) =>
    `- { runbook: r, match: "${match}", owner: me, reason: known, expires: 2026-12-31 }\n`

  it('reads entries, and nothing from an empty file', () => {
    expect(parseExclusions(entry("row.actor == 'x'")).exclusions).toMatchObject([
      { exclusion: { runbook: 'r', expires: '2026-12-31' }, at: { line: 1, column: 24 } },
    ])
    expect(parseExclusions('# none\n')).toEqual({ exclusions: [], issues: [] })
  })

  it.each([
    [entry('row.actor = 1'), 'CEL_SYNTAX'],
    [entry('size(row.actor)'), 'CEL_NOT_CONDITION'],
    ['- { runbook: r, match: "true", owner: me, reason: known }\n', 'RUNBOOK_MISSING_KEY'],
  ])('refuses %j', (text, code) => {
    const { exclusions, issues } = parseExclusions(text)
    expect(exclusions).toBeUndefined()
    expect(issues.map((issue) => issue.code)).toEqual([code])
  })
})
