/** Checks of a query step: its SQL, the values it is given, and what its rows mean. */
import { checkInsights } from '../insights/check.ts'
import type { ResultColumn } from '../ports.ts'
import type { Analysis, AnalyzedQuery, ListTable, ParameterType } from '../sql/compile.ts'
import type { CelChecker } from './cel-check.ts'
import { type Checks, checkCel, checkerOf, checkTemplate, moveIssues } from './check-context.ts'
import { suggest } from './did-you-mean.ts'
import { namedFragments } from './fragment-files.ts'
import { parameterTypesOf } from './parameters.ts'
import type { Parameter } from './schema-parameter.ts'
import type { QueryStep } from './schema-step.ts'
import type { Path } from './yaml-values.ts'

/** Yields the output columns, or undefined where the SQL is wrong. `checker` sees what the step's templates see. */
export function checkQuery(
  checks: Checks,
  step: QueryStep,
  { path, checker }: { path: Path; checker: CelChecker },
): readonly ResultColumn[] | undefined {
  const withTypes = checkWith(checks, step, { path, checker })
  const text = step.query.sql
  const textPath = sqlPath(checks, path)
  const analysis = analyzeText(checks, { text, path: textPath, types: withTypes })
  if (!analysis.query) return undefined
  checks.queries.set(step.id, analysis.query)
  const own = checkEngineTexts(checks, step, { path, query: analysis.query, types: withTypes })
  reportUnusedWith(checks, Object.keys(withTypes), { path, queries: [analysis.query, ...own] })
  checkFinding(checks, step, { path, columns: analysis.query.columns })
  return analysis.query.columns
}

interface TextToCheck {
  readonly text: string
  readonly path: Path
  /** Of the values of `with`. */
  readonly types: Record<string, ParameterType>
}

function analyzeText(checks: Checks, { text, path, types }: TextToCheck): Analysis {
  const named = namedFragments(text).map(({ name }) => name)
  for (const name of named) checks.used.fragments.add(name)
  // What such a fragment outputs nobody knows; the mistake is told where it was made.
  if (named.some((name) => Object.hasOwn(checks.fragments, name) && !checks.fragments[name])) {
    noteUses(checks, text, undefined)
    return { issues: [] }
  }
  const lists = Object.fromEntries(Object.entries(checks.lists).map(([name, table]) => [name, table ?? unknownList]))
  const analysis = checks.analyzeSql(text, {
    parameters: { ...declaredTypes(checks), ...types },
    lists,
    fragments: soundFragments(checks),
  })
  moveIssues(checks, { path, text, issues: analysis.issues })
  noteUses(checks, text, analysis.query)
  return analysis
}

/** Engines whose texts are in the language that we check; of the others only that there is a text is known. */
const checkedEngines = ['duckdb', 'trino', 'athena', 'logs-insights'] as const

function checkEngineTexts(
  checks: Checks,
  step: QueryStep,
  { path, query, types }: { path: Path; query: AnalyzedQuery; types: Record<string, ParameterType> },
): readonly AnalyzedQuery[] {
  const own: Record<string, AnalyzedQuery> = {}
  for (const engine of checkedEngines) {
    const text = step.query[engine]
    if (text === undefined) continue
    const textPath = [...path, 'query', engine]
    if (engine === 'logs-insights' && !isSelect(text)) {
      checkNative(checks, step, { path: textPath, text, query, types })
      continue
    }
    const analysis = analyzeText(checks, { text, path: textPath, types })
    if (!analysis.query) continue
    const [got, wanted] = [analysis.query, query].map(({ columns }) => columnsText(columns))
    if (got === wanted) own[engine] = analysis.query
    else
      checks.draft.source.report('RUNBOOK_ENGINE_COLUMNS', { engine, got, wanted }, checks.draft.source.key(textPath))
  }
  if (Object.keys(own).length > 0) checks.variants.set(step.id, own)
  return Object.values(own)
}

const isSelect = (text: string): boolean => /^(\s|--[^\n]*\n)*(\(|SELECT\b|WITH\b)/i.test(text)

/** A text in the query language of Logs Insights. */
function checkNative(
  checks: Checks,
  step: QueryStep,
  { path, text, query, types }: TextToCheck & { readonly query: AnalyzedQuery },
): void {
  const { source } = checks.draft
  const { query: native, mistakes } = checkInsights(text, {
    parameters: [...Object.keys({ ...declaredTypes(checks), ...types }), 'window_from', 'window_to'],
    lists: Object.keys(checks.lists),
    columns: query.columns.map(({ name }) => name),
  })
  for (const { span, reason } of mistakes)
    source.report(
      'RUNBOOK_INSIGHTS_TEXT',
      { reason: reason.replace(/[.\s]+$/, '') },
      source.inText(path, span.start, span.end),
    )
  if (!native) return
  for (const name of native.parameters) checks.used.params.add(name)
  for (const name of native.lists) checks.used.lists.add(name)
  checks.natives.set(step.id, native)
}

const columnsText = (columns: readonly ResultColumn[]): string =>
  columns.map(({ name, type }) => `${name} ${type}`).join(', ')

const soundFragments = ({ fragments }: Checks): Record<string, AnalyzedQuery> =>
  Object.fromEntries(Object.entries(fragments).flatMap(([name, one]) => (one ? [[name, one.query]] : [])))

/** A list whose content is not at hand is taken for plain texts. */
const unknownList: ListTable = { columns: [{ name: 'value', type: 'varchar' }], rows: [] }

export const sqlPath = (checks: Checks, path: Path): Path => {
  const short: Path = [...path, 'query']
  return checks.draft.source.file.places.has(JSON.stringify([...short, 'sql'])) ? [...short, 'sql'] : short
}

function declaredTypes({ draft }: Checks): Record<string, ParameterType> {
  const readable = [...draft.parameters].filter((entry): entry is [string, Parameter] => entry[1] !== undefined)
  const unreadable = [...draft.parameters.keys()].map((name) => [name, 'string' as const])
  return { ...Object.fromEntries(unreadable), ...parameterTypesOf(Object.fromEntries(readable)) }
}

function checkWith(
  checks: Checks,
  step: QueryStep,
  { path, checker }: { path: Path; checker: CelChecker },
): Record<string, ParameterType> {
  const types: Record<string, ParameterType> = {}
  for (const [name, value] of Object.entries(step.with ?? {})) {
    const at = [...path, 'with', name]
    if (checks.draft.parameters.has(name) || name === 'window_from' || name === 'window_to')
      checks.draft.source.report('RUNBOOK_WITH_DECLARED', { name }, checks.draft.source.key(at))
    const type = checkTemplate(checks, { path: at, value, checker })
    types[name] = typeof value === 'string' ? parameterTypeOf(type ?? 'dyn') : jsonType(value)
  }
  return types
}

/** CEL's word for a value to the parameter type that carries it; what only the run can tell goes as text. */
function parameterTypeOf(type: string): ParameterType {
  const list = /^list<(.*)>$/.exec(type)
  if (list) return `${parameterTypeOf(list[1] ?? '')}[]` as ParameterType
  return type === 'int' ? 'integer' : type === 'double' ? 'number' : type === 'bool' ? 'boolean' : 'string'
}

function jsonType(value: unknown): ParameterType {
  if (Array.isArray(value)) return `${jsonType(value[0])}[]` as ParameterType
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number'
  return typeof value === 'boolean' ? 'boolean' : 'string'
}

/** After a mistake in the SQL nobody knows what it uses, so what looks like a use is taken for one. */
function noteUses({ used }: Checks, text: string, query: AnalyzedQuery | undefined): void {
  for (const name of query?.parameters ?? [...text.matchAll(/:([a-z]\w*)/g)].map((match) => match[1] as string))
    used.params.add(name)
  for (const name of query?.lists ?? [...text.matchAll(/\blists\.(\w+)/g)].map((match) => match[1] as string))
    used.lists.add(name)
}

function reportUnusedWith(
  { draft: { source } }: Checks,
  names: readonly string[],
  { path, queries }: { path: Path; queries: readonly AnalyzedQuery[] },
): void {
  for (const name of names)
    if (!queries.some((query) => query.parameters.includes(name)))
      source.report('RUNBOOK_WITH_UNUSED', { name }, source.key([...path, 'with', name]))
}

const isAccount = (column: string) => /(^|_)account(_?id)?$|account(id)?$/i.test(column)

function checkFinding(
  checks: Checks,
  step: QueryStep,
  { path, columns }: { path: Path; columns: readonly ResultColumn[] },
): void {
  const { finding } = step
  if (!finding) return
  const { source } = checks.draft
  const at = [...path, 'finding']
  const names = columns.map((column) => column.name)
  for (const [index, column] of finding.key.entries())
    if (!names.includes(column))
      source.report(
        'RUNBOOK_COLUMN_UNKNOWN',
        { step: step.id, column, hint: suggest(column, names) },
        source.value([...at, 'key', index]),
      )
  if (finding.per === 'step' && finding.key.length > 0)
    source.report(
      'RUNBOOK_FINDING_KEY',
      { per: 'step', problem: 'has a key', hint: 'Take the key away, or use per: key.' },
      source.key([...at, 'key']),
    )
  if (finding.per !== 'step' && finding.key.length === 0 && !source.broken(at))
    source.report(
      'RUNBOOK_FINDING_KEY',
      {
        per: finding.per,
        problem: 'has no key',
        hint: 'Add key: the columns by which the same finding is recognised next time.',
      },
      source.key(at),
    )
  if (finding.per !== 'step' && finding.key.length > 0 && !finding.key.some(isAccount))
    source.report('RUNBOOK_FINDING_ACCOUNT', {}, source.value([...at, 'key']))
  if (!names.includes('eventID') && !names.includes('eventIDs'))
    source.report('RUNBOOK_FINDING_EVENTS', {}, source.key(at))
  const checker = checkerOf(checks, { row: { of: step.id, columns }, findings: true, run: true })
  if (finding.when !== undefined)
    checkCel(checks, { path: [...at, 'when'], text: finding.when, checker, condition: true })
  for (const key of ['severity', 'title'] as const)
    checkTemplate(checks, { path: [...at, key], value: finding[key], checker })
}
