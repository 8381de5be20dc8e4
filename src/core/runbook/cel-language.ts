/** Our CEL: the standard with bounded, linear-time `matches`, NULL that compares, and whole numbers that mix with others. */
import { type ASTNode, Environment } from '@marcbachmann/cel-js'
import { asText, fromCel } from './cel-values.ts'
import { matchesPattern } from './regex.ts'

const maxExpressionLength = 4_000
/** Each level multiplies the work by the length of its list. */
const maxNestedLoops = 2

const limits = { maxAstNodes: 1_000, maxDepth: 48, maxListElements: 500, maxMapEntries: 200, maxCallArguments: 16 }

const nullable = [
  'int',
  'uint',
  'double',
  'bool',
  'list',
  'map',
  'bytes',
  'google.protobuf.Timestamp',
  'google.protobuf.Duration',
]
type Arithmetic = (left: number, right: number) => number
const arithmetic: readonly (readonly [string, Arithmetic])[] = [
  ['+', (left, right) => left + right],
  ['-', (left, right) => left - right],
  ['*', (left, right) => left * right],
  ['/', (left, right) => left / right],
]

/**
 * The library keeps its own `matches` (JavaScript expressions, which can run for ever) and refuses another, so ours has
 * a name of the same length and takes its place in the text: positions stay.
 */
const ourMatches = 're2find'

export function celEnvironment(): Environment {
  const environment = new Environment({ homogeneousAggregateLiterals: false, unlistedVariablesAreDyn: false, limits })
  environment.registerFunction(`string.${ourMatches}(string): bool`, matchesPattern)
  environment.registerFunction(`${ourMatches}(string, string): bool`, matchesPattern)
  environment.registerFunction('plural(dyn, string): string', (count: unknown, one: string) =>
    counted(count, one, `${one}s`),
  )
  environment.registerFunction('plural(dyn, string, string): string', counted)
  environment.registerOperator('string == null', (left, right) => left === right)
  for (const type of nullable) environment.registerOperator(`${type} == null`, () => false)
  environment.registerOperator('null in list', (_, list: unknown[]) => list.includes(null))
  for (const [sign, apply] of arithmetic) {
    const mixed = (left: number | bigint, right: number | bigint) => apply(Number(left), Number(right))
    environment.registerOperator(`int ${sign} double: double`, mixed)
    environment.registerOperator(`double ${sign} int: double`, mixed)
  }
  return environment
}

/** `1 call`, `2 calls`: a count with the word that goes with it. */
const counted = (count: unknown, one: string, many: string): string =>
  `${asText(fromCel(count))} ${Number(count) === 1 ? one : many}`

export interface CelProblem {
  readonly code: 'CEL_SYNTAX' | 'CEL_UNKNOWN_NAME' | 'CEL_UNKNOWN_FIELD' | 'CEL_TYPE' | 'CEL_LIMIT' | 'CEL_PATTERN'
  readonly start: number
  readonly end: number
  readonly reason: string
  /** The name that is not known. */
  readonly name?: string
}

interface ParsedCel {
  /** With our functions in place of the library's, same length. */
  readonly text: string
  readonly ast: ASTNode
}

const parser = celEnvironment()

/** Parses and holds to the limits that the library has not. */
export function parseCel(text: string): ParsedCel | CelProblem {
  if (text.length > maxExpressionLength)
    return {
      code: 'CEL_LIMIT',
      start: 0,
      end: text.length,
      reason: `an expression may be ${maxExpressionLength} characters long`,
    }
  let ast: ASTNode
  try {
    ast = parser.parse(text).ast
  } catch (error) {
    return problemOf(error, text)
  }
  let ours = text
  let problem: CelProblem | undefined
  visitCel(ast, (node, loops) => {
    if (loops > maxNestedLoops)
      problem ??= { code: 'CEL_LIMIT', ...spanOf(node), reason: `loops may stand ${maxNestedLoops} deep` }
    const pattern = matchesCall(node)
    if (!pattern) return
    const at = text.indexOf('matches', pattern.from)
    ours = ours.slice(0, at) + ourMatches + ours.slice(at + ourMatches.length)
    problem ??= badPattern(pattern.argument)
  })
  return problem ?? { text: ours, ast }
}

function matchesCall(node: ASTNode): { from: number; argument: ASTNode | undefined } | undefined {
  if (node.op === 'rcall' && node.args[0] === 'matches') return { from: node.args[1].end, argument: node.args[2][0] }
  if (node.op === 'call' && node.args[0] === 'matches') return { from: node.start, argument: node.args[1][1] }
  return undefined
}

function badPattern(argument: ASTNode | undefined): CelProblem | undefined {
  if (argument?.op !== 'value' || typeof argument.args !== 'string') return undefined
  try {
    matchesPattern('', argument.args)
    return undefined
  } catch (error) {
    return { code: 'CEL_PATTERN', ...spanOf(argument), reason: (error as Error).message }
  }
}

const loopNames = new Set(['all', 'exists', 'exists_one', 'map', 'filter'])

/** Every node once; `loops` counts the macros around it. */
export function visitCel(ast: ASTNode, visit: (node: ASTNode, loops: number) => void): void {
  const walk = (value: unknown, loops: number): void => {
    if (Array.isArray(value)) {
      for (const one of value) walk(one, loops)
      return
    }
    if (typeof value !== 'object' || value === null || !('op' in value)) return
    const node = value as ASTNode
    const inside = node.op === 'rcall' && loopNames.has(node.args[0]) ? loops + 1 : loops
    visit(node, inside)
    if (node.op === 'rcall') {
      walk(node.args[1], loops)
      walk(node.args[2], inside)
    } else walk(node.args, loops)
  }
  walk(ast, 0)
}

const spanOf = ({ start, end }: { start: number; end: number }) => ({ start, end })

const codes: Readonly<Record<string, CelProblem['code']>> = {
  ParseError: 'CEL_SYNTAX',
  unknown_variable: 'CEL_UNKNOWN_NAME',
  no_such_key: 'CEL_UNKNOWN_FIELD',
}

/** The library's error as data; its own functions' names are put back. */
export function problemOf(error: unknown, text: string): CelProblem {
  const { name, code, summary, message, range } = error as {
    name: string
    code?: string
    summary?: string
    message: string
    range?: { start: number; end: number }
  }
  const reason = (summary ?? message).replaceAll(ourMatches, 'matches')
  const limit = /^(limit|max)/i.test(code ?? '') || /exceeded/i.test(reason)
  const kind = limit ? 'CEL_LIMIT' : (codes[name] ?? codes[code ?? ''] ?? 'CEL_TYPE')
  const start = Math.min(range?.start ?? 0, text.length)
  const unknown = /^(?:Unknown variable|No such key): (\S+)$/.exec(reason)?.[1]
  return {
    code: kind,
    start,
    end: Math.min(Math.max(range?.end ?? start, start), text.length),
    reason,
    ...(unknown && { name: unknown }),
  }
}
