import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createBucket } from './bucket.ts'

describe('the budget of an account and Region', () => {
  it('spaces requests evenly at the rate that is allowed', () => {
    const bucket = createBucket({ perSecond: 2 })
    expect([0, 0, 0, 0].map((now) => bucket.reserve(now))).toEqual([0, 500, 1000, 1500])
  })

  it('does not save up what nobody used, beyond the burst', () => {
    const bucket = createBucket({ perSecond: 2, burst: 2 })
    expect(bucket.reserve(0)).toBe(0)
    expect([60_000, 60_000, 60_000].map((now) => bucket.reserve(now))).toEqual([0, 0, 500])
  })

  it('lets nobody ask during a pause', () => {
    const bucket = createBucket({ perSecond: 2 })
    bucket.pause(0, 3000)
    expect([bucket.reserve(1000), bucket.reserve(1000)]).toEqual([2000, 2500])
  })

  it('never lets more than the burst and the rate through, whenever it is asked', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 5000 }), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 3 }),
        (gaps, perSecond, burst) => {
          const bucket = createBucket({ perSecond, burst })
          let now = 0
          const times = gaps.map((gap) => {
            now += gap
            return now + bucket.reserve(now)
          })
          // more + 1 requests in this time.
          for (const [at, start] of times.entries())
            for (const [more, end] of times.slice(at).entries())
              expect(more + 1).toBeLessThanOrEqual(burst + Math.floor(((end - start) * perSecond) / 1000 + 1e-6) + 1)
        },
      ),
    )
  })
})
