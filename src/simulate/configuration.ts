/** A `trailbook.yaml` that fits the organisation. */
import type { GroundTruth, TruthAccount } from './ground-truth.ts'
import { vendorAccount } from './ids.ts'
import { accessLogs, type Organisation } from './organisation.ts'
import { globalRegion, homeRegion, secondRegion } from './regions.ts'
import { organisationTrail } from './stories/logging-switched-off.ts'
import { buildRole } from './traffic/pipelines.ts'
import { bucketFor } from './traffic/scene.ts'

export function configurationText(organisation: Organisation, truth: GroundTruth): string {
  return [
    '# Written by trailbook simulate: it fits the organisation that was made up.',
    'inventory:',
    '  accounts:',
    ...truth.organisation.accounts.map(accountLine),
    '  trails:',
    `    - name: ${organisationTrail}`,
    '      management: all',
    '      data:',
    '        - { service: s3, access: all }',
    ...(truth.organisation.accounts.some(({ selectors }) => selectors.lambda === 'all')
      ? [
          '        # Invocations are recorded in production only.',
          `        - { service: lambda, access: all, resources: ${flow(functionsOf(truth))} }`,
        ]
      : []),
    '',
    'lists:',
    ...Object.entries(listsOf(organisation, truth)).flatMap(([name, values]) => [
      `  ${name}:${values.length === 0 ? ' []' : ''}`,
      ...values.map((value) => `    - ${quoted(value)}`),
    ]),
    '',
  ].join('\n')
}

/** JSON's way to quote is one of YAML's. */
const quoted = (value: string): string => JSON.stringify(value)
const flow = (values: readonly string[]): string => `[${values.map(quoted).join(', ')}]`

/** Buckets that are written to at all hours are named, so that it is noticed when one is missing. */
const accountLine = ({ id, name, organizationalUnit, regions, buckets }: TruthAccount): string => {
  const resources = buckets.filter((bucket) => bucket.includes(accessLogs)).map((bucket) => `arn:aws:s3:::${bucket}`)
  return `    - { id: ${quoted(id)}, name: ${quoted(name)}, unit: ${quoted(organizationalUnit)}, regions: ${flow(regions)}, resources: ${flow(resources)} }`
}

const functionsOf = ({ organisation }: GroundTruth): string[] =>
  organisation.accounts
    .filter(({ selectors }) => selectors.lambda === 'all')
    .flatMap(({ id, regions }) => regions.map((region) => `arn:aws:lambda:${region}:${id}:function:`))

/** The keys, secrets and tables of payments. */
function keyResources(organisation: Organisation): string[] {
  const { id, workloads } = organisation.account('production')
  return workloads
    .filter(({ name }) => name === 'payments-worker')
    .flatMap(({ region, keyId, secret, table }) => [
      `arn:aws:kms:${region}:${id}:key/${keyId}`,
      `arn:aws:secretsmanager:${region}:${id}:secret:${secret}-AbCdEf`,
      `arn:aws:dynamodb:${region}:${id}:table/${table}`,
    ])
}

/** The lists that shipped runbooks ask for. */
function listsOf(organisation: Organisation, truth: GroundTruth): Readonly<Record<string, readonly string[]>> {
  const { accounts } = organisation
  const shared = organisation.account('shared')
  return {
    automation_roles: [
      ...accounts.flatMap(({ roles }) => [roles.deploy.arn, roles.terraformPlan.arn, roles.terraformApply.arn]),
      buildRole(shared).arn,
    ],
    usual_regions: [globalRegion, homeRegion, secondRegion],
    critical_buckets: truth.organisation.accounts.flatMap(({ criticalBuckets }) => criticalBuckets),
    log_buckets: [bucketFor(organisation.account('security'), 'trail-logs').name],
    key_resources: keyResources(organisation),
    trusted_accounts: [vendorAccount],
  }
}
