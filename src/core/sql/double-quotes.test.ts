import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { eventColumns } from '../event/columns.ts'
import { virtualColumns } from '../event/virtual.ts'
import { analyze } from './compile.ts'
import { partitionColumns } from './names.ts'

const taken = new Set([...eventColumns, ...virtualColumns].map((column) => column.name.toLowerCase()))
const texts = fc
  .string({ unit: 'binary', minLength: 1 })
  .filter((text) => !taken.has(text.toLowerCase()) && !partitionColumns.has(text.toLowerCase()))

/** Applies the fixes of all issues, the last first, as `lint --fix` does. */
function mended(sql: string): string {
  const fixes = analyze(sql).issues.flatMap((issue) => issue.fix ?? [])
  return fixes
    .toSorted((a, b) => b.start - a.start)
    .reduce((text, fix) => text.slice(0, fix.start) + fix.text + text.slice(fix.end), sql)
}

const doubled = (text: string) => `"${text.replaceAll('"', '""')}"`
const single = (text: string) => `'${text.replaceAll("'", "''")}'`

describe('double-quoted text', () => {
  it('of any kind is named, and mended to the same text in single quotes', () => {
    fc.assert(
      fc.property(texts, texts, (a, b) => {
        const sql = `SELECT eventID FROM cloudtrail_logs WHERE eventName = ${doubled(a)} OR eventName IN ('x', ${doubled(b)})`
        const { issues } = analyze(sql)
        expect(issues.map(({ code, message }) => [code, message])).toEqual(
          [a, b].map((text) => [
            'SQL_DOUBLE_QUOTED_STRING',
            `The double-quoted "${text}" is a name, and there is no column of that name.`,
          ]),
        )
        const fixed = mended(sql)
        expect(fixed).toBe(
          `SELECT eventID FROM cloudtrail_logs WHERE eventName = ${single(a)} OR eventName IN ('x', ${single(b)})`,
        )
        expect(analyze(fixed).issues).toEqual([])
      }),
    )
  })

  it.each([
    ['of a column is that column', `SELECT "eventName" FROM cloudtrail_logs`],
    ['of a column in other letters is that column', `SELECT "EVENTNAME" FROM cloudtrail_logs`],
    ['of a field is that field', `SELECT "userIdentity"."arn" FROM cloudtrail_logs`],
    ['after AS is a name', `SELECT eventName AS "what happened" FROM cloudtrail_logs ORDER BY "what happened"`],
  ])('%s', (_, sql) => {
    expect(analyze(sql).issues).toEqual([])
  })

  it('with typographic quotes is mended in steps', () => {
    expect(mended(mended('SELECT 1 FROM cloudtrail_logs WHERE eventName = “Put"Object”'))).toBe(
      `SELECT 1 FROM cloudtrail_logs WHERE eventName = 'Put"Object'`,
    )
  })
})
