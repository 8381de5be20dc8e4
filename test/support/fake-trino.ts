/** As much of a Trino server with one Hive catalog as making snapshots tables needs: tables, partitions, views, comments. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

interface FakeTable {
  readonly partitions: Map<string, string>
  comment: string
}

interface FakeFailure {
  readonly errorName: string
  readonly errorType?: string
  readonly message: string
}

const names = /"hive"\."sec"\."([^"]+)"/
const text = (sql: string, name: RegExp): string => new RegExp(`${name.source} '((?:[^']|'')*)'`).exec(sql)?.[1] ?? ''

export async function startFakeTrino() {
  const tables = new Map<string, FakeTable>()
  const views = new Map<string, string>()
  const statements: string[] = []
  /** What a statement gets instead of an answer. */
  let refuse: (sql: string) => FakeFailure | undefined = () => undefined
  /** After so many statements that change something no answer comes, as if the client had been killed there. */
  let changesLeft = Number.POSITIVE_INFINITY
  let after: () => void = () => {}

  function answer(
    sql: string,
  ): readonly (readonly [name: string, rows: readonly (readonly unknown[])[]])[] | FakeFailure {
    const fault = refuse(sql)
    if (fault !== undefined) return fault
    const name = names.exec(sql)?.[1] ?? ''
    if (sql.includes('system.metadata.catalogs')) return [['connector', [['hive']]]]
    if (sql.includes('information_schema.tables')) {
      const wanted = text(sql, /table_name =/)
      if (wanted !== '') {
        const type = views.has(wanted) ? 'VIEW' : tables.has(wanted) ? 'BASE TABLE' : undefined
        return [['type', type === undefined ? [] : [[type]]]]
      }
      const prefix = text(sql, /LIKE/).replace(/\\(.)/g, '$1').replace(/%$/, '')
      return [['name', [...tables.keys()].filter((one) => one.startsWith(prefix)).map((one) => [one])]]
    }
    if (sql.includes('information_schema.views')) {
      const shown = views.get(text(sql, /table_name =/))
      return [['definition', shown === undefined ? [] : [[`SELECT *\nFROM\n  ${shown}\n`]]]]
    }
    if (sql.includes('table_comments')) return [['comment', [[tables.get(text(sql, /table_name =/))?.comment ?? null]]]]
    if (sql.startsWith('CREATE SCHEMA')) return []
    if (sql.startsWith('CREATE TABLE')) {
      if (!tables.has(name)) tables.set(name, { partitions: new Map(), comment: text(sql, /COMMENT/) })
      return []
    }
    if (sql.includes('$partitions'))
      return [
        ['event_date', [...(tables.get(name.replace('$partitions', ''))?.partitions.keys() ?? [])].map((one) => [one])],
      ]
    if (sql.startsWith('CALL')) {
      const { partitions } = tables.get(text(sql, /table_name =>/))!
      const date = /partition_values => ARRAY\['([^']+)'/.exec(sql)?.[1] ?? ''
      if (partitions.has(date)) return { errorName: 'ALREADY_EXISTS', message: 'Partition is already registered' }
      partitions.set(date, text(sql, /location =>/))
      return []
    }
    if (sql.startsWith('COMMENT ON TABLE')) {
      tables.get(name)!.comment = text(sql, /IS/)
      return []
    }
    if (sql.startsWith('CREATE OR REPLACE VIEW')) {
      views.set(name, `hive.sec.${names.exec(sql.split(' AS SELECT ')[1] ?? '')?.[1]}`)
      return []
    }
    if (sql.startsWith('DROP TABLE')) {
      tables.delete(name)
      return []
    }
    return { errorName: 'SYNTAX_ERROR', errorType: 'USER_ERROR', message: `the fake does not know ${sql}` }
  }

  const server = createServer((request, response) => {
    let sql = ''
    request.on('data', (chunk: Buffer) => {
      sql += chunk.toString()
    })
    request.on('end', () => {
      if (changesLeft <= 0) return request.socket.destroy()
      if (!sql.startsWith('SELECT')) changesLeft--
      statements.push(sql)
      const told = answer(sql)
      after()
      const page = Array.isArray(told)
        ? { columns: told.map(([name]) => ({ name, type: 'varchar' })), data: told[0]?.[1] ?? [] }
        : { error: told }
      response.end(JSON.stringify({ id: 'q', ...page }))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    tables,
    views,
    statements,
    /** Called after each statement. */
    watch: (work: () => void) => {
      after = work
    },
    refuse: (work: typeof refuse) => {
      refuse = work
    },
    dieAfter: (count: number) => {
      changesLeft = count
    },
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}
