import { AwsFault, type Call, checkMembers, denied, pageOf, required, type Service, textOf } from '../call.ts'
import type { FakeWorld } from '../world.ts'

const rootId = 'r-ab12'

/** Pages are small, so that whoever forgets the token is found out. */
const pageSize = 2

/** `ou-ab12-` and a number for each path of units. */
export function organizations(world: FakeWorld): Service {
  const paths = [...new Set(world.accounts.flatMap(({ unit }) => (unit === undefined ? [] : ancestors(unit))))]
  const idOf = (path: string): string =>
    path === '' ? rootId : `ou-ab12-${String(paths.indexOf(path)).padStart(8, '0')}`
  const pathOf = (id: string): string => {
    if (id === rootId) return ''
    const path = paths.find((one) => idOf(one) === id)
    if (path === undefined) throw new AwsFault('ParentNotFoundException', `There is no parent ${id}`)
    return path
  }
  const account = ({ id, name, status, joined }: FakeWorld['accounts'][number]): Record<string, unknown> => ({
    Id: id,
    Arn: `arn:aws:organizations::${world.organization?.management}:account/${world.organization?.id}/${id}`,
    Name: name ?? id,
    Email: `${id}@example.com`,
    Status: status ?? 'ACTIVE',
    JoinedMethod: 'CREATED',
    JoinedTimestamp: Date.parse(joined ?? '2020-01-01T00:00:00Z') / 1000,
  })
  /** Only the management account reads the organisation. */
  const check = (call: Call): void => {
    if (world.organization === undefined)
      throw new AwsFault('AWSOrganizationsNotInUseException', 'Your account is not a member of an organization.')
    if (call.account !== world.organization.management) throw denied(call, `organizations:${call.operation}`)
  }
  const paged = <T>(call: Call, name: string, items: readonly T[]): Record<string, unknown> => {
    const page = pageOf(items, textOf(call, 'NextToken'), pageSize)
    return { [name]: page.items, ...(page.next !== undefined && { NextToken: page.next }) }
  }
  return {
    name: 'organizations',
    protocol: 'json',
    operations: {
      DescribeOrganization(call) {
        checkMembers(call, [])
        if (world.organization === undefined) check(call)
        const { id, management } = world.organization!
        return { Organization: { Id: id, MasterAccountId: management, FeatureSet: 'ALL' } }
      },
      ListAccounts(call) {
        checkMembers(call, ['NextToken', 'MaxResults'])
        check(call)
        return paged(call, 'Accounts', world.accounts.map(account))
      },
      ListRoots(call) {
        checkMembers(call, ['NextToken', 'MaxResults'])
        check(call)
        return { Roots: [{ Id: rootId, Name: 'Root' }] }
      },
      ListOrganizationalUnitsForParent(call) {
        checkMembers(call, ['ParentId', 'NextToken', 'MaxResults'])
        check(call)
        const parent = pathOf(required(call, 'ParentId'))
        const children = paths.filter((path) => path.split('/').slice(0, -1).join('/') === parent)
        return paged(
          call,
          'OrganizationalUnits',
          children.map((path) => ({ Id: idOf(path), Name: path.split('/').at(-1) })),
        )
      },
      ListAccountsForParent(call) {
        checkMembers(call, ['ParentId', 'NextToken', 'MaxResults'])
        check(call)
        const parent = pathOf(required(call, 'ParentId'))
        return paged(call, 'Accounts', world.accounts.filter(({ unit = '' }) => unit === parent).map(account))
      },
    },
  }
}

const ancestors = (path: string): string[] => path.split('/').map((_, at, parts) => parts.slice(0, at + 1).join('/'))
