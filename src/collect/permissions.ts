/** The least that collecting and Event history need; all of it reads. */

const sections = {
  /** In the management account, or one that Organizations is delegated to. */
  organisation: [
    'organizations:DescribeOrganization',
    'organizations:ListAccounts',
    'organizations:ListAccountsForParent',
    'organizations:ListOrganizationalUnitsForParent',
    'organizations:ListRoots',
  ],
  regions: ['account:ListRegions'],
  trails: [
    'cloudtrail:GetEventSelectors',
    'cloudtrail:GetInsightSelectors',
    'cloudtrail:GetTrail',
    'cloudtrail:GetTrailStatus',
    'cloudtrail:ListTrails',
  ],
} as const

interface Policy {
  readonly Version: '2012-10-17'
  readonly Statement: readonly {
    readonly Sid: string
    readonly Effect: 'Allow'
    readonly Action: readonly string[]
    readonly Resource: string | readonly string[]
  }[]
}

const statement = (Sid: string, Action: readonly string[], Resource = '*') => ({
  Sid,
  Effect: 'Allow' as const,
  Action,
  Resource,
})

/**
 * IAM policy of whoever collects. None of these actions but sts:AssumeRole and those of trails knows resources narrower than `*`, and
 * trails are not known before they are listed.
 *
 * @param role ARN pattern of the role that is assumed in members, which has the same policy without Organizations and AssumeRole
 */
export function collectPolicy(what: 'inventory' | 'selectors', role?: string): Policy {
  return {
    Version: '2012-10-17',
    Statement: [
      statement('ReadOrganisation', sections.organisation),
      ...(what === 'inventory' ? [statement('ReadRegions', sections.regions)] : []),
      statement('ReadTrails', sections.trails),
      ...(role === undefined ? [] : [statement('ActInMembers', ['sts:AssumeRole'], role)]),
    ],
  }
}
