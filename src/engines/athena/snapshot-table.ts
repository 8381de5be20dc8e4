import { TrailbookError } from '../../core/errors.ts'
import type { Published, SnapshotTable } from '../../core/event/published.ts'
import { isoTime, milliseconds } from '../../core/time.ts'
import type { CatalogEntry, CatalogTables } from './catalog-tables.ts'
import { inDdl, ownTable, snapshotOf, snapshotStatements, type TablePlace } from './snapshot-statements.ts'
import type { Statements } from './statement.ts'

interface Effects {
  readonly statements: Statements
  readonly catalog: CatalogTables
  readonly now?: () => number
  readonly onProgress?: ((progress: { readonly done: number; readonly all: number }) => void) | undefined
}

export interface AthenaSnapshotTable extends SnapshotTable {
  /** The snapshot's own table with all its days, without pointing anybody at it. @returns its name */
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

  const look = async (): Promise<{ shown: string | undefined; owned: readonly Owned[] }> => {
    const entries = await catalog.beginning(table.toLowerCase())
    const view = entries.find((entry) => entry.name === table.toLowerCase())
    const shown = shownBy(view, table)
    if (view !== undefined && shown === undefined)
      throw new TrailbookError('SNAPSHOT_NAME_TAKEN', {
        table: name,
        what: view.view === undefined ? 'a table' : 'a view of something else',
      })
    const owned = entries.flatMap((entry) => {
      const id = snapshotOf(entry.name, table)
      return id === undefined || entry.view !== undefined ? [] : [{ ...entry, id }]
    })
    return { shown, owned }
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
    return steps.own
  }

  return {
    name,
    prepare,

    async check() {
      await look()
    },

    async show(published) {
      const { shown, owned } = await look()
      const steps = snapshotStatements(published, place)
      if (shown === steps.own) return false
      const known = owned.find((one) => one.name === steps.own)
      // Before the view comes back to it, or a kill in between would leave a shown table that counts as left.
      if (known?.parameters[leftKey]) await mark(steps.own, '')
      await prepare(published)
      await statements.run(steps.view)
      const left = isoTime(now())
      for (const one of owned) if (one.name !== steps.own && !one.parameters[leftKey]) await mark(one.name, left)
      return true
    },

    async inUse(graceMs) {
      const { shown, owned } = await look()
      const since = now() - graceMs
      return owned
        .filter((one) => {
          const left = one.parameters[leftKey]
          // A time that nobody can read says that nothing may go.
          return one.name === shown || !left || !(milliseconds(left) <= since)
        })
        .map(({ id }) => id)
    },

    async letGo(kept) {
      const { shown, owned } = await look()
      const old = owned.filter((one) => one.name !== shown && !kept.has(one.id))
      for (const one of old) await statements.run(`DROP TABLE IF EXISTS ${inDdl(database, one.name)}`)
      return old.length
    },
  }
}

interface Owned extends CatalogEntry {
  readonly id: string
}

/** The own table that a view shows. */
function shownBy(entry: CatalogEntry | undefined, table: string): string | undefined {
  const named = /^\s*SELECT\s+\*\s+FROM\s+(?:"?\w+"?\.)*"?(\w+)"?\s*$/i.exec(entry?.view ?? '')?.[1]?.toLowerCase()
  const id = named === undefined ? undefined : snapshotOf(named, table)
  return id === undefined ? undefined : ownTable(table, id)
}
