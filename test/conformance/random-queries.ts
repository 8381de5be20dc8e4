import fc from 'fast-check'
import type { Connection } from '../../src/core/ports.ts'
import { analyze } from '../../src/core/sql/compile.ts'
import type { Query } from '../../src/core/sql/tree.ts'
import { visitQuery } from '../../src/core/sql/visit.ts'
import { openMemoryEngine } from '../../src/engines/duckdb/memory-connection.ts'
import { connectTrino } from '../../src/engines/trino/connection.ts'
import type { TrinoSettings } from '../../src/engines/trino/settings.ts'
import { type Answer, answer, failureReasons } from './check.ts'
import { conformanceRecords } from './events.ts'
import { randomJsonQuery, randomQuery } from './random-grammar.ts'

export interface Comparison {
  readonly seed: number
  /** Both engines gave rows, and the same ones. */
  readonly equal: number
  /** Both failed on a value. */
  readonly bothFailed: number
  /** One failed on a value that the other did not compute: engines choose what they look at first. */
  readonly oneFailed: number
  /** Refused by our checks (a mixture of types, mostly), or with a division that may give NaN. */
  readonly refused: number
  /**
   * Trino failed within itself: no answer, and no wrong one. Of 483 it is known that `substr(x, -1, 2147483647)` overflows, and
   * that a lambda over constants which reads a column trips the optimiser ("Bind cannot be cast to Lambda").
   */
  readonly serverFaults: number
  readonly differences: readonly string[]
}

const lanes = 4
const mostDifferences = 10

/**
 * @param settings its table holds the records of the suite
 * @param options `wanted` equal answers; `part`: what reads JSON alone
 */
export async function compareRandomQueries(
  settings: TrinoSettings,
  { seed, wanted, part }: { readonly seed: number; readonly wanted: number; readonly part?: 'json' | undefined },
): Promise<Comparison> {
  const engine = await openMemoryEngine()
  const duckdb = await engine.load(conformanceRecords)
  const trino = await connectTrino(settings)
  const count = { equal: 0, bothFailed: 0, oneFailed: 0, refused: 0, serverFaults: 0 }
  const differences: string[] = []
  const drawn = queries(seed, part === 'json' ? randomJsonQuery : randomQuery)
  const lane = async (): Promise<void> => {
    while (count.equal < wanted && differences.length < mostDifferences) {
      const sql = drawn.next().value
      const { query } = analyze(sql)
      if (query === undefined || mayMakeNaN(query.tree)) {
        count.refused++
        continue
      }
      const [ours, theirs] = await Promise.all([ask(sql, duckdb), ask(sql, trino)])
      const kind = judge(ours, theirs)
      if (kind === 'different') differences.push(`${sql}\n  duckdb: ${shown(ours)}\n  trino:  ${shown(theirs)}`)
      else count[kind]++
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  await engine.close()
  return { seed, ...count, differences }
}

/** NaN compares otherwise on each engine; nan() is refused, but a division of zero by zero is only known when it is done. */
function mayMakeNaN(query: Query): boolean {
  let found = false
  visitQuery(query, {
    expression(node) {
      if (node.kind === 'binary-op' && '/%'.includes(node.operator) && node.type?.kind === 'double') found = true
    },
  })
  return found
}

function* queries(seed: number, drawn: typeof randomQuery): Generator<string, never> {
  for (let batch = 0; ; batch++) for (const { sql } of fc.sample(drawn, { seed: seed + batch, numRuns: 500 })) yield sql
}

const ask = (sql: string, connection: Connection): Promise<Answer> =>
  answer(
    { id: 'random', area: 'functions', sql, ordered: / ORDER BY [^)]*$/.test(sql) && / LIMIT \d+$/.test(sql) },
    connection,
  )

const shown = (one: Answer): string => `${JSON.stringify(one).slice(0, 600)} ${failureReasons.get(one) ?? ''}`

function judge(ours: Answer, theirs: Answer): 'equal' | 'bothFailed' | 'oneFailed' | 'serverFaults' | 'different' {
  if ('fails' in theirs && theirs.fails === 'TRINO_FAULT') return 'serverFaults'
  const onValue = (one: Answer): boolean => 'fails' in one && one.fails === 'ENGINE_RUNTIME'
  if (onValue(ours) && onValue(theirs)) return 'bothFailed'
  if ((onValue(ours) && 'rows' in theirs) || (onValue(theirs) && 'rows' in ours)) return 'oneFailed'
  return 'rows' in ours && JSON.stringify(ours) === JSON.stringify(theirs) ? 'equal' : 'different'
}
