/** What runs in the accounts: services with a role, instances, a bucket, a table, a secret. */
import { resourceId } from './ids.ts'
import type { AccountKind } from './organisation.ts'
import { type Role, roleOf } from './principals.ts'
import type { Random } from './random.ts'
import { homeRegion, secondRegion } from './regions.ts'

export interface Workload {
  readonly name: string
  readonly runtime: 'ec2' | 'ecs' | 'lambda'
  readonly role: Role
  readonly region: string
  readonly instances: readonly string[]
  readonly secret: string
  readonly table: string
  readonly keyId: string
  /** Share of the account's application events. */
  readonly weight: number
  /** Purpose of the bucket that it uses. */
  readonly bucket: string
  /** Runs for an hour at night instead of always. */
  readonly nightly: boolean
  /** An IAM action that it tries and may not do: somebody forgot a permission. */
  readonly missing?: string
}

const plans = [
  { name: 'web-frontend', runtime: 'ec2', weight: 20, bucket: 'orders-assets', instances: 4 },
  { name: 'orders-api', runtime: 'ecs', weight: 34, bucket: 'orders-assets', instances: 0 },
  { name: 'payments-worker', runtime: 'ecs', weight: 14, bucket: 'payments-ledger', instances: 0 },
  { name: 'document-scanner', runtime: 'lambda', weight: 18, bucket: 'customer-documents', instances: 0 },
  { name: 'invoice-mailer', runtime: 'lambda', weight: 8, bucket: 'customer-documents', instances: 0 },
  { name: 'reporting-job', runtime: 'ec2', weight: 6, bucket: 'orders-assets', instances: 1 },
] as const

const running: ReadonlySet<AccountKind> = new Set(['production', 'staging', 'development', 'shared', 'security'])

export function workloadsOf(kind: AccountKind, account: string, random: Random): Workload[] {
  if (!running.has(kind)) return []
  const chosen =
    kind === 'production'
      ? plans
      : kind === 'staging'
        ? plans.filter(({ name }) => name !== 'payments-worker')
        : kind === 'development'
          ? plans.filter(({ runtime }) => runtime !== 'ec2')
          : plans.filter(({ name }) => name === 'document-scanner').map((plan) => ({ ...plan, name: toolOf(kind) }))
  const regions = kind === 'production' ? [homeRegion, homeRegion, secondRegion] : [homeRegion]
  return chosen.flatMap((plan) =>
    regions.slice(0, plan.name === 'web-frontend' ? 3 : 1).map((region, copy) => ({
      name: copy === 0 ? plan.name : `${plan.name}-${copy + 1}`,
      runtime: plan.runtime,
      role: roleOf(account, `/app/${plan.name}`),
      region,
      instances: Array.from({ length: plan.instances }, () => resourceId('i', random)),
      secret: `${plan.name}/database`,
      table: plan.name.replace(/-.*/, ''),
      keyId: random.uuid(),
      weight: plan.weight / (copy + 1),
      bucket: plan.bucket,
      nightly: plan.name === 'reporting-job',
      ...(plan.name === 'reporting-job' && { missing: 'dynamodb:DescribeTable' }),
    })),
  )
}

const toolOf = (kind: AccountKind): string => (kind === 'security' ? 'findings-triage' : 'artifact-indexer')
