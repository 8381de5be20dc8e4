import { expect, test } from 'vitest'
import { readText } from './words.ts'

const read = (queries: number, bytes: number, of: number) => ({ queries, bytes, of })

test.each([
  ['one query', [read(1, 2_500_000, 10_000_000)], '2.5 MB of 10.0 MB of events'],
  [
    'several',
    [read(1, 2_000_000, 9_000_000), read(2, 4_000_000, 10_000_000)],
    '2.0 MB of 10.0 MB of events on average by each of 3 queries',
  ],
  ['a small lake', [read(1, 1000, 999_999)], ''],
  ['nothing known', [], ''],
])('how much was looked at, by %s', (_, reads, text) => {
  expect(readText(reads)).toBe(text)
})
