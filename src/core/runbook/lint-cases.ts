/** A case per outcome: what is found, what is left alone, each finding, and calls that were denied. */
import type { Checks } from './check-context.ts'
import { outputs } from './outputs.ts'
import type { Case } from './schema-case.ts'
import type { QueryStep } from './schema-step.ts'

export function lintCases(checks: Checks): void {
  const { source, cases, steps } = checks.draft
  const finding = steps.flatMap(({ step }) => (step?.kind === 'query' && step.finding ? [step] : []))
  const whole = cases.flatMap(({ value }) => (value ? [value] : []))
  // Where a case cannot be read, nobody knows what it shows.
  if (finding.length === 0 || whole.length === 0 || whole.length < cases.length) return
  const warn = (
    code: 'LINT_CASES_ONE_SIDED' | 'LINT_STEP_NO_CASE' | 'LINT_CASE_NO_DENIED',
    values: Record<string, string>,
  ) => source.report(code, values, source.key(['cases']), { severity: 'warning' })
  const some = whole.some(finds)
  const none = whole.some(({ expect }) => isEmpty(expect.findings) || expect.verdict === 'clear')
  if (!some || !none) {
    warn('LINT_CASES_ONE_SIDED', { missing: some ? 'what it leaves alone (no findings)' : 'a finding' })
    return
  }
  // What is wrong elsewhere may be why a case shows less than it was meant to.
  if (source.issues.some((issue) => issue.severity === 'error')) return
  for (const step of finding)
    if (!whole.some((one) => shows(one, step, finding.length))) warn('LINT_STEP_NO_CASE', { id: step.id })
  for (const step of finding)
    if (tellsOutcomes(checks, step) && !whole.some(hasFailure)) {
      warn('LINT_CASE_NO_DENIED', { id: step.id })
      return
    }
}

const isEmpty = (findings: Case['expect']['findings']): boolean =>
  Array.isArray(findings) ? findings.length === 0 : findings === 0

const finds = ({ expect }: Case): boolean =>
  (expect.findings !== undefined && !isEmpty(expect.findings)) || expect.verdict === 'findings'

function shows({ expect, ...rest }: Case, { id }: QueryStep, findingSteps: number): boolean {
  const { findings } = expect
  if (Array.isArray(findings) && findings.some((one) => one.step === id)) return true
  if (findingSteps === 1) return finds({ expect, ...rest })
  const rows = (expect[id] as { readonly rows?: number | readonly unknown[] } | undefined)?.rows
  return (Array.isArray(rows) ? rows.length : (rows ?? 0)) !== 0
}

/** The outcome is shown to the reader, so more than one of them can come. */
function tellsOutcomes({ queries }: Checks, { id }: QueryStep): boolean {
  const query = queries.get(id)
  return query !== undefined && outputs(query).some(({ name }) => name === 'outcome')
}

const hasFailure = ({ given }: Case): boolean =>
  given.some(
    ({ errorCode, errorMessage, responseElements }) =>
      [errorCode, errorMessage].some((one) => typeof one === 'string') ||
      /"Failure"/.test(JSON.stringify(responseElements ?? null)),
  )
