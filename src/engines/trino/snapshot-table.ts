import { TrailbookError } from '../../core/errors.ts'
import { isHeld, type Published, type SnapshotTable } from '../../core/event/published.ts'
import type { Row } from '../../core/ports.ts'
import { coverageName } from '../../core/run/coverage-published.ts'
import { quoteName } from '../../core/sql/print/printer.ts'
import { isoTime } from '../../core/time.ts'
import { type TrinoClient, trinoClient } from './client.ts'
import type { QueryError } from './failure.ts'
import { quoteText } from './names.ts'
import { askRows } from './run-query.ts'
import type { TrinoSettings } from './settings.ts'
import { leftComment, leftSince, shownBy, shownComment, snapshotOf, snapshotSteps } from './setup.ts'
import { setupFailure } from './setup-failure.ts'

interface SnapshotTableOptions {
  /** Where the snapshots lie, as the catalog's file system names it. */
  readonly location: string
  readonly signal?: AbortSignal | undefined
  readonly now?: () => number
  readonly onProgress?: ((progress: { readonly done: number; readonly all: number }) => void) | undefined
}

/** Each takes the server some milliseconds, most of them waiting: 1,200 days take 25 s one by one, and 5 s so. */
const atOnce = 16

/**
 * The table of a connection as a view that is pointed at published snapshots. Each snapshot has a table of its own, which stays
 * for the grace time after the view has left it: a query that planned before goes on reading it.
 */
export function trinoSnapshotTable(settings: TrinoSettings, options: SnapshotTableOptions): SnapshotTable {
  const client = trinoClient(settings)
  const { location, now = Date.now, signal, onProgress } = options
  const { catalog, schema, table } = settings
  const inSchema = `${quoteName(catalog)}.${quoteName(schema)}`
  const ask = (text: string): Promise<Row[]> => asked(client, text, { signal, location })

  const view = async (): Promise<string | undefined> => {
    const [found] = await ask(
      `SELECT table_type AS type FROM ${quoteName(catalog)}.information_schema.tables
WHERE table_schema = ${quoteText(schema.toLowerCase())} AND table_name = ${quoteText(table.toLowerCase())}`,
    )
    if (found === undefined) return undefined
    const taken = (what: string): TrailbookError =>
      new TrailbookError('TRINO_NAME_TAKEN', {
        table: `${catalog}.${schema}.${table}`,
        what,
        connection: settings.name,
      })
    if (found.type !== 'VIEW') throw taken('a table')
    const [row] = await ask(
      `SELECT view_definition AS definition FROM ${quoteName(catalog)}.information_schema.views
WHERE table_schema = ${quoteText(schema.toLowerCase())} AND table_name = ${quoteText(table.toLowerCase())}`,
    )
    const shown = shownBy(String(row?.definition ?? ''), settings)
    if (shown === undefined) throw taken('a view of something else')
    return shown
  }

  /** Own tables of snapshots, with the comments that say since when nobody is pointed at them. */
  const owned = async (): Promise<readonly { name: string; id: string; comment: string }[]> => {
    const pattern = `${table.toLowerCase().replace(/[\\_%]/g, '\\$&')}\\_%`
    const rows = await ask(
      `SELECT table_name AS name FROM ${quoteName(catalog)}.information_schema.tables
WHERE table_schema = ${quoteText(schema.toLowerCase())} AND table_name LIKE ${quoteText(pattern)} ESCAPE '\\'`,
    )
    const found: { name: string; id: string; comment: string }[] = []
    for (const { name: cell } of rows) {
      const name = String(cell)
      const id = snapshotOf(name, table)
      if (id === undefined) continue
      const [row] = await ask(
        `SELECT comment FROM system.metadata.table_comments
WHERE catalog_name = ${quoteText(catalog)} AND schema_name = ${quoteText(schema.toLowerCase())} AND table_name = ${quoteText(name)}`,
      )
      found.push({ name, id, comment: String(row?.comment ?? '') })
    }
    return found
  }

  const comment = (name: string, text: string): Promise<unknown> =>
    ask(`COMMENT ON TABLE ${inSchema}.${quoteName(name)} IS ${quoteText(text)}`)

  return {
    name: `${catalog}.${schema}.${table}`,

    async check() {
      const [row] = await ask(
        `SELECT connector_name AS connector FROM system.metadata.catalogs WHERE catalog_name = ${quoteText(catalog)}`,
      )
      if (row === undefined) throw new TrailbookError('TRINO_NO_CATALOG', { catalog, connection: settings.name })
      if (row.connector !== 'hive')
        throw new TrailbookError('TRINO_NOT_HIVE', {
          catalog,
          connector: String(row.connector),
          connection: settings.name,
        })
      await view()
    },

    async show(published: Published) {
      const steps = snapshotSteps(published, { catalog, schema, table, location })
      const before = await view()
      const known = (await owned()).find(({ name }) => name === steps.own)
      if (known === undefined) {
        await ask(steps.schema)
        await ask(steps.table)
      } else if (leftSince(known.comment) !== undefined) {
        // Before the view comes back to it, or a kill in between would leave a shown table that counts as left.
        await comment(steps.own, shownComment(published.id))
      }
      const there = new Set(
        (await ask(`SELECT event_date FROM ${inSchema}.${quoteName(`${steps.own}$partitions`)}`)).map((row) =>
          String(row.event_date),
        ),
      )
      const missing = steps.partitions.filter(({ date }) => !there.has(date))
      let done = there.size
      await inPool(missing, async ({ text }) => {
        await ask(text).catch((error: unknown) => {
          // A run that was killed may have asked for it a moment ago. Table and day name one folder only.
          if (nameOf(error) !== 'ALREADY_EXISTS') throw error
        })
        onProgress?.({ done: ++done, all: steps.partitions.length })
      })
      if (steps.coverage !== undefined) await ask(steps.coverage)
      if (before !== steps.own) await ask(steps.view)
      const left = isoTime(now())
      for (const { name, id, comment: said } of await owned())
        if (name !== steps.own && leftSince(said) === undefined) await comment(name, leftComment(id, left))
      return before !== steps.own || missing.length > 0
    },

    async inUse(graceMs) {
      const shown = await view()
      const since = now() - graceMs
      return (await owned())
        .filter(({ name, comment: said }) => name === shown || isHeld(leftSince(said), since))
        .map(({ id }) => id)
    },

    async letGo(kept) {
      const shown = await view()
      let removed = 0
      for (const { name, id } of await owned()) {
        if (name === shown || kept.has(id)) continue
        for (const one of [coverageName(name), name]) await ask(`DROP TABLE IF EXISTS ${inSchema}.${quoteName(one)}`)
        removed++
      }
      return removed
    },
  }
}

async function asked(
  client: TrinoClient,
  text: string,
  { signal, location }: { readonly signal: AbortSignal | undefined; readonly location: string },
): Promise<Row[]> {
  try {
    return await askRows(client, text, signal === undefined ? {} : { signal })
  } catch (error) {
    throw setupFailure(error, { settings: client.settings, location })
  }
}

const nameOf = (error: unknown): string | undefined =>
  error instanceof TrailbookError ? (error.cause as QueryError | undefined)?.errorName : undefined

/** The first failure ends it after those that are under way. */
async function inPool<T>(list: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  let next = 0
  let failed = false
  const worker = async (): Promise<void> => {
    while (!failed && next < list.length)
      try {
        await work(list[next++]!)
      } catch (error) {
        failed = true
        throw error
      }
  }
  const ended = await Promise.allSettled(Array.from({ length: Math.min(atOnce, list.length) }, worker))
  const fault = ended.find((one) => one.status === 'rejected')
  if (fault !== undefined) throw fault.reason
}
