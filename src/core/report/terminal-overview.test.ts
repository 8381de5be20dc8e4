import { describe, expect, test } from 'vitest'
import type { Finding } from '../run/findings.ts'
import { assembleResult, type RunbookRun, type RunParts } from '../run/result.ts'
import { runOf, stepOf } from './fixtures/runs.ts'
import { toText } from './lines.ts'
import { alarmsOf, pressingSteps } from './next-steps.ts'
import { renderRun } from './terminal.ts'
import { width } from './width.ts'

const window = { from: '2026-01-15T00:00:00Z', to: '2026-01-16T00:00:00Z' }
const role = 'arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef'

const finding = (runbook: string, more: Partial<Finding> = {}): Finding => ({
  fingerprint: `${runbook}${more.title ?? ''}`.padEnd(64, '-'),
  severity: 'high',
  title: `${role} ran StopLogging on trail production-audit`,
  runbook,
  step: 'calls',
  count: 1,
  eventIds: ['e1'],
  moreEventIds: false,
  key: {},
  row: { actor: 'mallory' },
  ...more,
})

const run = (runbook: string, parts: Partial<RunParts> = {}): RunbookRun => runOf(runbook, window, parts)

const tell = (within: string) => ({
  title: `Tell security-oncall within ${within}`,
  values: { notify: 'security-oncall', within },
})

const todoStep = (kind: string, title: string, actors: readonly string[]) =>
  stepOf(kind, {
    kind,
    title,
    status: 'not-run',
    sql: null,
    todo: actors.map((actor) => ({ title: `Ask ${actor} about it.`, values: { actor } })),
  })

const gap = {
  account: '111122223333',
  region: 'us-east-1',
  eventClass: 'management:write',
  from: '2026-01-15T20:00:00Z',
  to: '2026-01-15T21:00:00Z',
  state: 'gap' as const,
  reason: 'Nothing was delivered here.',
}
const doubt = { code: 'truncated' as const, message: 'More rows than were looked at' }
const partly = { complete: false, basis: 'ledger' as const, through: gap.from, window, gaps: [gap] }

const runs = [
  run('quiet', { doubts: [doubt] }),
  run('calls', {
    findings: [finding('calls', { severity: 'medium' })],
    doubts: [doubt],
    coverage: partly,
    escalations: [tell('1h')],
  }),
  run('tampering', {
    findings: [finding('tampering', { severity: 'critical' })],
    steps: [todoStep('trace', 'Where from?', ['alice']), todoStep('ask', 'Was it planned?', ['alice', 'mallory'])],
    coverage: partly,
    escalations: [tell('15m')],
  }),
]
const result = assembleResult(runs, [{ runbook: 'keys', reason: 'It needs --param key' }])
const again = (runbook: string): string => `trailbook runs show ${runbook}`
const shown = (columns: number, details = false): string =>
  toText(renderRun(result, { width: columns, details, again }))

describe('the answer of several runbooks on a terminal', () => {
  test('says what was found over all, once, and where to look on', () => {
    expect(shown(80)).toMatchInlineSnapshot(`
      "FINDINGS  2 findings: 1 critical, 1 medium. There may be more: not everything
                could be seen.
      Window  2026-01-15T00:00:00Z to 2026-01-16T00:00:00Z (as asked for)
      Seen    clear through 2026-01-15T20:00:00Z; 1 gap, judged by what was stored

      verdict       findings  worst     runbook
      findings             1  critical  tampering
      findings             1  medium    calls
      inconclusive         0            quiet

      Left out
        - keys: It needs --param key

      Findings
        critical role/AWSReservedSSO_Admin (111122223333) ran StopLogging on trail
                 production-audit  tampering, calls

      Why this answer is not complete
        - management:write of account 111122223333 in us-east-1, 2026-01-15T20:00:00Z
          to 2026-01-15T21:00:00Z: Nothing was delivered here.
        - quiet, calls: More rows than were looked at.

      What to do next
        - Tell security-oncall within 15m (calls, tampering)
        tampering
        - Was it planned? Ask mallory about it. … and 1 more
        - Where from? Ask alice about it.

      One runbook whole
        trailbook runs show tampering
        --details shows all of them here; --report report.html writes them as a page."
    `)
  })

  test.each([40, 80, 120, 160])('fits %i columns', (columns) => {
    for (const text of shown(columns).split('\n')) expect(width(text)).toBeLessThanOrEqual(columns)
  })

  test('shows each runbook whole where that is asked for', () => {
    expect(shown(80)).not.toContain('Runbook tampering')
    expect(shown(80, true)).toContain('Runbook tampering')
  })

  test('shows twenty findings, and counts the others', () => {
    const findings = Array.from({ length: 25 }, (_, index) =>
      finding('many', { title: `finding ${index}`, eventIds: [`event ${index}`] }),
    )
    const text = toText(renderRun(assembleResult([run('many', { findings }), run('quiet')]), { width: 80 }))
    expect(text.match(/finding \d+ {2}many/g)).toHaveLength(20)
    expect(text).toContain('… and 5 more findings')
  })
})

describe('what to do next', () => {
  test('tells each of those to be told once, in the shortest time that any runbook gives', () => {
    expect(alarmsOf(result)).toEqual([{ title: 'Tell security-oncall within 15m', runbooks: ['calls', 'tampering'] }])
  })

  test('asks before it traces, and speaks of the worst finding', () => {
    expect(
      pressingSteps(result).map(({ run: { runbook }, steps }) => [runbook, steps.map((one) => one.todo?.title)]),
    ).toEqual([['tampering', ['Ask mallory about it.', 'Ask alice about it.']]])
  })
})
