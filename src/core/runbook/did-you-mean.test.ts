import { describe, expect, it } from 'vitest'
import { didYouMean } from './did-you-mean.ts'

describe('didYouMean', () => {
  it.each([
    ['severty', ['severity', 'verdict'], 'severity'],
    ['titel', ['title', 'tags'], 'title'],
    ['eventname', ['eventName', 'eventTime'], 'eventName'],
    ['review-after', ['review_after', 'reviewed'], 'review_after'],
    ['row', ['rows', 'by'], 'rows'],
    ['bogus', ['title', 'tags'], undefined],
    ['d', ['a', 'b'], undefined],
  ])('%s among %j', (got, known, meant) => {
    expect(didYouMean(got, known)).toBe(meant)
  })
})
