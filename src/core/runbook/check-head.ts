/** Checks of what stands around the steps: parameters, lists, scope, triggers, escalation. */

import type { ParameterKind } from '../sql/compile.ts'
import { type Checks, checkCel, checkerOf, checkTemplate } from './check-context.ts'
import { suggest } from './did-you-mean.ts'
import type { Json } from './json.ts'
import { parseScalar } from './parameter-values.ts'
import { parseParameter } from './parameters.ts'
import { compilePattern } from './regex.ts'
import { isRequired, isTemplate, misfit } from './run-links.ts'
import type { Parameter } from './schema-parameter.ts'

/** What there is to name; without it names are not checked. */
interface Available {
  readonly lists?: readonly string[]
  readonly fragments?: readonly string[]
}

export function checkHead(checks: Checks, available: Available): void {
  const { source, head, parameters } = checks.draft
  for (const [name, parameter] of parameters) if (parameter) checkParameter(checks, name, parameter)
  if (head.scope?.window !== undefined && head.scope.period !== undefined)
    source.report('RUNBOOK_SCOPE', {}, source.key(['scope', 'period']))
  for (const kind of ['lists', 'fragments'] as const) {
    const code = kind === 'lists' ? 'RUNBOOK_LIST_UNKNOWN' : 'RUNBOOK_FRAGMENT_UNKNOWN'
    const names = available[kind]
    for (const [index, name] of (head.uses?.[kind] ?? []).entries())
      if (names && !names.includes(name))
        source.report(code, { name, hint: suggest(name, names) }, source.value(['uses', kind, index]))
  }
  checkFragments(checks)
}

/** A fragment sees what the runbook declares, and nothing else: so the runbook alone says what may differ between runs. */
function checkFragments({ draft: { source, head, parameters }, fragments, lists }: Checks): void {
  for (const [index, name] of (head.uses?.fragments ?? []).entries()) {
    const fragment = fragments[name]
    if (!fragment) continue
    const needs = [
      ...Object.entries(fragment.parameters).flatMap(([parameter, type]) => {
        const declared = parameters.get(parameter)
        const fits = declared ? declared.type === type : parameters.has(parameter)
        return fits ? [] : [`the parameter ${parameter} (${type})`]
      }),
      ...fragment.query.lists.flatMap((list) => (Object.hasOwn(lists, list) ? [] : [`the list ${list}`])),
    ]
    for (const what of needs)
      source.report('RUNBOOK_FRAGMENT_NEEDS', { name, what }, source.value(['uses', 'fragments', index]))
  }
}

/** After the steps: triggers and escalation see all of them. */
export function checkTail(checks: Checks): void {
  const { source, triggers, escalations, parameters } = checks.draft
  const ending = checkerOf(checks, { findings: true, run: true })
  for (const { path, value } of escalations)
    if (value?.when !== undefined)
      checkCel(checks, { path: [...path, 'when'], text: value.when, checker: ending, condition: true })
  const incoming = checkerOf(checks, { alert: true })
  for (const { path, value } of triggers) {
    if (!value) continue
    if (value.when !== undefined)
      checkCel(checks, { path: [...path, 'when'], text: value.when, checker: incoming, condition: true })
    for (const [name, template] of Object.entries(value.parameters)) {
      const at = [...path, 'parameters', name]
      const type = checkTemplate(checks, { path: at, value: template, checker: incoming })
      const declared = parameters.get(name)
      if (!parameters.has(name))
        source.report('RUNBOOK_PARAMETER_UNKNOWN', { name, hint: suggest(name, parameters.keys()) }, source.key(at))
      const given = { value: template, ...(isTemplate(template) && { type: type ?? 'dyn' }) }
      const problem = declared && misfit(declared, given)
      if (problem !== undefined)
        source.report(
          'RUNBOOK_PARAMETER_VALUE',
          { what: 'The value', name, problem, type: declared?.type },
          source.value(at),
        )
    }
    const lacking = [...parameters].filter(
      ([name, declared]) => declared && isRequired(declared) && !Object.hasOwn(value.parameters, name),
    )
    if (lacking.length > 0 && !source.broken(path))
      source.report(
        'RUNBOOK_TRIGGER_LACKS',
        { names: lacking.map(([name]) => name).join(', ') },
        source.value([...path, 'from']),
      )
  }
}

function checkParameter({ draft: { source } }: Checks, name: string, parameter: Parameter): void {
  const at = ['parameters', name]
  const report = (what: string, problem: string, path: readonly (string | number)[]) =>
    source.report('RUNBOOK_PARAMETER_VALUE', { what, name, problem, type: parameter.type }, source.value(path))
  if (parameter.pattern !== undefined) {
    try {
      compilePattern(parameter.pattern)
    } catch (error) {
      const values = { reason: (error as Error).message, hint: 'Write a pattern in RE2 syntax.' }
      source.report('CEL_PATTERN', values, source.value([...at, 'pattern']))
      return
    }
  }
  const kind = parameter.type.replace('[]', '') as ParameterKind
  const wrong = (value: Json) => parseScalar(kind, value).problem
  for (const [index, option] of (parameter.options ?? []).entries()) {
    const problem = wrong(option)
    if (problem !== undefined) report('An option', problem, [...at, 'options', index])
  }
  for (const key of ['min', 'max'] as const) {
    const bound = parameter[key]
    const problem = bound === undefined ? undefined : wrong(bound)
    if (problem !== undefined) report(`The ${key}`, problem, [...at, key])
  }
  for (const key of ['default', 'example'] as const) {
    const value = parameter[key]
    if (value === undefined) continue
    const { problem } = parseParameter(parameter, value, { from: 'json' })
    if (problem !== undefined) report(`The ${key}`, problem, [...at, key])
  }
}
