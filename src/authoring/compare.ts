/** Expected against got, with messages that show both. */

import { visible } from '../core/report/text.ts'
import { canonicalJson } from '../core/run/canonical.ts'
import type { RunbookRun, StepResult } from '../core/run/result.ts'
import type { Expect, ExpectedFinding } from '../core/runbook/schema-case.ts'

/** What differs from what a case expects, a sentence each; none when all is as expected. */
export function differences(expect: Expect, run: RunbookRun): readonly string[] {
  const { findings, verdict, complete, ...steps } = expect
  const found: string[] = []
  for (const [id, expected] of Object.entries(steps)) {
    const step = run.steps.find((candidate) => candidate.id === id)
    if (step === undefined || expected === undefined) continue
    if (expected.rows !== undefined) found.push(...rowDifferences(id, expected.rows, step))
    if (expected.excluded !== undefined && expected.excluded !== step.excluded) {
      found.push(`${id}: expected ${rowsText(expected.excluded)} to be excluded, got ${step.excluded}`)
    }
  }
  if (findings !== undefined) found.push(...findingDifferences(findings, run))
  if (verdict !== undefined && verdict !== run.verdict)
    found.push(`verdict: expected ${verdict}, got ${run.verdict}${because(run)}`)
  if (complete !== undefined && complete !== run.complete)
    found.push(`complete: expected ${complete}, got ${run.complete}${because(run)}`)
  // A failed run explains the rest, so it is told even where the verdict was not asked for.
  if (run.verdict === 'failed' && verdict !== 'failed') found.push(...failures(run))
  return found
}

const rowsText = (count: number): string => `${count} ${count === 1 ? 'row' : 'rows'}`

function rowDifferences(
  id: string,
  expected: number | readonly Readonly<Record<string, unknown>>[],
  step: StepResult,
): readonly string[] {
  const count = typeof expected === 'number' ? expected : expected.length
  const got = step.rows
    .slice(0, 5)
    .map((row) => `\n    ${show(row)}`)
    .join('')
  if (step.rowCount !== count) return [`${id}: expected ${rowsText(count)}, got ${rowsText(step.rowCount)}${got}`]
  if (typeof expected === 'number') return []
  return unmatched(expected, step.rows).map((row) => `${id}: no row is like ${show(row)}; got${got || ' none'}`)
}

function findingDifferences(expected: number | readonly ExpectedFinding[], run: RunbookRun): readonly string[] {
  const count = typeof expected === 'number' ? expected : expected.length
  const got = run.findings
    .map(
      ({ severity, step, title, count: times }) =>
        `\n    ${show({ severity, step, title: visible(title), count: times })}`,
    )
    .join('')
  const word = (number: number): string => `${number} ${number === 1 ? 'finding' : 'findings'}`
  if (run.findings.length !== count)
    return [`findings: expected ${word(count)}, got ${word(run.findings.length)}${got}`]
  if (typeof expected === 'number') return []
  return unmatched(expected, run.findings).map((one) => `findings: none is like ${show(one)}; got${got}`)
}

/**
 * Expected entries for which no entry of its own is left. A wide entry may take what a narrow one needs, so
 * assignments are tried until all fit (augmenting paths).
 */
function unmatched<Wanted>(wanted: readonly Wanted[], got: readonly unknown[]): readonly Wanted[] {
  const takenBy = new Map<number, number>()
  const place = (index: number, tried: Set<number>): boolean =>
    got.some((candidate, at) => {
      if (tried.has(at) || !isSubset(wanted[index], candidate)) return false
      tried.add(at)
      const holder = takenBy.get(at)
      if (holder !== undefined && !place(holder, tried)) return false
      takenBy.set(at, index)
      return true
    })
  return wanted.filter((_, index) => !place(index, new Set()))
}

/** Every member of `part` is in `whole`; lists are equal in length and pairwise subsets. */
export function isSubset(part: unknown, whole: unknown): boolean {
  if (Array.isArray(part)) {
    return (
      Array.isArray(whole) && part.length === whole.length && part.every((item, index) => isSubset(item, whole[index]))
    )
  }
  if (typeof part === 'object' && part !== null) {
    if (typeof whole !== 'object' || whole === null) return false
    return Object.entries(part).every(([name, member]) =>
      isSubset(member, (whole as Record<string, unknown>)[name] ?? null),
    )
  }
  return canonicalJson(part) === canonicalJson(whole)
}

const because = (run: RunbookRun): string => {
  const reasons = [
    ...failures(run),
    ...run.doubts.map((doubt) => doubt.message),
    ...(run.coverage.complete ? [] : ['coverage is not complete']),
  ]
  return reasons.length === 0 ? '' : ` (${reasons.join('; ')})`
}

const failures = (run: RunbookRun): readonly string[] =>
  run.steps
    .filter((step) => step.status === 'failed')
    .map((step) => step.error?.message ?? `the step "${step.id}" failed`)

function show(value: unknown): string {
  const text = visible(JSON.stringify(value))
  return text.length > 300 ? `${text.slice(0, 300)}…` : text
}
