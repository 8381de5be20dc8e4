import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import type { AwsClients } from '../aws/clients.ts'
import { awsError } from '../aws/errors.ts'
import { TrailbookError } from '../core/errors.ts'

export interface CallerIdentity {
  readonly account: string
  readonly arn: string
}

/** The SDK corrects a wrong clock in silence; which events have settled is told by the clock, so that it must be right. */
const mostSkew = 5 * 60_000

/** Whose credentials these are; every principal may ask that. @throws TrailbookError AWS_* */
export async function callerIdentity(clients: AwsClients): Promise<CallerIdentity> {
  try {
    const client = new STSClient(clients.config())
    const answer = await client.send(new GetCallerIdentityCommand({}))
    const skew = client.config.systemClockOffset
    if (Math.abs(skew) > mostSkew)
      throw new TrailbookError('AWS_CLOCK', { reason: `it is ${Math.round(Math.abs(skew) / 60_000)} minutes off` })
    return { account: answer.Account ?? '', arn: answer.Arn ?? '' }
  } catch (error) {
    throw awsError(error, { permission: 'sts:GetCallerIdentity', resource: 'your own identity', endpoint: 'of AWS' })
  }
}
