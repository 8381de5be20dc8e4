/** What reading cost, on engines that charge for it. */
import type { Charge } from '../ports.ts'

export interface Cost {
  /** US dollars, all charges together. */
  readonly usd: number
  /** One for each kind, added up; what finding out the coverage took is told apart. */
  readonly charges: readonly Charge[]
  readonly basis: 'list prices, an estimate'
}

/** Undefined where nothing was charged. */
export function costOf(charges: readonly Charge[]): Cost | undefined {
  if (charges.length === 0) return undefined
  const kinds = new Map<string, Charge>()
  for (const charge of charges) {
    const kind = `${charge.what} ${charge.for ?? ''}`
    const { amount, usd } = kinds.get(kind) ?? { amount: 0, usd: 0 }
    kinds.set(kind, { ...charge, amount: amount + charge.amount, usd: usd + charge.usd })
  }
  const all = [...kinds.values()].map((charge) => ({ ...charge, usd: rounded(charge.usd) }))
  return { usd: rounded(usdOf(charges)), charges: all, basis: 'list prices, an estimate' }
}

export const usdOf = (charges: readonly Charge[]): number => charges.reduce((sum, { usd }) => sum + usd, 0)

/** Sums of doubles have tails that nobody charges: kept are nanodollars. */
const rounded = (usd: number): number => Math.round(usd * 1e9) / 1e9
