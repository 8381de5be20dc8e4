import { expect, test } from 'vitest'
import { checkClock } from './clock.ts'

const minutes = (count: number) => ({ config: { systemClockOffset: count * 60_000 } })

test.each([0, 4, -4])('a clock that is %i minutes off is right enough', (off) => {
  expect(() => checkClock(minutes(off))).not.toThrow()
})

test.each([6, -6])('a clock that is %i minutes off is told', (off) => {
  expect(() => checkClock(minutes(off))).toThrow(
    'AWS refused the request because the clock of this computer is wrong: it is 6 minutes off.',
  )
})
