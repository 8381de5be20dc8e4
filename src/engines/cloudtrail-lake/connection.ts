import { setTimeout as timer } from 'node:timers/promises'
import { awsClients } from '../../aws/clients.ts'
import type { Connection, Scope } from '../../core/ports.ts'
import type { Coverage } from '../../core/run/coverage.ts'
import { cloudTrailLakeDialect } from '../../core/sql/print/cloudtrail-lake.ts'
import { lakeCalls, type Sleep } from './calls.ts'
import { runQuery } from './run-query.ts'
import type { CloudTrailLakeSettings } from './settings.ts'

/** "Query statement: at most 10000 characters": API reference, StartQuery. */
const longestStatement = 10_000

const wait: Sleep = async (ms, signal) => {
  await timer(ms, undefined, { signal })
}

/**
 * Event data stores of CloudTrail Lake. Nothing is asked until a query runs; each query is one statement, and is charged for.
 *
 * @throws TrailbookError CLOUDTRAIL_LAKE_STORE_ID
 */
export async function connectCloudTrailLake(
  settings: CloudTrailLakeSettings,
  { sleep = wait }: { readonly sleep?: Sleep } = {},
): Promise<Connection> {
  const dialect = cloudTrailLakeDialect({ stores: settings.stores, details: settings.details })
  const calls = lakeCalls(await awsClients(settings.aws), settings, sleep)
  return {
    name: settings.name,
    dialect,
    capabilities: {
      exactOnce: false,
      removesCopies: true,
      billed: true,
      bindsParameters: false,
      textLimit: { amount: longestStatement, unit: 'characters' },
    },
    run: (query, _scope, abortable = {}) => runQuery(calls, query, { ...abortable, sleep }),
    coverage: async (scope) => unknownCoverage(scope),
    // The service tells no size before a query, and asking for a count costs as much as the query.
    estimate: async () => ({ bytes: null, files: null, basis: 'which CloudTrail Lake does not tell', charges: [] }),
    // A query over everything would be needed, and charged for: billed connections are asked with a window.
    span: async () => undefined,
    close: async () => calls.close(),
  }
}

/** What a store holds is decided by its selectors, which nobody looked at: an empty answer proves nothing. */
function unknownCoverage({ window }: Scope): Coverage {
  const reason = 'Nothing tells which events this event data store should hold.'
  const gap = { account: '*', region: '*', eventClass: '*', ...window, state: 'unknown', reason } as const
  return { complete: false, basis: 'none', through: null, window, gaps: [gap] }
}
