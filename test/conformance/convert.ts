/**
 * Athena's statements for conversion on a real Trino: a bucket that is a folder of the server, a fake of Athena's API in front, and a
 * translation of what Trino says otherwise: Hive's DDL (athena-ddl.ts), the property for compression, and places.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { eventColumns } from '../../src/core/event/columns.ts'
import { fromColumnType, typeName } from '../../src/core/sql/types.ts'
import { type FakeAws, startFakeAws } from '../fake-aws/server.ts'
import { athena, type FakeAthena, type FakeResult } from '../fake-aws/services/athena.ts'
import { glue } from '../fake-aws/services/glue.ts'
import { type MemoryObject, type MemoryS3, startMemoryS3 } from '../support/memory-s3.ts'
import { type Behind, carryOutDdl, entriesOf, nothing } from './athena-ddl.ts'

export { publishTable } from './publish-table.ts'
export { makeRawTable } from './raw-table.ts'

export const eventColumnNames = eventColumns.map(({ name }) => name)

/** The bucket whose keys are paths below the server's folder. */
const bucket = 'trino'
export const database = 'trail'
export const rawTable = 'cloudtrail_logs'

type Ask = (sql: string) => Promise<unknown[][]>

interface ConvertWorld {
  readonly fake: FakeAws
  readonly queries: FakeAthena
  readonly s3: MemoryS3
  readonly env: Readonly<Record<string, string>>
  /** Called with every statement before it is carried out. */
  onStatement: (sql: string) => Promise<void> | void
  close(): Promise<void>
}

/** @param data the folder that `local:///` names */
export async function convertWorld(
  ask: Ask,
  data: string,
  ids: { accounts: readonly string[]; regions: readonly string[] },
): Promise<ConvertWorld> {
  const catalog = glue({ tables: { [database]: [rawInput(ids)] } })
  const world = { onStatement: (_: string): Promise<void> | void => {} }
  const queries = athena({
    workgroups: [{ name: 'wg', outputLocation: `s3://${bucket}/results/` }],
    active: 200,
    async execute(sql) {
      try {
        await world.onStatement(sql)
        return await carryOut(sql, { ask, catalog, local })
      } catch (error) {
        return { error: (error as Error).message.split('\n')[0]! }
      }
    },
  })
  const fake = await startFakeAws({ world: { accounts: [{ id: '111122223333' }] }, services: [queries, catalog] })
  const s3 = await startMemoryS3({ objects: diskObjects(data) })
  return Object.assign(world, {
    fake,
    queries,
    s3,
    env: { ...fake.env, AWS_ENDPOINT_URL_S3: s3.url },
    close: async () => {
      await fake.close()
      await s3.close()
    },
  })
}

const local = (text: string): string => text.replaceAll(`s3://${bucket}/`, 'local:///')

async function carryOut(sql: string, behind: Behind): Promise<FakeResult> {
  const done = await carryOutDdl(sql, behind)
  if (done !== undefined) return done
  const { ask, catalog } = behind
  const made = /^CREATE TABLE "(\w+)"\."(\w+)"/.exec(sql)
  const text = local(sql)
    .replaceAll(`"${database}".`, `hive."${database}".`)
    .replaceAll('hive.hive.', 'hive.')
    .replaceAll('"hive".hive.', 'hive.')
    .replace("write_compression = 'ZSTD', ", '')
  if (made !== null) {
    await ask(text).catch(async (error: Error) => {
      // A bucket has no folders that could be missing where a statement writes no row.
      if (!/External table location does not exist/.test(error.message)) throw error
      await ask(`${text.replace(/WITH \(.*?\) AS\n/, "WITH (format = 'PARQUET') AS\n")} WITH NO DATA`)
    })
    entriesOf(catalog).set(`${made[1]}.${made[2]}`, {
      Name: made[2],
      DatabaseName: made[1],
      TableType: 'EXTERNAL_TABLE',
      Parameters: {},
    })
    return { ...nothing, bytesScanned: 1000 }
  }
  const rows = await ask(text)
  const width = rows[0]?.length ?? 0
  return {
    columns: Array.from({ length: width }, (_, at) => ({ name: `_col${at}`, type: 'varchar' })),
    rows: rows.map((row) => row.map((cell) => (cell === null ? null : String(cell)))),
    bytesScanned: 1000,
  }
}

/** The raw table as the Data Catalog has it. */
function rawInput({
  accounts,
  regions,
}: {
  accounts: readonly string[]
  regions: readonly string[]
}): Record<string, unknown> {
  const place = `s3://${bucket}/raw/AWSLogs`
  return {
    Name: rawTable,
    TableType: 'EXTERNAL_TABLE',
    PartitionKeys: ['account', 'region', 'timestamp'].map((Name) => ({ Name, Type: 'string' })),
    StorageDescriptor: {
      Location: `${place}/`,
      Columns: eventColumns.map(({ name, type }) => ({
        Name: name.toLowerCase(),
        Type: hiveText(typeName(fromColumnType(type))),
      })),
    },
    Parameters: {
      'projection.enabled': 'true',
      'projection.account.type': 'enum',
      'projection.account.values': accounts.join(','),
      'projection.region.type': 'enum',
      'projection.region.values': regions.join(','),
      'projection.timestamp.type': 'date',
      'projection.timestamp.format': 'yyyy/MM/dd',
      'storage.location.template': `${place}/\${account}/CloudTrail/\${region}/\${timestamp}`,
    },
  }
}

/** Names of fields have neither parentheses nor commas in them here. */
function hiveText(text: string): string {
  return text
    .replaceAll('row(', 'struct<')
    .replaceAll('array(', 'array<')
    .replaceAll('map(', 'map<')
    .replaceAll(')', '>')
    .replaceAll(/(?<=[<,] ?)"?([A-Za-z]\w*)"? (?=[a-z])/g, (_, name: string) => `${name.toLowerCase()}:`)
    .replaceAll('varchar', 'string')
    .replaceAll(', ', ',')
}

/** Files of a folder as objects. */
function diskObjects(folder: string): Map<string, MemoryObject> {
  const objects = new Map<string, MemoryObject>()
  const pathOf = (key: string): string => join(folder, key)
  objects.get = (key) => {
    try {
      const body = readFileSync(pathOf(key))
      const etag = `"${createHash('md5').update(body).digest('hex')}"`
      return { body, etag, modified: statSync(pathOf(key)).mtimeMs, headers: {} }
    } catch {
      return undefined
    }
  }
  objects.set = (key, { body }) => {
    mkdirSync(dirname(pathOf(key)), { recursive: true })
    writeFileSync(pathOf(key), body)
    return objects
  }
  objects.delete = (key) => {
    rmSync(pathOf(key), { force: true })
    return true
  }
  objects.keys = () =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
      .values()
  return objects
}
