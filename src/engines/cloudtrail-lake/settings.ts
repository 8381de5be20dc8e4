import type { AwsSettings } from '../../aws/settings.ts'
import type { Details } from '../../core/sql/print/cloudtrail-lake-paths.ts'

/** How CloudTrail Lake is reached, and which of its event data stores hold the events. */
export interface CloudTrailLakeSettings {
  /** The connection's name in trailbook.yaml. */
  readonly name: string
  /** Ids or ARNs; events come from all of them. */
  readonly stores: readonly string[]
  /** The account that the stores belong to, where it is not that of the credentials. */
  readonly owner?: string | undefined
  readonly details?: Details | undefined
  readonly aws: AwsSettings
  /** Of one query until its last row; Lake's own limit is an hour. */
  readonly timeLimitMs?: number | undefined
}
