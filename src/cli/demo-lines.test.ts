import { expect, test } from 'vitest'
import { runOf } from '../core/report/fixtures/runs.ts'
import { toText } from '../core/report/lines.ts'
import { width } from '../core/report/width.ts'
import type { Finding } from '../core/run/findings.ts'
import { assembleResult } from '../core/run/result.ts'
import type { GroundTruth } from '../simulate/ground-truth.ts'
import { demoLines } from './demo-lines.ts'

const window = { from: '2026-01-15T00:00:00Z', to: '2026-01-21T23:00:00Z' }
const sso = 'role/aws-reserved/sso.amazonaws.com/eu-central-1/AWSReservedSSO_AdministratorAccess_0123456789abcdef'

const findings = Array.from(
  { length: 30 },
  (_, index): Finding => ({
    fingerprint: String(index).padStart(64, '0'),
    severity: 'critical',
    title: `arn:aws:iam::111122223333:${sso} ran StopLogging on trail arn:aws:cloudtrail:eu-central-1:111122223333:trail/audit-${index}`,
    runbook: 'logging-and-detection-tampering',
    step: 'calls',
    count: 1,
    eventIds: [`event ${index}`],
    moreEventIds: false,
    key: {},
    row: {},
  }),
)

const run = runOf('logging-and-detection-tampering', window, { findings })

const attacks = Array.from({ length: 9 }, (_, index) => ({
  id: index === 0 ? 's3-exfiltration-and-deletion' : `attack-${index}`,
  title: 'An attack',
  steps: 6,
  seen: 6,
  runbooks: ['role-and-user-permission-changes', 'temporary-credentials-in-use'],
  severity: 'critical' as const,
}))

const truth = { events: 80_000, files: 14_000, window, organisation: { accounts: [{}, {}] } } as unknown as GroundTruth
const shown = (columns: number): string =>
  toText(
    demoLines(
      {
        truth,
        window,
        result: assembleResult([run]),
        attacks,
        folder: "it's mine",
        report: 'report.html',
        program: 'node ../dist/cli.js',
        seconds: 40,
      },
      columns,
    ),
  )

test('the demo is one screen of 80 columns', () => {
  const lines = shown(80).split('\n')
  expect(lines.length).toBeLessThanOrEqual(40)
  for (const text of lines) expect(width(text)).toBeLessThanOrEqual(80)
})

test('its table names runbooks whole, and its commands can be typed', () => {
  expect(shown(80)).toMatch(/s3-exfiltration-and-deletion {2}6\/6 +critical {2}role-and-user-permission-changes\n/)
  expect(shown(120)).toContain('role-and-user-permission-changes, temporary-credentials-in-use')
  expect(shown(80)).toContain("cd 'it'\\''s mine'\n")
  expect(shown(80)).toContain('node ../dist/cli.js runs show logging-and-detection-tampering\n')
})

test('its principals are short', () => {
  expect(shown(80)).toContain('role/AWSReservedSSO_AdministratorAccess (111122223333) ran')
  expect(shown(80)).not.toContain('arn:aws:')
})
