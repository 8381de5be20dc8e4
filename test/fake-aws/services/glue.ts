/** The Data Catalog: databases, tables and partitions, with the documented sizes of its batches. */
import { AwsFault, type Call, checkMembers, pageOf, required, type Service, textOf } from '../call.ts'

type Json = Record<string, unknown>

interface Partition extends Json {
  Values: string[]
}

export interface FakeGlue extends Service {
  /** `database.table` -> the table as GetTable gives it. */
  readonly tables: ReadonlyMap<string, Readonly<Json>>
  /** `database.table` -> its partitions. */
  readonly partitions: ReadonlyMap<string, readonly Readonly<Partition>[]>
}

export interface FakeGlueOptions {
  readonly databases?: readonly string[]
  /** `TableInput`s by database. */
  readonly tables?: Readonly<Record<string, readonly Readonly<Json>[]>>
}

const mostCreated = 100
const mostDeleted = 25
const missing = (what: string): AwsFault => new AwsFault('EntityNotFoundException', `Entity Not Found: ${what}`)
const exists = (what: string): AwsFault => new AwsFault('AlreadyExistsException', `${what} already exists.`)

export function glue({ databases = ['default'], tables: given = {} }: FakeGlueOptions = {}): FakeGlue {
  const known = new Map<string, Json>(databases.map((Name) => [Name, { Name }]))
  const tables = new Map<string, Json>()
  const partitions = new Map<string, Partition[]>()
  const database = (call: Call): string => {
    const name = required(call, 'DatabaseName').toLowerCase()
    if (!known.has(name)) throw missing(`Database ${name} not found.`)
    return name
  }
  const add = (place: string, input: Json): void => {
    const name = String(input.Name).toLowerCase()
    tables.set(`${place}.${name}`, {
      ...input,
      Name: name,
      DatabaseName: place,
      VersionId: '0',
      CatalogId: '111122223333',
    })
    partitions.set(`${place}.${name}`, [])
  }
  for (const [place, inputs] of Object.entries(given)) {
    known.set(place, { Name: place })
    for (const input of inputs) add(place, input)
  }
  const table = (call: Call, member = 'TableName'): { key: string; table: Json; rows: Partition[] } => {
    const key = `${database(call)}.${required(call, member).toLowerCase()}`
    const found = tables.get(key)
    if (found === undefined) throw missing(`Table ${key.split('.')[1]} not found.`)
    return { key, table: found, rows: partitions.get(key)! }
  }
  const same = (one: readonly string[], other: readonly string[]): boolean => one.join('\0') === other.join('\0')
  const limited = (call: Call, member: string, most: number): Json[] => {
    const list = (call.input[member] ?? []) as Json[]
    if (list.length > most) throw new AwsFault('InvalidInputException', `${member} has more than ${most} members`)
    return list
  }
  return {
    name: 'glue',
    protocol: 'json',
    tables,
    partitions,
    operations: {
      GetDatabase(call) {
        const found = known.get(required(call, 'Name').toLowerCase())
        if (found === undefined) throw missing(`Database ${required(call, 'Name')} not found.`)
        return { Database: found }
      },
      CreateDatabase(call) {
        checkMembers(call, ['DatabaseInput', 'CatalogId', 'Tags'])
        const input = call.input.DatabaseInput as Json
        const name = String(input.Name).toLowerCase()
        if (known.has(name)) throw exists('Database')
        known.set(name, { ...input, Name: name })
        return {}
      },
      GetTable(call) {
        checkMembers(call, ['DatabaseName', 'Name', 'CatalogId'])
        return { Table: table(call, 'Name').table }
      },
      GetTables(call) {
        const place = database(call)
        const all = [...tables.values()].filter(({ DatabaseName }) => DatabaseName === place)
        const { items, next } = pageOf(all, textOf(call, 'NextToken'), 100)
        return { TableList: items, ...(next !== undefined && { NextToken: next }) }
      },
      CreateTable(call) {
        checkMembers(call, ['DatabaseName', 'TableInput', 'CatalogId', 'PartitionIndexes'])
        const input = call.input.TableInput as Json
        const place = database(call)
        if (tables.has(`${place}.${String(input.Name).toLowerCase()}`)) throw exists('Table')
        add(place, input)
        return {}
      },
      UpdateTable(call) {
        checkMembers(call, ['DatabaseName', 'TableInput', 'CatalogId', 'SkipArchive', 'VersionId'])
        const input = call.input.TableInput as Json
        const place = database(call)
        const key = `${place}.${String(input.Name).toLowerCase()}`
        const before = tables.get(key)
        if (before === undefined) throw missing(`Table ${String(input.Name)} not found.`)
        const version = textOf(call, 'VersionId')
        if (version !== undefined && version !== before.VersionId)
          throw new AwsFault('ConcurrentModificationException', 'The table was changed by somebody else.')
        tables.set(key, {
          ...input,
          Name: String(input.Name).toLowerCase(),
          DatabaseName: place,
          CatalogId: before.CatalogId,
          VersionId: String(Number(before.VersionId) + 1),
        })
        return {}
      },
      DeleteTable(call) {
        checkMembers(call, ['DatabaseName', 'Name', 'CatalogId'])
        const { key } = table(call, 'Name')
        tables.delete(key)
        partitions.delete(key)
        return {}
      },
      GetPartitions(call) {
        checkMembers(call, [
          'DatabaseName',
          'TableName',
          'CatalogId',
          'Expression',
          'NextToken',
          'MaxResults',
          'ExcludeColumnSchema',
        ])
        if (call.input.Expression !== undefined)
          throw new AwsFault('InvalidInputException', 'The fake evaluates no Expression')
        const most = (call.input.MaxResults as number | undefined) ?? 1000
        const { items, next } = pageOf(table(call).rows, textOf(call, 'NextToken'), most)
        return { Partitions: items, ...(next !== undefined && { NextToken: next }) }
      },
      BatchCreatePartition(call) {
        const { rows } = table(call)
        const Errors: Json[] = []
        for (const input of limited(call, 'PartitionInputList', mostCreated) as Partition[])
          if (rows.some(({ Values }) => same(Values, input.Values)))
            Errors.push({
              PartitionValues: input.Values,
              ErrorDetail: { ErrorCode: 'AlreadyExistsException', ErrorMessage: 'Partition already exists.' },
            })
          else rows.push({ ...input })
        return { Errors }
      },
      BatchUpdatePartition(call) {
        const { rows } = table(call)
        const Errors: Json[] = []
        for (const entry of limited(call, 'Entries', mostCreated)) {
          const values = entry.PartitionValueList as string[]
          const at = rows.findIndex(({ Values }) => same(Values, values))
          if (at >= 0) rows[at] = { ...(entry.PartitionInput as Partition) }
          else
            Errors.push({
              PartitionValueList: values,
              ErrorDetail: { ErrorCode: 'EntityNotFoundException', ErrorMessage: 'Partition not found.' },
            })
        }
        return { Errors }
      },
      BatchDeletePartition(call) {
        const { rows } = table(call)
        const Errors: Json[] = []
        for (const { Values } of limited(call, 'PartitionsToDelete', mostDeleted) as Partition[]) {
          const at = rows.findIndex((row) => same(row.Values, Values))
          if (at >= 0) rows.splice(at, 1)
          else
            Errors.push({
              PartitionValues: Values,
              ErrorDetail: { ErrorCode: 'EntityNotFoundException', ErrorMessage: 'Partition not found.' },
            })
        }
        return { Errors }
      },
    },
  }
}
