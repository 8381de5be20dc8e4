import { TrailbookError } from '../core/errors.ts'
import type { Budget } from '../core/ports.ts'
import { budgetOf } from '../session/send.ts'
import { type Given, type OptionSpec, text } from './command.ts'

export const maxCostOption: OptionSpec = {
  flags: '--max-cost <usd>',
  description: 'send no query that would take the cost of all beyond this, by list prices',
}

/** One budget for all queries of the command. @throws TrailbookError CLI_USAGE */
export function budgetGiven(given: Given): Budget | undefined {
  const typed = text(given, 'maxCost')
  if (typed === undefined) return undefined
  const usd = /^\$?\d+(\.\d+)?$/.test(typed) ? Number(typed.replace('$', '')) : Number.NaN
  if (Number.isFinite(usd)) return budgetOf(usd)
  throw new TrailbookError('CLI_USAGE', {
    reason: `--max-cost takes US dollars, and got "${typed}"`,
    advice: 'Write for example --max-cost 0.50.',
  })
}
