import { type CelContext, type CelResult, compileCondition } from '../core/runbook/cel.ts'
import type { Json } from '../core/runbook/json.ts'
import { compileTemplate } from '../core/runbook/template.ts'

/** What an expression may see, by top-level name: `params`, `lists`, `steps`, `row`, `findings`, `run`. */
export type Context = CelContext

/** The answer of an expression, or why there is none. */
type Told<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: string }

/** The expression language as a run needs it; it never throws. */
export interface Expressions {
  /** A CEL condition. */
  test(source: string, context: Context): Told<boolean>
  /** Fills `{{ CEL }}` into every text of a value; a text that is exactly one expression keeps the type of its value. */
  fill(value: Json, context: Context): Told<Json>
}

/** CEL as runbooks write it; every text is compiled once. */
export function celExpressions(): Expressions {
  const conditions = new Map<string, ReturnType<typeof compileCondition>>()
  const templates = new Map<string, ReturnType<typeof compileTemplate>>()
  return {
    test(source, context) {
      return told(memo(conditions, source, () => compileCondition(source)).evaluate(context))
    },
    fill(value, context) {
      const key = JSON.stringify(value)
      return told(memo(templates, key, () => compileTemplate(value)).evaluate(context))
    },
  }
}

function memo<Value>(known: Map<string, Value>, key: string, make: () => Value): Value {
  const value = known.get(key) ?? make()
  known.set(key, value)
  return value
}

const told = <Value>(result: CelResult<Value>): Told<Value> =>
  result.error === undefined ? { ok: true, value: result.value as Value } : { ok: false, reason: result.error }
