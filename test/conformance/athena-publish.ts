/**
 * What `lake publish --athena` says to Athena, carried out by a real Trino that reads the bucket itself: places stay as they are
 * written, Hive's DDL is translated, and queries go through as they are.
 */
import { type FakeAws, startFakeAws } from '../fake-aws/server.ts'
import { athena, type FakeAthena } from '../fake-aws/services/athena.ts'
import { type FakeGlue, glue } from '../fake-aws/services/glue.ts'
import { carryOut } from './athena.ts'
import { carryOutDdl } from './athena-ddl.ts'

interface PublishWorld {
  readonly fake: FakeAws
  readonly queries: FakeAthena
  readonly catalog: FakeGlue
  /** Called with every statement before it is carried out; what it throws is what the statement fails with. */
  onStatement: (sql: string) => Promise<void> | void
  close(): Promise<void>
}

interface Server {
  readonly url: string
  readonly ask: (sql: string) => Promise<unknown[][]>
}

/** @param database of the Data Catalog and schema of Trino's catalog `hive`, empty */
export async function publishWorld({ url, ask }: Server, database: string): Promise<PublishWorld> {
  const catalog = glue({ databases: [database] })
  const world = { onStatement: (_: string): Promise<void> | void => {} }
  await ask(`CREATE SCHEMA hive."${database}"`)
  const queries = athena({
    workgroups: [{ name: 'wg', outputLocation: 's3://results/' }],
    active: 200,
    async execute(sql, { signal }) {
      try {
        await world.onStatement(sql)
        return (await carryOutDdl(sql, { ask, catalog, local: (place) => place })) ?? (await carryOut(url, sql, signal))
      } catch (error) {
        return { error: (error as Error).message.split('\n')[0]! }
      }
    },
  })
  const fake = await startFakeAws({ world: { accounts: [{ id: '111122223333' }] }, services: [queries, catalog] })
  return Object.assign(world, { fake, queries, catalog, close: () => fake.close() })
}
