import type { Area, ConformanceCase } from '../case.ts'

/** Cases of one area: an id to its SQL, or to the whole case. */
export const cases = (
  area: Area,
  listed: Readonly<Record<string, string | Omit<ConformanceCase, 'id' | 'area'>>>,
): readonly ConformanceCase[] =>
  Object.entries(listed).map(([id, one]) => ({ id, area, ...(typeof one === 'string' ? { sql: one } : one) }))
