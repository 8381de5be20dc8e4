import type { AwsSettings } from '../../aws/settings.ts'

/** How Athena is reached, which of its tables holds the events, and what a run may cost. */
export interface AthenaSettings {
  /** The connection's name in trailbook.yaml. */
  readonly name: string
  readonly catalog: string
  readonly database: string
  readonly table: string
  readonly workgroup: string
  /** `s3://bucket/prefix/` for results, where the workgroup sets none and does not manage them itself. */
  readonly output?: string | undefined
  readonly encryption?:
    | { readonly option: 'SSE_S3' | 'SSE_KMS' | 'CSE_KMS'; readonly key?: string | undefined }
    | undefined
  /** The account that owns the bucket of results; in a bucket of anybody else nothing is written. */
  readonly outputOwner?: string | undefined
  /** Results of the same text that are not older, in minutes, are taken again; never where left out. */
  readonly reuseMinutes?: number | undefined
  /** What accounts and Regions there are, for tables whose partitions want them named in every query. */
  readonly accounts?: readonly string[] | undefined
  readonly regions?: readonly string[] | undefined
  /** KMS key of the log objects: each is one request to decrypt. */
  readonly logsKey?: string | undefined
  /** Bytes that one run may have Athena scan, all its queries together. */
  readonly budgetBytes?: number | undefined
  readonly aws: AwsSettings
  /** Of one query until its last row; Athena's own limit by default. */
  readonly timeLimitMs?: number | undefined
}
