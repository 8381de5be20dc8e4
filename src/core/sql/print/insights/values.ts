/** What printing for Logs Insights passes round: texts that still know from which member of the record they come. */
import { TrailbookError } from '../../../errors.ts'
import type { PrintInput } from '../../dialect.ts'
import type { Expression, Query, Span } from '../../tree.ts'

export interface Value {
  readonly text: string
  /** A member of the record as it lies in the log event, so that a path into it needs one call and not two. */
  readonly member?: Member
  /** An array of structs whose `v` is the element: it keeps NULLs, and the order that its `k` gives. */
  readonly entries?: true
}

interface Member {
  /** The text of the JSON, e.g. of a whole log event. */
  readonly json: string
  readonly steps: readonly string[]
}

export type Columns = (name: string, span: Span) => Value

export interface Printing {
  readonly input: PrintInput
  /** The FROM item that stands for the log groups, without an alias. */
  readonly source: string
  /** The relations in reach, by the name that references have for them. */
  readonly relations: ReadonlyMap<string, Columns>
  readonly withQueries: ReadonlyMap<string, WithQuery>
  /** 0 in the statement itself, 1 in a subquery: further in there is nothing. */
  readonly depth: number
  /** Plain subqueries are merged into the query round them; else they are kept where their level is allowed. */
  readonly merging: boolean
  /** Subqueries may stand in WHERE only. */
  readonly place: 'where' | 'elsewhere'
  /** A name for a log group in FROM that nothing else has. */
  readonly fresh: () => string
}

interface WithQuery {
  readonly query: Query
  readonly columns: readonly string[]
}

/** What is refused, and where in the SQL text: {@link refusalSpan} reads it. */
const places = new WeakMap<TrailbookError, Span>()

export function refuse(node: { readonly span: Span }, what: string, advice: string): never {
  const error = new TrailbookError('SQL_NOT_ON_ENGINE', { engine: 'CloudWatch Logs Insights', what, advice })
  places.set(error, node.span)
  throw error
}

/** Offsets into the SQL text, of a refusal by a dialect that knows them. */
export const refusalSpan = (error: unknown): Span | undefined =>
  error instanceof TrailbookError ? places.get(error) : undefined

export const name = (text: string): string => `\`${text.replaceAll('`', '``')}\``

const plainStep = /^[\w:-]+$/

/** `get_json_object` knows `$.name` and `[0]`; of quoting names its documentation says nothing. */
export function memberValue(member: Member, node: Expression | { readonly span: Span }): Value {
  const odd = member.steps.find((step) => !plainStep.test(step))
  if (odd !== undefined)
    refuse(node, `a path through the member ${odd}`, 'Compare the JSON text with LIKE or regexp_like instead.')
  if (member.steps.length === 0) return { text: member.json, member }
  const path = member.steps.map((step) => (/^\d+$/.test(step) ? `[${step}]` : `.${step}`)).join('')
  return { text: `get_json_object(${member.json},'$${path}')`, member }
}
