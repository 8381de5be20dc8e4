/** Runs that steps of other runs made: told with the run that made them, and nothing twice. */
import { describe, expect, test } from 'vitest'
import type { Finding } from '../run/findings.ts'
import { assembleResult, type RunbookRun, type RunParts, type StepResult } from '../run/result.ts'
import { runOf, stepOf } from './fixtures/runs.ts'
import { runHtml } from './html/run-page.ts'
import { runJunit } from './junit.ts'
import { toText } from './lines.ts'
import { runMarkdown } from './markdown.ts'
import { sarifLog } from './sarif.ts'
import { renderRun } from './terminal.ts'
import { verdictText } from './words.ts'

const window = { from: '2026-01-15T09:00:00Z', to: '2026-01-15T11:00:00Z' }

const gap = {
  account: '111122223333',
  region: 'us-east-1',
  eventClass: 'management:read',
  from: '2026-01-15T10:00:00Z',
  to: '2026-01-15T11:00:00Z',
  state: 'gap' as const,
  reason: 'Nothing was delivered here.',
}

const coverage = { complete: false, basis: 'ledger' as const, through: gap.from, window, gaps: [gap] }
const run = (parts: Partial<RunParts>): RunbookRun =>
  runOf(parts.runbook ?? 'outer', window, { title: 'Review all keys', coverage, ...parts })

const finding = (name: string, more: Partial<Finding> = {}): Finding => ({
  fingerprint: name.padEnd(64, '0'),
  severity: 'high',
  title: `${name} used a key from afar`,
  runbook: 'key-use',
  step: 'uses',
  count: 1,
  eventIds: [`event of ${name}`],
  moreEventIds: false,
  key: {},
  row: {},
  ...more,
})

const todo = { title: 'Ask the owner of the keys', values: {} }

const keyUse = (actor: string, found: readonly Finding[], status: StepResult['status'] = 'done'): RunbookRun =>
  run({
    runbook: 'key-use',
    title: 'Who used a key?',
    parameters: { actor },
    doubts: [{ code: 'truncated', message: 'More rows than were looked at' }],
    findings: found,
    steps: [
      stepOf('uses', { status, ...(status === 'failed' && { error: { code: 'ENGINE', message: 'It broke' } }) }),
      stepOf('ask', { kind: 'ask', status: 'unanswered', todo: [todo] }),
    ],
  })

const [shared, alice] = [finding('shared'), finding('alice')]

/** Each of two inner runs finds the shared one; the outer run has found both. */
const outer = (inner: readonly RunbookRun[]): RunbookRun =>
  run({
    findings: [shared, alice],
    doubts:
      inner.length === 0
        ? []
        : [{ code: 'inner-run', message: 'The runbook "key-use": More rows than were looked at' }],
    steps: [
      stepOf('keys'),
      stepOf('each', {
        kind: 'run',
        runs: inner,
        status: inner.some((one) => one.verdict === 'failed') ? 'failed' : 'done',
      }),
    ],
  })

const result = assembleResult([outer([keyUse('alice', [alice, shared]), keyUse('bob', [shared])])])
const times = (text: string, part: string): number => text.split(part).length - 1
const terminal = (columns = 80): string => toText(renderRun(result, { width: columns }))

describe('a run whose findings are all of runs that its steps made', () => {
  test('counts them, and says from which runbook they are', () => {
    expect(verdictText(result)).toBe(
      '2 findings: 2 high, found by key-use. There may be more: not everything could be seen.',
    )
  })

  test('counts its own apart', () => {
    const own = finding('own', { runbook: 'outer', step: 'keys' })
    const mixed = assembleResult([{ ...outer([keyUse('alice', [alice, shared])]), findings: [own, shared, alice] }])
    expect(verdictText(mixed)).toMatch('3 findings: 3 high; 1 by outer and 2 by key-use.')
  })

  test('is told whole on a terminal, and its runs by their parameters', () => {
    expect(terminal()).toMatchInlineSnapshot(`
      "FINDINGS  2 findings: 2 high, found by key-use. There may be more: not
                everything could be seen.
      Review all keys

      Runbook outer
      Window  2026-01-15T09:00:00Z to 2026-01-15T11:00:00Z (as asked for)
      Seen    clear through 2026-01-15T10:00:00Z; 1 gap, judged by what was stored

      Findings
        high     shared used a key from afar
                 step uses of key-use; events event of shared
        high     alice used a key from afar
                 step uses of key-use; events event of alice

      Why this answer is not complete
        - management:read of account 111122223333 in us-east-1, 2026-01-15T10:00:00Z
          to 2026-01-15T11:00:00Z: Nothing was delivered here.
        - The runbook "key-use": More rows than were looked at.

      1. The step keys  0 rows

      2. The step each  0 rows

      key-use run by the step each; actor: alice; 2 findings, told above

        1. The step uses  0 rows

        2. The step ask  not answered

      key-use run by the step each; actor: bob; 1 finding, told above

        1. The step uses  0 rows

        2. The step ask  not answered

      What to do next
        - The step ask (ask)
          Ask the owner of the keys"
    `)
  })

  const texts: readonly (readonly [string, string])[] = [
    ['terminal', terminal()],
    ['terminal, wide', terminal(160)],
    ['markdown', [...runMarkdown(result)].join('')],
    ['html', [...runHtml(result)].join('')],
  ]
  test.each(texts)('tells each finding, gap and reason once: %s', (_, text) => {
    expect(times(text, 'alice used a key from afar')).toBe(1)
    expect(times(text, 'shared used a key from afar')).toBe(1)
    expect(times(text, 'More rows than were looked at')).toBe(1)
    expect(times(text, 'Nothing was delivered here.')).toBe(1)
    expect(text).not.toMatch(/\b0 findings/)
  })

  test('counts a step once that failed in an inner run', () => {
    const failed = assembleResult([outer([keyUse('alice', [], 'failed')])])
    expect(verdictText(failed)).toBe('1 step could not be carried out. 2 findings so far.')
  })

  test('gives SARIF one rule for a runbook, and JUnit one failure for a finding', () => {
    const { tool, results } = sarifLog(result, { version: '1.0.0' }).runs[0]!
    expect(tool.driver.rules.map(({ id }) => id)).toEqual(['outer', 'key-use'])
    expect(results.map(({ ruleIndex }) => ruleIndex)).toEqual([1, 1])
    expect(times([...runJunit(result)].join(''), '<failure')).toBe(2)
  })
})
