import { expect, it } from 'vitest'
import { progressText } from './event-history.ts'

it('tells requests, their rate, and the time left of a sweep', () => {
  const texts = (
    [
      [{ requests: 0, events: 0, done: 0, all: 1000, places: 17 }, 0],
      [{ requests: 120, events: 5800, done: 500, all: 1000, places: 17 }, 60_000],
      [{ requests: 1200, events: 58_000, done: 10, all: 1000, places: 1 }, 600_000],
      [{ requests: 3, events: 1, done: 1000, all: 1000, places: 2 }, 1500],
      [{ requests: 0, events: 0, done: 0, all: 0, places: 2 }, 10],
    ] as const
  ).map(([progress, elapsed]) => progressText(progress, elapsed))
  expect(texts).toMatchInlineSnapshot(`
    [
      "Event history: 0 requests (0.0 a second), 0 events, 0 % of 17 accounts and Regions",
      "Event history: 120 requests (2.0 a second), 5,800 events, 50 % of 17 accounts and Regions, about 60 s left",
      "Event history: 1,200 requests (2.0 a second), 58,000 events, 1 % of 1 account and Region, about 990 minutes left",
      "Event history: 3 requests (2.0 a second), 1 event, 100 % of 2 accounts and Regions",
      "Event history: 0 requests (0.0 a second), 0 events, 100 % of 2 accounts and Regions",
    ]
  `)
})
