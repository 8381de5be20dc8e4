/** `accounts:` of trailbook.yaml: how to act in accounts other than that of the credentials. */
import { z } from 'zod'
import { form, line } from '../core/runbook/schema-text.ts'

export const accountsSchema = z.strictObject({
  role: form(
    /^(arn:aws[a-z-]*:iam::(\{account\}|\d{12}):role\/\S+|[\w+=,.@-]{1,64})$/,
    'the name of a role, or an ARN with {account} in it',
    ['trailbook-reader'],
  ),
  externalId: line.optional(),
  sessionName: form(/^[\w+=,.@-]{2,64}$/, 'a session name of 2 to 64 letters, digits and +=,.@-', [
    'trailbook',
  ]).optional(),
})

export type AccountsSettings = z.output<typeof accountsSchema>
