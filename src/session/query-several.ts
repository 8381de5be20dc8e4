/** One question asked of several connections: their rows one after the other, each with its origin. */
import type { ResultColumn, Row, Statistics } from '../core/ports.ts'
import { asStepError, type Copies } from '../core/run/connections.ts'
import { type Cost, costOf } from '../core/run/cost.ts'
import type { Coverage } from '../core/run/coverage.ts'
import { mergeCoverage, type StepError } from '../core/run/result.ts'
import type { QueryResult } from './query.ts'

/** One connection's part of the answer; one that failed has an error and no rows. */
interface QueryPart {
  readonly name: string
  readonly rowCount: number
  readonly truncated: boolean
  readonly coverage?: Coverage
  readonly statistics?: Statistics
  readonly copies?: Copies
  readonly cost?: Cost
  readonly error?: StepError
}

export interface SeveralResult extends Omit<QueryResult, 'copies'> {
  readonly copies?: never
  /** Name of the first column, which says where a row is from. */
  readonly origin: string
  readonly connections: readonly QueryPart[]
}

export type Answered = { readonly name: string } & (
  | { readonly result: QueryResult; readonly error?: never }
  | { readonly result?: never; readonly error: unknown }
)

/**
 * Rows stand in the order of the connections; an ORDER BY or LIMIT of the question holds within each of them. The first column
 * is `connection`, or where the question has a column of that name, that with as many `_` before it as it takes.
 *
 * @throws what the first connection failed with, where none answered
 */
export function joinAnswers(answered: readonly Answered[]): SeveralResult {
  const results = answered.flatMap(({ result }) => result ?? [])
  const [first] = results
  if (first === undefined) throw answered[0]?.error
  const origin = originName(first.columns)
  const cost = costOf(results.flatMap((result) => result.cost?.charges ?? []))
  const whole = results.length === answered.length
  const coverage = mergeCoverage(results.map((result) => result.coverage))
  return {
    schema: 'trailbook.query/v1',
    columns: [{ name: origin, type: 'varchar' }, ...first.columns],
    rows: answered.flatMap(({ name, result }) =>
      (result?.rows ?? []).map((row): Row => ({ [origin]: name, ...byPosition(row, result!.columns, first.columns) })),
    ),
    rowCount: results.reduce((sum, { rowCount }) => sum + rowCount, 0),
    truncated: results.some(({ truncated }) => truncated),
    coverage: whole ? coverage : { ...coverage, complete: false, through: null },
    statistics: joinStatistics(results.map(({ statistics }) => statistics)),
    ...(cost !== undefined && { cost }),
    origin,
    connections: answered.map(partOf),
  }
}

/** Engines may fold the case of names; the first connection's stand for all. */
const byPosition = (row: Row, own: readonly ResultColumn[], wanted: readonly ResultColumn[]): Row =>
  own === wanted ? row : Object.fromEntries(own.map(({ name }, at) => [wanted[at]?.name ?? name, row[name] ?? null]))

function originName(columns: readonly ResultColumn[]): string {
  const taken = new Set(columns.map(({ name }) => name.toLowerCase()))
  let name = 'connection'
  while (taken.has(name)) name = `_${name}`
  return name
}

function partOf({ name, result, error }: Answered): QueryPart {
  if (result === undefined) return { name, rowCount: 0, truncated: false, error: asStepError(error) }
  const { rowCount, truncated, coverage, statistics, copies, cost } = result
  return { name, rowCount, truncated, coverage, statistics, copies, ...(cost !== undefined && { cost }) }
}

/** Connections were asked at the same time; bytes add up where every one of them tells. */
function joinStatistics(all: readonly Statistics[]): Statistics {
  const charges = costOf(all.flatMap((one) => one.charges ?? []))?.charges
  const sum = (key: 'bytesRead' | 'bytesTotal') => {
    const known = all.flatMap((one) => one[key] ?? [])
    return known.length === all.length ? { [key]: known.reduce((total, bytes) => total + bytes, 0) } : {}
  }
  return {
    elapsedMs: Math.max(...all.map(({ elapsedMs }) => elapsedMs)),
    ...sum('bytesRead'),
    ...sum('bytesTotal'),
    ...(charges !== undefined && { charges }),
  }
}
