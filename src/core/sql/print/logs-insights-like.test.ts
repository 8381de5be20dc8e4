import { describe, expect, test } from 'vitest'
import { analyze, compile } from '../compile.ts'
import { logsInsightsDialect } from './logs-insights.ts'

const window = { from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' }
const scope = { window, earliest: window.from, accounts: [], regions: [], services: [] }

function textOf(condition: string, parameters: Readonly<Record<string, string>> = {}): string {
  const types = Object.fromEntries(Object.keys(parameters).map((name) => [name, 'string' as const]))
  const { query } = analyze(`SELECT eventID FROM cloudtrail_logs WHERE ${condition}`, { parameters: types })
  const dialect = logsInsightsDialect({ logGroups: ['g'] })
  return compile(query!, { dialect, scope, parameters }).text
}

describe('LIKE for Logs Insights', () => {
  test('is refused with a backslash, which would be an escape there', () => {
    const code = 'SQL_NOT_ON_ENGINE'
    expect(() => textOf(String.raw`userAgent LIKE 'CORP\_%'`)).toThrow(expect.objectContaining({ code }))
    expect(() => textOf('userAgent LIKE :p', { p: String.raw`CORP\a%` })).toThrow(expect.objectContaining({ code }))
  })

  test('is printed with an escape of its own, and without a backslash', () => {
    expect(textOf(String.raw`userAgent LIKE 'CORP\!_%' ESCAPE '!'`)).toContain(String.raw`LIKE 'CORP\\!_%' ESCAPE '!'`)
    expect(textOf('userAgent LIKE :p', { p: 'CORP%' })).toContain(`LIKE 'CORP%'`)
  })
})
