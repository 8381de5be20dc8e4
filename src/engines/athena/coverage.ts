import type { AwsClients } from '../../aws/clients.ts'
import { TrailbookError } from '../../core/errors.ts'
import type { Abortable, Estimate, Scope } from '../../core/ports.ts'
import { coverageName, publishedReads } from '../../core/run/coverage-published.ts'
import { quoteName } from '../../core/sql/print/printer.ts'
import { estimateScan, type Objects } from './estimate.ts'
import { billedBytes, charge } from './price.ts'
import { readProjection } from './projection.ts'
import type { AthenaSettings } from './settings.ts'
import { shownBy, snapshotOf } from './snapshot-statements.ts'
import { catalogTable, textOfView } from './table.ts'

interface ShownCoverage {
  /** For FROM: the table of its coverage. */
  readonly relation: string
  readonly snapshot: string
  /** Where that table's file lies. */
  readonly location: string | undefined
}

/**
 * The published snapshot that the view shows now, where it is one and has a table of its coverage. Only the catalog is asked.
 *
 * @throws TrailbookError ATHENA_*, AWS_*
 */
export async function shownCoverage(
  settings: AthenaSettings,
  clients: AwsClients,
  abortable: Abortable = {},
): Promise<ShownCoverage | undefined> {
  const { catalog, database, table } = settings
  const find = (name: string) =>
    catalogTable(settings, { clients, table: name }, abortable).catch((error: unknown) => {
      if (error instanceof TrailbookError && error.code === 'ATHENA_TABLE_MISSING') return undefined
      throw error
    })
  const own = shownBy(textOfView(await find(table)), settings)
  const snapshot = own && snapshotOf(own, table)
  if (own === undefined || snapshot === undefined) return undefined
  const name = coverageName(own)
  const found = await find(name)
  if (found === undefined) return undefined
  return {
    relation: [catalog, database, name].map(quoteName).join('.'),
    snapshot,
    location: found.StorageDescriptor?.Location,
  }
}

/** What reading it costs at most: nothing of the events. @throws TrailbookError AWS_* */
export async function estimateCoverage(
  { relation, location }: ShownCoverage,
  { objects, hasKmsKey }: { readonly objects: Objects; readonly hasKmsKey: boolean },
  scope: Scope,
  abortable: Abortable = {},
): Promise<Estimate> {
  const table = {
    shape: { eventsTable: relation, accountColumn: '', exactOnce: false, lacking: [] },
    projection: readProjection({ keys: [], parameters: {}, location }, {}),
    location,
    stored: undefined,
  }
  const once = await estimateScan({ table, objects, registered: undefined, hasKmsKey }, scope, abortable)
  if (once.bytes === null) return once
  const bytes = once.bytes * publishedReads
  const charges = once.charges.map(({ what, amount }) =>
    charge(what, what === 'scan' ? billedBytes(bytes) : what === 'list' ? amount : amount * publishedReads),
  )
  return { ...once, bytes, charges }
}
