/** Chance that repeats itself: the same seed gives the same inputs. */
export interface Chance {
  /** At least 0, below 1. */
  next(): number
  /** At least 0, below the limit. */
  below(limit: number): number
  pick<T>(from: readonly T[]): T
  /** True so many times in a hundred. */
  percent(share: number): boolean
}

export function chanceOf(seed: number): Chance {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let value = Math.imul(state ^ (state >>> 15), state | 1)
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61)
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number): number => Math.floor(next() * limit)
  return { next, below, pick: (from) => from[below(from.length)]!, percent: (share) => next() * 100 < share }
}
