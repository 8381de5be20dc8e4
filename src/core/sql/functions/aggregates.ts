import { refuseDecimals } from './maths.ts'
import { aggregate, type FunctionSpec, windowFunction } from './spec.ts'

const cast = (type: string) => (text: string) => `CAST(${text} AS ${type})`
const bigint = cast('BIGINT')

export const aggregateFunctions: readonly FunctionSpec[] = [
  aggregate('count(T) -> bigint'),
  aggregate('count_if(boolean) -> bigint', 'count(CASE WHEN $1 THEN 1 END)'),
  aggregate(['sum(integer) -> bigint', 'sum(bigint) -> bigint'], 'sum($1)'),
  aggregate('sum(double) -> double', 'sum($1)', refuseDecimals),
  aggregate(['avg(bigint) -> double', 'avg(double) -> double'], 'avg($1)', refuseDecimals),
  aggregate('min(O) -> O'),
  aggregate('max(O) -> O'),
  aggregate('max_by(T, O) -> T', 'arg_max_null($*)'),
  aggregate('min_by(T, O) -> T', 'arg_min_null($*)'),
  aggregate('arbitrary(T) -> T', 'any_value($1)'),
  aggregate('any_value(T) -> T', 'any_value($1)'),
  aggregate('bool_or(boolean) -> boolean'),
  aggregate('bool_and(boolean) -> boolean'),
  aggregate('every(boolean) -> boolean', 'bool_and($1)'),
  aggregate('array_agg(T) -> array(T)', 'list($1)'),
  // Exact, and so within the error both engines allow themselves: the estimates of two engines never agree.
  aggregate('approx_distinct(T) -> bigint', 'count(DISTINCT $1)'),
  aggregate('listagg(varchar, varchar) -> varchar', 'string_agg($*)'),
  aggregate('listagg(varchar) -> varchar', "string_agg($1, '')"),
  aggregate('histogram(T) -> map(T,bigint)', 'histogram($1)'),
  aggregate('stddev(double) -> double', 'stddev_samp($1)'),
  aggregate('stddev_samp(double) -> double'),
  aggregate('stddev_pop(double) -> double'),
  aggregate('variance(double) -> double', 'var_samp($1)'),
  aggregate('var_samp(double) -> double'),
  aggregate('var_pop(double) -> double'),
]

/** Aggregates whose DuckDB type is wider than Trino's; the cast also makes an overflow an error, as in Trino. */
export const aggregateCasts: Readonly<Record<string, (text: string) => string>> = { sum: bigint }

export const windowFunctions: readonly FunctionSpec[] = [
  windowFunction('row_number() -> bigint'),
  windowFunction('rank() -> bigint'),
  windowFunction('dense_rank() -> bigint'),
  windowFunction('percent_rank() -> double'),
  windowFunction('cume_dist() -> double'),
  windowFunction('ntile(bigint) -> bigint'),
  windowFunction(['lag(T) -> T', 'lag(T, bigint) -> T', 'lag(T, bigint, T) -> T']),
  windowFunction(['lead(T) -> T', 'lead(T, bigint) -> T', 'lead(T, bigint, T) -> T']),
  windowFunction('first_value(T) -> T'),
  windowFunction('last_value(T) -> T'),
  windowFunction('nth_value(T, bigint) -> T'),
]
