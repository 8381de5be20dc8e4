import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readPublished } from '../../src/core/event/published.ts'
import { setupStatements } from '../../src/engines/trino/setup.ts'

interface Place {
  readonly schema: string
  readonly table: string
  /** Folder with `published.json`, and the same as Trino names it. */
  readonly folder: string
  readonly location: string
}

/** Makes the newest snapshot of a folder a table of the test server. */
export async function publishTable(ask: (sql: string) => Promise<unknown>, place: Place): Promise<void> {
  const published = readPublished(await readFile(join(place.folder, 'published.json'), 'utf8'))
  if (published === undefined) throw new Error(`${place.folder} holds no snapshot`)
  await ask(`CREATE SCHEMA IF NOT EXISTS hive.${place.schema}`)
  for (const statement of setupStatements(published, { ...place, catalog: 'hive' })) await ask(statement)
}
