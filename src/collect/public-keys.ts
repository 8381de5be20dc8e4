/** Public keys of CloudTrail's digests, from CloudTrail itself. */
import { CloudTrailClient, ListPublicKeysCommand } from '@aws-sdk/client-cloudtrail'
import type { AwsClients } from '../aws/clients.ts'
import { awsError } from '../aws/errors.ts'
import { type FetchPublicKeys, type ListedKey, listedPublicKeys } from '../core/digest/public-keys.ts'

/** Each Region has its own keys. Needs the permission cloudtrail:ListPublicKeys. */
export const publicKeysOf =
  (clients: Pick<AwsClients, 'config'>): FetchPublicKeys =>
  async (region, { from, to }) => {
    const client = new CloudTrailClient(clients.config(region))
    try {
      const listed: ListedKey[] = []
      let next: string | undefined
      do {
        const page = await client.send(
          new ListPublicKeysCommand({
            StartTime: new Date(from),
            EndTime: new Date(to),
            ...(next !== undefined && { NextToken: next }),
          }),
        )
        listed.push(...(page.PublicKeyList ?? []))
        next = page.NextToken
      } while (next !== undefined)
      return listedPublicKeys(listed, `ListPublicKeys in ${region}`)
    } catch (error) {
      throw awsError(error, { permission: 'cloudtrail:ListPublicKeys', resource: region })
    } finally {
      client.destroy()
    }
  }
