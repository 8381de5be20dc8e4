import { openRecords } from '../../compose.ts'
import { TrailbookError } from '../../core/errors.ts'
import type { RunFilter, RunList, RunRecord } from '../../core/evidence/run-store.ts'
import { runDigest } from '../../core/evidence/sealed-run.ts'
import { type Line, line, span } from '../../core/report/lines.ts'
import { tableLines } from '../../core/report/table.ts'
import { renderRun } from '../../core/report/terminal.ts'
import { assembleResult } from '../../core/run/result.ts'
import { type Verdict, verdicts } from '../../core/run/verdict.ts'
import { chooseWindow } from '../../core/run/window.ts'
import { argument, type CliContext, defineCommand, type Given, type Outcome, text } from '../command.ts'
import { loadConfig } from '../config.ts'
import { recordsFolder } from '../diary.ts'
import { commonFormats } from '../formats.ts'
import { runFormats, runRenders } from '../run-renders.ts'

export const runsCommand = defineCommand({
  name: 'runs',
  summary: 'List the runs that were kept, and show one again',
  details: 'Runs over a lake are kept beside it, with all their rows, readable for their owner alone.',
  arguments: [
    { name: '[what]', description: 'show: show one run again' },
    { name: '[id]', description: 'which one: its id, the beginning of it, a runbook for its newest run, or last' },
  ],
  options: [
    { flags: '--runbook <id>', description: 'only runs of this runbook' },
    { flags: '--verdict <verdict>', description: 'only runs that ended so', choices: [...verdicts] },
    { flags: '--since <when>', description: 'only runs that ended since then: 24h, 7d, or a time' },
    { flags: '--limit <runs>', description: 'how many to list', default: '50' },
  ],
  formats: runFormats,
  examples: [
    { command: 'trailbook runs --verdict findings --since 7d', says: 'what was found in the last week' },
    { command: 'trailbook runs show root-activity', says: 'the newest run of a runbook again' },
    { command: 'trailbook runs show last', says: 'the newest run again, as it was' },
  ],
  async action(given, context) {
    const config = await loadConfig(context)
    const { runs } = await openRecords(recordsFolder(config.lake))
    const what = argument(given, 'what')
    if (what === 'show') {
      const asked = argument(given, 'id')
      const newest = async (filter: RunFilter): Promise<string | undefined> =>
        (await runs.list({ ...filter, limit: 1 })).runs[0]?.id
      if (asked === undefined) throw usage('runs show needs the id of a run', 'trailbook runs lists them.')
      const id = await newest(asked === 'last' ? {} : { runbook: asked })
      const { record, run } = await runs.get(id ?? asked)
      if (runDigest(run) !== record.result)
        context.note('Its rows are not those that were kept: run.json was changed after the run.')
      return shown(record, assembleResult([run]))
    }
    if (what !== undefined) throw usage(`runs does not know "${what}"`, 'trailbook runs show <id> shows one.')
    if (!commonFormats.includes(context.globals.format))
      throw usage(
        'The list of runs is printed for the terminal or as json',
        'trailbook runs show <id> takes every format.',
      )
    return listed(await runs.list(filterOf(given, context)))
  },
})

const usage = (reason: string, advice: string): TrailbookError => new TrailbookError('CLI_USAGE', { reason, advice })

function filterOf(given: Given, context: CliContext) {
  const since = text(given, 'since')
  const limit = Number(text(given, 'limit'))
  if (!Number.isSafeInteger(limit) || limit < 1)
    throw usage(
      `--limit takes a whole number above 0, and got "${text(given, 'limit')}"`,
      'Write for example --limit 20.',
    )
  return {
    runbook: text(given, 'runbook'),
    verdict: text(given, 'verdict') as Verdict | undefined,
    since:
      since === undefined ? undefined : chooseWindow({ now: context.clock.now(), explicit: { since } }).window.from,
    limit,
  }
}

const shown = (record: RunRecord, result: ReturnType<typeof assembleResult>): Outcome => ({
  exitCode: 0,
  json: { ...result, record } as Outcome['json'],
  lines: (width) => [
    line(span(`Run ${record.id} by ${record.actor}, finished ${record.finished}`, 'muted')),
    ...renderRun(result, { width }),
  ],
  renders: runRenders(result),
})

function listed({ runs, total, unreadable }: RunList): Outcome {
  const notes: Line[] = [
    ...(runs.length < total ? [line(span(`${total - runs.length} more; --limit shows them`, 'muted'))] : []),
    ...unreadable.map((id) => line(span(`${id} cannot be read`, 'warn'))),
  ]
  return {
    exitCode: 0,
    json: { schema: 'trailbook.runs/v1', runs, total, unreadable } as Outcome['json'],
    lines: (width) =>
      total === 0
        ? [line('No run was kept so far, or none fits.'), ...notes]
        : [
            ...tableLines({
              columns: ['id', 'verdict', 'findings', 'runbook', ...(runs.some((run) => run.bundle) ? ['bundle'] : [])],
              uncut: ['id'],
              rows: runs.map(({ id, verdict, complete, findings, highest, runbook, bundle }) => ({
                id,
                verdict: complete || verdict !== 'findings' ? verdict : `${verdict}, incomplete`,
                findings: findings === 0 ? '' : `${findings} (${highest})`,
                runbook,
                bundle: bundle?.path ?? '',
              })),
              width,
              maxRows: runs.length,
            }),
            ...notes,
          ],
  }
}
