import { type Bucket, openBucket } from '../../aws/bucket.ts'
import type { Abortable, Connection, Estimate, Scope } from '../../core/ports.ts'
import { plural } from '../../core/report/text.ts'
import type { CoverageGap } from '../../core/run/coverage.ts'
import { unknownCoverage } from '../../core/run/unknown-coverage.ts'
import { createBudget } from './budget.ts'
import { type Pace, queryClient } from './client.ts'
import { estimateCoverage, shownCoverage } from './coverage.ts'
import { dialectOver } from './dialect.ts'
import { estimateScan, type Objects } from './estimate.ts'
import { tableOf } from './failure.ts'
import { scopeParts } from './parts.ts'
import { type IsRead, readsFile } from './reads-file.ts'
import { runQuery } from './run-query.ts'
import type { AthenaSettings } from './settings.ts'
import { inspectTable, registeredDays } from './table.ts'

interface ConnectOptions extends Abortable {
  readonly pace?: Pace
  /** Partitions that one query may read. */
  readonly mostPartitions?: number
}

interface AthenaConnection extends Connection {
  /** Whether the table's queries read a log file, by its place; at this moment, in milliseconds. */
  readsFile(now: number): IsRead | { readonly refusal: string }
  /** The published snapshot that is shown at this moment, where its coverage is a table, too, and how that one is asked. */
  shown(abortable: Abortable): Promise<Shown | undefined>
}

interface Shown {
  readonly relation: string
  readonly snapshot: string
  readonly asked: Pick<Connection, 'run' | 'estimate'>
}

/** "Service Quotas", Athena User Guide. */
const mostTextBytes = 262_144
const usualPace: Pace = { firstMs: 300, mostMs: 5000 }

/**
 * A table of the Data Catalog, asked by Athena: a published snapshot of a lake, or a raw trail table. It is looked at once. Its
 * budget is that of one opening, which is one run.
 *
 * @throws TrailbookError ATHENA_*, AWS_*
 */
export async function connectAthena(settings: AthenaSettings, options: ConnectOptions = {}): Promise<AthenaConnection> {
  const { pace = usualPace, mostPartitions: limit } = options
  const client = await queryClient(settings, pace)
  const table = await inspectTable(settings, client.clients, options).catch((error: unknown) => {
    client.close()
    throw error
  })
  const { objects, close } = bucketObjects(settings)
  const budget = createBudget(settings.name, settings.budgetBytes)
  const estimates = new Map<string, Promise<Estimate>>()
  /** Queries of a run have few scopes among them: each is listed once. */
  const estimate = (scope: Scope, abortable: Abortable): Promise<Estimate> => {
    const key = JSON.stringify([scope.earliest, scope.window.to, scope.accounts])
    const known = estimates.get(key)
    if (known !== undefined) return known
    const { stored } = table
    const registered =
      stored === undefined
        ? undefined
        : () => registeredDays(settings, { clients: client.clients, table: stored }, abortable)
    const hasKmsKey = settings.logsKey !== undefined
    const asked = estimateScan({ table, objects, registered, hasKmsKey }, scope, abortable)
    estimates.set(key, asked)
    asked.catch(() => estimates.delete(key))
    return asked
  }
  // What came to the table since an earlier query is in no result that was taken from it, whatever coverage sees there now.
  let isReused = false
  const reused = (): void => {
    isReused = true
  }
  return {
    name: settings.name,
    readsFile: (now) => readsFile(table.projection, now),
    dialect: dialectOver(table.shape),
    capabilities: {
      exactOnce: table.shape.exactOnce,
      removesCopies: !table.shape.exactOnce,
      billed: true,
      bindsParameters: false,
      textLimit: { amount: mostTextBytes, unit: 'bytes' },
    },
    async run(query, scope, abortable = {}) {
      const { inParts } = query
      const places = { projection: table.projection, parts: inParts, table: tableOf(settings) }
      const scopes = scopeParts(scope, { ...places, ...(limit !== undefined && { limit }) })
      if (settings.budgetBytes !== undefined) budget.check((await estimate(scope, abortable)).bytes)
      const texts = scopes.length === 1 ? [query.text] : scopes.map((part) => inParts!.text(part))
      const asked = { texts, columns: query.columns, limit: scopes.length === 1 ? undefined : inParts?.limit }
      return runQuery(client, asked, { ...abortable, budget, pace, onReused: reused })
    },
    async shown(abortable) {
      const shown = await shownCoverage(settings, client.clients, abortable)
      if (shown === undefined) return undefined
      const by = { objects, hasKmsKey: settings.logsKey !== undefined }
      const cost: Connection['estimate'] = (_query, scope, more) => estimateCoverage(shown, by, scope, more)
      return {
        relation: shown.relation,
        snapshot: shown.snapshot,
        asked: {
          estimate: cost,
          // It is never changed, so an earlier result of the same text is as good.
          async run(query, scope, more = {}) {
            if (settings.budgetBytes !== undefined) budget.check((await cost(query, scope, more)).bytes)
            return runQuery(client, { texts: [query.text], columns: query.columns }, { ...more, budget, pace })
          },
        },
      }
    },
    async coverage(scope) {
      const coverage = unknownCoverage(scope, table.shape.lacking)
      return isReused ? { ...coverage, gaps: [...coverage.gaps, reuseGap(scope, settings)] } : coverage
    },
    estimate: (_query, scope, abortable = {}) => estimate(scope, abortable),
    // Asking for the first and the last time would scan all there is.
    span: async () => undefined,
    async close() {
      close()
      client.close()
    },
  }
}

const reuseGap = ({ window }: Scope, { reuseMinutes = 0 }: AthenaSettings): CoverageGap => ({
  ...{ account: '*', region: '*', eventClass: '*', ...window, state: 'partial' },
  reason: `Results of earlier queries were taken, up to ${plural(reuseMinutes, 'minute')} old (\`reuse\`): what came since is not in them.`,
})

/** Buckets are opened when the first of their objects is listed. */
export function bucketObjects({ aws }: AthenaSettings): { readonly objects: Objects; close(): void } {
  const buckets = new Map<string, Promise<Bucket>>()
  return {
    objects: {
      async list(name, request) {
        const bucket = buckets.get(name) ?? openBucket(name, { ...aws, region: undefined }, request.signal)
        buckets.set(name, bucket)
        return (await bucket).list(request)
      },
    },
    close() {
      for (const bucket of buckets.values())
        bucket.then(
          (open) => open.close(),
          () => undefined,
        )
    },
  }
}
