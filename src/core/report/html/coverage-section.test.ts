import { expect, test } from 'vitest'
import type { Coverage } from '../../run/coverage.ts'
import { assembleResult } from '../../run/result.ts'
import { runOf } from '../fixtures/runs.ts'
import { runHtml } from './run-page.ts'

const window = { from: '2026-01-15T00:00:00Z', to: '2026-01-16T00:00:00Z' }
const hours = { verified: 0, quiet: 0, present: 24, inferred: 0, gap: 0, unknown: 0 }

function page(coverage: Partial<Coverage>): string {
  const whole = { complete: true, basis: 'ledger' as const, through: window.to, window, gaps: [], hours }
  const run = runOf('calls', window, { coverage: { ...whole, ...coverage } })
  return [...runHtml(assembleResult([run]))].join('')
}

test('a complete answer says so, with its hours and needs', () => {
  const text = page({ expected: 'inventory', needs: [{ need: 'management:write', state: 'met', reason: null }] })
  expect(text).toContain('Everything that was expected could be seen')
  expect(text).toContain('What was expected is what the inventory names.')
  expect(text).toContain('present 100 %')
  expect(text).toMatch(/management:write(<\/bdi>)?<\/code><\/td><td><span class="pill v-clear">met/)
  expect(text).not.toContain('Why this answer is not complete')
})

test('without an inventory it says what would not be missed', () => {
  expect(page({ expected: 'seen' })).toContain('No inventory is configured')
})

test('needs that are not met come first, with their reason, and a little missing is not rounded away', () => {
  const text = page({
    complete: false,
    hours: { ...hours, present: 9999, gap: 1 },
    needs: [
      { need: 'management:read', state: 'met', reason: null },
      { need: 'data:s3', state: 'unmet', reason: 'No trail records it.' },
    ],
  })
  expect(text.indexOf('<code><bdi>data:s3')).toBeLessThan(text.indexOf('<code><bdi>management:read'))
  expect(text).toContain('No trail records it.')
  expect(text).toContain('present over 99.9 %')
  expect(text).not.toContain('Everything that was expected could be seen, from')
})
