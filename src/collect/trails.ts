/** The trails of an account, with what they record. */
import {
  CloudTrailClient,
  GetEventSelectorsCommand,
  GetInsightSelectorsCommand,
  GetTrailCommand,
  GetTrailStatusCommand,
  paginateListTrails,
} from '@aws-sdk/client-cloudtrail'
import type { AwsClients } from '../aws/clients.ts'
import { chained } from './pages.ts'

export interface CollectedTrail {
  readonly arn: string
  readonly name: string
  readonly home: string
  /** The account that it belongs to: of an organisation's trail the management account. */
  readonly owner: string
  readonly bucket: string
  readonly multiRegion: boolean
  readonly organization: boolean
  readonly logging: boolean
  readonly stopped: Date | undefined
  /** As GetEventSelectors answers. */
  readonly eventSelectors: readonly unknown[]
  readonly advancedEventSelectors: readonly unknown[]
  readonly insights: boolean
}

/** What ListTrails names; the trail of an organisation is seen in every member. */
export interface ListedTrail {
  readonly arn: string
  readonly home: string
  readonly owner: string
}

export async function listTrails(clients: AwsClients): Promise<ListedTrail[]> {
  const client = new CloudTrailClient(clients.config())
  const trails: ListedTrail[] = []
  for await (const page of chained(paginateListTrails({ client }, {}), 'cloudtrail:ListTrails'))
    for (const { TrailARN, HomeRegion } of page.Trails ?? [])
      if (TrailARN !== undefined && HomeRegion !== undefined)
        trails.push({ arn: TrailARN, home: HomeRegion, owner: TrailARN.split(':')[4] ?? '' })
  return trails.sort((a, b) => (a.arn < b.arn ? -1 : 1))
}

/** In its home Region: elsewhere only a shadow of it answers, without its status. */
export async function readTrail(clients: AwsClients, { arn, home, owner }: ListedTrail): Promise<CollectedTrail> {
  const client = new CloudTrailClient(clients.config(home))
  const { Trail } = await client.send(new GetTrailCommand({ Name: arn }))
  const status = await client.send(new GetTrailStatusCommand({ Name: arn }))
  const selectors = await client.send(new GetEventSelectorsCommand({ TrailName: arn }))
  return {
    arn,
    name: Trail?.Name ?? arn,
    home,
    owner,
    bucket: Trail?.S3BucketName ?? '',
    multiRegion: Trail?.IsMultiRegionTrail ?? false,
    organization: Trail?.IsOrganizationTrail ?? false,
    logging: status.IsLogging ?? false,
    stopped: status.StopLoggingTime,
    eventSelectors: selectors.EventSelectors ?? [],
    advancedEventSelectors: selectors.AdvancedEventSelectors ?? [],
    insights: await hasInsights(client, arn),
  }
}

async function hasInsights(client: CloudTrailClient, arn: string): Promise<boolean> {
  try {
    const { InsightSelectors } = await client.send(new GetInsightSelectorsCommand({ TrailName: arn }))
    return (InsightSelectors ?? []).length > 0
  } catch (error) {
    if (error instanceof Error && error.name === 'InsightNotEnabledException') return false
    throw error
  }
}
