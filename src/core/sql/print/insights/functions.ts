/**
 * Functions of the portable SQL in the SQL of Logs Insights, each with the meaning that it has here. Names are those that the
 * OpenSearch Service guide lists as supported for CloudWatch Logs ("Supported OpenSearch SQL commands and functions"); what has no
 * entry is refused. Lambdas and functions of maps are not supported there.
 */
import type { Call, Expression } from '../../tree.ts'
import { patternText } from './literals.ts'
import { refuse } from './values.ts'

interface CallText {
  readonly node: Call
  /** Printed arguments. */
  readonly args: readonly string[]
}

type Emit = string | ((call: CallText) => string)

const pattern = ({ node }: CallText): string => {
  const given = node.args[1]!
  return given.kind === 'string'
    ? patternText(given.value, given)
    : refuse(given, 'a pattern that is not written out', 'Write the pattern as a text.')
}

/** Without a match the engine gives the empty text, and not NULL. */
function regexpExtract(call: CallText): string {
  const group = call.args[2] ?? '0'
  const [text] = call.args
  return `CASE WHEN regexp_like(${text}, ${pattern(call)}) THEN regexp_extract(${text}, ${pattern(call)}, ${group}) END`
}

/** Beyond the last part the engine gives the empty text, and not NULL; the first part is always there. */
function splitPart({ node, args }: CallText): string {
  const [, delimiter, index] = node.args
  if (index?.kind === 'number' && index.text === '1') return `split_part(${args.join(', ')})`
  if (index?.kind !== 'number' || delimiter?.kind !== 'string' || !/^[:/,.@ -]$/.test(delimiter.value))
    return refuse(node, 'split_part with this delimiter', 'Use regexp_extract.')
  return `get(split(${args[0]}, '[${delimiter.value}]', -1), ${Number(index.text) - 1})`
}

/** Without a match both give an empty list. */
function regexpExtractAll(call: CallText): string {
  return `regexp_extract_all(${call.args[0]}, ${pattern(call)}, ${call.args[2] ?? '0'})`
}

function dateTrunc({ node, args }: CallText): string {
  const unit = node.args[0]
  return unit?.kind === 'string' && /^(hour|day|month|year|minute)$/i.test(unit.value)
    ? `date_trunc('${unit.value.toUpperCase()}', ${args[1]})`
    : refuse(node, 'date_trunc with this unit', 'Use hour or day.')
}

function joined({ node, args }: CallText): string {
  if (args.length !== 2) return refuse(node, 'array_join with a text for NULL', 'Leave the third argument out.')
  return `array_join(${args.join(', ')})`
}

const same = (name: string): Emit => `${name}($*)`

/** Scalar functions. */
export const scalarFunctions: Readonly<Record<string, Emit>> = {
  coalesce: same('coalesce'),
  nullif: same('nullif'),
  if: ({ args }) => `CASE WHEN ${args[0]} THEN ${args[1]}${args[2] === undefined ? '' : ` ELSE ${args[2]}`} END`,
  lower: same('lower'),
  upper: same('upper'),
  length: same('length'),
  trim: ({ node, args }) =>
    args.length === 1 ? `trim(${args[0]})` : refuse(node, 'TRIM of given characters', 'Use regexp_replace.'),
  replace: same('replace'),
  substr: same('substr'),
  substring: same('substr'),
  strpos: ({ node, args }) =>
    args.length === 2 ? `instr(${args.join(', ')})` : refuse(node, 'strpos with a count', 'Leave the count out.'),
  concat: ({ node, args }) =>
    node.type?.kind === 'varchar' ? `concat(${args.join(', ')})` : refuse(node, 'joining arrays', 'Select them apart.'),
  starts_with: 'startswith($*)',
  split_part: splitPart,
  regexp_like: (call) => `regexp_like(${call.args[0]}, ${pattern(call)})`,
  regexp_extract: regexpExtract,
  regexp_extract_all: regexpExtractAll,
  array_min: same('array_min'),
  array_distinct: same('array_distinct'),
  // Of NULL it may be -1 there.
  cardinality: ({ node, args }) =>
    node.args[0]?.type?.kind === 'array' ? `CASE WHEN ${args[0]} IS NOT NULL THEN size(${args[0]}) END` : '',
  array_max: same('array_max'),
  regexp_replace: (call) => {
    const to = call.node.args[2]
    if (to !== undefined && (to.kind !== 'string' || /[$\\]/.test(to.value)))
      refuse(call.node, 'a replacement with groups', 'Use regexp_extract.')
    return `regexp_replace(${call.args[0]}, ${pattern(call)}, ${to === undefined ? "''" : call.args[2]})`
  },
  from_iso8601_timestamp: 'to_timestamp($1)',
  date_trunc: dateTrunc,
  abs: same('abs'),
  round: ({ node, args }) =>
    args.length === 1 ? `round(${args[0]})` : refuse(node, 'rounding to digits', 'Round after the query.'),
  greatest: ({ args }) =>
    args.length === 2
      ? `CASE WHEN ${args[0]} >= ${args[1]} THEN ${args[0]} WHEN ${args[0]} < ${args[1]} THEN ${args[1]} END`
      : '',
  array_join: joined,
}

const filtered = (text: string, filter: string | undefined): string =>
  filter === undefined ? text : `${text} FILTER (WHERE ${filter})`

interface AggregateText extends CallText {
  readonly filter: string | undefined
}

const plainAggregate =
  (name: string) =>
  ({ node, args, filter }: AggregateText): string =>
    filtered(`${name}(${node.star ? '*' : `${node.distinct ? 'DISTINCT ' : ''}${args.join(', ')}`})`, filter)

/** As a number, since the documentation lists no aggregate of conditions. */
const anyOf =
  (aggregate: 'max' | 'min') =>
  ({ args, filter }: AggregateText): string =>
    `(${filtered(`${aggregate}(CASE WHEN ${args[0]} THEN 1 WHEN NOT ${args[0]} THEN 0 END)`, filter)} = 1)`

export const aggregateFunctions: Readonly<Record<string, (call: AggregateText) => string>> = {
  count: plainAggregate('count'),
  sum: plainAggregate('sum'),
  avg: plainAggregate('avg'),
  min: plainAggregate('min'),
  max: plainAggregate('max'),
  count_if: ({ args, filter }) =>
    `count(CASE WHEN ${filter === undefined ? args[0] : `${filter} AND ${args[0]}`} THEN 1 END)`,
  approx_distinct: ({ args, filter }) => filtered(`count(DISTINCT ${args[0]})`, filter),
  bool_or: anyOf('max'),
  bool_and: anyOf('min'),
  every: anyOf('min'),
  min_by: plainAggregate('min_by'),
  max_by: plainAggregate('max_by'),
}

/** With an OVER clause: the window functions of the guide and plain aggregates. */
export const windowFunctions: readonly string[] = [
  ...['row_number', 'rank', 'dense_rank', 'lag', 'lead', 'first_value', 'last_value'],
  ...['count', 'sum', 'avg', 'min', 'max'],
]

export function emitted(emit: Emit, call: CallText): string {
  if (typeof emit !== 'string') return emit(call)
  return emit.replace(/\$(\*|\d)/g, (_, what: string) =>
    what === '*' ? call.args.join(', ') : (call.args[Number(what) - 1] ?? ''),
  )
}

/** The words for a function that is not there. */
export function refuseFunction(node: Call | Expression, called: string): never {
  const advice: Readonly<Record<string, string>> = {
    contains: 'Use IN over the single values.',
    transform: 'Write a text of its own for the engine: it has no lambdas.',
    filter: 'Write a text of its own for the engine: it has no lambdas.',
    any_match: 'Write a text of its own for the engine: it has no lambdas.',
  }
  return refuse(
    node,
    `the function ${called}`,
    advice[called] ?? 'Write a text of its own for the engine under logs-insights.',
  )
}
