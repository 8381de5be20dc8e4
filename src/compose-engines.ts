/** The part of composition that opens engines other than the embedded one; each is loaded when it is needed. */
import type { Published, SnapshotTable } from './core/event/published.ts'
import type { LogFile } from './core/event/source.ts'
import type { Connection, PolicyStatement } from './core/ports.ts'
import type { Inventory } from './core/run/inventory.ts'
import type { PermissionInput } from './engines/athena/permissions.ts'
import type { IsRead } from './engines/athena/reads-file.ts'
import type { AthenaSettings } from './engines/athena/settings.ts'
import type { PieceReport } from './engines/athena/setup/setup.ts'
import type { SetupSettings } from './engines/athena/setup/wanted.ts'
import type { CloudTrailLakeSettings } from './engines/cloudtrail-lake/settings.ts'
import type { LogsInsightsSettings } from './engines/logs-insights/settings.ts'
import type { TrinoSettings } from './engines/trino/settings.ts'
import type { ListDelivered } from './session/listing.ts'
import type { CoverageOptions } from './session/with-coverage.ts'

interface OpenOptions {
  readonly signal: AbortSignal
  /** Of one query, in milliseconds. */
  readonly timeLimitMs?: number | undefined
  /** What coverage expects. */
  readonly inventory?: Inventory | undefined
}

/** Of trailbook.yaml, for every engine. */
interface CoverageSettings {
  readonly coverage?: CoverageOptions['basis'] | undefined
  readonly coverageBudget?: CoverageOptions['budget']
}

/** Counting is what nobody has to ask for where it costs nothing. */
async function covered(
  connection: Connection,
  { coverage, coverageBudget }: CoverageSettings,
  others: Pick<CoverageOptions, 'inventory' | 'ledger' | 'listing'>,
): Promise<Connection> {
  const { withCoverage } = await import('./session/with-coverage.ts')
  const basis = coverage ?? (connection.capabilities.billed ? 'none' : 'probe')
  const { inventory, ledger, listing } = others
  return withCoverage(connection, {
    basis,
    budget: coverageBudget,
    clock: { now: Date.now },
    inventory,
    ledger,
    listing,
  })
}

/** @throws TrailbookError TRINO_* */
export async function openTrino(
  { coverage, coverageBudget, ...settings }: Omit<TrinoSettings, 'timeLimitMs'> & CoverageSettings,
  { signal, timeLimitMs, inventory }: OpenOptions,
): Promise<Connection> {
  const { connectTrino } = await import('./engines/trino/connection.ts')
  const { shownSnapshot } = await import('./engines/trino/coverage.ts')
  const connection = await connectTrino({ ...settings, timeLimitMs }, { signal })
  const ledger: CoverageOptions['ledger'] = (abortable) => shownSnapshot({ ...settings, timeLimitMs }, abortable)
  return covered(connection, { coverage, coverageBudget }, { inventory, ledger })
}

interface TrinoTableOptions {
  /** Where published snapshots lie, as the catalog's file system names it. */
  readonly location: string
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: { readonly done: number; readonly all: number }) => void
}

/** The table of a connection, to be pointed at published snapshots. */
export async function openTrinoTable(settings: TrinoSettings, options: TrinoTableOptions): Promise<SnapshotTable> {
  const { trinoSnapshotTable } = await import('./engines/trino/snapshot-table.ts')
  return trinoSnapshotTable(settings, options)
}

/** The statements that do the same by hand. */
export async function trinoStatements(
  published: Published,
  settings: TrinoSettings & { readonly location: string },
): Promise<readonly string[]> {
  const { setupStatements } = await import('./engines/trino/setup.ts')
  return setupStatements(published, settings)
}

/** @throws TrailbookError CLOUDTRAIL_LAKE_STORE_ID */
export async function openCloudTrailLake(
  { coverage, coverageBudget, ...settings }: Omit<CloudTrailLakeSettings, 'timeLimitMs'> & CoverageSettings,
  { timeLimitMs, inventory }: OpenOptions,
): Promise<Connection> {
  const { connectCloudTrailLake } = await import('./engines/cloudtrail-lake/connection.ts')
  return covered(await connectCloudTrailLake({ ...settings, timeLimitMs }), { coverage, coverageBudget }, { inventory })
}

/** What credentials need for it. */
export async function cloudTrailLakePermissions(
  settings: Pick<CloudTrailLakeSettings, 'stores' | 'owner'> & { readonly region?: string | undefined },
): Promise<readonly PolicyStatement[]> {
  const { lakePermissions } = await import('./engines/cloudtrail-lake/permissions.ts')
  return lakePermissions(settings)
}

/** @throws TrailbookError ATHENA_*, AWS_* */
export async function openAthena(
  {
    coverage,
    coverageBudget,
    logs,
    ...settings
  }: Omit<AthenaSettings, 'timeLimitMs'> & CoverageSettings & { readonly logs?: readonly string[] | undefined },
  { signal, timeLimitMs, inventory }: OpenOptions,
): Promise<Connection> {
  const { connectAthena } = await import('./engines/athena/connection.ts')
  const connection = await connectAthena({ ...settings, timeLimitMs }, { signal })
  const listing = logs === undefined ? undefined : readBy(connection.readsFile, listDelivered(logs, settings.aws))
  const ledger: CoverageOptions['ledger'] = (abortable) => connection.shown(abortable)
  return covered(connection, { coverage, coverageBudget }, { inventory, ledger, listing })
}

/** A file that lies there and that the table does not read proves nothing, and one that is archived shows that events are missing. */
const readBy = (readsFile: (now: number) => IsRead | { readonly refusal: string }, list: ListStored): ListDelivered =>
  async function* read(window, asking) {
    const isRead = readsFile(Date.now())
    if ('refusal' in isRead) throw new Error(isRead.refusal)
    for await (const files of list(window, asking))
      yield files.flatMap(({ location: key, size, archived }) => {
        if (!isRead(key)) return []
        if (archived === undefined) return [{ key, size }]
        return [{ key, size, unread: `Log files are archived (${archived}), and Athena passes over them.` }]
      })
  }

type ListStored = (...asked: Parameters<ListDelivered>) => AsyncIterable<readonly LogFile[]>

/** Names of the log files below places in S3. */
const listDelivered = (locations: readonly string[], aws: AthenaSettings['aws']): ListStored =>
  async function* list(window, { signal, onRequest }) {
    const { openS3Source } = await import('./sources/s3/open.ts')
    // Buckets may lie in other Regions than the engine.
    const { source, close } = await openS3Source(
      { locations, aws: { ...aws, region: undefined }, choice: { window }, onRequest },
      signal,
    )
    try {
      yield* source.list(signal === undefined ? {} : { signal })
    } finally {
      close()
    }
  }

export async function athenaPermissionsOf(settings: PermissionInput): Promise<readonly PolicyStatement[]> {
  const { athenaPermissions } = await import('./engines/athena/permissions.ts')
  return athenaPermissions(settings)
}

interface AwsReach {
  readonly region?: string | undefined
  readonly endpoint?: string | undefined
  readonly role?: string | undefined
  readonly externalId?: string | undefined
}

/** @throws TrailbookError AWS_* */
export async function openLogsInsights(
  {
    region,
    endpoint,
    role,
    externalId,
    coverage,
    coverageBudget,
    ...settings
  }: Omit<LogsInsightsSettings, 'timeLimitMs'> & AwsReach & CoverageSettings,
  { timeLimitMs, inventory }: OpenOptions,
): Promise<Connection> {
  const { connectLogsInsights } = await import('./engines/logs-insights/connection.ts')
  const assumed = role === undefined ? undefined : { arn: role, externalId }
  const connection = await connectLogsInsights(
    { ...settings, timeLimitMs },
    { aws: { region, endpoint, role: assumed } },
  )
  return covered(connection, { coverage, coverageBudget }, { inventory })
}

/** What credentials need for it. */
export async function logsInsightsPermissions(
  settings: Pick<LogsInsightsSettings, 'logGroups'> & AwsReach,
): Promise<readonly PolicyStatement[]> {
  const { logsInsightsPermissions: statements } = await import('./engines/logs-insights/connection.ts')
  const { awsClients } = await import('./aws/clients.ts')
  const clients = await awsClients({ region: settings.region })
  return statements(settings.logGroups, clients)
}

/** @throws TrailbookError ATHENA_LOGS, AWS_* */
export async function setUpAthena(
  settings: SetupSettings & Pick<AthenaSettings, 'aws'>,
  options: { readonly mode: 'apply' | 'change'; readonly signal: AbortSignal },
): Promise<readonly PieceReport[]> {
  const { setUp } = await import('./engines/athena/setup/setup.ts')
  return setUp(settings, options)
}

/** What setup makes, as statements and settings: AWS is not asked. @throws TrailbookError ATHENA_LOGS */
export async function athenaSetupText(settings: SetupSettings) {
  const { narrowed, setupStatements, wantedWorkgroup } = await import('./engines/athena/setup/wanted.ts')
  const wanted = narrowed(settings)
  return { statements: setupStatements(wanted), workgroup: wantedWorkgroup(wanted) }
}
