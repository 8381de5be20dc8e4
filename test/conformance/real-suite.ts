/** The suite on a Trino server: for the real part, and for `npm run conformance`. */
import type { Connection } from '../../src/core/ports.ts'
import { trinoClient } from '../../src/engines/trino/client.ts'
import { overTable } from '../../src/engines/trino/connection.ts'
import type { TrinoSettings } from '../../src/engines/trino/settings.ts'
import { conformanceRecords } from './events.ts'
import { inlineEvents } from './inline-events.ts'

/** The suite's events as part of each statement: nothing is written to the cluster. */
export const inlineConnection = (settings: TrinoSettings): Connection =>
  overTable(trinoClient(settings), {
    relation: inlineEvents(conformanceRecords),
    accountColumn: '_account',
    dayColumn: undefined,
    published: true,
    lacking: [],
  })
