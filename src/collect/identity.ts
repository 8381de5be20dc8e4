import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import type { AwsClients } from '../aws/clients.ts'
import { checkClock } from '../aws/clock.ts'
import { awsError } from '../aws/errors.ts'
import type { AwsCredentialIdentity } from '../aws/settings.ts'

export interface CallerIdentity {
  readonly account: string
  readonly arn: string
}

/**
 * Whose credentials these are; every principal may ask that.
 *
 * @param credentials those of the clients where they are left out
 * @throws TrailbookError AWS_*
 */
export async function callerIdentity(
  clients: Pick<AwsClients, 'config'>,
  credentials?: AwsCredentialIdentity,
): Promise<CallerIdentity> {
  try {
    const client = new STSClient({ ...clients.config(), ...(credentials && { credentials }) })
    const answer = await client.send(new GetCallerIdentityCommand({}))
    checkClock(client)
    return { account: answer.Account ?? '', arn: answer.Arn ?? '' }
  } catch (error) {
    throw awsError(error, { permission: 'sts:GetCallerIdentity', resource: 'your own identity', endpoint: 'of AWS' })
  }
}
