/** Times are whole seconds of UTC as ISO 8601 text (`2026-01-31T09:00:00Z`): such text sorts as the times do. */
export type IsoTime = string

/** From (included) to (excluded). */
export interface Window {
  readonly from: IsoTime
  readonly to: IsoTime
}

export const isoTime = (milliseconds: number): IsoTime => `${new Date(milliseconds).toISOString().slice(0, 19)}Z`

export const milliseconds = (time: IsoTime): number => Date.parse(time)

export const second = 1000
export const minute = 60 * second
export const hour = 60 * minute
export const day = 24 * hour

/** A day of the calendar as `2026-01-31`: 31 February would else be taken for 3 March. */
export function isDay(text: string): boolean {
  const time = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(text) : Number.NaN
  return !Number.isNaN(time) && isoTime(time).startsWith(text)
}

const units = { s: second, m: minute, h: hour, d: day, w: 7 * day } as const

/** `90s`, `15m`, `24h`, `7d`, `2w`, also joined (`1d12h`), to milliseconds; undefined where it is no duration. */
export function parseDuration(text: string): number | undefined {
  if (!/^(\d+[smhdw])+$/.test(text)) return undefined
  let total = 0
  for (const [, count, unit] of text.matchAll(/(\d+)([smhdw])/g))
    total += Number(count) * units[unit as keyof typeof units]
  return total
}
