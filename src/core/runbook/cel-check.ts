/** The static check of an expression: syntax, names, fields and types, without running it. */
import type { ASTNode, Environment } from '@marcbachmann/cel-js'
import type { ResultColumn } from '../ports.ts'
import { celReferences } from './cel.ts'
import { type CelProblem, celEnvironment, parseCel, problemOf, visitCel } from './cel-language.ts'
import { type CelScope, columnCelType, findingFields, parameterCelType, runFields, stepFields } from './cel-scope.ts'
import { didYouMean, suggest } from './did-you-mean.ts'

interface CelCheck {
  /** CEL's word for what it yields; `dyn` where only the run can tell. */
  readonly type?: string
  readonly problem?: CelProblem & { readonly hint: string }
  /** Members named, e.g. `params` -> principal. */
  readonly references: ReadonlyMap<string, ReadonlySet<string> | undefined>
}

export interface CelChecker {
  check(text: string): CelCheck
}

export function celChecker(scope: CelScope): CelChecker {
  const names = fieldNames(scope)
  let environment: Environment | undefined
  return {
    check(text) {
      const parsed = parseCel(text)
      if ('code' in parsed) return { problem: { ...parsed, hint: syntaxHint(text, parsed) }, references: new Map() }
      const references = celReferences(parsed.ast)
      environment ??= typedEnvironment(scope)
      const result = environment.check(parsed.text)
      const problem = result.valid ? unknownInHas(parsed.ast, scope) : problemOf(result.error, text)
      if (problem === undefined) return { type: shorten(result.type ?? 'dyn'), references }
      const narrowed = problem.name ? { ...problem, ...nameSpan(text, problem, problem.name) } : problem
      return { problem: { ...narrowed, hint: hintFor(narrowed, scope, names) }, references }
    },
  }
}

/** The library takes `has(lists.x)` for right whatever `x` is; of these three it is known beforehand what they hold. */
function unknownInHas(ast: ASTNode, scope: CelScope): CelProblem | undefined {
  const known = {
    params: Object.keys(scope.params),
    lists: Object.keys(scope.lists),
    steps: scope.steps.map((step) => step.id),
  }
  let problem: CelProblem | undefined
  visitCel(ast, (node) => {
    if (node.op !== '.' || node.args[0].op !== 'id') return
    const [{ args: root }, name] = node.args as [{ args: string }, string]
    if (!Object.hasOwn(known, root) || known[root as keyof typeof known].includes(name)) return
    const { start, end } = node
    problem ??= { code: 'CEL_UNKNOWN_FIELD', start, end, reason: `No such key: ${name}`, name }
  })
  return problem
}

const shorten = (type: string) => (type === 'list' ? 'list<dyn>' : type)

function nameSpan(text: string, { start, end }: CelProblem, name: string): { start: number; end: number } {
  const at = text.indexOf(name, start)
  return at === -1 ? { start, end } : { start: at, end: at + name.length }
}

function typedEnvironment(scope: CelScope): Environment {
  const environment = celEnvironment()
  let count = 0
  const record = (fields: Readonly<Record<string, string>>): string => {
    if (Object.keys(fields).length === 0) return 'dyn'
    const name = `Record${count++}`
    environment.registerType(name, { fields: { ...fields } })
    return name
  }
  const rowFields = (columns: readonly ResultColumn[]) =>
    Object.fromEntries(columns.map((column) => [column.name, columnCelType(column.type)]))
  const rowTypes = new Map<string, string>()
  const stepTypes: Record<string, string> = {}
  for (const step of scope.steps) {
    const rowType = step.columns && step.columns.length > 0 ? record(rowFields(step.columns)) : 'dyn'
    rowTypes.set(step.id, rowType)
    stepTypes[step.id] = record(stepFields(step, rowType))
  }
  environment.registerVariable('steps', emptyRecord(environment, stepTypes, 'Steps'))
  const params = Object.fromEntries(Object.entries(scope.params).map(([name, type]) => [name, parameterCelType(type)]))
  environment.registerVariable('params', emptyRecord(environment, params, 'Params'))
  const lists = Object.fromEntries(Object.keys(scope.lists).map((name) => [name, 'list']))
  environment.registerVariable('lists', emptyRecord(environment, lists, 'Lists'))
  if (scope.row) {
    const { of, columns } = scope.row
    const said = Object.fromEntries(
      scope.steps.filter((step) => step.eachOf === of).map((step) => [step.id, stepTypes[step.id] ?? 'dyn']),
    )
    const steps = emptyRecord(environment, said, 'RowSteps')
    environment.registerVariable(
      'row',
      columns && columns.length > 0 ? record({ ...rowFields(columns), steps }) : 'dyn',
    )
  }
  if (scope.findings) environment.registerVariable('findings', `list<${record(findingFields)}>`)
  if (scope.run) environment.registerVariable('run', record(runFields))
  if (scope.alert) environment.registerVariable('alert', 'dyn')
  return environment
}

/** A record type even without fields: naming anything of it is then a mistake, as it should be. */
function emptyRecord(environment: Environment, fields: Record<string, string>, name: string): string {
  environment.registerType(name, { fields })
  return name
}

interface FieldNames {
  readonly columns: readonly string[]
  readonly all: readonly string[]
}

function fieldNames(scope: CelScope): FieldNames {
  const columns = scope.row?.columns?.map((column) => column.name) ?? []
  const all = new Set([
    ...columns,
    ...Object.keys(scope.params),
    ...Object.keys(scope.lists),
    ...scope.steps.map((step) => step.id),
    ...scope.steps.flatMap((step) => step.columns?.map((column) => column.name) ?? []),
    ...Object.keys(findingFields),
    ...Object.keys(runFields),
    'rows',
    'count',
    'skipped',
    'answer',
    'because',
    'result',
  ])
  return { columns, all: [...all] }
}

function hintFor(problem: CelProblem, scope: CelScope, { columns, all }: FieldNames): string {
  const { name } = problem
  if (name === undefined) return 'See the types of the columns; text stands in quotes.'
  if (problem.code === 'CEL_UNKNOWN_FIELD')
    return suggest(name, didYouMean(name, all) === undefined && columns.length > 0 ? columns : all)
  const roots = [
    'params',
    'lists',
    'steps',
    ...(scope.row ? ['row'] : []),
    ...(scope.findings ? ['findings'] : []),
    ...(scope.run ? ['run'] : []),
  ]
  if (name === 'row') return 'There is no row here: a step sees one with each, a finding always.'
  if (columns.includes(name)) return `Did you mean row.${name}?`
  if (Object.hasOwn(scope.params, name)) return `Did you mean params.${name}?`
  if (Object.hasOwn(scope.lists, name)) return `Did you mean lists.${name}?`
  if (scope.steps.some((step) => step.id === name)) return `Did you mean steps.${name}?`
  return suggest(name, roots)
}

function syntaxHint(text: string, problem: CelProblem): string {
  if (problem.code === 'CEL_PATTERN') return 'Write a pattern in RE2 syntax (no look-around, no back-references).'
  if (problem.code === 'CEL_LIMIT') return 'Make it shorter, or do the work in SQL.'
  if (/(^|[^=!<>])=([^=]|$)/.test(text)) return 'Compare with ==.'
  if (/\b(and|or|not)\b/i.test(text)) return 'Write && for and, || for or, ! for not.'
  return 'The language is CEL: docs/format/README.md.'
}
