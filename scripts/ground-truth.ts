/**
 * Measures the shipped runbooks on generated logs: is each step of each attack story a finding or a row, and how many findings
 * does ordinary traffic give? Writes docs/ground-truth.md where told to.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { findingsCiting, stepsCiting, unseen } from '../src/core/run/citations.ts'
import type { RunResult } from '../src/core/run/result.ts'
import { severityRank } from '../src/core/run/severity.ts'
import { day, isoTime, milliseconds } from '../src/core/time.ts'
import type { GroundTruth } from '../src/simulate/ground-truth.ts'
import { type Answers, answersOf, trailbook } from './support/answers.ts'

/** At most one finding of medium or higher in so many ordinary events, and none critical. */
const eventsPerFinding = 100_000

/** Days of ordinary traffic before the first attack, with which runbooks compare. */
const history = 7

export async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seeds: { type: 'string', default: '1,2,3' },
      events: { type: 'string', default: '1000000' },
      'story-events': { type: 'string', default: '100000' },
      out: { type: 'string' },
    },
  })
  const seeds = values.seeds.split(',')
  const lines = ['# The shipped runbooks on generated logs', '', 'Measured by `npm run test:ground-truth`.', '']
  const told = (line: string): void => {
    lines.push(line)
    console.log(line)
  }
  let wrong = 0
  told('## Each step of each story')
  told('')
  told('| seed | story | step | events | finding | severity | row of |')
  told('|---|---|---|---|---|---|---|')
  for (const seed of seeds) {
    const { answers, truth } = await answer(seed, Number(values['story-events']), 'all')
    for (const story of truth.stories)
      for (const step of story.steps) {
        const { seen, text } = stepLine(step.eventIds, answers)
        if (!seen) wrong++
        told(`| ${seed} | ${story.id} | ${step.id} | ${step.eventIds.length} | ${text} |`)
      }
  }
  told('')
  told('## Ordinary traffic')
  told('')
  told('| seed | events | critical | high | medium | low and info | verdict |')
  told('|---|---|---|---|---|---|---|')
  for (const seed of seeds) {
    const { answers, events } = await answer(seed, Number(values.events), 'none')
    const count = (wanted: string): number => answers.findings.filter((one) => one.severity === wanted).length
    const loud = answers.findings.filter((one) => severityRank(one.severity) >= severityRank('medium'))
    const low = answers.findings.length - loud.length
    told(
      `| ${seed} | ${events} | ${count('critical')} | ${count('high')} | ${count('medium')} | ${low} | ${answers.result.verdict} |`,
    )
    if (loud.length > events / eventsPerFinding || count('critical') > 0) {
      wrong++
      for (const one of loud) console.error(`  ${one.severity}  ${one.runbook}/${one.step}: ${one.title}`)
    }
  }
  told('')
  if (values.out !== undefined) await writeFile(values.out, `${lines.join('\n')}`)
  if (wrong > 0) console.error(`${wrong} of these fall short`)
  return wrong === 0 ? 0 : 1
}

async function answer(seed: string, events: number, stories: 'all' | 'none') {
  const scratch = await mkdtemp(join(tmpdir(), 'trailbook-ground-truth-'))
  try {
    const logs = join(scratch, 'logs')
    const lake = join(scratch, 'lake')
    const days = stories === 'none' ? ['--days', '7'] : ['--days', String(2 * history), '--history', String(history)]
    await trailbook([
      'simulate',
      '--events',
      String(events),
      '--seed',
      seed,
      '--stories',
      stories,
      ...days,
      '--out',
      logs,
    ])
    const truth = JSON.parse(await readFile(join(logs, 'groundtruth.json'), 'utf8')) as GroundTruth
    const ingested = await trailbook<{ readonly events: number }>(['ingest', join(logs, 'AWSLogs'), '--lake', lake])
    const { to } = truth.window
    const from = isoTime(milliseconds(truth.window.from) + truth.options.history * day)
    const lookback = stories === 'none' ? [] : ['--lookback', `${history - 1}d`]
    const config = join(logs, 'trailbook.yaml')
    const result = await trailbook<RunResult>(
      [
        'run',
        join(process.cwd(), 'runbooks'),
        '--lake',
        lake,
        '--config',
        config,
        '--from',
        from,
        '--to',
        to,
        ...lookback,
      ],
      { cwd: logs },
    )
    return { answers: answersOf(result), truth, events: ingested.events }
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

/** A step is seen when all its events are cited by findings or rows. */
function stepLine(ids: readonly string[], answers: Answers) {
  const findings = findingsCiting(ids, answers)
  const rows = stepsCiting(ids, answers)
  const missed = unseen(ids, answers)
  const top = findings.toSorted((a, b) => severityRank(b.severity) - severityRank(a.severity))[0]
  const by = top === undefined ? '' : `${top.runbook}/${top.step}`
  const rest = rows.length > 3 ? `${rows.slice(0, 3).join(', ')} and ${rows.length - 3} more` : rows.join(', ')
  const missing = missed.length === 0 ? '' : ` **${missed.length} of ${ids.length} events not seen**`
  return { seen: missed.length === 0, text: `${by} | ${top?.severity ?? ''} | ${rest}${missing}` }
}
