import type { Cell, Row } from '../ports.ts'
import { canonicalJson } from './canonical.ts'

interface RowSettler {
  /** Takes the next rows as they came; gives those whose place is settled. */
  add(rows: readonly Row[]): readonly Row[]
  /** The remaining ones. */
  end(): readonly Row[]
}

export interface SettleOptions {
  readonly columns: readonly string[]
  /**
   * Output columns that the query orders by, none where it does not order at all; undefined where they are not known: then
   * rows stay as they came.
   */
  readonly sortedBy: readonly string[] | undefined
  /** So many rows of equal rank are held in memory; where there are more, they stay as they came. */
  readonly most: number
}

/**
 * Puts rows that the query leaves in any order into a fixed one, so that the same question over the same data gives the
 * same answer, byte for byte: engines on several threads do not. Rows of equal rank are ordered by their columns from
 * left to right.
 */
export function createSettler({ columns, sortedBy, most }: SettleOptions): RowSettler {
  if (sortedBy === undefined) return { add: (rows) => rows, end: () => [] }
  let group: Row[] = []
  let rank: string | undefined
  let tooMany = false
  const close = (): readonly Row[] => {
    const closed = group.sort((a, b) => compareRows(a, b, columns))
    group = []
    tooMany = false
    return closed
  }
  return {
    add(rows) {
      const settled: Row[] = []
      for (const row of rows) {
        const next = sortedBy.length === 0 ? '' : canonicalJson(sortedBy.map((name) => row[name] ?? null))
        if (next !== rank) for (const one of close()) settled.push(one)
        rank = next
        if (tooMany) settled.push(row)
        else if (group.push(row) > most) {
          for (const one of group) settled.push(one)
          group = []
          tooMany = true
        }
      }
      return settled
    },
    end: close,
  }
}

function compareRows(a: Row, b: Row, columns: readonly string[]): number {
  for (const column of columns) {
    const order = compareCells(a[column] ?? null, b[column] ?? null)
    if (order !== 0) return order
  }
  return 0
}

function compareCells(a: Cell, b: Cell): number {
  if (a === b) return 0
  if (a === null || b === null) return a === null ? -1 : 1
  if (typeof a === 'number' && typeof b === 'number') return a - b
  const [left, right] = [sortText(a), sortText(b)]
  return left < right ? -1 : left > right ? 1 : 0
}

const sortText = (cell: Cell): string => (typeof cell === 'string' ? cell : canonicalJson(cell))
