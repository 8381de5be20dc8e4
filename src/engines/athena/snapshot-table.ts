import { TrailbookError } from '../../core/errors.ts'
import { isHeld, type Published, type SnapshotTable } from '../../core/event/published.ts'
import { coverageName } from '../../core/run/coverage-published.ts'
import { isoTime } from '../../core/time.ts'
import type { CatalogEntry, CatalogTables } from './catalog-tables.ts'
import { inDdl, shownBy, snapshotOf, snapshotStatements, type TablePlace } from './snapshot-statements.ts'
import type { Statements } from './statement.ts'

interface Effects {
  readonly statements: Statements
  readonly catalog: CatalogTables
  readonly now?: () => number
  readonly onProgress?: ((progress: { readonly done: number; readonly all: number }) => void) | undefined
}

export interface AthenaSnapshotTable extends SnapshotTable {
  /** The snapshot's own table with all its days, and that of its coverage, without pointing anybody at it. @returns its name */
  prepare(published: Published): Promise<string>
}

/** Since when nobody is pointed at a snapshot's own table; absent or empty while somebody is. */
const leftKey = 'trailbook.left'

/**
 * A view of the Data Catalog that is pointed at published snapshots. Each snapshot has a table of its own, which stays for the grace
 * time after the view has left it: a query that was planned before goes on reading it. All statements may be repeated.
 */
export function athenaSnapshotTable(place: TablePlace, effects: Effects): AthenaSnapshotTable {
  const { statements, catalog, now = Date.now, onProgress } = effects
  const { database, table } = place
  const name = `${database}.${table}`

  const look = async (): Promise<Looked> => {
    const entries = await catalog.beginning(table.toLowerCase())
    const view = entries.find((entry) => entry.name === table.toLowerCase())
    const shown = shownBy(view?.view, place)
    if (view !== undefined && shown === undefined)
      throw new TrailbookError('SNAPSHOT_NAME_TAKEN', {
        table: name,
        what: view.view === undefined ? 'a table' : 'a view of something else',
      })
    const owned = entries.flatMap((entry) => {
      const id = snapshotOf(entry.name, table)
      return id === undefined || entry.view !== undefined ? [] : [{ ...entry, id }]
    })
    return { shown, owned, names: new Set(entries.map((entry) => entry.name)) }
  }
  const mark = (own: string, left: string): Promise<unknown> =>
    statements.run(`ALTER TABLE ${inDdl(database, own)} SET TBLPROPERTIES ('${leftKey}' = '${left}')`)

  const prepare = async (published: Published): Promise<string> => {
    const steps = snapshotStatements(published, place)
    await statements.run(steps.table)
    for (const [at, text] of steps.partitions.entries()) {
      await statements.run(text)
      onProgress?.({ done: at + 1, all: steps.partitions.length })
    }
    if (steps.coverage !== undefined) await statements.run(steps.coverage)
    return steps.own
  }

  return {
    name,
    prepare,

    async check() {
      await look()
    },

    async show(published) {
      const { shown, owned, names } = await look()
      const steps = snapshotStatements(published, place)
      const isShown = shown === steps.own
      // Earlier versions registered no coverage with the snapshots that they showed.
      const isWhole = isShown && (steps.coverage === undefined || names.has(coverageName(steps.own)))
      const known = owned.find((one) => one.name === steps.own)
      // Before the view comes back to it, or a kill in between would leave a shown table that counts as left.
      if (known?.parameters[leftKey]) await mark(steps.own, '')
      if (!isWhole) await prepare(published)
      if (!isShown) await statements.run(steps.view)
      const left = isoTime(now())
      for (const one of owned) if (one.name !== steps.own && !one.parameters[leftKey]) await mark(one.name, left)
      return !isWhole
    },

    async inUse(graceMs) {
      const { shown, owned } = await look()
      const since = now() - graceMs
      return owned.filter((one) => one.name === shown || isHeld(one.parameters[leftKey], since)).map(({ id }) => id)
    },

    async letGo(kept) {
      const { shown, owned } = await look()
      const old = owned.filter((one) => one.name !== shown && !kept.has(one.id))
      // The own table last: by it the other is found, after a kill in between, too.
      for (const { name: own } of old)
        for (const one of [coverageName(own), own]) await statements.run(`DROP TABLE IF EXISTS ${inDdl(database, one)}`)
      return old.length
    },
  }
}

interface Owned extends CatalogEntry {
  readonly id: string
}

interface Looked {
  /** The own table that the view shows. */
  readonly shown: string | undefined
  readonly owned: readonly Owned[]
  /** Of everything whose name begins with that of the view. */
  readonly names: ReadonlySet<string>
}
