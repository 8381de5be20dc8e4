import type { Row } from '../core/ports.ts'
import { type Finding, findingKey, mergeSightings, type Sighting } from '../core/run/findings.ts'
import { isSeverity, type Severity } from '../core/run/severity.ts'
import type { QueryStep } from '../core/runbook/schema-step.ts'
import type { Context } from './expressions.ts'
import { contextOf, doubt, type RunState } from './state.ts'

/** What a query's rows mean, by its `finding`. An error in an expression keeps the finding and is a doubt. */
export function findingsOf(state: RunState, step: QueryStep, rows: readonly Row[]): readonly Finding[] {
  const { finding } = step
  if (finding === undefined) return []
  const sightings: Sighting[] = []
  for (const row of rows) {
    const context = contextOf(state, row)
    const errors: string[] = []
    if (finding.when !== undefined) {
      const told = state.effects.expressions.test(finding.when, context)
      if (told.ok && !told.value) continue
      if (!told.ok) errors.push(`its condition could not be evaluated: ${told.reason}`)
    }
    const severity = severityOf(state, finding.severity, context, errors)
    const title = titleOf(state, step, context, errors)
    sightings.push({
      severity,
      title,
      key: findingKey(finding.per, finding.key, row),
      row,
      ...(errors.length > 0 && { error: errors.join('; ') }),
    })
    for (const error of errors) {
      doubt(state, {
        code: 'condition',
        step: step.id,
        message: `A finding of step "${step.id}" was kept, but ${error}`,
      })
    }
  }
  return mergeSightings(state.plan.runbook.id, step.id, sightings)
}

function severityOf(state: RunState, given: string | undefined, context: Context, errors: string[]): Severity {
  const fallback = state.plan.runbook.severity
  if (given === undefined) return fallback
  if (isSeverity(given)) return given
  const told = state.effects.expressions.fill(given, context)
  if (told.ok && isSeverity(told.value)) return told.value
  errors.push(told.ok ? `"${String(told.value)}" is no severity` : `its severity could not be told: ${told.reason}`)
  return fallback
}

function titleOf(state: RunState, step: QueryStep, context: Context, errors: string[]): string {
  const fallback = step.title ?? step.id.replaceAll('_', ' ')
  const template = step.finding?.title
  if (template === undefined) return fallback
  const told = state.effects.expressions.fill(template, context)
  if (told.ok) return typeof told.value === 'string' ? told.value : JSON.stringify(told.value)
  errors.push(`its title could not be filled in: ${told.reason}`)
  return fallback
}
