/** LookupEvents over the SDK. */
import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail'
import type { AwsClients } from '../../aws/clients.ts'
import { awsError, isExpired, isNetworkFailure, statusOf } from '../../aws/errors.ts'
import { unlessAborted } from '../../aws/unless-aborted.ts'
import { TrailbookError } from '../../core/errors.ts'
import { type LookupApi, LookupFailure, type LookupFailureKind } from './lookup.ts'

interface LookupPlace {
  readonly account: string
  readonly region: string
  readonly role?: string | undefined
}

const pageSize = 50

export function cloudTrailLookup(clients: AwsClients, { account, region, role }: LookupPlace): LookupApi {
  // Attempts are made here and not by the SDK: each counts against the budget of the place.
  const client = new CloudTrailClient({ ...clients.config(region), retryMode: 'standard', maxAttempts: 1 })
  let accessKeyId: string | undefined
  return {
    async lookup({ first, last, attribute, token }, signal) {
      try {
        accessKeyId = (await unlessAborted(clients.credentials.provider(), signal)).accessKeyId
        const answer = await client.send(
          new LookupEventsCommand({
            StartTime: new Date(first * 1000),
            EndTime: new Date(last * 1000),
            MaxResults: pageSize,
            ...(attribute && { LookupAttributes: [{ AttributeKey: attribute.key, AttributeValue: attribute.value }] }),
            ...(token !== undefined && { NextToken: token }),
          }),
          signal ? { abortSignal: signal } : {},
        )
        return {
          events: (answer.Events ?? []).map((event) => ({ ...event })),
          ...(answer.NextToken !== undefined && { token: answer.NextToken }),
        }
      } catch (error) {
        throw new LookupFailure(kindOf(error), error, accessKeyId)
      }
    },
    renew: (refused) => clients.credentials.renew(refused),
    explain: (error) =>
      awsError(error, {
        permission: 'cloudtrail:LookupEvents',
        resource: `account ${account} in ${region}`,
        endpoint: `of CloudTrail in ${region}`,
        role,
      }),
  }
}

/** What credentials failed with is in the words of the catalogue already; what it came from tells whether to try again. */
function kindOf(failure: unknown): LookupFailureKind {
  const error = failure instanceof TrailbookError ? failure.cause : failure
  if (!(error instanceof Error)) return 'final'
  if (error.name === 'InvalidNextTokenException') return 'token'
  if (/Throttl|TooManyRequests|RequestLimitExceeded/.test(error.name)) return 'throttled'
  if (isExpired(error)) return 'expired'
  return isNetworkFailure(error) || (statusOf(error) ?? 0) >= 500 ? 'passing' : 'final'
}
