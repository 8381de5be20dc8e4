/** The suite on a server: for the real part, and for `npm run conformance`. */
import type { Connection } from '../../src/core/ports.ts'
import type { TableShape } from '../../src/core/sql/table-shape.ts'
import { trinoClient } from '../../src/engines/trino/client.ts'
import { overTable } from '../../src/engines/trino/connection.ts'
import type { TrinoSettings } from '../../src/engines/trino/settings.ts'
import { conformanceRecords } from './events.ts'
import { inlineEvents } from './inline-events.ts'

/** The suite's events as part of each statement: nothing is written anywhere. */
export const inlineShape = (): TableShape => ({
  eventsTable: inlineEvents(conformanceRecords),
  accountColumn: '_account',
  exactOnce: true,
  lacking: [],
})

export const inlineConnection = (settings: TrinoSettings): Connection => overTable(trinoClient(settings), inlineShape())
