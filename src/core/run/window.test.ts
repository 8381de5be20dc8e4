import { describe, expect, test } from 'vitest'
import { TrailbookError } from '../errors.ts'
import { chooseWindow, earliestOf, parseTime, spanWindow, type WindowRequest } from './window.ts'

// A Wednesday.
const now = Date.parse('2026-01-14T12:00:30.500Z')
const logs = { from: '2026-01-02T00:00:00Z', to: '2026-01-03T00:00:01Z' }

const code = (act: () => unknown): string => {
  try {
    act()
  } catch (error) {
    if (error instanceof TrailbookError) return error.code
    throw error
  }
  return 'no error'
}

describe('the window', () => {
  const cases: readonly [string, Omit<WindowRequest, 'now'>, string, string, string][] = [
    [
      "is the runbook's and ends 20 minutes ago",
      { runbook: { window: '1d' } },
      '2026-01-13T11:40:30Z',
      '2026-01-14T11:40:31Z',
      'runbook',
    ],
    ['is seven days where nobody says', {}, '2026-01-07T11:40:30Z', '2026-01-14T11:40:31Z', 'default'],
    ["is the span of the logs before the runbook's", { logs, runbook: { window: '1d' } }, logs.from, logs.to, 'logs'],
    [
      "is what was asked for before the logs' span",
      { logs, explicit: { since: '2h' } },
      '2026-01-14T10:00:30Z',
      '2026-01-14T11:40:31Z',
      'explicit',
    ],
    [
      'ends now when it is shorter than the delay of delivery',
      { explicit: { since: '15m' } },
      '2026-01-14T11:45:30Z',
      '2026-01-14T12:00:31Z',
      'explicit',
    ],
    [
      'starts at a time',
      { explicit: { since: '2026-01-14T09:00:00Z' } },
      '2026-01-14T09:00:00Z',
      '2026-01-14T11:40:31Z',
      'explicit',
    ],
    [
      'lies between two times',
      { explicit: { from: '2026-01-01', to: '2026-01-02T03:04:05+01:00' } },
      '2026-01-01T00:00:00Z',
      '2026-01-02T02:04:05Z',
      'explicit',
    ],
    [
      "takes the runbook's length before a lone end",
      { explicit: { to: '2026-01-10' }, runbook: { window: '2d' } },
      '2026-01-08T00:00:00Z',
      '2026-01-10T00:00:00Z',
      'explicit',
    ],
    [
      'starts late and ends now',
      { explicit: { from: '2026-01-14T11:50:00Z' } },
      '2026-01-14T11:50:00Z',
      '2026-01-14T12:00:31Z',
      'explicit',
    ],
    [
      'is the last whole day',
      { runbook: { period: 'day' } },
      '2026-01-13T00:00:00Z',
      '2026-01-14T00:00:00Z',
      'runbook',
    ],
    [
      'is the last whole week, from Monday',
      { runbook: { period: 'week' } },
      '2026-01-05T00:00:00Z',
      '2026-01-12T00:00:00Z',
      'runbook',
    ],
    [
      'is the last whole month',
      { runbook: { period: 'month' } },
      '2025-12-01T00:00:00Z',
      '2026-01-01T00:00:00Z',
      'runbook',
    ],
    [
      'is the last whole quarter',
      { runbook: { period: 'quarter' } },
      '2025-10-01T00:00:00Z',
      '2026-01-01T00:00:00Z',
      'runbook',
    ],
    [
      'is the last whole year',
      { runbook: { period: 'year' } },
      '2025-01-01T00:00:00Z',
      '2026-01-01T00:00:00Z',
      'runbook',
    ],
  ]
  test.each(cases)('%s', (_, request, from, to, origin) => {
    expect(chooseWindow({ now, ...request })).toEqual({ window: { from, to }, origin })
  })

  test.each([
    ['RUN_WINDOW_BOTH', { since: '1d', from: '2026-01-01' }],
    ['RUN_WINDOW_ORDER', { from: '2026-01-02', to: '2026-01-01' }],
    ['RUN_WINDOW_ORDER', { from: '2026-01-02', to: '2026-01-02' }],
    ['RUN_WINDOW_ORDER', { from: '2027-01-02' }],
    ['RUN_TIME', { since: 'yesterday' }],
    ['RUN_TIME', { from: '2026-02-31' }],
    ['RUN_TIME', { from: '14.01.2026' }],
  ] as const)('is refused with %s', (expected, explicit) => {
    expect(code(() => chooseWindow({ now, explicit }))).toBe(expected)
  })
})

test('a time without a zone is UTC', () => {
  expect(parseTime('2026-01-14T09:00')).toBe(Date.parse('2026-01-14T09:00:00Z'))
  expect(parseTime('2026-01-14 09:00:00')).toBe(Date.parse('2026-01-14T09:00:00Z'))
})

test('a lookback reaches further back than the window', () => {
  expect(earliestOf(logs, '1d')).toBe('2026-01-01T00:00:00Z')
  expect(earliestOf(logs, undefined)).toBe(logs.from)
})

test('the span of events holds the last one', () => {
  expect(spanWindow('2026-01-01T00:00:00Z', '2026-01-01T00:00:09Z').to).toBe('2026-01-01T00:00:10Z')
})
