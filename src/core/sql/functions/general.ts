import { type FunctionSpec, scalar } from './spec.ts'

/** Trino answers NULL as soon as one argument is NULL; DuckDB passes NULLs over. */
const extreme = (name: string): FunctionSpec =>
  scalar(
    `${name}(O, O...) -> O`,
    ({ args, returnsText }) =>
      `(CASE WHEN ${args.map((a) => `${a} IS NOT NULL`).join(' AND ')} THEN ${name}(${args.map((a) => `CAST(${a} AS ${returnsText})`).join(', ')}) END)`,
  )

export const generalFunctions: readonly FunctionSpec[] = [
  scalar('coalesce(T, T...) -> T'),
  scalar('nullif(T, T) -> T'),
  scalar(
    ['if(boolean, T) -> T', 'if(boolean, T, T) -> T'],
    ({ args }) => `(CASE WHEN ${args[0]} THEN ${args[1]}${args[2] === undefined ? '' : ` ELSE ${args[2]}`} END)`,
  ),
  scalar('try(T) -> T', 'TRY($1)'),
  extreme('greatest'),
  extreme('least'),
]
