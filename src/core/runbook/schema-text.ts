/** The small texts a runbook is made of: names, times, templates. */
import { z } from 'zod'
import { severities } from '../run/severity.ts'
import type { Json } from './json.ts'

/** Names of steps and parameters are also names in CEL (`row.steps.planned`) and SQL (`:principal`). */
export const namePattern = /^[a-z][a-z0-9_]*$/
export const slugPattern = /^[a-z0-9]+(-[a-z0-9]+)*$/
const durationPattern = /^(\d+[smhdw])+$/
export const needPattern = /^(management:(write|read)|data:[a-z0-9-]+|network|insight)$/

/**
 * A text of a fixed form. `what` ends the sentence "… is not", so that the form is described in words and not by
 * its regular expression.
 */
export const form = (pattern: RegExp, what: string, examples: readonly string[]) =>
  examples.length === 0
    ? z.string().regex(pattern, { error: what })
    : z.string().regex(pattern, { error: what }).meta({ examples })

export const name = form(namePattern, 'a name of small letters, digits and _', ['changes', 'new_keys'])
export const slug = form(slugPattern, 'a name of small letters, digits and single hyphens', ['iam-policy-change'])
export const duration = form(durationPattern, 'a duration such as 90s, 15m, 24h, 7d or 1d12h', ['7d', '15m', '1d12h'])
export const date = form(/^\d{4}-\d{2}-\d{2}$/, 'a date such as 2026-11-20', ['2026-11-20'])
export const timestamp = form(
  /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2}))?$/,
  'a time such as 2026-01-15T12:00:00Z',
  ['2026-01-15T12:00:00Z'],
)
export const account = form(/^\d{12}$/, 'an account id of 12 digits', ['111122223333'])
export const url = form(/^https?:\/\/\S+$/, 'a web address', ['https://docs.aws.amazon.com/'])
/** Addresses stand in messages, where a password would be told; so this message does not repeat its value. */
export const withoutPassword = (address: z.ZodString): z.ZodString =>
  address.refine((text) => !/^[a-z]+:\/\/[^/?#]*@/i.test(text), {
    params: { cannotBe: 'an address with a name or a password in it' },
    message: 'Leave them out, for messages repeat addresses.',
  })
export const endpoint = withoutPassword(url)
export const line = form(/\S/, 'a text that says something', [])
export const column = form(/^\w+$/, 'the name of one output column', ['actor'])

/** Text in which `{{ CEL }}` is filled in. */
export const template = line
/** A CEL expression that says true or false. */
export const condition = line

/** Any JSON value; texts in it may hold `{{ CEL }}`. `unknown` to zod because YAML yields nothing else. */
export const json = z.unknown() as unknown as z.ZodType<Json>

export const severity = z.enum(severities)
