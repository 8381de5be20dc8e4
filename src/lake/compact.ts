import { join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { TrailbookError } from '../core/errors.ts'
import { readParquet } from '../duckdb/parquet.ts'
import type { Lake } from './lake.ts'
import type { Manifest, ManifestEventPart, ManifestPart } from './manifest.ts'
import { newPartPath, writePart } from './part-file.ts'
import { groupsOf, type PartLimits } from './part-groups.ts'
import { writeSortedPart } from './sorted-part.ts'
import { type LockedLake, type UpkeepSettings, withLock } from './with-lock.ts'

export interface CompactOptions extends UpkeepSettings {
  /** Says what would be done. */
  readonly dryRun?: boolean
  readonly limits?: Partial<PartLimits>
  /** Fewer small parts than so many stay as they are. */
  readonly least?: number
  readonly onProgress?: (progress: CompactProgress) => void
}

interface CompactProgress {
  readonly done: number
  readonly all: number
}

interface Amount {
  readonly parts: number
  readonly bytes: number
}

interface Change {
  readonly before: Amount
  readonly after: Amount
}

/** The machine output of `lake compact`. With `dryRun` there is no `after`: how well parts compress is known when they are written. */
export interface CompactReport {
  readonly dryRun: boolean
  /** Event days that were touched. */
  readonly days: readonly (Omit<Change, 'after'> & { readonly date: string; readonly after: Amount | null })[]
  /** Of the whole lake. */
  readonly events: Change | { readonly before: Amount; readonly after: null }
  readonly files: Change | { readonly before: Amount; readonly after: null }
  readonly coverage: Change | { readonly before: Amount; readonly after: null }
  /** Ended before the end; what is counted here is done. */
  readonly interrupted: boolean
  /** Bytes of replaced parts, which stay for an hour for queries that read them. */
  readonly retired: number
}

/** Larger parts hold no more in one row group, and cost more to write anew. */
const defaultLimits: PartLimits = { rows: 2_000_000, bytes: 256 * 2 ** 20 }

/**
 * Makes few parts of good size out of many small ones: those of an event day, of the file ledger and of the coverage ledger.
 * Every day is a commit of its own, so that an end before the end loses nothing. Readers go on with the parts they have.
 *
 * Every new part is compared with those it stands for before it is committed.
 * @throws TrailbookError LAKE_REWRITE and what `withLock` throws
 */
export async function compact(lake: Lake, options: CompactOptions = {}): Promise<CompactReport> {
  const aims = { ...defaultLimits, least: 2, ...options.limits, ...(options.least && { least: options.least }) }
  if (!lake.exists) throw new TrailbookError('LAKE_MISSING', { path: lake.folder })
  const found = await lake.manifest()
  const isIdle = ({ days, ledgers }: Plan): boolean => days.length + ledgers.length === 0
  // Nobody waits for a lock only to find that nothing is to be done.
  if (options.dryRun || isIdle(planOf(found, aims))) return untouched(found, aims, options.dryRun ?? false)
  return withLock(lake, options, async (locked) => {
    const before = locked.manifest()
    const plan = planOf(before, aims)
    const days: CompactReport['days'][number][] = []
    let retired = 0
    let done = 0
    let interrupted = false
    const all = plan.days.length + plan.ledgers.length
    const isOver = (): boolean => {
      interrupted ||= options.signal?.aborted ?? false
      return interrupted
    }
    if (all > 0)
      await locked.withConnection(async (connection) => {
        for (const { date, groups } of plan.days) {
          if (isOver()) return
          const parts = partsOfDay(locked.manifest(), date)
          const merged = new Map<ManifestEventPart, ManifestEventPart | undefined>()
          for (const group of groups) {
            const made = await mergeEvents(connection, locked, group)
            for (const [at, part] of group.entries()) merged.set(part, at === 0 ? made : undefined)
          }
          const events = locked
            .manifest()
            .events.flatMap((part) => (merged.has(part) ? (merged.get(part) ?? []) : part))
          const gone = [...merged.keys()]
          await locked.commit({ events, retired: [...locked.manifest().retired, ...retiredAt(gone, locked.now())] })
          retired += amountOf(gone).bytes
          days.push({ date, before: amountOf(parts), after: amountOf(partsOfDay(locked.manifest(), date)) })
          options.onProgress?.({ done: ++done, all })
        }
        for (const { key, groups } of plan.ledgers) {
          if (isOver()) return
          let parts = locked.manifest()[key]
          const gone: ManifestPart[] = []
          for (const group of groups) {
            const made = await (key === 'files' ? mergeFiles : mergeCoverage)(connection, locked, group)
            parts = parts.flatMap((part) => (part === group[0] ? made : group.includes(part) ? [] : part))
            gone.push(...group)
          }
          await locked.commit({
            [key]: parts,
            retired: [...locked.manifest().retired, ...retiredAt(gone, locked.now())],
          })
          retired += amountOf(gone).bytes
          options.onProgress?.({ done: ++done, all })
        }
      })
    const after = locked.manifest()
    const change = (key: 'events' | 'files' | 'coverage'): Change => ({
      before: amountOf(before[key]),
      after: amountOf(after[key]),
    })
    const report = { dryRun: false, days, events: change('events'), files: change('files') }
    return { ...report, coverage: change('coverage'), interrupted, retired }
  })
}

interface Plan {
  readonly days: readonly { readonly date: string; readonly groups: readonly (readonly ManifestEventPart[])[] }[]
  readonly ledgers: readonly {
    readonly key: 'files' | 'coverage'
    readonly groups: readonly (readonly ManifestPart[])[]
  }[]
}

type Aims = PartLimits & { readonly least: number }

function planOf(manifest: Manifest, { least, ...limits }: Aims): Plan {
  const groups = <Part extends ManifestPart>(parts: readonly Part[]): readonly (readonly Part[])[] =>
    groupsOf(parts, limits).filter((group) => group.length >= least)
  const dates = [...new Set(manifest.events.map(({ date }) => date))].sort()
  return {
    days: dates
      .map((date) => ({ date, groups: groups(partsOfDay(manifest, date)) }))
      .filter((one) => one.groups.length > 0),
    ledgers: (['files', 'coverage'] as const)
      .map((key) => ({ key, groups: groups(manifest[key]) }))
      .filter((one) => one.groups.length > 0),
  }
}

function untouched(manifest: Manifest, aims: Aims, dryRun: boolean): CompactReport {
  const { days } = planOf(manifest, aims)
  const whole = (key: 'events' | 'files' | 'coverage') => {
    const before = amountOf(manifest[key])
    return dryRun ? { before, after: null } : { before, after: before }
  }
  return {
    dryRun,
    days: days.map(({ date }) => ({ date, before: amountOf(partsOfDay(manifest, date)), after: null })),
    events: whole('events'),
    files: whole('files'),
    coverage: whole('coverage'),
    interrupted: false,
    retired: 0,
  }
}

const partsOfDay = ({ events }: Manifest, day: string): readonly ManifestEventPart[] =>
  events.filter(({ date }) => date === day)

const amountOf = (parts: readonly ManifestPart[]): Amount => ({
  parts: parts.length,
  bytes: parts.reduce((total, part) => total + part.bytes, 0),
})

export const retiredAt = (parts: readonly ManifestPart[], at: number): Manifest['retired'] =>
  parts.map(({ path }) => ({ path, at }))

async function mergeEvents(
  connection: DuckDBConnection,
  locked: LockedLake,
  group: readonly ManifestEventPart[],
): Promise<ManifestEventPart> {
  const { date } = group[0]!
  const part = await mergeParts(connection, locked, {
    group,
    folder: `events/event_date=${date}`,
    write: (path) =>
      writeSortedPart(connection, {
        lake: locked.folder,
        path,
        from: group.map((part) => join(locked.folder, part.path)),
        rows: group.reduce((total, part) => total + part.rows, 0),
      }),
    // Which records, and where each came from.
    sameness: 'count(*), sum(CAST(hash(_hash, _file, _ordinal, _kind, _account) AS HUGEINT))',
  })
  const times = (key: 'first' | 'last'): string[] => group.map((one) => one[key]).sort()
  return { ...part, date, first: times('first')[0]!, last: times('last').at(-1)! }
}

const mergeFiles = (
  connection: DuckDBConnection,
  locked: LockedLake,
  group: readonly ManifestPart[],
): Promise<ManifestPart> =>
  mergeParts(connection, locked, {
    group,
    folder: 'files',
    select: (rows) => `SELECT * FROM ${rows} ORDER BY file`,
    sameness: 'count(*), sum(CAST(hash(r) AS HUGEINT))',
  })

/**
 * Rows of the same cell become one. Calls that changed a trail stay as they are written: each of their lists is read on its own.
 * Parts of older lakes know no more than the hour.
 */
const mergeCoverage = (
  connection: DuckDBConnection,
  locked: LockedLake,
  group: readonly ManifestPart[],
): Promise<ManifestPart> =>
  mergeParts(connection, locked, {
    group,
    folder: 'coverage',
    select: (rows) => `SELECT * EXCLUDE (first, last, delivered, events),
        min(coalesce(first, hour)) AS first, max(coalesce(last, hour + INTERVAL 3599 SECOND)) AS last,
        CAST(sum(delivered) AS BIGINT) AS delivered, CAST(sum(events) AS BIGINT) AS events
      FROM (FROM ${rows} UNION ALL BY NAME SELECT NULL::TIMESTAMP AS first, NULL::TIMESTAMP AS last WHERE false)
      GROUP BY ALL ORDER BY account, region, hour, class`,
    sameness: `sum(delivered), sum(events), max(hour), count(DISTINCT hash(*COLUMNS('^(account|region|hour|class|resource|trail)$')))`,
  })

interface MergeRequest {
  readonly group: readonly ManifestPart[]
  readonly folder: string
  /** How the rows of the parts become those of the new one, or how it is written otherwise. */
  readonly select?: (rows: string) => string
  readonly write?: (path: string) => Promise<ManifestPart>
  /** What must be the same before and after. */
  readonly sameness: string
}

/** @throws TrailbookError LAKE_REWRITE */
async function mergeParts(
  connection: DuckDBConnection,
  locked: LockedLake,
  { group, folder, select = (rows) => `FROM ${rows}`, write, sameness }: MergeRequest,
): Promise<ManifestPart> {
  const lake = locked.folder
  const rows = readParquet(
    group.map(({ path }) => join(lake, path)),
    { union: true },
  )
  const path = newPartPath(folder, locked.nextId())
  const part = await (write?.(path) ?? writePart(connection, { lake, path, select: select(rows) }))
  const summary = async (relation: string): Promise<string> =>
    JSON.stringify((await connection.runAndReadAll(`SELECT ${sameness} FROM ${relation} r`)).getRowsJson())
  const [old, made] = [await summary(rows), await summary(readParquet([join(lake, part.path)]))]
  if (old !== made) {
    const what = `${group.length} parts in ${folder} hold ${old}, the new one ${made}`
    throw new TrailbookError('LAKE_REWRITE', { path: lake, what })
  }
  return part
}
