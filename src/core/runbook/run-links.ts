/** What a step of kind `run` gives the runbook that it runs, held against what that one declares. */
import type { ErrorCode, Values } from '../errors.ts'
import { parameterCelType } from './cel-scope.ts'
import { suggest } from './did-you-mean.ts'
import type { Json } from './json.ts'
import { parseParameter } from './parameters.ts'
import type { Parameter } from './schema-parameter.ts'
import { splitTemplate } from './template.ts'
import type { Path } from './yaml-values.ts'

export interface RunLink {
  readonly step: string
  /** The id of the runbook that it runs. */
  readonly runbook: string
  readonly path: Path
  readonly with: Readonly<Record<string, GivenValue>>
}

interface GivenValue {
  readonly value: Json
  /** CEL's word for what a template yields; undefined for a value without one. */
  readonly type?: string
}

interface LinkProblem {
  readonly code: ErrorCode
  readonly values: Values
  readonly path: Path
}

/** Names that are not declared, required ones that are lacking, values and types that do not fit. */
export function linkProblems(link: RunLink, declared: Readonly<Record<string, Parameter>>): readonly LinkProblem[] {
  const problems: LinkProblem[] = []
  const names = Object.keys(declared)
  for (const [name, given] of Object.entries(link.with)) {
    const path = [...link.path, 'with', name]
    const parameter = declared[name]
    if (parameter === undefined) {
      problems.push({
        code: 'RUNBOOK_RUN_PARAMETER',
        values: { runbook: link.runbook, name, hint: suggest(name, names) },
        path,
      })
      continue
    }
    const problem = misfit(parameter, given)
    if (problem !== undefined)
      problems.push({
        code: 'RUNBOOK_PARAMETER_VALUE',
        values: { what: 'The value', name, problem, type: parameter.type },
        path,
      })
  }
  const lacking = names.filter((name) => isRequired(declared[name] as Parameter) && !Object.hasOwn(link.with, name))
  if (lacking.length > 0)
    problems.push({
      code: 'RUNBOOK_RUN_LACKS',
      values: { runbook: link.runbook, names: lacking.join(', ') },
      path: [...link.path, 'run'],
    })
  return problems
}

export const isRequired = (parameter: Parameter): boolean => !parameter.optional && parameter.default === undefined

/** Why a value, or what a template yields, does not fit; undefined where it does, or only the run can tell. */
export function misfit(parameter: Parameter, { value, type }: GivenValue): string | undefined {
  if (type === undefined) return parseParameter(parameter, value, { from: 'json' }).problem
  const wanted = parameterCelType(parameter.type)
  return fits(type, wanted) ? undefined : `the expression yields ${type}, where ${wanted} is needed`
}

/** A single value is taken for a list of one; what only the run can tell is left to the run. */
function fits(type: string, wanted: string): boolean {
  if (type === wanted || type.includes('dyn') || type === 'null') return true
  if (wanted === 'double' && type === 'int') return true
  const element = /^list<(.*)>$/.exec(wanted)?.[1]
  if (element === undefined) return false
  const own = /^list<(.*)>$/.exec(type)?.[1]
  return fits(own ?? type, element)
}

/** Whether a value holds a `{{ CEL }}`, so that only its type can be checked. */
export const isTemplate = (value: Json): boolean =>
  typeof value === 'string'
    ? splitTemplate(value).some((segment) => segment.kind !== 'text')
    : typeof value === 'object' && value !== null && Object.values(value).some((member) => isTemplate(member as Json))
