/**
 * Executes what the dialect prints for Logs Insights, over the texts of log events, by saying it in the words of DuckDB. It stands
 * for the meaning that the OpenSearch Service guide gives these functions; the service itself is not asked.
 */
import { DuckDBInstance } from '@duckdb/node-api'

const macros = [
  `CREATE MACRO get_json_object(j, p) AS CASE WHEN json_valid(j) THEN json_extract_string(j, p) END`,
  `CREATE MACRO regexp_like(s, p) AS regexp_matches(s, p)`,
  `CREATE MACRO spark_regexp_replace(s, p, r) AS regexp_replace(s, p, r, 'g')`,
  `CREATE MACRO named_struct(a, b, c, d) AS {'n': b, 'v': d},
     (a, b, c, d, e, f) AS {'n0': b, 'k0': d, 'v': f},
     (a, b, c, d, e, f, g, h) AS {'n0': b, 'k0': d, 'n': f, 'v': h},
     (a, b, c, d, e, f, g, h, i, j, k, l) AS {'n0': b, 'k0': d, 'n1': f, 'k1': h, 'n': j, 'v': l}`,
  `CREATE MACRO sort_array(l) AS list_sort(l, 'ASC', 'NULLS LAST')`,
  `CREATE MACRO slice(l, f, n) AS list_slice(l, CASE WHEN f < 0 THEN len(l) + f + 1 ELSE f END, CASE WHEN f < 0 THEN len(l) + f + n ELSE f + n - 1 END)`,
  `CREATE MACRO array_join(l, s) AS array_to_string(list_filter(l, lambda x: x IS NOT NULL), s)`,
  `CREATE MACRO spark_timestamp(t) AS CAST(rtrim(t, 'Z') AS TIMESTAMP)`,
  `CREATE MACRO date_format(t, f) AS strftime(t, '%Y-%m-%d %H:%M:%S')`,
  `CREATE MACRO startswith(a, b) AS starts_with(a, b)`,
  `CREATE MACRO size(l) AS len(l)`,
  `CREATE MACRO array_min(l) AS list_min(l)`,
  `CREATE MACRO array_max(l) AS list_max(l)`,
  `CREATE MACRO split(t, p, n) AS string_split_regex(t, p)`,
  `CREATE MACRO "get"(l, i) AS l[i + 1]`,
  `CREATE MACRO unix_timestamp(t) AS CAST(epoch(t) AS BIGINT)`,
]

const renamed: Readonly<Record<string, string>> = {
  collect_list: 'list(',
  collect_set: 'list(DISTINCT ',
  regexp_replace: 'spark_regexp_replace(',
  to_timestamp: 'spark_timestamp(',
}

/** Spark's text -> DuckDB's. Literals keep what they say, names in backticks become names in quotes. */
export function toDuckdb(text: string): string {
  const token =
    /get_json_object\((?=(?:e\d+\.)?`@message`)|'(?:[^'\\]|\\.)*'|`(?:[^`]|``)*`|<=>|\bAS STRING\b|\bARRAY<BIGINT>|[A-Za-z_]\w*\s*\(|[\s\S]/g
  return text.replace(token, (part) => {
    // What a log event is needs no look whether it is JSON, as the texts within it do.
    if (part === 'get_json_object(') return 'json_extract_string('
    if (part.startsWith("'"))
      return `'${part.slice(1, -1).replace(/\\(.)/gs, (_, char: string) => (char === "'" ? "''" : char))}'`
    if (part.startsWith('`'))
      return part.startsWith('`logGroups(') ? '"log_events"' : `"${part.slice(1, -1).replaceAll('``', '`')}"`
    if (part === '<=>') return 'IS NOT DISTINCT FROM'
    if (part === 'AS STRING') return 'AS VARCHAR'
    if (part === 'ARRAY<BIGINT>') return 'BIGINT[]'
    const called = /^([A-Za-z_]\w*)\s*\($/.exec(part)?.[1]
    return (called !== undefined && renamed[called.toLowerCase()]) || part
  })
}

export interface SparkEngine {
  execute(text: string, messages: readonly string[]): Promise<readonly Readonly<Record<string, string>>[]>
  close(): void
}

export async function sparkEngine(): Promise<SparkEngine> {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  await connection.run(`SET TimeZone = 'UTC'`)
  // Of a few events each there is nothing to divide.
  await connection.run('SET threads = 1')
  // Of texts this long and events this few, most of the time would go into finding a better way to do it.
  await connection.run('PRAGMA disable_optimizer')
  for (const macro of macros) await connection.run(macro)
  // Queries come one after the other: they share the table.
  let last: Promise<unknown> = Promise.resolve()
  const execute: SparkEngine['execute'] = async (text, messages) => {
    await connection.run(`CREATE OR REPLACE TABLE log_events ("@message" VARCHAR)`)
    if (messages.length > 0) {
      const appender = await connection.createAppender('log_events')
      for (const message of messages) {
        appender.appendVarchar(message)
        appender.endRow()
      }
      appender.closeSync()
    }
    const reader = await connection.runAndReadAll(toDuckdb(text))
    const names = reader.columnNames()
    return reader
      .getRowsJson()
      .map((row) =>
        Object.fromEntries(
          row.flatMap((cell, i) =>
            cell === null || cell === undefined
              ? []
              : [
                  [
                    names[i]!,
                    typeof cell === 'string' ? cell : typeof cell === 'object' ? JSON.stringify(cell) : String(cell),
                  ],
                ],
          ),
        ),
      )
  }
  return {
    execute: (text, messages) => {
      const next = last.then(() => execute(text, messages))
      last = next.catch(() => {})
      return next
    },
    close: () => {
      connection.closeSync()
      instance.closeSync()
    },
  }
}
