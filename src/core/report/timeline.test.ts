import { expect, test } from 'vitest'
import { hostileResult } from './fixtures/hostile.ts'
import { stepFor, timelineOf, timeOf } from './timeline.ts'

test.each([
  [{ eventTime: '2026-01-15T10:00:00Z' }, '2026-01-15T10:00:00.000Z'],
  [{ event_time: '2026-01-15 10:00:00.000' }, '2026-01-15T10:00:00.000Z'],
  [{ actor: 'x', first_call: '2026-01-15T10:00:00Z', last_call: '2026-01-15T11:00:00Z' }, '2026-01-15T10:00:00.000Z'],
  [{ actor: 'x' }, undefined],
  [{ eventTime: null }, undefined],
])('the time of %j is %s', (row, expected) => {
  const time = timeOf(row)
  expect(time === undefined ? undefined : new Date(time).toISOString()).toBe(expected)
})

test.each([
  [60 * 60_000, 72, 60_000],
  [24 * 60 * 60_000, 72, 30 * 60_000],
  [7 * 24 * 60 * 60_000, 72, 3 * 60 * 60_000],
])('%i ms in at most %i bars are bars of %i ms', (length, most, expected) => {
  expect(stepFor(length, most)).toBe(expected)
})

test('an event counts once, with the severity of its finding, and not outside of the window', () => {
  const result = hostileResult(['a', 'b'])
  const [run] = result.runs
  const rows = [
    { eventTime: '2026-01-15T09:00:30Z', eventID: 'a' },
    { eventTime: '2026-01-15T09:00:30Z', eventID: 'a' },
    { eventTime: '2026-01-15T10:59:59Z', eventID: 'other' },
    { eventTime: '2025-12-01T00:00:00Z', eventID: 'old' },
  ]
  const timeline = timelineOf(
    {
      ...result,
      findings: result.findings.map((one) => ({ ...one, row: {} })),
      runs: [{ ...run!, steps: [{ ...run!.steps[0]!, rows }] }],
    },
    72,
  )
  expect(timeline?.buckets[0]).toEqual({ info: 1 })
  expect(timeline?.buckets.at(-1)).toEqual({ row: 1 })
  expect([timeline?.inside, timeline?.outside]).toEqual([2, 1])
})
