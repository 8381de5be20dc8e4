import { basename, join, relative, resolve, sep } from 'node:path'
import { shownPath } from '../../authoring/library.ts'
import { exitCodes } from '../../core/errors.ts'
import { plural } from '../../core/report/text.ts'
import { day, hour, isoTime, milliseconds, type Window } from '../../core/time.ts'
import type { GroundTruth } from '../../simulate/ground-truth.ts'
import { type CliContext, defineCommand, text } from '../command.ts'
import { loadConfig } from '../config.ts'
import { attacksSeen } from '../demo-attacks.ts'
import { demoLines } from '../demo-lines.ts'
import { markDemo, removeFormerDemo } from '../former-demo.ts'
import { checkReports, writeReport } from '../reports.ts'
import { simulateInto, wholeNumber } from '../simulate-into.ts'
import { ingestPaths } from '../sources.ts'
import { runGiven } from './run.ts'

const reportName = 'report.html'

export const demoCommand = defineCommand({
  name: 'demo',
  summary: 'Show everything at once, on made-up logs',
  details:
    'Makes the logs of an organisation with attacks in them, ingests them, runs all shipped runbooks, compares what they found with what really happened, and writes a report. Needs no AWS account and no network; nothing leaves the folder.',
  arguments: [],
  options: [
    { flags: '--events <n>', description: 'how many events', default: '60000' },
    { flags: '--seed <text>', description: 'another seed gives another week', default: '1' },
    { flags: '--out <folder>', description: 'where to; a former demo in it is replaced', default: 'trailbook-demo' },
  ],
  examples: [
    { command: 'trailbook demo', says: 'two weeks of six accounts, in less than a minute' },
    { command: 'trailbook demo --events 1000000 --out /tmp/demo', says: 'a larger one' },
  ],
  async action(given, context) {
    const out = text(given, 'out') ?? ''
    const folder = resolve(context.cwd, out)
    const shown = shownPath(folder, context.cwd)
    const request = {
      events: wholeNumber(given, 'events'),
      seed: text(given, 'seed') ?? '1',
      days: 2 * history,
      history,
    }
    const { checkSimulation } = await import('../../simulate/simulate.ts')
    checkSimulation(request)
    await removeFormerDemo(folder)
    const inside: CliContext = {
      ...context,
      interactive: false,
      globals: { ...context.globals, lake: undefined, config: join(folder, 'trailbook.yaml') },
    }
    const started = context.clock.now()

    context.note(`Making the logs of an organisation in ${shown} …`)
    const truth = await simulateInto(folder, request, { shown })
    await markDemo(folder)

    context.note(`Ingesting ${plural(truth.events, 'event')} from ${plural(truth.files, 'log file')} …`)
    const { lake, inventory } = await loadConfig(inside)
    await ingestPaths(lake, [join(folder, 'AWSLogs')], inside, { inventory })

    context.note('Running all shipped runbooks …')
    const window = attackWindow(truth)
    const options = { all: true, lookback: `${history - 1}d`, ...window }
    const { result, renders } = await runGiven({ arguments: {}, options }, inside)

    const report = join(shown, reportName)
    const [html] = await checkReports([{ format: 'html', path: report }], context.cwd)
    await writeReport(html!, (await renders?.html?.()) ?? [])

    const attacks = attacksSeen(truth, result)
    const seconds = Math.round((context.clock.now() - started) / 1000)
    const { verdict, complete, coverage } = result
    return {
      exitCode: exitCodes.clear,
      json: {
        schema: 'trailbook.demo/v1',
        folder: shown,
        report,
        events: truth.events,
        files: truth.files,
        seconds,
        verdict,
        complete,
        findings: result.findings.map(({ severity, title, runbook, step }) => ({ severity, title, runbook, step })),
        attacks,
        coverage,
      },
      lines: (width) =>
        demoLines(
          {
            truth,
            window,
            result,
            attacks,
            folder: shown,
            report,
            program: startedBy(process.argv[1], folder),
            seconds,
          },
          width,
        ),
    }
  },
})

/** What starts this program again from the folder: its name where it is installed, else Node with its file. */
function startedBy(script: string | undefined, folder: string): string {
  if (script === undefined || basename(script) === 'trailbook') {
    return script?.includes(join('node_modules', '.bin')) ? 'npx trailbook' : 'trailbook'
  }
  const path = relative(folder, script)
  return `node ${path.split(sep).filter((part) => part === '..').length > 3 ? script : path}`
}

/** The second of two weeks is asked about, and compared with the first. */
const history = 7

/** What happened in the last minutes is still on its way: clear can only be said of what was delivered. */
function attackWindow({ window }: GroundTruth): Window {
  const from = milliseconds(window.from) + history * day
  return { from: isoTime(from), to: isoTime(milliseconds(window.to) - hour) }
}
