import type { Scope } from '../core/ports.ts'
import { earliestOf } from '../core/run/window.ts'
import type { Json } from '../core/runbook/json.ts'
import type { Step } from '../core/runbook/schema-step.ts'
import { isoTime, milliseconds, parseDuration } from '../core/time.ts'
import { contextOf, doubt, type RunState } from './state.ts'

/** The run's scope as a step narrows it; undefined when the two have nothing in common. */
export function stepScope(
  state: RunState,
  step: Step,
  value: Readonly<Record<string, unknown>> | undefined,
): Scope | undefined {
  const base = state.plan.scope
  const own = step.scope
  if (own === undefined) return base
  const window =
    own.window === undefined
      ? base.window
      : { from: isoTime(milliseconds(base.window.to) - (parseDuration(own.window) ?? 0)), to: base.window.to }
  const lookback = own.lookback ?? state.plan.runbook.scope.lookback
  const accounts = narrowed(base.accounts, texts(state, step, own.accounts, value))
  const regions = narrowed(base.regions, texts(state, step, own.regions, value))
  const services = narrowed(base.services, texts(state, step, own.services, value))
  if (accounts === undefined || regions === undefined || services === undefined) {
    doubt(state, {
      code: 'coverage',
      step: step.id,
      message: `The accounts, regions or services of step "${step.id}" lie outside those of the run, so it saw nothing`,
    })
    return undefined
  }
  return { window, earliest: earliestOf(window, lookback), accounts, regions, services }
}

/** Empty means "all" in a scope, so an empty intersection must not become one. */
function narrowed(outer: readonly string[], inner: readonly string[] | undefined): readonly string[] | undefined {
  if (inner === undefined) return outer
  const common = outer.length === 0 ? inner : inner.filter((item) => outer.includes(item))
  return common.length === 0 ? undefined : common
}

function texts(
  state: RunState,
  step: Step,
  own: Json | undefined,
  value: Readonly<Record<string, unknown>> | undefined,
): readonly string[] | undefined {
  if (own === undefined) return undefined
  const told = state.effects.expressions.fill(own, contextOf(state, value))
  if (told.ok) {
    const list = Array.isArray(told.value) ? told.value : [told.value]
    return list.filter((item) => item !== null).map(String)
  }
  doubt(state, {
    code: 'condition',
    step: step.id,
    message: `The scope of step "${step.id}" could not be filled in: ${told.reason}`,
  })
  return []
}
