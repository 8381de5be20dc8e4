import { blank, type Line, labelled, line, paragraph, type Style, span } from '../core/report/lines.ts'
import { tableLines } from '../core/report/table.ts'
import { plural, visible } from '../core/report/text.ts'
import { coverageText } from '../core/report/words.ts'
import type { RunResult } from '../core/run/result.ts'
import { type Severity, severities } from '../core/run/severity.ts'
import type { Window } from '../core/time.ts'
import type { GroundTruth } from '../simulate/ground-truth.ts'
import type { AttackSeen } from './demo-attacks.ts'

export interface DemoAnswer {
  readonly truth: GroundTruth
  /** What the runbooks were asked about. */
  readonly window: Window
  readonly result: RunResult
  readonly attacks: readonly AttackSeen[]
  readonly folder: string
  readonly report: string
  readonly seconds: number
}

const styles: Record<Severity, Style> = { info: 'muted', low: 'accent', medium: 'warn', high: 'bad', critical: 'bad' }

const shownFindings = 8

export function demoLines(
  { truth, window, result, attacks, folder, report, seconds }: DemoAnswer,
  width: number,
): readonly Line[] {
  const { accounts } = truth.organisation
  const found = attacks.filter((attack) => attack.seen === attack.steps).length
  const worst = result.findings.slice(0, shownFindings)
  const more = result.findings.length - worst.length
  return [
    line(span(`${plural(result.runs.length, 'runbook')} over a made-up organisation`, 'strong')),
    ...labelled(
      'Logs',
      `${plural(truth.events, 'event')} in ${plural(truth.files, 'file')}, ${plural(accounts.length, 'account')}, ${truth.window.from} to ${truth.window.to}; all done in ${plural(seconds, 'second')}`,
      width,
    ),
    ...labelled('Seen', coverageText(result.coverage, result.runs[0]?.asOf), width),
    blank,
    line(
      span(plural(result.findings.length, 'finding'), 'bad'),
      `: ${severities
        .toReversed()
        .map((severity) => [result.findings.filter((one) => one.severity === severity).length, severity] as const)
        .filter(([count]) => count > 0)
        .map(([count, severity]) => `${count} ${severity}`)
        .join(', ')}`,
    ),
    ...worst.flatMap(({ severity, title }) =>
      labelled(severity.padEnd(8), visible(title), width).map((content, index) =>
        index === 0 ? [span(severity.padEnd(8), styles[severity]), ...content.slice(1)] : content,
      ),
    ),
    ...(more > 0 ? [line(span(`… and ${more} more in the report`, 'muted'))] : []),
    blank,
    line(
      span(`${found} of ${plural(attacks.length, 'attack')}`, found === attacks.length ? 'good' : 'warn'),
      ' seen whole, by the ids of their events:',
    ),
    ...tableLines({
      columns: ['attack', 'steps', 'worst', 'told by'],
      rows: attacks.map((attack) => ({
        attack: attack.id,
        steps: `${attack.seen}/${attack.steps}`,
        worst: attack.severity ?? 'none',
        'told by': attack.runbooks.slice(0, 3).join(', '),
      })),
      width,
      maxRows: attacks.length,
    }),
    blank,
    ...labelled('Report', report, width),
    ...labelled(
      'Next',
      `cd ${folder} && npx trailbook run logging-and-detection-tampering --from ${window.from} --to ${window.to} --lookback 6d`,
      width,
    ),
    ...paragraph('Then your own logs: trailbook ingest <folder> && trailbook run --all', width),
  ]
}
