/** What every connection may say of its coverage. */
import { z } from 'zod'
import { form } from '../../core/runbook/schema-text.ts'

const units = { MB: 1e6, GB: 1e9, TB: 1e12 } as const
const bytes = form(/^[1-9]\d{0,5} ?(?:MB|GB|TB)$/, 'an amount such as 50GB', ['50GB']).transform((text) => {
  const [, amount, unit] = /^(\d+) ?(\w\w)$/.exec(text)!
  return Number(amount) * units[unit as keyof typeof units]
})

const budget = z.strictObject({ bytes: bytes.optional(), usd: z.number().positive().optional() }).optional().meta({
  description: 'What finding out may cost for as long as the connection is open; 1 USD where reading is billed.',
})

const meaning =
  'How it is found out what the events cover: by counting them, or not at all. A published snapshot answers by itself.'

/** For engines that ask the table alone. */
export const probedCoverage = {
  coverage: z.enum(['probe', 'none']).optional().meta({ description: meaning }),
  coverageBudget: budget,
}

/** For engines whose log files can be listed, too. */
export const listedCoverage = {
  coverage: z
    .enum(['probe', 'listing', 'none'])
    .optional()
    .meta({ description: `${meaning} \`listing\` goes by the names of the log files.` }),
  coverageBudget: budget,
}
