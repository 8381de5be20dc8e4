/** What counting events costs, and what it may cost. */
import type { Asking, Budget, Charge, Connection, Scope } from '../core/ports.ts'
import { usdOf } from '../core/run/cost.ts'
import type { CompiledQuery } from '../core/sql/compile.ts'
import { dollars, take } from './send.ts'

/** What counting may cost for as long as a connection is open. */
export interface CoverageBudget {
  readonly bytes?: number | undefined
  readonly usd?: number | undefined
}

export interface Printed {
  readonly compiled: CompiledQuery
  readonly scope: Scope
}

interface Purchase {
  readonly queries: readonly Printed[]
  readonly budget: CoverageBudget
  readonly spent: { bytes: number; usd: number }
}

export interface Paid {
  /** Whether it was told beforehand what it costs; where it was not, what was spent counts afterwards. */
  readonly isToldBefore: boolean
  /** That of the command, where it has one. */
  readonly budget: Budget | undefined
  /**
   * What was taken from the command's budget for a query that is sent now; it may be charged for though it fails.
   *
   * @throws Error where nothing told what it costs, and those before it have used up its own budget
   */
  begin(query: Printed): readonly Charge[]
  /** Gives back what was taken for queries that were not sent. */
  release(): void
}

/** @throws Error over its own budget, or over that of the command */
export async function pay(
  connection: Connection,
  { queries, budget, spent }: Purchase,
  { spending, ...abortable }: Asking,
): Promise<Paid> {
  const { billed } = connection.capabilities
  const isUnlimited = budget.bytes === undefined && budget.usd === undefined
  const whole = billed ? spending?.budget : undefined
  if (isUnlimited && !billed) return paidFor(new Map(), { isToldBefore: true, budget: whole, check: () => {} })
  const limit = { bytes: budget.bytes ?? Infinity, usd: budget.usd ?? (isUnlimited ? usualBudget : Infinity) }
  const wanted = new Map<Printed, readonly Charge[]>()
  let bytes: number | null = 0
  for (const query of queries) {
    const told = await connection.estimate?.(query.compiled, query.scope, abortable)
    bytes = told === undefined || told.bytes === null || bytes === null ? null : bytes + told.bytes
    wanted.set(query, told?.charges ?? [])
  }
  if (bytes === null) {
    if (whole !== undefined)
      throw new Error('nothing tells what counting would cost, and --max-cost allows only so much')
    const check = (): void => {
      if (spent.bytes < limit.bytes && spent.usd < limit.usd) return
      throw new Error(`counting has cost about ${spent.usd.toFixed(2)} USD so far, and coverageBudget allows no more`)
    }
    check()
    return paidFor(new Map(), { isToldBefore: false, budget: undefined, check })
  }
  const usd = usdOf([...wanted.values()].flat())
  if (spent.bytes + bytes > limit.bytes || spent.usd + usd > limit.usd)
    throw new Error(
      `counting would read ${Math.ceil(bytes / 1e6)} MB for about ${usd.toFixed(2)} USD, and coverageBudget leaves less than that`,
    )
  if (whole !== undefined && !take(whole, usd))
    throw new Error(
      `counting would cost up to ${dollars(usd)}, and of the ${dollars(whole.usd)} of --max-cost ${dollars(whole.spent)} are spent`,
    )
  spent.bytes += bytes
  spent.usd += usd
  return paidFor(wanted, { isToldBefore: true, budget: whole, check: () => {} })
}

function paidFor(
  open: Map<Printed, readonly Charge[]>,
  { isToldBefore, budget, check }: Pick<Paid, 'isToldBefore' | 'budget'> & { readonly check: () => void },
): Paid {
  return {
    isToldBefore,
    budget,
    begin(query) {
      check()
      const charges = open.get(query) ?? []
      open.delete(query)
      return charges
    },
    release() {
      if (budget !== undefined) budget.spent -= usdOf([...open.values()].flat())
    },
  }
}

/** In US dollars, where reading costs money and no budget was given. */
const usualBudget = 1
