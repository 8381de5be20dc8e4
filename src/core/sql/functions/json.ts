import { jsonPathSteps, jsonPointer } from '../json-path.ts'
import type { Expression } from '../tree.ts'
import { type ArgumentProblem, type Emission, type FunctionSpec, literalText, scalar, sqlText } from './spec.ts'

function checkPath(nodes: readonly Expression[]): ArgumentProblem | undefined {
  const path = literalText(nodes[1])
  if (path === undefined) return { argument: 1, kind: 'literal', reason: 'a path' }
  return jsonPathSteps(path)
    ? undefined
    : {
        argument: 1,
        kind: 'value',
        reason: `'${path}' is no JSON path; it looks like $.name, $["odd.name"] or $.list[0]`,
      }
}

const withPointer =
  (macro: string) =>
  ({ args, nodes }: Emission): string =>
    `${macro}(${args[0]}, ${sqlText(jsonPointer(jsonPathSteps(literalText(nodes[1]) ?? '$') ?? []))})`

/** A column, or a text taken out of one: cheaper to read anew than to hold. Anything else is computed once. */
const isNear = (node: Expression | undefined): boolean =>
  node?.kind === 'reference' ||
  (node?.kind === 'call' && node.name === 'json_extract_scalar' && node.args[0]?.kind === 'reference')

/**
 * json_parse sorts the keys of objects, json_extract of text keeps them; as JSON both are equal, printed they differ.
 * So printing is proven only where the keys are in the order of the text.
 */
function checkFormat(nodes: readonly Expression[]): ArgumentProblem | undefined {
  const [node] = nodes
  if (node?.kind === 'call' && node.name === 'json_extract' && node.args[0]?.type?.kind === 'varchar') return undefined
  return {
    argument: 0,
    kind: 'value',
    reason: "only json_format(json_extract(text, '$.path')) prints keys in one order everywhere",
  }
}

export const jsonFunctions: readonly FunctionSpec[] = [
  scalar(
    ['json_extract_scalar(varchar, varchar) -> varchar', 'json_extract_scalar(json, varchar) -> varchar'],
    (emission) => withPointer(isNear(emission.nodes[0]) ? 'trino_json_scalar' : 'trino_json_scalar_of')(emission),
    checkPath,
  ),
  scalar(
    ['json_extract(varchar, varchar) -> json', 'json_extract(json, varchar) -> json'],
    (emission) => withPointer(isNear(emission.nodes[0]) ? 'trino_json_extract' : 'trino_json_extract_of')(emission),
    checkPath,
  ),
  scalar(
    ['json_size(varchar, varchar) -> bigint', 'json_size(json, varchar) -> bigint'],
    withPointer('trino_json_size'),
    checkPath,
  ),
  scalar('json_parse(varchar) -> json', 'trino_json_parse($1)'),
  scalar('json_format(json) -> varchar', 'trino_json_format($1)', checkFormat),
  scalar(['json_array_length(varchar) -> bigint', 'json_array_length(json) -> bigint'], 'trino_json_array_length($1)'),
]
