/** The part of composition that knows snapshots in buckets. */
import { readFileSync } from 'node:fs'
import { openWritableBucket, type WriterSettings } from './aws/bucket-writer.ts'
import { TrailbookError } from './core/errors.ts'
import type { SnapshotTable } from './core/event/published.ts'
import type { ConvertReport, ConvertRequest } from './engines/athena/convert.ts'
import type { AthenaSettings } from './engines/athena/settings.ts'
import { holderOf, type LockOptions, newLockName } from './lake/lock.ts'
import { parseS3Location } from './sources/s3/location.ts'
import type { Processes } from './store/s3/lease.ts'
import { type S3Snapshots, s3Snapshots } from './store/s3/s3-snapshots.ts'

export type { ConvertReport } from './engines/athena/convert.ts'

export type { S3Snapshots } from './store/s3/s3-snapshots.ts'

export interface S3TargetRequest extends LockOptions {
  readonly aws?: WriterSettings
}

/** @param location `s3://bucket/prefix` @throws TrailbookError AWS_*, LAKE_TARGET, SNAPSHOT_DENIED */
export async function openS3Snapshots(
  location: string,
  { aws = {}, ...waiting }: S3TargetRequest = {},
): Promise<S3Snapshots> {
  const { bucket: name, key } = parseS3Location(location)
  const bucket = await openWritableBucket(name, aws, waiting.signal)
  try {
    return await s3Snapshots(bucket, key, { ...waiting, processes })
  } catch (error) {
    bucket.close()
    throw error
  }
}

/**
 * Hosts that share nothing may have one name. What a machine does not know to be its own, since it was started, it takes for alive.
 */
const processes: Processes = {
  newName: () => `${boot()}:${newLockName()}`,
  holderOf(name) {
    const [of = '', ...rest] = name.split(':')
    const holder = holderOf(rest.join(':'))
    return holder && { ...holder, isGone: holder.isGone && of !== '' && of === boot() }
  },
}

function boot(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
  } catch {
    return ''
  }
}

interface AthenaCall {
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: (progress: { readonly done: number; readonly all: number }) => void
}

interface AthenaTableRequest extends AthenaCall {
  /** Where snapshots are published: `s3://bucket/prefix`. */
  readonly location: string
}

/** The view of a connection, to be pointed at published snapshots. */
export async function openAthenaTable(
  settings: AthenaSettings,
  { location, ...call }: AthenaTableRequest,
): Promise<SnapshotTable & { close(): void }> {
  const [{ athenaSnapshotTable }, opened] = await Promise.all([
    import('./engines/athena/snapshot-table.ts'),
    openStatements(settings, call),
  ])
  const place = { database: settings.database, table: settings.table, location }
  return { ...athenaSnapshotTable(place, { ...opened, ...call }), close: opened.close }
}

interface ConvertCall
  extends AthenaCall,
    Pick<ConvertRequest, 'from' | 'to' | 'again' | 'batch' | 'keep' | 'dryRun' | 'onExpected'> {
  readonly store: S3Snapshots
  /** Name of the view that shows what was converted, in the database of the connection. */
  readonly view: string
  readonly graceMs: number
}

/** Converts days of delivery of a connection's raw table, see `convert`. @throws TrailbookError CONVERT_*, SNAPSHOT_*, ATHENA_*, AWS_* */
export async function convertAthena(settings: AthenaSettings, call: ConvertCall): Promise<ConvertReport> {
  const [
    { convert },
    { athenaSnapshotTable },
    { estimateScan },
    { bucketObjects },
    { inspectTable, registeredDays },
    { deliveryScope },
  ] = await Promise.all([
    import('./engines/athena/convert.ts'),
    import('./engines/athena/snapshot-table.ts'),
    import('./engines/athena/estimate.ts'),
    import('./engines/athena/connection.ts'),
    import('./engines/athena/table.ts'),
    import('./engines/athena/convert-statements.ts'),
  ])
  const { store, view, signal, onProgress, ...request } = call
  const abortable = signal === undefined ? {} : { signal }
  const opened = await openStatements(settings, call)
  const { objects, close } = bucketObjects(settings)
  try {
    const raw = await inspectTable(settings, opened.clients, abortable)
    const place = { database: settings.database, table: view, location: store.location }
    const registered = () => registeredDays(settings, { clients: opened.clients, table: settings.table }, abortable)
    const hasKmsKey = settings.logsKey !== undefined
    return await convert(
      { ...request, shape: raw.shape, source: `${settings.database}.${settings.table}`, place, onProgress },
      {
        ...opened,
        store,
        table: athenaSnapshotTable(place, opened),
        estimate: (first, last) =>
          estimateScan({ table: raw, objects, registered, hasKmsKey }, deliveryScope(first, last), abortable),
        now: Date.now,
      },
    )
  } finally {
    close()
    opened.close()
  }
}

async function openStatements(settings: AthenaSettings, { signal }: AthenaCall) {
  const [{ queryClient }, { statementsOf }, { catalogTables }, { createBudget }] = await Promise.all([
    import('./engines/athena/client.ts'),
    import('./engines/athena/statement.ts'),
    import('./engines/athena/catalog-tables.ts'),
    import('./engines/athena/budget.ts'),
  ])
  const pace = { firstMs: 300, mostMs: 5000 }
  const client = await queryClient(settings, pace)
  const budget = createBudget(settings.name, settings.budgetBytes)
  return {
    statements: statementsOf(client, { signal, pace, budget }),
    catalog: catalogTables(settings, client.clients, signal),
    budget,
    clients: client.clients,
    close: () => client.close(),
  }
}

/** The statements that point a view at what is published below a place, to be looked at or executed by hand. */
export async function athenaStatements(
  store: S3Snapshots,
  { database, table }: Pick<AthenaSettings, 'database' | 'table'>,
): Promise<readonly string[]> {
  const { allStatements } = await import('./engines/athena/snapshot-statements.ts')
  const published = await store.current()
  if (published === undefined) throw new TrailbookError('TRINO_NO_SNAPSHOT', { path: store.location })
  return allStatements(published, { database, table, location: store.location })
}
