import { AccountClient, paginateListRegions } from '@aws-sdk/client-account'
import type { AwsClients } from '../aws/clients.ts'
import { chained } from './pages.ts'

/** Where Account Management answers for a whole partition (AWS General Reference, "AWS Account Management endpoints"). */
const accountRegions: Readonly<Record<string, string>> = { 'aws-cn': 'cn-northwest-1', 'aws-us-gov': 'us-gov-west-1' }

/**
 * Regions in which an account can act.
 *
 * @param account another one than that of the credentials; the management account of an organisation may ask for its members
 */
export async function enabledRegions(clients: AwsClients, account?: string): Promise<string[]> {
  const region = accountRegions[clients.partition] ?? (clients.partition === 'aws' ? 'us-east-1' : clients.region)
  const client = new AccountClient(clients.config(region))
  const regions: string[] = []
  const wanted = {
    RegionOptStatusContains: ['ENABLED', 'ENABLED_BY_DEFAULT', 'DISABLING'] as (
      | 'ENABLED'
      | 'ENABLED_BY_DEFAULT'
      | 'DISABLING'
    )[],
    ...(account !== undefined && { AccountId: account }),
  }
  for await (const page of chained(paginateListRegions({ client }, wanted), 'account:ListRegions'))
    for (const { RegionName } of page.Regions ?? []) if (RegionName !== undefined) regions.push(RegionName)
  return regions.sort()
}
