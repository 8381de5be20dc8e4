/** Accounts and organisational units, as Organizations lists them. */
import {
  DescribeOrganizationCommand,
  OrganizationsClient,
  paginateListAccounts,
  paginateListAccountsForParent,
  paginateListOrganizationalUnitsForParent,
  paginateListRoots,
} from '@aws-sdk/client-organizations'
import type { AwsClients } from '../aws/clients.ts'
import { chained } from './pages.ts'

export interface MemberAccount {
  readonly id: string
  readonly name: string
  /** ACTIVE, SUSPENDED, PENDING_CLOSURE, … */
  readonly status: string
  readonly joined: Date | undefined
}

export interface OrganisationReader {
  /** Undefined where the account is in none. */
  describe(): Promise<{ readonly id: string; readonly management: string } | undefined>
  accounts(): Promise<MemberAccount[]>
  /** Account id to the path of its unit from the root; accounts of the root itself are left out. */
  units(): Promise<Map<string, string>>
}

export function organisationReader(clients: AwsClients): OrganisationReader {
  const client = new OrganizationsClient(clients.config())
  const walk = async (parent: string, path: string, units: Map<string, string>): Promise<void> => {
    if (path !== '')
      for await (const page of chained(
        paginateListAccountsForParent({ client }, { ParentId: parent }),
        'organizations:ListAccountsForParent',
      ))
        for (const { Id } of page.Accounts ?? []) if (Id !== undefined) units.set(Id, path)
    for await (const page of chained(
      paginateListOrganizationalUnitsForParent({ client }, { ParentId: parent }),
      'organizations:ListOrganizationalUnitsForParent',
    ))
      for (const { Id, Name } of page.OrganizationalUnits ?? [])
        if (Id !== undefined) await walk(Id, path === '' ? (Name ?? Id) : `${path}/${Name ?? Id}`, units)
  }
  return {
    async describe() {
      try {
        const { Organization } = await client.send(new DescribeOrganizationCommand({}))
        return { id: Organization?.Id ?? '', management: Organization?.MasterAccountId ?? '' }
      } catch (error) {
        if (error instanceof Error && error.name === 'AWSOrganizationsNotInUseException') return undefined
        throw error
      }
    },
    async accounts() {
      const accounts: MemberAccount[] = []
      for await (const page of chained(paginateListAccounts({ client }, {}), 'organizations:ListAccounts'))
        for (const { Id, Name, Status, State, JoinedTimestamp } of page.Accounts ?? [])
          if (Id !== undefined)
            accounts.push({ id: Id, name: Name ?? Id, status: State ?? Status ?? 'ACTIVE', joined: JoinedTimestamp })
      return accounts.sort((a, b) => (a.id < b.id ? -1 : 1))
    },
    async units() {
      const units = new Map<string, string>()
      for await (const page of chained(paginateListRoots({ client }, {}), 'organizations:ListRoots'))
        for (const { Id } of page.Roots ?? []) if (Id !== undefined) await walk(Id, '', units)
      return units
    },
  }
}
