/** What `trailbook athena setup` makes, as data: nothing here asks AWS. */
import { TrailbookError } from '../../../core/errors.ts'
import { eventColumns } from '../../../core/event/columns.ts'
import type { ColumnType } from '../../../core/event/types.ts'

export interface SetupSettings {
  readonly database: string
  readonly table: string
  readonly workgroup: string
  /** Where the trail delivers to, down to `AWSLogs/`, or to the organisation below it. */
  readonly logs: string
  /** Accounts and Regions of the partitions; where left out, every query must name them. */
  readonly accounts?: readonly string[] | undefined
  readonly regions?: readonly string[] | undefined
  /** The first day of the partitions, `YYYY-MM-DD`. */
  readonly firstDay: string
  /** Bytes that one query may scan. */
  readonly cutoff: number
  /** Where results go; Athena manages them itself where left out. */
  readonly output?: string | undefined
  readonly outputOwner?: string | undefined
  readonly encryption?:
    | { readonly option: 'SSE_S3' | 'SSE_KMS' | 'CSE_KMS'; readonly key?: string | undefined }
    | undefined
  /** Results are removed after so many days. */
  readonly keepResultsDays: number
}

interface TableWanted {
  readonly columns: readonly { readonly Name: string; readonly Type: string }[]
  readonly partitions: readonly { readonly Name: string; readonly Type: string }[]
  readonly location: string
  readonly parameters: Readonly<Record<string, string>>
}

export const serde = 'org.apache.hive.hcatalog.data.JsonSerDe'
export const inputFormat = 'com.amazon.emr.cloudtrail.CloudTrailInputFormat'
export const outputFormat = 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'

/** "AWSLogs/", of an organisation "AWSLogs/o-…/"; Control Tower's prefix is the organisation's id. */
const logsForm = /^s3:\/\/[^/]+\/(?:[^/]+\/)*?AWSLogs\/(?:o-[a-z0-9]{10,32}\/)?$/
const deeper = /^(s3:\/\/.*?AWSLogs\/(?:o-[a-z0-9]{10,32}\/)?)(\d{12})\/(?:CloudTrail\/(?:([a-z0-9-]+)\/)?)?$/

/** A location that names one account, or one Region of it, is that of its trail with these as the only ones. */
export function narrowed<T extends Pick<SetupSettings, 'logs' | 'accounts' | 'regions'>>(settings: T): T {
  const [, base, account, region] = deeper.exec(settings.logs) ?? []
  if (base === undefined || account === undefined) return settings
  return { ...settings, logs: base, accounts: [account], ...(region !== undefined && { regions: [region] }) }
}

/**
 * The raw table: the columns that AWS documents ("Query AWS CloudTrail logs", Athena User Guide) with those that newer events have,
 * and partitions projected by account, Region and day of delivery.
 *
 * @throws TrailbookError ATHENA_LOGS
 */
export function wantedTable(settings: SetupSettings): TableWanted {
  const { logs, accounts, regions, firstDay } = settings
  if (!logsForm.test(logs)) throw new TrailbookError('ATHENA_LOGS', { location: logs })
  return {
    columns: eventColumns
      .filter(({ name }) => name !== 'extra')
      .map(({ name, type }) => ({ Name: name.toLowerCase(), Type: hiveType(type) })),
    partitions: ['account', 'region', 'day'].map((Name) => ({ Name, Type: 'string' })),
    location: logs,
    parameters: {
      classification: 'cloudtrail',
      'projection.enabled': 'true',
      ...listed('account', accounts),
      ...listed('region', regions),
      'projection.day.type': 'date',
      'projection.day.format': 'yyyy/MM/dd',
      'projection.day.interval': '1',
      'projection.day.interval.unit': 'DAYS',
      'projection.day.range': `${firstDay.replaceAll('-', '/')},NOW`,
      // Columns of Athena, filled in by Athena.
      'storage.location.template': `${logs}\${account}/CloudTrail/\${region}/\${day}`,
    },
  }
}

const listed = (name: string, values: readonly string[] | undefined): Record<string, string> =>
  values === undefined
    ? { [`projection.${name}.type`]: 'injected' }
    : { [`projection.${name}.type`]: 'enum', [`projection.${name}.values`]: values.join(',') }

function hiveType(type: ColumnType): string {
  switch (type.kind) {
    case 'row':
      return `struct<${type.fields.map((field) => `${field.name.toLowerCase()}:${hiveType(field.type)}`).join(',')}>`
    case 'array':
      return `array<${hiveType(type.element)}>`
    case 'map':
      return `map<${hiveType(type.key)},${hiveType(type.value)}>`
    case 'boolean':
      return 'boolean'
    case 'timestamp-tz':
      return 'timestamp'
    default:
      return 'string'
  }
}

/** The same as statements, for who makes things by hand. */
export function setupStatements(settings: SetupSettings): readonly string[] {
  const { database, table } = settings
  const { columns, partitions, location, parameters } = wantedTable(settings)
  const list = (items: TableWanted['columns']): string =>
    items.map(({ Name, Type }) => `  \`${Name}\` ${Type}`).join(',\n')
  const properties = Object.entries(parameters).map(([name, value]) => `  '${name}' = '${value}'`)
  return [
    `CREATE DATABASE IF NOT EXISTS \`${database}\``,
    [
      `CREATE EXTERNAL TABLE IF NOT EXISTS \`${database}\`.\`${table}\` (`,
      list(columns),
      ')',
      `PARTITIONED BY (\n${list(partitions)}\n)`,
      `ROW FORMAT SERDE '${serde}'`,
      `STORED AS INPUTFORMAT '${inputFormat}'`,
      `OUTPUTFORMAT '${outputFormat}'`,
      `LOCATION '${location}'`,
      `TBLPROPERTIES (\n${properties.join(',\n')}\n)`,
    ].join('\n'),
  ]
}

interface WorkgroupWanted {
  readonly EnforceWorkGroupConfiguration: boolean
  readonly BytesScannedCutoffPerQuery: number
  readonly ManagedQueryResultsConfiguration?: { readonly Enabled: boolean }
  readonly ResultConfiguration?: {
    readonly OutputLocation: string
    readonly EncryptionConfiguration: {
      readonly EncryptionOption: 'SSE_S3' | 'SSE_KMS' | 'CSE_KMS'
      readonly KmsKey?: string
    }
    readonly ExpectedBucketOwner?: string
  }
}

/** Of the workgroup: its settings win over those of whoever asks. */
export function wantedWorkgroup(settings: SetupSettings): WorkgroupWanted {
  const { output, outputOwner, encryption = { option: 'SSE_S3' as const, key: undefined } } = settings
  const limits = { EnforceWorkGroupConfiguration: true, BytesScannedCutoffPerQuery: settings.cutoff }
  if (output === undefined) return { ...limits, ManagedQueryResultsConfiguration: { Enabled: true } }
  return {
    ...limits,
    ResultConfiguration: {
      OutputLocation: output,
      EncryptionConfiguration: {
        EncryptionOption: encryption.option,
        ...(encryption.key && { KmsKey: encryption.key }),
      },
      ...(outputOwner !== undefined && { ExpectedBucketOwner: outputOwner }),
    },
  }
}
