import { z } from 'zod'
import { athenaPermissionsOf, openAthena } from '../../compose-engines.ts'
import { account, duration, endpoint, form, line } from '../../core/runbook/schema-text.ts'
import { athenaDialect } from '../../core/sql/print/athena.ts'
import { quoteName } from '../../core/sql/print/printer.ts'
import { withTextOutputs } from '../../core/sql/print/text-outputs.ts'
import { parseDuration } from '../../core/time.ts'
import { listedCoverage } from './coverage.ts'
import type { ConnectionKind, OpenOptions } from './kind.ts'

const region = form(/^[a-z]{2,}(-[a-z0-9]+)+$/, 'a Region such as us-east-1', ['us-east-1'])
const keyArn = form(/^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/, 'the ARN of a KMS key', [
  'arn:aws:kms:us-east-1:111122223333:key/12345678-1234-1234-1234-123456789012',
])
const role = form(/^arn:aws[a-z-]*:iam::\d{12}:role\/\S+$/, 'the ARN of a role', [
  'arn:aws:iam::111122223333:role/trailbook-reader',
])
const place = form(/^s3:\/\/[^/\s]+\/(?:\S*\/)?$/, 'a folder in S3 that ends with /', ['s3://my-results/trailbook/'])
const names = form(/^\w+$/, 'a name of letters, digits and _', ['cloudtrail_logs'])

const units = { MB: 1e6, GB: 1e9, TB: 1e12 } as const
const bytes = form(/^[1-9]\d{0,5} ?(?:MB|GB|TB)$/, 'an amount such as 50GB', ['50GB'])
/** @returns bytes */
export const bytesOf = (text: string): number => {
  const [, amount, unit] = /^(\d+) ?(\w\w)$/.exec(text)!
  return Number(amount) * units[unit as keyof typeof units]
}

const schema = z
  .strictObject({
    engine: z.literal('athena'),
    region,
    catalog: line.default('AwsDataCatalog'),
    database: names,
    table: names.default('cloudtrail_logs'),
    workgroup: form(/^[\w.-]{1,128}$/, 'the name of a workgroup', ['trailbook']).default('primary'),
    output: place
      .optional()
      .meta({ description: 'Where results go, when the workgroup neither says it nor manages them.' }),
    encryption: z
      .strictObject({ option: z.enum(['SSE_S3', 'SSE_KMS', 'CSE_KMS']), key: keyArn.optional() })
      .optional()
      .meta({ description: 'Of results.' }),
    outputOwner: account.optional().meta({ description: 'The account that the bucket of results must belong to.' }),
    reuse: duration
      .optional()
      .meta({ description: 'Take results of the same text that are not older; at most 7d. Off by default.' }),
    accounts: z.array(account).min(1).max(1000).optional(),
    regions: z.array(region).min(1).max(1000).optional(),
    budget: z
      .strictObject({ scan: bytes })
      .optional()
      .meta({ description: 'What one run may have scanned, all its queries together.' }),
    account: account
      .optional()
      .meta({ description: 'The account of the table, for the policy of `trailbook permissions`.' }),
    logs: z
      .array(place)
      .min(1)
      .optional()
      .meta({ description: 'Where the objects of the table lie, for the policy of `trailbook permissions`.' }),
    logsKey: keyArn.optional().meta({ description: 'The KMS key of these objects.' }),
    ...listedCoverage,
    role: role.optional(),
    externalId: line.optional(),
    sessionName: form(/^[\w+=,.@-]{2,64}$/, 'a session name of 2 to 64 letters, digits and +=,.@-', [
      'trailbook',
    ]).optional(),
    endpoint: endpoint.optional(),
  })
  .refine(
    ({ encryption }) =>
      (encryption?.key !== undefined) === (encryption !== undefined && encryption.option !== 'SSE_S3'),
    {
      message: 'Add `key` for SSE_KMS and CSE_KMS; leave it out for SSE_S3.',
      path: ['encryption'],
      params: { cannotBe: 'so: SSE_KMS and CSE_KMS need a key, and SSE_S3 has none' },
    },
  )
  .refine(({ reuse }) => reuse === undefined || parseDuration(reuse)! <= parseDuration('7d')!, {
    message: 'Athena keeps results no longer for that: write 7d or less.',
    path: ['reuse'],
    params: { cannotBe: 'more than 7d' },
  })

type Settings = Omit<z.output<typeof schema>, 'engine'>

const open = (settings: { readonly name: string } & Settings, options: OpenOptions) =>
  openAthena({ ...athenaSettings(settings), logs: settings.logs }, options)

/** The settings of trailbook.yaml as the engine takes them. */
export function athenaSettings(settings: { readonly name: string } & Settings) {
  const {
    region: aws,
    role: arn,
    externalId,
    sessionName,
    endpoint: server,
    reuse,
    budget,
    account: _,
    logs: __,
    ...rest
  } = settings
  return {
    ...rest,
    aws: { region: aws, endpoint: server, ...(arn !== undefined && { role: { arn, externalId, sessionName } }) },
    ...(reuse !== undefined && { reuseMinutes: Math.floor(parseDuration(reuse)! / 60_000) }),
    ...(budget !== undefined && { budgetBytes: bytesOf(budget.scan) }),
  }
}

export const athenaKind: ConnectionKind<typeof schema> = {
  schema,
  open,
  offline: ({ database, table }) => ({
    dialect: withTextOutputs(
      athenaDialect({ eventsTable: `${quoteName(database)}.${quoteName(table)}`, accountColumn: 'recipientAccountId' }),
    ),
    capabilities: { exactOnce: true, billed: true, bindsParameters: false },
  }),
  permissions: athenaPermissionsOf,
}
