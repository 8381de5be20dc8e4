import { strftimeFormat } from '../date-format.ts'
import type { Expression } from '../tree.ts'
import { type ArgumentProblem, type Emission, type FunctionSpec, literalText, scalar, sqlText } from './spec.ts'

const truncUnits = ['second', 'minute', 'hour', 'day', 'week', 'month', 'quarter', 'year']
const stepUnits = ['millisecond', 'second', 'minute', 'hour', 'day', 'week', 'month', 'quarter', 'year']
const dateUnits = ['day', 'week', 'month', 'quarter', 'year']

const unit =
  (units: readonly string[], dated?: number) =>
  (nodes: readonly Expression[]): ArgumentProblem | undefined => {
    const text = literalText(nodes[0])?.toLowerCase()
    if (text === undefined) return { argument: 0, kind: 'literal', reason: 'the unit' }
    const allowed =
      dated !== undefined && nodes[dated]?.type?.kind === 'date' ? units.filter((u) => dateUnits.includes(u)) : units
    return allowed.includes(text)
      ? undefined
      : { argument: 0, kind: 'value', reason: `'${text}' is no unit here; they are ${allowed.join(', ')}` }
  }

const unitOf = (nodes: readonly Expression[]): string => (literalText(nodes[0]) ?? '').toLowerCase()

/** DuckDB turns date plus interval into a timestamp; Trino keeps the type of the argument. */
const add = ({ args, nodes, returnsText }: Emission): string =>
  `CAST(${args[2]} + (CAST(${args[1]} AS INTEGER) * INTERVAL 1 ${unitOf(nodes).toUpperCase()}) AS ${returnsText})`

/** Whole elapsed units, as Trino counts; DuckDB's date_diff counts boundaries. */
const difference = ({ args, nodes }: Emission): string =>
  `date_sub('${unitOf(nodes)}', CAST(${args[1]} AS TIMESTAMP), CAST(${args[2]} AS TIMESTAMP))`

const format = (nodes: readonly Expression[]): ArgumentProblem | undefined => {
  const text = literalText(nodes[1])
  if (text === undefined) return { argument: 1, kind: 'literal', reason: 'the format' }
  return strftimeFormat(text) === undefined
    ? { argument: 1, kind: 'value', reason: `the format '${text}' has a specifier without an equal on other engines` }
    : undefined
}

const parseFormat = (nodes: readonly Expression[]): ArgumentProblem | undefined => {
  const refuse = (reason: string): ArgumentProblem => ({ argument: 1, kind: 'value', reason })
  const text = literalText(nodes[1]) ?? ''
  const problem = format(nodes)
  if (problem) return problem
  if (!text.includes('%Y')) return refuse('a format without a whole year (%Y) gives another year on each engine')
  if (/%[yaW]/.test(text)) return refuse('engines read %y, %a and %W differently')
  return /^\s|\s\s|\s$/.test(text) ? refuse('engines read blanks at the ends or in a row differently') : undefined
}

const formatOf = (nodes: readonly Expression[]): string => sqlText(strftimeFormat(literalText(nodes[1]) ?? '') ?? '')

const part = (name: string, duckdb: string): FunctionSpec =>
  scalar([`${name}(date) -> bigint`, `${name}(timestamp) -> bigint`, `${name}(timestamptz) -> bigint`], `${duckdb}($1)`)
const timePart = (name: string, duckdb: string): FunctionSpec =>
  scalar([`${name}(timestamp) -> bigint`, `${name}(timestamptz) -> bigint`], `${duckdb}($1)`)

export const dateFunctions: readonly FunctionSpec[] = [
  scalar('now() -> timestamptz', "date_trunc('millisecond', now())"),
  scalar('current_date() -> date', 'current_date'),
  scalar('from_iso8601_timestamp(varchar) -> timestamptz', 'trino_from_iso8601_timestamp($1)'),
  scalar('from_iso8601_date(varchar) -> date', 'trino_from_iso8601_date($1)'),
  scalar('to_iso8601(date) -> varchar', 'CAST($1 AS VARCHAR)'),
  scalar('to_iso8601(timestamp) -> varchar', "strftime($1, '%Y-%m-%dT%H:%M:%S.%g')"),
  scalar('to_iso8601(timestamptz) -> varchar', "strftime($1, '%Y-%m-%dT%H:%M:%S.%gZ')"),
  scalar(['date(varchar) -> date'], 'trino_cast_date($1)'),
  scalar(['date(timestamp) -> date', 'date(timestamptz) -> date', 'date(date) -> date'], 'CAST($1 AS DATE)'),
  scalar(
    [
      'date_trunc(varchar, date) -> date',
      'date_trunc(varchar, timestamp) -> timestamp',
      'date_trunc(varchar, timestamptz) -> timestamptz',
    ],
    ({ args, nodes, returnsText }) => `CAST(date_trunc('${unitOf(nodes)}', ${args[1]}) AS ${returnsText})`,
    unit(truncUnits, 1),
  ),
  scalar(
    [
      'date_add(varchar, bigint, date) -> date',
      'date_add(varchar, bigint, timestamp) -> timestamp',
      'date_add(varchar, bigint, timestamptz) -> timestamptz',
    ],
    add,
    unit(stepUnits, 2),
  ),
  scalar(
    [
      'date_diff(varchar, date, date) -> bigint',
      'date_diff(varchar, timestamp, timestamp) -> bigint',
      'date_diff(varchar, timestamptz, timestamptz) -> bigint',
    ],
    difference,
    unit(stepUnits, 1),
  ),
  scalar(
    ['date_format(timestamp, varchar) -> varchar', 'date_format(timestamptz, varchar) -> varchar'],
    ({ args, nodes }) => `strftime(${args[0]}, ${formatOf(nodes)})`,
    format,
  ),
  scalar(
    'date_parse(varchar, varchar) -> timestamp',
    ({ args, nodes }) => `CAST(strptime(trino_date_text(${args[0]}), ${formatOf(nodes)}) AS TIMESTAMP)`,
    parseFormat,
  ),
  scalar('from_unixtime(double) -> timestamptz', 'to_timestamp($1)'),
  scalar(['to_unixtime(timestamp) -> double', 'to_unixtime(timestamptz) -> double'], 'epoch($1)'),
  part('year', 'year'),
  part('quarter', 'quarter'),
  part('month', 'month'),
  part('week', 'week'),
  part('week_of_year', 'week'),
  part('day', 'day'),
  part('day_of_month', 'day'),
  part('day_of_week', 'isodow'),
  part('dow', 'isodow'),
  part('day_of_year', 'dayofyear'),
  part('doy', 'dayofyear'),
  part('year_of_week', 'isoyear'),
  part('yow', 'isoyear'),
  timePart('hour', 'hour'),
  timePart('minute', 'minute'),
  timePart('second', 'second'),
  scalar(
    [
      'last_day_of_month(date) -> date',
      'last_day_of_month(timestamp) -> date',
      'last_day_of_month(timestamptz) -> date',
    ],
    'last_day(CAST($1 AS DATE))',
  ),
]
