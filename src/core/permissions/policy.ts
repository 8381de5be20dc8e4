/** One IAM policy out of many statements: equal grants once, sorted, with Sids that are unique. */
import type { PolicyStatement } from '../ports.ts'
import { canonicalJson } from '../run/canonical.ts'

interface Policy {
  readonly Version: '2012-10-17'
  readonly Statement: readonly PolicyStatement[]
}

/** Characters of a managed policy, white space not counted ("IAM and AWS STS quotas", IAM User Guide). */
export const managedPolicyLimit = 6144

/** Statements over the same resources under the same conditions are one; the first of their Sids names it. */
export function mergePolicy(statements: readonly PolicyStatement[]): Policy {
  const merged = new Map<string, PolicyStatement>()
  for (const statement of statements) {
    const resources = distinct(statement.Resource)
    const key = canonicalJson([resources, { ...statement.Condition }])
    const known = merged.get(key)
    merged.set(key, {
      ...(known ?? statement),
      ...(resources.includes('*') && { Sid: 'KnowsNoResource' }),
      Action: distinct([...(known?.Action ?? []), ...statement.Action]),
      Resource: resources,
    })
  }
  const taken = new Set<string>()
  const all = [...merged.values()].sort((a, b) => order(a.Sid, b.Sid) || order(a.Resource[0], b.Resource[0]))
  return { Version: '2012-10-17', Statement: all.map((one) => ({ ...one, Sid: freeSid(one.Sid, taken) })) }
}

const distinct = (values: readonly string[]): readonly string[] => [...new Set(values)].sort()

const order = (a = '', b = ''): number => (a < b ? -1 : a > b ? 1 : 0)

/** IAM takes letters and digits only. */
function freeSid(wanted: string, taken: Set<string>): string {
  const base = wanted.replace(/[^A-Za-z0-9]/g, '') || 'Allow'
  let sid = base
  for (let count = 2; taken.has(sid); count += 1) sid = `${base}${count}`
  taken.add(sid)
  return sid
}

export const policySize = (policy: Policy): number => JSON.stringify(policy).length

/** Actions for which IAM knows no resource, each with the reason ("Actions, resources, and condition keys for AWS services"). */
const withoutResource: Readonly<Record<string, string>> = {
  'account:ListRegions': 'it knows no resource for the own account',
  'cloudtrail:GetQueryResults': 'queries have no ARN',
  'cloudtrail:ListTrails': 'it lists all trails',
  'cloudtrail:LookupEvents': 'Event history has no ARN',
  'lakeformation:GetDataAccess': 'Lake Formation decides by its own grants',
  'logs:GetQueryResults': 'queries have no ARN',
  'logs:StopQuery': 'queries have no ARN',
  'organizations:DescribeOrganization': 'it knows no resource',
  'organizations:ListAccounts': 'it lists all accounts',
  'organizations:ListRoots': 'it lists all roots',
}

/** What could not be narrowed: statements over everything, and ARNs in which an account is left open. */
export function wideGrants({ Statement }: Policy): readonly string[] {
  return Statement.flatMap(({ Sid, Action, Resource }) => {
    if (Resource.includes('*'))
      return [
        `${Sid}: ${Action.map((action) => `${action} (${withoutResource[action] ?? 'which resources is not known beforehand'})`).join(', ')} on every resource`,
      ]
    return Resource.some((arn) => arn.split(':')[4] === '*')
      ? [`${Sid}: the account is not known; name it by its ARN, or with account: where the connection takes that`]
      : []
  })
}
