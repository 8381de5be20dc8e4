/** What the credentials of a connection must be allowed, told without asking AWS ("Identity-based policy examples", Athena User Guide). */
import { partitionOf } from '../../aws/settings.ts'
import type { PolicyStatement } from '../../core/ports.ts'

export interface PermissionInput {
  readonly region: string
  readonly catalog: string
  readonly database: string
  readonly table: string
  readonly workgroup: string
  readonly output?: string | undefined
  readonly encryption?: { readonly key?: string | undefined } | undefined
  /** The account of workgroup and catalog; `*` in ARNs where nobody says. */
  readonly account?: string | undefined
  /** Where the objects of the table lie. */
  readonly logs?: readonly string[] | undefined
  readonly logsKey?: string | undefined
  readonly role?: string | undefined
}

/**
 * Where the location of the log objects or of results is not among the settings, nothing is allowed on S3: trailbook athena setup,
 * which knows both, prints the whole policy. lakeformation:GetDataAccess knows no resource.
 */
export function athenaPermissions(input: PermissionInput): readonly PolicyStatement[] {
  const { region, account = '*', catalog, database, table, workgroup, output, encryption, logs = [], logsKey } = input
  const partition = partitionOf(region)
  const arn = (service: string, resource: string): string =>
    `arn:${partition}:${service}:${region}:${account}:${resource}`
  const buckets = (places: readonly string[]) => [...new Set(places.map((at) => bucketArn(partition, at)))]
  const prefixes = (places: readonly string[]) => places.map((at) => `${prefixOf(at)}*`)
  const statements: PolicyStatement[] = [
    {
      Sid: 'AskAthena',
      Effect: 'Allow',
      Action: [
        'athena:GetQueryExecution',
        'athena:GetQueryResults',
        'athena:GetWorkGroup',
        'athena:StartQueryExecution',
        'athena:StopQueryExecution',
      ],
      Resource: [arn('athena', `workgroup/${workgroup}`)],
    },
    {
      Sid: 'ReadCatalog',
      Effect: 'Allow',
      Action: [
        'glue:GetDatabase',
        'glue:GetPartition',
        'glue:GetPartitions',
        'glue:GetTable',
        'glue:BatchGetPartition',
      ].sort(),
      Resource: [
        arn('glue', 'catalog'),
        arn('glue', `database/${database}`),
        arn('glue', `table/${database}/${table}`),
        // What its view shows, where it is a published snapshot, and that one's coverage: names of such tables go on with a number of
        // ten digits.
        arn('glue', `table/${database}/${table}_0*`),
      ],
    },
    { Sid: 'UseLakeFormation', Effect: 'Allow', Action: ['lakeformation:GetDataAccess'], Resource: ['*'] },
  ]
  if (catalog !== 'AwsDataCatalog')
    statements.push({
      Sid: 'UseDataCatalog',
      Effect: 'Allow',
      Action: ['athena:GetDataCatalog'],
      Resource: [arn('athena', `datacatalog/${catalog}`)],
    })
  if (logs.length > 0)
    statements.push(
      {
        Sid: 'ListLogs',
        Effect: 'Allow',
        Action: ['s3:ListBucket'],
        Resource: buckets(logs),
        Condition: { StringLike: { 's3:prefix': prefixes(logs) } },
      },
      { Sid: 'LocateLogs', Effect: 'Allow', Action: ['s3:GetBucketLocation'], Resource: buckets(logs) },
      {
        Sid: 'ReadLogs',
        Effect: 'Allow',
        Action: ['s3:GetObject'],
        Resource: logs.map((at) => `${bucketArn(partition, at)}/${prefixOf(at)}*`),
      },
    )
  if (logsKey !== undefined)
    statements.push({ Sid: 'DecryptLogs', Effect: 'Allow', Action: ['kms:Decrypt'], Resource: [logsKey] })
  if (output !== undefined)
    statements.push(
      {
        Sid: 'LocateResults',
        Effect: 'Allow',
        Action: ['s3:GetBucketLocation', 's3:ListBucketMultipartUploads'],
        Resource: buckets([output]),
      },
      {
        Sid: 'ListResults',
        Effect: 'Allow',
        Action: ['s3:ListBucket'],
        Resource: buckets([output]),
        Condition: { StringLike: { 's3:prefix': prefixes([output]) } },
      },
      {
        Sid: 'WriteResults',
        Effect: 'Allow',
        Action: ['s3:AbortMultipartUpload', 's3:GetObject', 's3:ListMultipartUploadParts', 's3:PutObject'],
        Resource: [`${bucketArn(partition, output)}/${prefixOf(output)}*`],
      },
    )
  if (encryption?.key !== undefined)
    statements.push({
      Sid: 'EncryptResults',
      Effect: 'Allow',
      Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
      Resource: [encryption.key],
    })
  return statements
}

const bucketArn = (partition: string, place: string): string => `arn:${partition}:s3:::${place.split('/')[2]}`

/** "Specify special characters" (IAM User Guide): in policies these stand for others. */
const prefixOf = (place: string): string =>
  place
    .split('/')
    .slice(3)
    .join('/')
    .replace(/[*?$]/g, (char) => `\${${char}}`)
