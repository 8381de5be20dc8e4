import { CloudWatchLogsClient, DescribeLogGroupsCommand, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import type { AwsClients } from '../../aws/clients.ts'
import { checkClock } from '../../aws/clock.ts'
import { awsError } from '../../aws/errors.ts'
import { TrailbookError } from '../../core/errors.ts'
import type { LogGroupName } from './location.ts'
import type { LogGroup } from './source.ts'

/** @throws TrailbookError AWS_NO_LOG_GROUP, AWS_* */
export async function openLogGroup(
  { group, region }: LogGroupName,
  clients: AwsClients,
  signal?: AbortSignal,
): Promise<LogGroup> {
  const config = clients.config(region)
  const client = new CloudWatchLogsClient(config)
  const where = region ?? clients.region
  const options = signal === undefined ? {} : { abortSignal: signal }
  const arn = `arn:${clients.partition}:logs:${where}:*:log-group:${group}`
  const asked = (permission: string) => ({ permission, resource: arn, endpoint: config.endpoint })

  const { logGroups = [] } = await client
    .send(new DescribeLogGroupsCommand({ logGroupNamePrefix: group, limit: 50 }), options)
    .catch((error: unknown) => {
      throw awsError(error, asked('logs:DescribeLogGroups'))
    })
  checkClock(client)
  const found = logGroups.find(({ logGroupName }) => logGroupName === group)
  if (found === undefined) throw new TrailbookError('AWS_NO_LOG_GROUP', { group, region: where })
  return {
    group,
    region: where,
    account: found.arn?.split(':')[4] ?? '000000000000',
    created: found.creationTime ?? 0,
    retentionDays: found.retentionInDays,
    async page({ from, to, token }) {
      try {
        const answer = await client.send(
          new FilterLogEventsCommand({
            logGroupName: group,
            startTime: from,
            // The last millisecond that is wanted.
            endTime: to - 1,
            ...(token !== undefined && { nextToken: token }),
          }),
          options,
        )
        return {
          messages: (answer.events ?? []).flatMap(({ message }) => (message === undefined ? [] : [message])),
          token: answer.nextToken,
        }
      } catch (error) {
        throw awsError(error, asked('logs:FilterLogEvents'))
      }
    },
    close: () => client.destroy(),
  }
}
