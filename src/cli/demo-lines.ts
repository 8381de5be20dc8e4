import { summariseGaps } from '../core/report/gap-summary.ts'
import { blank, indent, type Line, labelled, line, span } from '../core/report/lines.ts'
import { tableLines } from '../core/report/table.ts'
import { findingList } from '../core/report/terminal-findings.ts'
import { plural } from '../core/report/text.ts'
import { countBySeverity } from '../core/report/words.ts'
import type { Coverage } from '../core/run/coverage.ts'
import type { RunResult } from '../core/run/result.ts'
import type { Window } from '../core/time.ts'
import type { GroundTruth } from '../simulate/ground-truth.ts'
import type { AttackSeen } from './demo-attacks.ts'

interface DemoAnswer {
  readonly truth: GroundTruth
  /** What the runbooks were asked about. */
  readonly window: Window
  readonly result: RunResult
  readonly attacks: readonly AttackSeen[]
  readonly folder: string
  readonly report: string
  /** How this program is started from within the folder. */
  readonly program: string
  readonly seconds: number
}

const shownFindings = 6

/** A first screen: at most forty lines of 80 columns. */
export function demoLines(answer: DemoAnswer, width: number): readonly Line[] {
  const { truth, window, result, attacks, folder, report, program, seconds } = answer
  const { accounts } = truth.organisation
  const seen = attacks.filter((attack) => attack.seen === attack.steps).length
  const worst = result.findings[0]?.runbook ?? result.runs[0]?.runbook ?? ''
  return [
    line(span(`${plural(result.runs.length, 'runbook')} over a made-up organisation`, 'strong')),
    ...labelled(
      'Logs  ',
      `${plural(truth.events, 'event')} of ${plural(accounts.length, 'account')} in ${plural(truth.files, 'file')}; all done in ${plural(seconds, 'second')}`,
      width,
    ),
    ...labelled('Window', `${minuteOf(window.from)} to ${minuteOf(window.to)} UTC, against the week before`, width),
    ...labelled('Seen  ', seenText(result.coverage), width),
    blank,
    line(
      span(plural(result.findings.length, 'finding'), result.findings.length > 0 ? 'bad' : 'good'),
      result.findings.length > 0 ? `: ${countBySeverity(result.findings)}` : '',
    ),
    ...indent(
      findingList(result.findings, { width: width - 2, most: shownFindings, runbooks: false, rest: 'in the report' }),
      2,
    ),
    blank,
    line(
      span(`${seen} of ${plural(attacks.length, 'attack')}`, seen === attacks.length ? 'good' : 'warn'),
      ' seen whole, by the ids of their events',
    ),
    // Not indented: the longest names fill the line.
    ...attackLines(attacks, width),
    blank,
    line(span('Go on', 'strong')),
    ...labelled('Look at', report, width),
    ...labelled('Type   ', `cd ${quoted(folder)}`, width, 'accent'),
    ...[`runs show ${worst}`, `query "${question}"`].map((rest) =>
      line(' '.repeat(8), span(`${program} ${rest}`, 'accent')),
    ),
    ...labelled('Yours  ', 'in a folder of your own: ingest <folder of logs>, then run --all', width),
  ]
}

const question = 'SELECT DISTINCT actor FROM cloudtrail_logs'

const quoted = (path: string): string => (/^[\w./@:-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`)

const minuteOf = (time: string): string => time.slice(0, 16).replace('T', ' ')

function seenText(coverage: Coverage): string {
  if (coverage.complete) return `everything, clear through ${coverage.through}`
  const gaps = summariseGaps(coverage).reduce((sum, one) => sum + one.count, 0)
  const through = coverage.through === null ? '' : `clear through ${coverage.through}; `
  return `${through}${plural(gaps, 'gap')}, listed in the report: no answer here is "clear"`
}

/** One attack a line; as many runbooks as fit it. */
function attackLines(attacks: readonly AttackSeen[], width: number): readonly Line[] {
  const named = Math.max(0, ...attacks.map(({ id }) => id.length))
  const room = width - named - 'steps'.length - 'critical'.length - 6
  return tableLines({
    columns: ['attack', 'steps', 'worst', 'told first by'],
    rows: attacks.map(({ id, seen, steps, severity, runbooks }) => ({
      attack: id,
      steps: `${seen}/${steps}`,
      worst: severity ?? 'none',
      'told first by': fitting(runbooks, room),
    })),
    width,
    maxRows: attacks.length,
  })
}

function fitting(names: readonly string[], room: number): string {
  const [first = '', ...others] = names
  let text = first
  for (const name of others) {
    if (text.length + 2 + name.length > room) break
    text = `${text}, ${name}`
  }
  return text
}
