/** The organisation that is simulated: accounts, regions, people, workloads. The same for the same number of accounts. */

import { accountId, bucketName, organizationId } from './ids.ts'
import type { SimulateOptions } from './options.ts'
import { type Person, peopleOf } from './people.ts'
import { type IamUser, type Role, roleOf, userOf } from './principals.ts'
import { createRandom } from './random.ts'
import { globalRegion, homeRegion, quietRegion, secondRegion } from './regions.ts'
import { type Workload, workloadsOf } from './workloads.ts'

export type AccountKind = 'management' | 'production' | 'security' | 'shared' | 'development' | 'staging' | 'sandbox'

export interface Bucket {
  readonly name: string
  readonly region: string
  readonly purpose: string
  readonly critical: boolean
}

export interface Account {
  readonly id: string
  readonly name: string
  readonly kind: AccountKind
  readonly organizationalUnit: string
  /** Enabled regions, the global one first. */
  readonly regions: readonly string[]
  /** Regions in which people and pipelines work. */
  readonly business: readonly string[]
  readonly buckets: readonly Bucket[]
  readonly workloads: readonly Workload[]
  readonly roles: Readonly<Record<RoleName, Role>>
  readonly users: readonly IamUser[]
  /** Share of the organisation's events. */
  readonly weight: number
  /** Trail of the account's own, beside the organisation's. */
  readonly trail: string
}

export interface Organisation {
  readonly id: string
  readonly accounts: readonly Account[]
  readonly people: readonly Person[]
  /** The first account of a kind, or where there is none the one that comes nearest to it. */
  readonly account: (kind: AccountKind) => Account
}

export type RoleName = keyof typeof roleNames

/** Roles that each account has, with their paths. */
const roleNames = {
  deploy: '/automation/pipeline-deploy',
  terraformPlan: '/automation/terraform-plan',
  terraformApply: '/automation/terraform-apply',
  cloudformation: '/automation/cloudformation-execution',
  audit: '/security/security-audit',
  vendor: '/vendors/observability-readonly',
  backup: '/service-role/backup-default',
  flowLogs: '/vpc-flow-logs-delivery',
  configRecorder: '/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig',
  autoScaling: '/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling',
  loadBalancing: '/aws-service-role/elasticloadbalancing.amazonaws.com/AWSServiceRoleForElasticLoadBalancing',
  ecs: '/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS',
  inspector: '/aws-service-role/inspector2.amazonaws.com/AWSServiceRoleForAmazonInspector2',
  securityHub: '/aws-service-role/securityhub.amazonaws.com/AWSServiceRoleForSecurityHub',
  guardDuty: '/aws-service-role/guardduty.amazonaws.com/AWSServiceRoleForAmazonGuardDuty',
  accessAnalyzer: '/aws-service-role/access-analyzer.amazonaws.com/AWSServiceRoleForAccessAnalyzer',
  trustedAdvisor: '/aws-service-role/trustedadvisor.amazonaws.com/AWSServiceRoleForTrustedAdvisor',
  ssm: '/aws-service-role/ssm.amazonaws.com/AWSServiceRoleForAmazonSSM',
  administrator: '/aws-reserved/sso.amazonaws.com/eu-central-1/AWSReservedSSO_AdministratorAccess_0d3b1a7ce8a3b1e0',
  powerUser: '/aws-reserved/sso.amazonaws.com/eu-central-1/AWSReservedSSO_PowerUserAccess_1c9e5f20e8a3b1e0',
  readOnly: '/aws-reserved/sso.amazonaws.com/eu-central-1/AWSReservedSSO_ReadOnlyAccess_7a40d2b6e8a3b1e0',
} as const

/** Kinds in the order in which accounts are added; after these come further workload accounts. */
const kinds: readonly AccountKind[] = [
  'management',
  'production',
  'security',
  'shared',
  'development',
  'staging',
  'sandbox',
]
const further: readonly AccountKind[] = ['production', 'development', 'staging', 'sandbox']

const units: Readonly<Record<AccountKind, string>> = {
  management: 'Root',
  production: 'Workloads/Production',
  security: 'Security',
  shared: 'Infrastructure',
  development: 'Workloads/Development',
  staging: 'Workloads/Staging',
  sandbox: 'Sandbox',
}

const weights: Readonly<Record<AccountKind, number>> = {
  management: 5,
  production: 44,
  security: 8,
  shared: 12,
  development: 12,
  staging: 13,
  sandbox: 6,
}

export function createOrganisation({ accounts: count }: Pick<SimulateOptions, 'accounts'>): Organisation {
  const accounts = Array.from({ length: count }, (_, index) => accountOf(index))
  return {
    id: organizationId,
    accounts,
    people: peopleOf(accounts),
    account: (kind) => accounts.find((account) => account.kind === kind) ?? accounts.at(-1)!,
  }
}

function accountOf(index: number): Account {
  const id = accountId(index)
  const kind = kinds[index] ?? further[(index - kinds.length) % further.length]!
  const copy = index < kinds.length ? '' : `-${Math.floor((index - kinds.length) / further.length) + 2}`
  const business = kind === 'production' ? [globalRegion, homeRegion, secondRegion] : [globalRegion, homeRegion]
  const quiet = kind === 'production' || kind === 'sandbox' ? [quietRegion] : []
  const regions = [...business, ...quiet]
  const random = createRandom('account', id)
  const roles = Object.fromEntries(
    Object.entries(roleNames).map(([name, path]) => [name, roleOf(id, path)]),
  ) as unknown as Account['roles']
  return {
    id,
    name: `${kind}${copy}`,
    kind,
    organizationalUnit: units[kind],
    regions,
    business,
    buckets: bucketsOf(kind, id, regions),
    workloads: workloadsOf(kind, id, random),
    roles,
    users: usersOf(kind, id),
    weight: weights[kind],
    trail: `${kind}-audit`,
  }
}

const workloadKinds: ReadonlySet<AccountKind> = new Set(['production', 'staging', 'development'])

/** Into this one AWS services write, in each region. */
export const accessLogs = 'access-logs'

function bucketsOf(kind: AccountKind, account: string, regions: readonly string[]): Bucket[] {
  const bucket = (purpose: string, critical = false): Bucket => ({
    name: bucketName(purpose, account),
    region: homeRegion,
    purpose,
    critical,
  })
  const logs = regions.map((region) => ({
    ...bucket(accessLogs),
    name: bucketName(accessLogs, `${account}-${region}`),
    region,
  }))
  return [...purposesOf(kind).map(([purpose, critical]) => bucket(purpose, critical)), ...logs]
}

function purposesOf(kind: AccountKind): readonly (readonly [purpose: string, critical?: boolean])[] {
  if (kind === 'security') return [['trail-logs', true], ['findings']]
  if (kind === 'shared') return [['artifacts'], ['terraform-state', true]]
  if (kind === 'production')
    return [['customer-documents', true], ['payments-ledger', true], ['orders-assets'], ['app-logs']]
  return workloadKinds.has(kind) ? [['orders-assets'], ['app-logs']] : [['scratch']]
}

function usersOf(kind: AccountKind, account: string): IamUser[] {
  if (kind === 'production') return [userOf(account, 'backup-agent'), userOf(account, 'orders-report-export')]
  if (kind === 'development')
    return [userOf(account, 'build-legacy'), userOf(account, 'sofia.lindgren'), userOf(account, 'daniel.okafor')]
  if (kind === 'shared') return [userOf(account, 'registry-mirror'), userOf(account, 'priya.raman')]
  return []
}
