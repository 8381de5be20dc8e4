/** CEL expressions: compiled once, evaluated often, and never silent about an error. */
import type { ASTNode } from '@marcbachmann/cel-js'
import { type CelProblem, celEnvironment, parseCel, problemOf, visitCel } from './cel-language.ts'
import { fromCel, toCel } from './cel-values.ts'
import type { Json } from './json.ts'

/** What expressions see, as plain JSON. `row.steps.<id>` is what that step said of the row. */
export interface CelContext {
  // Rows under `steps`, and `lists`, are converted once: entries may be added to such a list, not changed in it.
  readonly params?: Readonly<Record<string, unknown>>
  readonly lists?: Readonly<Record<string, unknown>>
  readonly steps?: Readonly<Record<string, unknown>>
  readonly row?: unknown
  readonly findings?: readonly unknown[]
  readonly run?: Readonly<Record<string, unknown>>
  readonly alert?: unknown
  /** Columns and parameters whose type is double: their whole numbers stay doubles. */
  readonly doubles?: ReadonlySet<string>
}

const celNames = ['params', 'lists', 'steps', 'row', 'findings', 'run', 'alert'] as const

export type CelResult<Value = Json> =
  | { readonly value: Value; readonly error?: undefined }
  | { readonly error: string; readonly value?: undefined }

export interface Expression {
  readonly text: string
  /** Set when the text is no expression at all; `evaluate` then says so every time. */
  readonly problem?: CelProblem
  evaluate(context: CelContext): CelResult
}

interface Condition {
  readonly text: string
  readonly problem?: CelProblem
  /** `error` where the expression cannot be evaluated, or yields something other than true or false. */
  evaluate(context: CelContext): CelResult<boolean>
}

const environment = celEnvironment()
for (const name of celNames) environment.registerVariable(name, 'dyn')

export function compileExpression(text: string): Expression {
  const parsed = parseCel(text)
  if ('code' in parsed) return { text, problem: parsed, evaluate: () => ({ error: `${text}: ${parsed.reason}` }) }
  const evaluate = environment.parse(parsed.text)
  const select = selector(parsed.ast)
  return {
    text,
    evaluate(context) {
      try {
        return { value: fromCel(evaluate(select(context))) }
      } catch (error) {
        return { error: `${text}: ${problemOf(error, text).reason}` }
      }
    },
  }
}

export function compileCondition(text: string): Condition {
  const expression = compileExpression(text)
  return {
    text,
    ...(expression.problem && { problem: expression.problem }),
    evaluate(context) {
      const result = expression.evaluate(context)
      if (result.error !== undefined) return result
      if (typeof result.value === 'boolean') return { value: result.value }
      return { error: `${text}: it yields ${JSON.stringify(result.value)}, not true or false` }
    },
  }
}

/** Members that the text names: `params.x` is `params` -> { x }; a use of the whole is `undefined`. */
export function celReferences(ast: ASTNode): Map<string, Set<string> | undefined> {
  const found = new Map<string, Set<string> | undefined>()
  const partly = new Set<unknown>()
  visitCel(ast, (node) => {
    if (node.op === '.' && node.args[0].op === 'id') {
      const name = node.args[0].args
      partly.add(node.args[0])
      if (!found.has(name)) found.set(name, new Set())
      found.get(name)?.add(node.args[1])
    }
    if (node.op === 'id' && !partly.has(node)) found.set(node.args, undefined)
  })
  return found
}

/** Converts only what the expression names: a run may hold many rows, and a condition is asked of each. */
function selector(ast: ASTNode): (context: CelContext) => Record<string, unknown> {
  const references = celReferences(ast)
  return (context) => {
    const selected: Record<string, unknown> = {}
    for (const name of celNames) {
      if (!references.has(name)) continue
      const value = context[name]
      const members = references.get(name)
      const options = { doubles: context.doubles, keep: name === 'steps' || name === 'lists' }
      selected[name] = toCel(
        members && typeof value === 'object' && value !== null ? pick(value, members) : value,
        options,
      )
    }
    return selected
  }
}

const pick = (value: object, members: ReadonlySet<string>) =>
  Object.fromEntries(Object.entries(value).filter(([name]) => members.has(name)))
