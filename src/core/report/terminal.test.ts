import { describe, expect, test } from 'vitest'
import type { Finding } from '../run/findings.ts'
import { assembleResult, judgeRun, type RunParts, type StepResult } from '../run/result.ts'
import { toText } from './lines.ts'
import { renderRun } from './terminal.ts'
import { width } from './width.ts'

const window = { from: '2026-01-08T12:00:00Z', to: '2026-01-15T11:40:00Z' }

const step: StepResult = {
  id: 'changes',
  kind: 'query',
  title: 'Policy changes',
  phase: 'analyse',
  status: 'done',
  sql: 'SELECT 1',
  parameters: {},
  columns: ['eventTime', 'eventName', 'actor', 'outcome'].map((name) => ({ name, type: 'varchar' })),
  rowCount: 1,
  excluded: 0,
  rows: [
    {
      eventTime: '2026-01-14T10:00:00Z',
      eventName: 'AttachRolePolicy',
      actor: 'arn:aws:iam::111122223333:role/a-role-with-a-rather-long-name',
      outcome: null,
    },
  ],
  truncated: false,
  why: 'A policy change is how most escalations become permanent.',
  expect: 'Only the deployment roles, during a release.',
  reading:
    'Denied attempts matter: they show intent. Look at who tried, and what the same key did before and after the attempt.',
}

const finding: Finding = {
  fingerprint: 'f'.repeat(64),
  severity: 'high',
  title: 'arn:aws:iam::111122223333:user/mallory ran AttachRolePolicy on the role ci',
  runbook: 'iam-policy-change',
  step: 'changes',
  count: 3,
  eventIds: ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222'],
  moreEventIds: false,
  key: {},
  row: {},
}

const parts: RunParts = {
  runbook: 'iam-policy-change',
  title: 'Investigate IAM policy changes',
  objective: 'Who changed what an identity may do, from where, and was it expected?',
  doubts: [],
  findings: [],
  window,
  windowOrigin: 'runbook',
  parameters: {},
  connection: 'lake',
  plan: '0'.repeat(64),
  steps: [{ ...step, rowCount: 0, rows: [] }],
  escalations: [],
  coverage: { complete: true, basis: 'ledger', through: '2026-01-15T11:40:00Z', window, gaps: [] },
}

const shown = (more: Partial<RunParts>): string =>
  toText(renderRun(assembleResult([judgeRun({ ...parts, ...more })]), { width: 80 }))

describe('a run on a terminal', () => {
  test('says that it is clear, and through when', () => {
    expect(shown({})).toMatchInlineSnapshot(`
      "CLEAR  Nothing found, and everything that was expected could be seen.
      Investigate IAM policy changes
      Who changed what an identity may do, from where, and was it expected?

      Runbook iam-policy-change
      Window  2026-01-08T12:00:00Z to 2026-01-15T11:40:00Z (the runbook's own)
      Seen    clear through 2026-01-15T11:40:00Z; no gaps, judged by what was stored

      1. Policy changes  0 rows
         Why: A policy change is how most escalations become permanent.
         Expect: Only the deployment roles, during a release.
         Reading: Denied attempts matter: they show intent. Look at who tried, and
                  what the same key did before and after the attempt."
    `)
  })

  test('shows findings first, then what they rest on, then what to do', () => {
    expect(
      shown({
        findings: [finding],
        steps: [
          step,
          {
            ...step,
            id: 'revoke',
            kind: 'action',
            title: "Revoke the role's sessions",
            status: 'not-run',
            columns: [],
            rows: [],
            todo: [
              {
                title: "Revoke the role's sessions",
                values: { action: 'iam.revoke-role-sessions', target: 'arn:aws:iam::111122223333:role/ci' },
              },
            ],
            meaning: 'Nothing was changed: carry it out by hand if the findings call for it.',
          },
        ],
        escalations: [{ title: 'Tell security-oncall within 15m', values: {} }],
      }),
    ).toMatchInlineSnapshot(`
      "FINDINGS  1 finding: 1 high.
      Investigate IAM policy changes
      Who changed what an identity may do, from where, and was it expected?

      Runbook iam-policy-change
      Window  2026-01-08T12:00:00Z to 2026-01-15T11:40:00Z (the runbook's own)
      Seen    clear through 2026-01-15T11:40:00Z; no gaps, judged by what was stored

      Findings
        high     arn:aws:iam::111122223333:user/mallory ran AttachRolePolicy on the
                 role ci
                 3 times; step changes; events 11111111-1111-4111-8111-111111111111,
                 22222222-2222-4222-8222-222222222222

      1. Policy changes  1 row
         Why: A policy change is how most escalations become permanent.
         eventTime             eventName         actor                         outcome
         2026-01-14T10:00:00Z  AttachRolePolicy  arn:aws:iam::111122223333:r…  NULL
         Expect: Only the deployment roles, during a release.
         Reading: Denied attempts matter: they show intent. Look at who tried, and
                  what the same key did before and after the attempt.

      2. Revoke the role's sessions  action: yours to do
         Why: A policy change is how most escalations become permanent.
         Expect: Only the deployment roles, during a release.
         Reading: Denied attempts matter: they show intent. Look at who tried, and
                  what the same key did before and after the attempt.
         Nothing was changed: carry it out by hand if the findings call for it.

      What to do next
        - Revoke the role's sessions (action)
          action: iam.revoke-role-sessions; target: arn:aws:iam::111122223333:role/ci
        - Tell security-oncall within 15m

      … stands for what was cut; --format json has all of it."
    `)
  })

  test('says in words why an answer is not complete', () => {
    const gap = {
      account: '111122223333',
      region: 'eu-central-1',
      eventClass: 'management:read',
      from: window.from,
      to: window.to,
    }
    expect(
      shown({
        coverage: {
          complete: false,
          basis: 'ledger',
          through: null,
          window,
          gaps: [
            {
              ...gap,
              state: 'gap',
              reason:
                'Nothing of account 111122223333 in eu-central-1 was delivered, though there is something before and after.',
            },
          ],
        },
        doubts: [
          {
            code: 'truncated',
            step: 'changes',
            message: 'The step "changes" gave 20000 rows; findings were looked for in the first 10000',
          },
        ],
      }),
    ).toMatchInlineSnapshot(`
      "INCONCLUSIVE  Nothing found, but not everything could be seen.
      Investigate IAM policy changes
      Who changed what an identity may do, from where, and was it expected?

      Runbook iam-policy-change
      Window  2026-01-08T12:00:00Z to 2026-01-15T11:40:00Z (the runbook's own)
      Seen    the beginning of this window is not covered; 1 gap, judged by what was
              stored

      Why this answer is not complete
        - management:read of account 111122223333 in eu-central-1,
          2026-01-08T12:00:00Z to 2026-01-15T11:40:00Z: Nothing of account
          111122223333 in eu-central-1 was delivered, though there is something before
          and after.
        - The step "changes" gave 20000 rows; findings were looked for in the first
          10000.

      1. Policy changes  0 rows
         Why: A policy change is how most escalations become permanent.
         Expect: Only the deployment roles, during a release.
         Reading: Denied attempts matter: they show intent. Look at who tried, and
                  what the same key did before and after the attempt."
    `)
  })

  test('says which step failed', () => {
    expect(
      shown({
        steps: [
          {
            ...step,
            status: 'failed',
            rows: [],
            rowCount: 0,
            error: {
              code: 'RUN_STEP_FAILED',
              message: 'The step "changes" failed: out of memory.',
              hint: 'The run is void until the step can be carried out.',
            },
          },
        ],
      }),
    ).toMatchInlineSnapshot(`
      "FAILED  1 step could not be carried out.
      Investigate IAM policy changes
      Who changed what an identity may do, from where, and was it expected?

      Runbook iam-policy-change
      Window  2026-01-08T12:00:00Z to 2026-01-15T11:40:00Z (the runbook's own)
      Seen    clear through 2026-01-15T11:40:00Z; no gaps, judged by what was stored

      1. Policy changes  failed
         Why: A policy change is how most escalations become permanent.
         Error: The step "changes" failed: out of memory.
         Hint: The run is void until the step can be carried out.
         Expect: Only the deployment roles, during a release.
         Reading: Denied attempts matter: they show intent. Look at who tried, and
                  what the same key did before and after the attempt."
    `)
  })

  test('shows characters of event fields that would act on a terminal as what they are', () => {
    const text = shown({
      findings: [{ ...finding, title: 'user \u001b[31mred\u0007 \u202egnp.exe' }],
      steps: [
        { ...step, rows: [{ eventTime: 'a\r\nb', eventName: '\u009b2J', actor: '\u202eevil', outcome: 'x\u200by' }] },
      ],
    })
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u202e]/)
    expect(text).toContain('user \\x1b[31mred\\x07 \\u202egnp.exe')
    expect(text).toContain('a\\r\\nb')
  })

  test.each([40, 80, 120])('fits %i columns', (columns) => {
    const wide = {
      ...step,
      columns: Array.from({ length: 14 }, (_, index) => ({ name: `column${index}`, type: 'varchar' })),
      rows: [{ column1: 'x'.repeat(300), column2: '漢字'.repeat(80) }],
    }
    const lines = toText(
      renderRun(assembleResult([judgeRun({ ...parts, findings: [finding], steps: [step, wide] })]), { width: columns }),
    ).split('\n')
    expect(lines.filter((line) => width(line) > columns)).toEqual([])
  })
})
