/** How far the event classes that a question needs are here. */
import type { Cell } from './coverage-place.ts'
import { type Hole, lengthOf, type Span } from './coverage-spans.ts'

export interface NeedCoverage {
  /** An event class. */
  readonly need: string
  /** `partial`: some of it is missing or not recorded; `unmet`: nothing of it is here. */
  readonly state: 'met' | 'partial' | 'unmet'
  /** The longest lack, and in how many accounts and regions there is any; null where it is met. */
  readonly reason: string | null
}

interface JudgedCell {
  readonly cell: Cell
  readonly whole: Span
  readonly holes: readonly Hole[]
}

/** `everywhere`: what is missing of all cells alike. */
export function needsOf(
  needs: readonly string[],
  judged: readonly JudgedCell[],
  everywhere: readonly { readonly reasons: readonly string[] }[],
): NeedCoverage[] {
  return needs.map((need) => {
    const cells = judged.filter(({ cell }) => cell.eventClass === need)
    const lacking = cells.filter(({ holes }) => holes.length > 0)
    const hidden = everywhere[0]?.reasons[0]
    if (cells.length > 0 && lacking.length === 0)
      return hidden === undefined ? { need, state: 'met', reason: null } : { need, state: 'partial', reason: hidden }
    const state = cells.every(isBare) ? 'unmet' : 'partial'
    if (lacking.length === 0)
      return { need, state, reason: hidden ?? 'No account or region is known that should have it.' }
    const longest = lacking
      .map(({ holes }) => holes.reduce((most, hole) => (hole.to - hole.from > most.to - most.from ? hole : most)))
      .reduce((most, hole) => (hole.to - hole.from > most.to - most.from ? hole : most))
    const where =
      cells.length === 1
        ? ''
        : `In ${lacking.length} of ${cells.length} accounts and regions something is missing; most of all: `
    return { need, state, reason: `${where}${longest.reason}` }
  })
}

/** Nothing of the judged time is covered. */
const isBare = ({ whole, holes }: JudgedCell): boolean =>
  lengthOf(holes.filter(({ state }) => state !== 'partial')) >= whole.to - whole.from

const order: readonly NeedCoverage['state'][] = ['met', 'partial', 'unmet']

/** Of several questions: each need once, as it is least met. */
export function worstNeeds(all: readonly NeedCoverage[]): NeedCoverage[] {
  const worst = new Map<string, NeedCoverage>()
  for (const one of all) {
    const known = worst.get(one.need)
    if (known === undefined || order.indexOf(one.state) > order.indexOf(known.state)) worst.set(one.need, one)
  }
  return [...worst.values()]
}
