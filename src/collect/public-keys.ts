/** Public keys of CloudTrail's digests, from CloudTrail itself. */
import { CloudTrailClient, paginateListPublicKeys } from '@aws-sdk/client-cloudtrail'
import type { AwsClients } from '../aws/clients.ts'
import { awsError } from '../aws/errors.ts'
import { type FetchPublicKeys, type ListedKey, listedPublicKeys } from '../core/digest/public-keys.ts'
import { chained } from './pages.ts'

const permission = 'cloudtrail:ListPublicKeys'

/** Each Region has its own keys. Needs the permission cloudtrail:ListPublicKeys. */
export const publicKeysOf =
  (clients: Pick<AwsClients, 'config'>): FetchPublicKeys =>
  async (region, { from, to }) => {
    const client = new CloudTrailClient(clients.config(region))
    try {
      const listed: ListedKey[] = []
      const span = { StartTime: new Date(from), EndTime: new Date(to) }
      for await (const page of chained(paginateListPublicKeys({ client }, span), permission))
        listed.push(...(page.PublicKeyList ?? []))
      return listedPublicKeys(listed, `ListPublicKeys in ${region}`)
    } catch (error) {
      throw awsError(error, { permission, resource: region })
    } finally {
      client.destroy()
    }
  }
