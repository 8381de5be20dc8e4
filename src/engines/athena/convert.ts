import { createHash } from 'node:crypto'
import { TrailbookError } from '../../core/errors.ts'
import type { Conversion, Published, PublishedDay, SnapshotStore } from '../../core/event/published.ts'
import type { Charge, Estimate } from '../../core/ports.ts'
import type { TableShape } from '../../core/sql/table-shape.ts'
import { type IsoTime, isoTime } from '../../core/time.ts'
import type { Budget } from './budget.ts'
import type { CatalogTables } from './catalog-tables.ts'
import { batchesOf, type DaysWanted, daysToRead, withDays } from './convert-days.ts'
import { dropStages, type Pieces, piecesOf } from './convert-pieces.ts'
import { convertedColumns, usualBatch } from './convert-statements.ts'
import { billedBytes, charge } from './price.ts'
import type { TablePlace } from './snapshot-statements.ts'
import type { AthenaSnapshotTable } from './snapshot-table.ts'
import type { Statements } from './statement.ts'

interface ConvertStore extends SnapshotStore {
  /** Sizes in bytes of what lies below a folder, by path below the target. */
  sizes(folder: string): Promise<ReadonlyMap<string, number>>
}

export interface ConvertEffects {
  readonly store: ConvertStore
  readonly statements: Statements
  readonly catalog: CatalogTables
  readonly table: AthenaSnapshotTable
  readonly budget: Budget
  /** What reading these days of delivery would scan. */
  readonly estimate: (first: string, last: string) => Promise<Estimate>
  readonly now: () => number
}

export interface ConvertRequest extends DaysWanted {
  readonly shape: TableShape
  /** The raw table, for messages: `database.table`. */
  readonly source: string
  readonly place: TablePlace
  /** Days of delivery in one statement. */
  readonly batch?: number | undefined
  readonly keep?: number | undefined
  readonly graceMs: number
  readonly dryRun?: boolean
  /** Told before anything is spent. */
  readonly onExpected?: ((expected: ConvertReport['expected']) => void) | undefined
  readonly onProgress?: ((progress: { readonly done: number; readonly all: number }) => void) | undefined
}

/** The machine output of `athena convert`. */
export interface ConvertReport {
  readonly source: string
  readonly target: string
  /** The newest snapshot; null where there is none yet. */
  readonly id: string | null
  readonly dryRun: boolean
  /** Days of delivery that were read, or would be. */
  readonly deliveries: readonly string[]
  readonly statements: number
  readonly days: number
  /** Event days that have a new folder. */
  readonly newDays: number
  readonly rows: number
  /** Rows whose time nobody can read, of the days read now: they are no part of the snapshot. */
  readonly unusable: number
  readonly expected: { readonly bytes: number | null; readonly basis: string; readonly charges: readonly Charge[] }
  readonly charges: readonly Charge[]
  readonly removedFolders: number
  readonly table: string
}

const usualKeep = 3

/**
 * Turns days of delivery of a raw table into a snapshot: staged by statements into folders of their own, looked at, and committed
 * by `published.json`, a batch of days at a time. A kill leaves the snapshot before; the next run finds statements that had been
 * started, by their text, and takes what they wrote.
 *
 * @throws TrailbookError CONVERT_*, SNAPSHOT_*, ATHENA_*, AWS_*
 */
export async function convert(request: ConvertRequest, effects: ConvertEffects): Promise<ConvertReport> {
  const { store, table, now } = effects
  const { shape, source, place, batch = usualBatch, dryRun = false } = request
  refuseTable(request)
  const sourceId = `${source}#${createHash('sha256').update(shape.eventsTable).digest('hex').slice(0, 16)}`
  await table.check()
  const lock = dryRun ? undefined : await store.lock()
  try {
    let current = await store.current()
    refuseOther(current, { location: store.location, sourceId })
    const known = current?.conversion?.deliveries ?? []
    const wanted = daysToRead(known, request, now())
    if (wanted === undefined) throw new TrailbookError('CONVERT_FROM', { location: store.location })
    if (wanted.length === 0 && current === undefined)
      throw new TrailbookError('CONVERT_NO_DAYS', { reason: 'the first one is not over yet' })
    const batches = batchesOf(wanted, batch)
    const expected = await expectedOf(batches, effects)
    if (expected.bytes !== null) effects.budget.check(expected.bytes)
    if (!dryRun && wanted.length > 0) request.onExpected?.(expected)
    const tally = { statements: 0, newDays: new Set<string>(), unusable: 0, scanned: 0 }
    if (!dryRun) {
      for (const [at, days] of batches.entries()) {
        const pieces = piecesOf({ shape, place, sourceId, current, tally }, effects)
        current = await commit({ current, days, pieces, sourceId, tally }, effects)
        request.onProgress?.({ done: at + 1, all: batches.length })
      }
    }
    const removedFolders = dryRun || current === undefined ? 0 : await follow(current, request, effects)
    return {
      source,
      target: store.location,
      id: current?.id ?? null,
      dryRun,
      deliveries: wanted,
      statements: tally.statements,
      days: current?.days.length ?? 0,
      newDays: tally.newDays.size,
      rows: current?.rows ?? 0,
      unusable: tally.unusable,
      expected,
      charges: dryRun ? [] : [charge('scan', effects.budget.spent)],
      removedFolders,
      table: table.name,
    }
  } finally {
    await lock?.release()
  }
}

function refuseTable({ shape, source }: ConvertRequest): void {
  const refuse = (reason: string): never => {
    throw new TrailbookError('CONVERT_SOURCE', { table: source, reason })
  }
  if (shape.exactOnce) refuse('it is a published snapshot already')
  if (shape.partitions?.day === undefined) refuse('it has no partition column for the day of delivery')
}

function refuseOther(
  current: Published | undefined,
  { location, sourceId }: { readonly location: string; readonly sourceId: string },
): void {
  if (current === undefined || current.conversion?.source === sourceId) return
  const was = current.conversion?.source
  const reason =
    was === undefined
      ? 'it was published from a lake'
      : was.split('#')[0] === sourceId.split('#')[0]
        ? `the columns of ${was.split('#')[0]} were others when it was converted`
        : `it was converted from ${was.split('#')[0]}`
  throw new TrailbookError('CONVERT_TARGET', { location, reason })
}

async function expectedOf(
  batches: readonly (readonly string[])[],
  { estimate }: ConvertEffects,
): Promise<ConvertReport['expected']> {
  let bytes: number | null = 0
  let basis = 'because there is nothing to read'
  const charges = new Map<Charge['what'], number>()
  for (const days of batches) {
    const one = await estimate(days[0]!, days.at(-1)!)
    basis = one.basis
    bytes = bytes === null || one.bytes === null ? null : bytes + billedBytes(one.bytes)
    for (const { what, amount } of one.charges) charges.set(what, (charges.get(what) ?? 0) + amount)
  }
  return { bytes, basis, charges: [...charges].map(([what, amount]) => charge(what, amount)) }
}

interface Batch {
  readonly current: Published | undefined
  readonly days: readonly string[]
  readonly pieces: Pieces
  readonly sourceId: string
  readonly tally: { newDays: Set<string>; unusable: number }
}

/** One batch of days of delivery becomes a snapshot that readers are pointed at. */
async function commit(
  { current, days, pieces, sourceId, tally }: Batch,
  { store, statements, catalog, now }: ConvertEffects,
): Promise<Published> {
  const at = isoTime(now())
  const staged = await pieces.stage(days)
  tally.unusable += staged.unusable
  const fresh = await pieces.merge(staged)
  const before = new Map((current?.days ?? []).map((one) => [one.date, one]))
  const lost = fresh.find(({ date, rows }) => rows < (before.get(date)?.rows ?? 0))
  if (lost !== undefined)
    throw new TrailbookError('CONVERT_INCOMPLETE', { reason: `files of ${lost.date} that were published are gone` })
  const changed = fresh.filter((one) => !isSame(before.get(one.date), one))
  for (const one of changed) tally.newDays.add(one.date)
  const all = [...new Map([...before, ...changed.map((one) => [one.date, one] as const)]).values()]
  const whole = all.sort((a, b) => (a.date < b.date ? -1 : 1))
  const conversion: Conversion = {
    source: sourceId,
    // What an earlier run had read does not hold what came since: by the time of this one such days would count as settled.
    deliveries: withDays(current?.conversion?.deliveries ?? [], days, earlierOf(at, staged.earliest)),
  }
  const manifest = (current?.manifest ?? 0) + 1
  const hash = createHash('sha256')
    .update(JSON.stringify([whole, conversion]))
    .digest('hex')
    .slice(0, 10)
  const published: Published = {
    schema: 'trailbook.published/v1',
    id: `${String(manifest).padStart(10, '0')}-${hash}`,
    manifest,
    at,
    rows: sum(whole, 'rows'),
    bytes: sum(whole, 'bytes'),
    days: whole,
    columns: convertedColumns,
    conversion,
  }
  await store.describe(published)
  await store.point(published)
  await dropStages(pieces, { statements, catalog })
  return published
}

const earlierOf = (at: IsoTime, other: number | undefined): IsoTime =>
  other === undefined || isoTime(other) > at ? at : isoTime(other)

/** A merge that brought nothing new: the folder of before stays, so that days keep their place. */
const isSame = (before: PublishedDay | undefined, now: PublishedDay): boolean =>
  before !== undefined && before.rows === now.rows && before.rows > 0

const sum = <Key extends 'rows' | 'bytes'>(list: readonly PublishedDay[], key: Key): number =>
  list.reduce((total, one) => total + one[key], 0)

/** Points the view at the snapshot, and removes what nobody reads any more: tables first, then files. */
async function follow(
  current: Published,
  { keep = usualKeep, graceMs }: ConvertRequest,
  { store, table, now }: ConvertEffects,
): Promise<number> {
  await table.show(current)
  const inUse = new Set(await table.inUse(graceMs))
  const all = (await store.all()).filter(({ id }) => id !== current.id).sort((a, b) => b.manifest - a.manifest)
  const inOrder = [current, ...all]
  const kept = inOrder.filter(
    ({ id }, at) => at < keep || inUse.has(id) || Date.parse(inOrder[at - 1]!.at) > now() - graceMs,
  )
  await table.letGo(new Set([...kept.map(({ id }) => id), ...inUse]))
  return store.removeOthers({
    folders: new Set(kept.flatMap(({ days }) => days.map(({ folder }) => folder))),
    ids: new Set(kept.map(({ id }) => id)),
  })
}
