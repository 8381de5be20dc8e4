import { z } from 'zod'
import { logsInsightsPermissions, openLogsInsights } from '../../compose-engines.ts'
import { endpoint, form, line } from '../../core/runbook/schema-text.ts'
import { probedCoverage } from './coverage.ts'
import type { ConnectionKind } from './kind.ts'

const logGroup = form(
  /^(arn:aws[a-z-]*:logs:[a-z0-9-]+:\d{12}:log-group:)?[\w./#-]{1,512}(:\*)?$/,
  'the name of a log group, or its ARN where it lies in another account',
  ['aws-cloudtrail-logs'],
)

const schema = z.strictObject({
  engine: z.literal('logs-insights'),
  logGroups: z.array(logGroup).min(1).max(50).meta({ description: 'Log groups to which trails deliver; at most 50.' }),
  region: form(/^[a-z]{2,}(-[a-z0-9]+)+$/, 'a Region such as us-east-1', ['us-east-1']).optional(),
  role: form(/^arn:aws[a-z-]*:iam::\d{12}:role\/\S+$/, 'the ARN of a role', [
    'arn:aws:iam::111122223333:role/trailbook-reader',
  ]).optional(),
  ...probedCoverage,
  externalId: line.optional(),
  endpoint: endpoint.optional().meta({ description: "An endpoint other than AWS's own, such as one in a VPC." }),
})

export const logsInsightsKind: ConnectionKind<typeof schema> = {
  schema,
  open: openLogsInsights,
  permissions: logsInsightsPermissions,
}
