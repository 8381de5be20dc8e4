/**
 * The SQL of CloudWatch Logs Insights: a subset of Spark's. One SELECT over log groups with at most one JOIN and one level of
 * subqueries; no WITH, no lambdas, no UNNEST (OpenSearch Service guide, "Supported OpenSearch SQL commands and functions"). Plain
 * subqueries are merged into the query round them. What the guide does not have is refused by name.
 */
import { TrailbookError } from '../../errors.ts'
import { printedColumns } from '../analyze/queries.ts'
import type { Dialect, PrintInput } from '../dialect.ts'
import type { Query } from '../tree.ts'
import { queryText } from './insights/query.ts'
import { type Printing, refuse } from './insights/values.ts'

interface LogsInsightsTable {
  /** Names, or ARNs where they lie in other accounts. */
  readonly logGroups: readonly string[]
}

/** Characters of one query ("StartQuery", CloudWatch Logs API). */
export const longestQuery = 10_000

/** Copies stay: leaving them out would take the one level of subqueries there is. */
export function logsInsightsDialect({ logGroups }: LogsInsightsTable): Dialect {
  const groups = logGroups.map((group) => `'${group}'`).join(', ')
  const source = `\`logGroups(logGroupIdentifier: [${groups}])\``
  return {
    name: 'logs-insights',
    print: (query, input) => ({ text: shortest(source, query, input), bindings: [] }),
  }
}

/** Characters that leave room for longer lists and parameters. */
const roomy = 0.8 * longestQuery

/** Merged, or where that is long with each column of the events computed once in a subquery. */
function shortest(source: string, query: Query, input: PrintInput): string {
  const names = printedColumns(query.columns ?? [])
  const twice = names.find((one, i) => names.some((other, j) => j < i && other.toLowerCase() === one.toLowerCase()))
  if (twice !== undefined) refuse(query, `two columns called ${twice} but for case`, 'Give one of them another name.')
  const attempt = (merging: boolean): string => {
    let last = 0
    const fresh = () => `e${++last}`
    const printing: Printing = {
      ...{ input, source, merging, fresh, depth: 0, place: 'elsewhere' },
      relations: new Map(),
      withQueries: new Map(),
    }
    return withoutBlanks(queryText(printing, query, names).text)
  }
  const merged = attempt(true)
  if (merged.length <= roomy) return merged
  const apart = orNothing(() => attempt(false))
  return apart !== undefined && apart.length < merged.length ? apart : merged
}

/** What the rest cannot be read otherwise without; literals and names are not looked at. */
const withoutBlanks = (text: string): string =>
  text.replace(/('[^']*'|`[^`]*`)|\s*(<=>|<=|>=|<>|[,()=<>])\s*/g, (_, kept?: string, sign?: string) => kept ?? sign!)

function orNothing(work: () => string): string | undefined {
  try {
    return work()
  } catch (error) {
    if (error instanceof TrailbookError && error.code === 'SQL_NOT_ON_ENGINE') return undefined
    throw error
  }
}
