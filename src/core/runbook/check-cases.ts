/** Checks of cases: that they speak of steps, columns, parameters and fields that exist. */
import { eventColumns } from '../event/columns.ts'
import type { Checks } from './check-context.ts'
import { didYouMean, suggest } from './did-you-mean.ts'
import { isDenied, silentWhenDenied } from './event-classes.ts'
import { isJsonMap, type JsonMap } from './json.ts'
import { listMisfit } from './lists.ts'
import { parseParameter } from './parameters.ts'
import type { Case, GivenEvent } from './schema-case.ts'
import type { StepKind } from './schema-step.ts'
import type { Path } from './yaml-values.ts'

export function checkCases(checks: Checks): void {
  const { cases, steps, source, root } = checks.draft
  if (steps.length > 0 && cases.length === 0 && !Object.hasOwn(root, 'cases') && !source.broken([]))
    source.report('LINT_NO_CASE', {}, source.value(['id']), { severity: 'warning' })
  const lines = new Map<string, number>()
  for (const { path, value } of cases) {
    if (!value) continue
    const at = source.value([...path, 'name'])
    const line = lines.get(value.name)
    if (line !== undefined) source.report('RUNBOOK_CASE_DUPLICATE', { line }, at)
    else lines.set(value.name, source.place(at).line)
    checkExpect(checks, value, path)
    checkCaseParameters(checks, value, path)
    checkAnswers(checks, value, path)
    for (const key of ['verify', 'read'] as const)
      for (const id of Object.keys(value.fixtures?.[key] ?? {}))
        expectStep(checks, id, { path: [...path, 'fixtures', key, id], kind: key })
    checkCaseLists(checks, value, path)
    for (const [index, event] of value.given.entries()) checkEvent(checks, event, [...path, 'given', index])
  }
}

function checkCaseLists({ draft: { source }, lists }: Checks, { lists: given = {} }: Case, path: Path): void {
  for (const [name, entries] of Object.entries(given)) {
    const at = source.key([...path, 'lists', name])
    if (!Object.hasOwn(lists, name)) {
      source.report('RUNBOOK_LIST_UNKNOWN', { name, hint: suggest(name, Object.keys(lists)) }, at)
      continue
    }
    const shared = lists[name]
    const problem = shared && listMisfit(entries, shared)
    if (shared === undefined || problem === undefined) continue
    const columns = shared.columns.map((column) => `${column.name} ${column.type}`).join(', ')
    source.report('RUNBOOK_CASE_LIST', { name, problem, columns }, at)
  }
}

/** The kind of the step, or undefined after reporting that there is none, or none of this kind. */
function expectStep(
  { draft: { source, steps } }: Checks,
  id: string,
  { path, kind }: { path: Path; kind?: StepKind },
): StepKind | undefined {
  const ids = steps.flatMap((step) => (step.id === undefined ? [] : [step.id]))
  const step = steps.find((one) => one.id === id)
  if (!step) {
    source.report('RUNBOOK_STEP_UNKNOWN', { id, hint: suggest(id, ids) }, source.key(path))
    return undefined
  }
  if (kind !== undefined && step.kind !== undefined && step.kind !== kind)
    source.report('RUNBOOK_STEP_UNFIT', { id, kind: step.kind, hint: `Name a step of kind ${kind}.` }, source.key(path))
  return step.kind
}

function checkExpect(checks: Checks, { expect }: Case, path: Path): void {
  const { source } = checks.draft
  const at = [...path, 'expect']
  const { findings, verdict, complete, ...steps } = expect
  if (Object.keys(expect).length === 0 && !source.broken(at))
    source.report('LINT_CASE_EXPECTS_NOTHING', {}, source.key(at), { severity: 'warning' })
  for (const [id, expected] of Object.entries(steps)) {
    if (!expectStep(checks, id, { path: [...at, id] }) || !Array.isArray(expected?.rows)) continue
    for (const [index, row] of expected.rows.entries()) checkRow(checks, { id, row, path: [...at, id, 'rows', index] })
  }
  if (!Array.isArray(findings)) return
  for (const [index, finding] of findings.entries()) {
    const found = [...at, 'findings', index]
    if (finding.step !== undefined && !expectStepValue(checks, finding.step, [...found, 'step'])) continue
    const owner = finding.step ?? soleFindingStep(checks)
    if (finding.row && owner !== undefined) checkRow(checks, { id: owner, row: finding.row, path: [...found, 'row'] })
  }
}

function expectStepValue({ draft: { source, steps } }: Checks, id: string, path: Path): boolean {
  if (steps.some((step) => step.id === id)) return true
  const ids = steps.flatMap((step) => (step.id === undefined ? [] : [step.id]))
  source.report('RUNBOOK_STEP_UNKNOWN', { id, hint: suggest(id, ids) }, source.value(path))
  return false
}

function soleFindingStep({ draft: { steps } }: Checks): string | undefined {
  const owners = steps.filter(({ step }) => step?.kind === 'query' && step.finding)
  return owners.length === 1 ? owners[0]?.id : undefined
}

function checkRow(
  { known, draft: { source } }: Checks,
  { id, row, path }: { id: string; row: JsonMap; path: Path },
): void {
  const names = known.find((step) => step.id === id)?.columns?.map((column) => column.name)
  if (!names) return
  for (const column of Object.keys(row))
    if (!names.includes(column))
      source.report(
        'RUNBOOK_COLUMN_UNKNOWN',
        { step: id, column, hint: suggest(column, names) },
        source.key([...path, column]),
      )
}

function checkCaseParameters({ draft }: Checks, { parameters = {} }: Case, path: Path): void {
  const { source } = draft
  for (const [name, value] of Object.entries(parameters)) {
    const at = [...path, 'parameters', name]
    const declared = draft.parameters.get(name)
    if (!draft.parameters.has(name))
      source.report('RUNBOOK_PARAMETER_UNKNOWN', { name, hint: suggest(name, draft.parameters.keys()) }, source.key(at))
    const problem = declared && parseParameter(declared, value, { from: 'json' }).problem
    if (problem !== undefined)
      source.report(
        'RUNBOOK_PARAMETER_VALUE',
        { what: 'The value', name, problem, type: declared?.type },
        source.value(at),
      )
  }
  const lacking = [...draft.parameters].filter(
    ([name, parameter]) =>
      parameter && !parameter.optional && parameter.default === undefined && !Object.hasOwn(parameters, name),
  )
  if (lacking.length > 0 && !source.broken(path))
    source.report(
      'RUNBOOK_CASE_PARAMETER',
      { names: lacking.map(([name]) => name).join(', ') },
      source.value([...path, 'name']),
    )
}

function checkAnswers(checks: Checks, { answers = {} }: Case, path: Path): void {
  const { source, steps } = checks.draft
  for (const [id, given] of Object.entries(answers)) {
    const at = [...path, 'answers', id]
    if (expectStep(checks, id, { path: at, kind: 'ask' }) !== 'ask') continue
    const step = steps.find((one) => one.id === id)?.step
    const options = step?.kind === 'ask' ? step.ask.options : undefined
    if (!options) continue
    const all = Array.isArray(given)
      ? given.map(({ answer }, index) => ({ answer, path: [...at, index, 'answer'] }))
      : [{ answer: given, path: at }]
    for (const { answer, path: place } of all)
      if (typeof answer === 'object' || !options.includes(String(answer)))
        source.report(
          'RUNBOOK_CASE_ANSWER',
          { answer: String(answer), step: id, hint: suggest(String(answer), options) },
          source.value(place),
        )
  }
}

const fieldNames = [...eventColumns.map((column) => column.name).filter((name) => name !== 'extra'), 'repeat', 'every']

/** Unknown fields are kept, as records may have any; one that differs by a slip is named. */
function checkEvent({ draft: { source } }: Checks, event: GivenEvent, path: Path): void {
  for (const key of Object.keys(event)) {
    if (fieldNames.includes(key)) continue
    const meant = didYouMean(key, fieldNames)
    if (meant === undefined) continue
    const span = source.key([...path, key])
    source.report('LINT_EVENT_KEY', { key, hint: `Did you mean ${meant}?` }, span, {
      severity: 'warning',
      fix: { ...span, text: meant },
    })
  }
  if (event.every !== undefined && event.repeat === undefined)
    source.report(
      'RUNBOOK_CASE_EVENT',
      { key: 'every', problem: 'given without repeat', hint: 'Add repeat: how many copies.' },
      source.key([...path, 'every']),
    )
  if (
    isDenied(event.errorCode) &&
    silentWhenDenied.has(String(event.eventSource)) &&
    isJsonMap(event.requestParameters)
  )
    source.report(
      'LINT_CASE_DENIED_PARAMETERS',
      { service: String(event.eventSource) },
      source.key([...path, 'requestParameters']),
      { severity: 'warning' },
    )
  quoteAccount(source, event.recipientAccountId, [...path, 'recipientAccountId'])
  if (isJsonMap(event.userIdentity))
    quoteAccount(source, event.userIdentity.accountId, [...path, 'userIdentity', 'accountId'])
}

/** Without quotes an account id is a number, and 012345678901 another one than it looks. */
function quoteAccount(source: Checks['draft']['source'], value: unknown, path: Path): void {
  if (typeof value !== 'number') return
  const span = source.value(path)
  const text = JSON.stringify(source.file.text.slice(span.start, span.end))
  source.report(
    'RUNBOOK_CASE_EVENT',
    { key: String(path.at(-1)), problem: 'a number', hint: 'Put account ids in quotes.' },
    span,
    { fix: { ...span, text } },
  )
}
