/** What reading cost, on engines that charge for it. */
import type { Charge } from '../ports.ts'

export interface Cost {
  /** US dollars, all charges together. */
  readonly usd: number
  /** One for each kind, added up. */
  readonly charges: readonly Charge[]
  readonly basis: 'list prices, an estimate'
}

/** Undefined where nothing was charged. */
export function costOf(charges: readonly Charge[]): Cost | undefined {
  if (charges.length === 0) return undefined
  const kinds = new Map<Charge['what'], Charge>()
  for (const { what, amount, usd } of charges) {
    const known = kinds.get(what) ?? { what, amount: 0, usd: 0 }
    kinds.set(what, { what, amount: known.amount + amount, usd: known.usd + usd })
  }
  const all = [...kinds.values()].map((charge) => ({ ...charge, usd: rounded(charge.usd) }))
  return { usd: rounded(usdOf(charges)), charges: all, basis: 'list prices, an estimate' }
}

export const usdOf = (charges: readonly Charge[]): number => charges.reduce((sum, { usd }) => sum + usd, 0)

/** Sums of doubles have tails that nobody charges: kept are nanodollars. */
const rounded = (usd: number): number => Math.round(usd * 1e9) / 1e9
