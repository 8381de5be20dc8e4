/**
 * SARIF 2.1.0 (OASIS), as code scanning reads it: a rule for each runbook, a result for each finding, and a notification
 * for whatever kept the answer from being complete.
 */
import type { Finding } from '../run/findings.ts'
import { cellOf } from '../run/findings.ts'
import type { RunResult, SkippedRunbook } from '../run/result.ts'
import { highest, type Severity } from '../run/severity.ts'
import { gapText, groupGaps, isUnexplained, unexplained } from './gaps.ts'
import { issueText } from './issue-lines.ts'
import { jsonChunks } from './json.ts'
import { sarifMessage, sarifSchema, sarifUri } from './sarif-text.ts'
import { coverageText, onConnection, type Run, verdictText } from './words.ts'

interface SarifOptions {
  /** Version of the program. */
  readonly version: string
  /** Path of each runbook's file, relative to the repository, by id; a result points at it. */
  readonly files?: Readonly<Record<string, string>>
}

const levels: Record<Severity, 'error' | 'warning' | 'note'> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'note',
  info: 'note',
}
// GitHub sorts alerts by `security-severity`: above 9 is critical, 7 to 8.9 high, 4 to 6.9 medium.
const scores: Record<Severity, string> = { critical: '9.5', high: '8.0', medium: '5.5', low: '2.5', info: '0.5' }

export function* runSarif(result: RunResult, options: SarifOptions): Generator<string> {
  yield* jsonChunks(sarifLog(result, options))
  yield '\n'
}

export function sarifLog(result: RunResult, options: SarifOptions) {
  // A runbook may have several runs, and a rule may stand once only.
  const rules = [...new Map(result.runs.toReversed().map((run) => [run.runbook, run])).values()].toReversed()
  return {
    $schema: sarifSchema,
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'Trailbook',
            semanticVersion: options.version,
            rules: rules.map((run) => rule(run, result.findings)),
          },
        },
        columnKind: 'utf16CodeUnits',
        invocations: [
          {
            executionSuccessful: result.verdict !== 'failed',
            toolExecutionNotifications: [
              ...result.runs.flatMap((run) => notifications(run, onConnection(run, result))),
              ...result.skipped.flatMap(brokenNotifications),
            ],
          },
        ],
        results: result.findings.map((finding) => sarifResult(finding, rules, options)),
        properties: {
          verdict: result.verdict,
          complete: result.complete,
          summary: verdictText(result),
          coverage: coverageText(result.coverage, result.runs[0]?.asOf),
        },
      },
    ],
  }
}

function rule(run: Run, findings: readonly Finding[]) {
  const own = findings.filter((finding) => finding.runbook === run.runbook)
  const top = highest(own.map((finding) => finding.severity)) ?? 'info'
  const help = [
    ...(run.objective === undefined ? [] : [run.objective]),
    ...run.steps.flatMap((step, index) => [
      `${index + 1}. ${step.title}`,
      ...(step.why === undefined ? [] : [`Why: ${step.why.trim()}`]),
      ...(step.expect === undefined ? [] : [`Expect: ${step.expect.trim()}`]),
      ...(step.reading === undefined ? [] : [`Reading: ${step.reading.trim()}`]),
    ]),
  ]
  return {
    id: run.runbook,
    shortDescription: { text: sarifMessage(run.title) },
    fullDescription: { text: sarifMessage(run.objective ?? run.title) },
    help: { text: help.map(sarifMessage).join('\n\n') },
    defaultConfiguration: { level: levels[top] },
    properties: { tags: ['security'], 'security-severity': scores[top] },
  }
}

function sarifResult(finding: Finding, runs: readonly Run[], { files = {} }: SarifOptions) {
  const account = textOf(finding, ['recipientAccountId', 'account'])
  const actor = textOf(finding, ['actor', 'principal', 'login'])
  const who = [account, actor].filter((part) => part !== undefined)
  const file = files[finding.runbook]
  return {
    ruleId: finding.runbook,
    ruleIndex: runs.findIndex((run) => run.runbook === finding.runbook),
    level: levels[finding.severity],
    message: { text: sarifMessage(finding.title) },
    locations: [
      {
        ...(file !== undefined && {
          physicalLocation: { artifactLocation: { uri: sarifUri(file) }, region: { startLine: 1 } },
        }),
        logicalLocations: [
          {
            name: sarifMessage(who.at(-1) ?? finding.step),
            fullyQualifiedName: sarifMessage([...who, `${finding.runbook}/${finding.step}`].join('/')),
            kind: who.length > 0 ? 'resource' : 'function',
          },
        ],
      },
    ],
    partialFingerprints: { 'trailbookFinding/v1': finding.fingerprint, primaryLocationLineHash: finding.fingerprint },
    occurrenceCount: finding.count,
    properties: {
      severity: finding.severity,
      step: finding.step,
      eventIds: finding.eventIds,
      moreEventIds: finding.moreEventIds,
      ...(finding.connections !== undefined && { connections: finding.connections }),
      ...(finding.error !== undefined && { keptAlthough: finding.error }),
    },
  }
}

const maxNotifications = 100

/** Gaps that are alike are one notification. */
function notifications(run: Run, on: string) {
  const failed = run.steps.filter((step) => step.status === 'failed')
  const reasons = [
    ...groupGaps(run.coverage.gaps).map(gapText),
    ...(isUnexplained(run.coverage) ? [unexplained] : []),
    ...run.doubts.map(({ message }) => `${message}.`),
  ]
  const told = (level: 'error' | 'warning', message: string) => ({
    level,
    message: { text: sarifMessage(`${run.runbook}${on}: ${message}`) },
    associatedRule: { id: run.runbook },
  })
  return [
    ...failed.map((step) => told('error', step.error?.message ?? `The step "${step.id}" failed.`)),
    ...reasons.slice(0, maxNotifications).map((reason) => told('warning', reason)),
    ...(reasons.length > maxNotifications
      ? [told('warning', `… and ${reasons.length - maxNotifications} more reasons; the JSON lists all.`)]
      : []),
  ]
}

const brokenNotifications = ({ runbook, reason, mistakes = [] }: SkippedRunbook) =>
  mistakes.map((mistake) => ({
    level: 'error' as const,
    message: { text: sarifMessage(`${runbook}: ${reason} ${issueText(mistake)}`) },
  }))

function textOf(finding: Finding, names: readonly string[]): string | undefined {
  for (const name of names) {
    const cell = cellOf(finding.key, name) ?? cellOf(finding.row, name)
    if (typeof cell === 'string' && cell !== '') return cell
  }
  return undefined
}
