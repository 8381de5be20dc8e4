/**
 * The order of rows within a batch: by day, service, event name and time, as parts want them. Rows that are asked for together
 * stand together, so that statistics of row groups let queries skip most of a day. Counting sorts, as all keys are small.
 */

/** The rows of one event day, as a range of the order. */
interface DayRange {
  /** Days since 1970. */
  readonly day: number
  readonly from: number
  readonly to: number
}

export const secondsOfDay = 86_400

/** A small number for each row, by which rows are sorted; all are below `many`. */
export interface Ranks {
  readonly ofRow: Uint32Array
  readonly many: number
}

/** @param times seconds since 1970, for each row */
export function orderRows(
  times: Float64Array,
  source: Ranks,
  name: Ranks,
): { readonly order: Uint32Array; readonly days: readonly DayRange[] } {
  const rows = times.length
  const seconds = new Uint32Array(rows)
  const dayOfRow = new Uint32Array(rows)
  const rankOfDay = new Map<number, number>()
  for (let row = 0; row < rows; row++) {
    const time = times[row]!
    const day = Math.floor(time / secondsOfDay)
    dayOfRow[row] = day
    seconds[row] = time - day * secondsOfDay
    if (row === 0 || day !== dayOfRow[row - 1]) rankOfDay.set(day, 0)
  }
  const days = [...rankOfDay.keys()].sort((a, b) => a - b)
  for (const [rank, day] of days.entries()) rankOfDay.set(day, rank)
  const ranksOfDays = new Uint32Array(rows)
  for (let row = 0; row < rows; row++)
    ranksOfDays[row] =
      row > 0 && dayOfRow[row] === dayOfRow[row - 1] ? ranksOfDays[row - 1]! : rankOfDay.get(dayOfRow[row]!)!

  let order = new Uint32Array(rows)
  for (let row = 0; row < rows; row++) order[row] = row
  for (const { ofRow, many } of [
    { ofRow: seconds, many: secondsOfDay },
    name,
    source,
    { ofRow: ranksOfDays, many: days.length },
  ])
    if (many > 1) order = sorted(order, ofRow, many)

  const ranges: DayRange[] = []
  for (let at = 0; at < rows; ) {
    const day = dayOfRow[order[at]!]!
    let to = at + 1
    while (to < rows && dayOfRow[order[to]!] === day) to++
    ranges.push({ day, from: at, to })
    at = to
  }
  return { order, days: ranges }
}

/** Rows of equal rank keep their order. */
function sorted(order: Uint32Array, ranks: Uint32Array, many: number): Uint32Array<ArrayBuffer> {
  const starts = new Uint32Array(many + 1)
  for (let row = 0; row < ranks.length; row++) starts[ranks[row]! + 1]!++
  for (let at = 1; at <= many; at++) starts[at]! += starts[at - 1]!
  const out = new Uint32Array(order.length)
  for (let at = 0; at < order.length; at++) {
    const row = order[at]!
    out[starts[ranks[row]!]!++] = row
  }
  return out
}
