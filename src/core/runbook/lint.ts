/** Warnings: matters of taste that make runbooks readable, and traps of CloudTrail that make queries miss. */
import { day, milliseconds, parseDuration } from '../time.ts'
import type { Checks } from './check-context.ts'
import { sqlPath } from './check-query.ts'
import { dataEvents } from './event-classes.ts'
import { lintCases } from './lint-cases.ts'
import { lintEvents } from './lint-events.ts'
import { lintQuery, onlySucceeded } from './lint-query.ts'
import { outputs } from './outputs.ts'
import { columnsIn, factsOf } from './query-facts.ts'
import type { ActionStep, QueryStep } from './schema-step.ts'
import { namePattern } from './schema-text.ts'
import type { Warn } from './warn.ts'
import type { Path } from './yaml-values.ts'

export function lintRunbook(checks: Checks): void {
  lintHead(checks)
  for (const { step, path } of checks.draft.steps) {
    if (!step) continue
    if (step.title !== undefined) lintTitle(checks, step.title, [...path, 'title'])
    const { source } = checks.draft
    if (step.why === undefined && step.kind === 'query')
      source.report('LINT_NO_WHY', { id: step.id }, source.value([...path, 'id']), { severity: 'warning' })
    if (step.kind === 'action') lintTarget(checks, step, path)
    if (step.kind !== 'query') continue
    if (step.expect === undefined)
      source.report('LINT_NO_EXPECT', { id: step.id }, source.value([...path, 'id']), { severity: 'warning' })
    lintTraps(checks, step, path)
    lintTree(checks, step, path)
  }
  lintCases(checks)
  lintUnused(checks)
}

function lintHead(checks: Checks): void {
  const { source, head } = checks.draft
  if (head.title !== undefined) lintTitle(checks, head.title, ['title'])
  const { today } = checks
  const after = head.review_after ?? '180d'
  if (today !== undefined && head.reviewed) {
    const age = milliseconds(`${today}T00:00:00Z`) - milliseconds(`${head.reviewed.on}T00:00:00Z`)
    if (age > (parseDuration(after) ?? 180 * day))
      source.report('LINT_REVIEW_DUE', { on: head.reviewed.on, after }, source.value(['reviewed', 'on']), {
        severity: 'warning',
      })
  }
  const reads = [...checks.queries.values()].some((query) => query.readsEvents)
  if (reads && (head.needs ?? []).length === 0 && !Object.hasOwn(checks.draft.root, 'needs'))
    source.report('LINT_NO_NEEDS', {}, source.value(['id']), { severity: 'warning' })
}

function lintTitle({ draft: { source } }: Checks, title: string, path: Path): void {
  if (title.length > 80)
    source.report('LINT_LONG_TITLE', { length: title.length }, source.value(path), { severity: 'warning' })
  const mistake = titleMistakes.find(({ pattern }) => pattern.test(title.trim()))
  if (mistake)
    source.report('LINT_TITLE', { problem: mistake.problem, hint: mistake.hint }, source.value(path), {
      severity: 'warning',
    })
}

const titleMistakes = [
  { pattern: /[^.]\.$/, problem: 'ends with a full stop', hint: 'Take it away: a title is no sentence.' },
  { pattern: /\?.*\?|;/, problem: 'asks more than one thing', hint: 'Make a step of each question.' },
  { pattern: /^[^a-z]*[A-Z]{3,}[^a-z]*$/, problem: 'is all capitals', hint: 'Write it as a sentence begins.' },
] as const

/** What a denied call names is what its caller wrote: an action on it is one that the caller chose. */
function lintTarget(checks: Checks, { each, target, when = '' }: ActionStep, path: Path): void {
  const query = each && checks.queries.get(each.rows)
  const output = query && outputs(query).find(({ name }) => name === target)
  if (!output || /\boutcome\b|\berrorCode\b/.test(when)) return
  const columns = columnsIn(output.item.expression)
  if (!['requestParameters', 'denied_resource', 'errorMessage'].some((column) => columns.has(column))) return
  if (factsOf(query).selects.some(onlySucceeded)) return
  const { source } = checks.draft
  source.report('LINT_TARGET_DENIED', { column: target }, source.value([...path, 'target']), { severity: 'warning' })
}

function lintTree(checks: Checks, step: QueryStep, path: Path): void {
  const query = checks.queries.get(step.id)
  if (!query) return
  const { source } = checks.draft
  const warn: Warn = (code, values, { start, end }) =>
    source.report(code, values, source.inText(sqlPath(checks, path), start, end), { severity: 'warning' })
  const facts = factsOf(query)
  lintEvents(checks, facts, warn)
  lintQuery(checks, { step, query, facts }, warn)
}

function lintTraps(checks: Checks, step: QueryStep, path: Path): void {
  const { source, head } = checks.draft
  const text = step.query.sql
  const warn = (
    code: 'LINT_DENIED_CODE' | 'LINT_SIGN_IN_CODE' | 'LINT_DATA_EVENTS',
    values: Record<string, string>,
    at: number,
    length: number,
  ) => source.report(code, values, source.inText(sqlPath(checks, path), at, at + length), { severity: 'warning' })
  const bare = blankComments(text)
  const denied = /\berrorCode\s*=\s*'AccessDenied'/i.exec(bare)
  const otherCodes = /'(?!AccessDenied')[\w.%]*(Unauthorized|AccessDenied|Forbidden)[\w.%]*'|\boutcome\b/i.test(bare)
  if (denied && !otherCodes) warn('LINT_DENIED_CODE', {}, denied.index, denied[0].length)
  const signIn = /'ConsoleLogin'/.test(bare) && /\berrorCode\b\s*(=|<>|!=|is\s+not\s+null|in\b|like\b)/i.exec(bare)
  if (signIn && !/\b(errorMessage|responseElements|outcome)\b/i.test(bare))
    warn('LINT_SIGN_IN_CODE', {}, signIn.index, signIn[0].length)
  for (const [need, names] of Object.entries(dataEvents)) {
    if (head.needs?.includes(need)) continue
    const found = new RegExp(`'(${names.join('|')})'`).exec(bare)
    const ofService =
      bare.includes(`'${sourceOf(need)}'`) || (!/\beventSource\b/i.test(bare) && !ambiguous.has(found?.[1] ?? ''))
    if (found && ofService) warn('LINT_DATA_EVENTS', { name: found[1] ?? '', need }, found.index, found[0].length)
  }
}

/** Names that management events of other services have too. */
const ambiguous = new Set(['Query', 'Scan', 'Invoke'])

const sourceOf = (need: string) => `${need.slice('data:'.length)}.amazonaws.com`

/** Same length, so that places stay. */
const blankComments = (text: string) =>
  text.replace(/--[^\n]*|\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ' '))

/** What is named anywhere in the file counts as used: where a mistake hides a use, that mistake is enough. */
function lintUnused({ draft: { source, parameters, head }, used }: Checks): void {
  const { text } = source.file
  const named = (pattern: string) => new RegExp(`${pattern}\\b`).test(text)
  for (const name of parameters.keys()) {
    if (used.params.has(name) || !namePattern.test(name) || named(`(:|params\\.)${name}`)) continue
    source.report('LINT_UNUSED_PARAMETER', { name }, source.key(['parameters', name]), { severity: 'warning' })
  }
  for (const [kind, code] of [
    ['lists', 'LINT_UNUSED_LIST'],
    ['fragments', 'LINT_UNUSED_FRAGMENT'],
  ] as const)
    for (const [index, name] of (head.uses?.[kind] ?? []).entries()) {
      const span = source.value(['uses', kind, index])
      const { line, column } = source.place(span)
      // One that is not there at all is told as such.
      if (source.issues.some(({ at, severity }) => severity === 'error' && at?.line === line && at.column === column))
        continue
      if (used[kind].has(name) || (kind === 'lists' && named(`lists\\.${name}`))) continue
      source.report(code, { name }, span, { severity: 'warning' })
    }
}
