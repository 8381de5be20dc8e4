/** Warnings: matters of taste that make runbooks readable, and traps of CloudTrail that make queries miss. */
import { day, milliseconds, parseDuration } from '../time.ts'
import type { Checks } from './check-context.ts'
import { sqlPath } from './check-query.ts'
import { dataEvents } from './event-classes.ts'
import type { QueryStep } from './schema-step.ts'
import { namePattern } from './schema-text.ts'
import type { Path } from './yaml-values.ts'

export function lintRunbook(checks: Checks): void {
  lintHead(checks)
  for (const { step, path } of checks.draft.steps) {
    if (!step) continue
    if (step.title !== undefined) lintTitle(checks, step.title, [...path, 'title'])
    const { source } = checks.draft
    if (step.why === undefined && step.kind === 'query')
      source.report('LINT_NO_WHY', { id: step.id }, source.value([...path, 'id']), { severity: 'warning' })
    if (step.kind !== 'query') continue
    if (step.expect === undefined)
      source.report('LINT_NO_EXPECT', { id: step.id }, source.value([...path, 'id']), { severity: 'warning' })
    lintTraps(checks, step, path)
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

function lintCases({ draft: { source, cases, steps } }: Checks): void {
  const findings = steps.some(({ step }) => step?.kind === 'query' && step.finding)
  const expected = cases.flatMap(({ value }) => (value ? [value.expect] : []))
  if (!findings || expected.length === 0 || expected.length < cases.length) return
  const some = expected.some(
    (expect) =>
      (Array.isArray(expect.findings) ? expect.findings.length > 0 : (expect.findings ?? 0) > 0) ||
      expect.verdict === 'findings',
  )
  const none = expected.some(
    (expect) =>
      (Array.isArray(expect.findings) ? expect.findings.length === 0 : expect.findings === 0) ||
      expect.verdict === 'clear',
  )
  if (some && none) return
  const missing = some ? 'what it leaves alone (no findings)' : 'a finding'
  source.report('LINT_CASES_ONE_SIDED', { missing }, source.key(['cases']), { severity: 'warning' })
}

/** What is named anywhere in the file counts as used: where a mistake hides a use, that mistake is enough. */
function lintUnused({ draft: { source, parameters, head }, used }: Checks): void {
  const { text } = source.file
  const named = (pattern: string) => new RegExp(`${pattern}\\b`).test(text)
  for (const name of parameters.keys()) {
    if (used.params.has(name) || !namePattern.test(name) || named(`(:|params\\.)${name}`)) continue
    source.report('LINT_UNUSED_PARAMETER', { name }, source.key(['parameters', name]), { severity: 'warning' })
  }
  for (const [index, name] of (head.uses?.lists ?? []).entries()) {
    if (used.lists.has(name) || named(`lists\\.${name}`)) continue
    source.report('LINT_UNUSED_LIST', { name }, source.value(['uses', 'lists', index]), { severity: 'warning' })
  }
}
