import type { Expression } from '../tree.ts'
import { type ArgumentProblem, type FunctionSpec, scalar } from './spec.ts'

/** Trino has forms of these for decimals, with scales of their own; passing on the double form would change the type. */
export function refuseDecimals(nodes: readonly Expression[]): ArgumentProblem | undefined {
  const argument = nodes.findIndex((node) => node.type?.kind === 'decimal')
  return argument < 0
    ? undefined
    : {
        argument,
        kind: 'value',
        reason: 'for decimals it is not proven; CAST the value AS double or write 1e0 for 1.0',
      }
}

const integers = (name: string, duckdb: string): FunctionSpec =>
  scalar(
    [`${name}(integer) -> integer`, `${name}(bigint) -> bigint`, `${name}(double) -> double`],
    ({ args, returnsText }) => `CAST(${duckdb.replaceAll('$1', args[0]!)} AS ${returnsText})`,
    refuseDecimals,
  )

export const mathFunctions: readonly FunctionSpec[] = [
  scalar(['abs(integer) -> integer', 'abs(bigint) -> bigint', 'abs(decimal) -> decimal', 'abs(double) -> double']),
  integers('ceil', 'ceil($1)'),
  integers('ceiling', 'ceil($1)'),
  integers('floor', 'floor($1)'),
  integers('sign', 'sign($1)'),
  scalar(['round(integer) -> integer', 'round(bigint) -> bigint'], '$1', refuseDecimals),
  scalar('round(double) -> double', 'trino_round($1)', refuseDecimals),
  scalar('round(double, bigint) -> double', 'trino_round_to($*)', refuseDecimals),
  scalar('truncate(double) -> double', 'trunc($1)', refuseDecimals),
  scalar(['mod(integer, integer) -> integer', 'mod(bigint, bigint) -> bigint'], 'trino_modulo($*)', refuseDecimals),
  scalar('mod(double, double) -> double', 'trino_double_modulo($*)'),
  scalar(['power(double, double) -> double'], 'pow($*)'),
  scalar(['pow(double, double) -> double']),
  scalar('sqrt(double) -> double', 'trino_sqrt($1)'),
  scalar('exp(double) -> double'),
  scalar('ln(double) -> double', 'trino_ln($1)'),
  scalar('log2(double) -> double', '(trino_ln($1) / ln(2e0))'),
  scalar('log10(double) -> double', 'trino_log10($1)'),
  scalar('pi() -> double'),
  scalar('is_nan(double) -> boolean', 'isnan($1)'),
  scalar('is_finite(double) -> boolean', 'isfinite($1)'),
  scalar('is_infinite(double) -> boolean', 'isinf($1)'),
  scalar('infinity() -> double', "CAST('Infinity' AS DOUBLE)"),
  scalar('bitwise_and(bigint, bigint) -> bigint', '($1 & $2)'),
  scalar('bitwise_or(bigint, bigint) -> bigint', '($1 | $2)'),
  scalar('bitwise_xor(bigint, bigint) -> bigint', 'xor($1, $2)'),
  scalar('bitwise_not(bigint) -> bigint', '(~ $1)'),
]
