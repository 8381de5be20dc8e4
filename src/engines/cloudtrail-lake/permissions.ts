import { partitionOf } from '../../aws/settings.ts'
import type { PolicyStatement } from '../../core/ports.ts'

interface Asked {
  readonly stores: readonly string[]
  readonly region?: string | undefined
  readonly owner?: string | undefined
}

/**
 * What querying needs ("Actions defined by AWS CloudTrail", Service Authorization Reference): all four act on event data stores.
 * Of an id the account and the Region may be unknown.
 */
export function lakePermissions({ stores, region = '*', owner = '*' }: Asked): readonly PolicyStatement[] {
  const arns = stores.map((store) =>
    store.startsWith('arn:')
      ? store
      : `arn:${partitionOf(region)}:cloudtrail:${region}:${owner}:eventdatastore/${store}`,
  )
  return [
    {
      Sid: 'QueryEventDataStores',
      Effect: 'Allow',
      Action: [
        'cloudtrail:StartQuery',
        'cloudtrail:DescribeQuery',
        'cloudtrail:GetQueryResults',
        'cloudtrail:CancelQuery',
      ],
      Resource: arns,
    },
  ]
}
