import { basename, join, relative, resolve, sep } from 'node:path'
import { readText, shownPath } from '../../authoring/library.ts'
import { exitCodes } from '../../core/errors.ts'
import { plural } from '../../core/report/text.ts'
import type { RunResult } from '../../core/run/result.ts'
import { day, hour, isoTime, milliseconds, type Window } from '../../core/time.ts'
import type { GroundTruth } from '../../simulate/ground-truth.ts'
import { type CliContext, defineCommand, type Given, text } from '../command.ts'
import { attacksSeen } from '../demo-attacks.ts'
import { demoLines } from '../demo-lines.ts'
import { markDemo, removeFormerDemo } from '../former-demo.ts'
import { checkReports, writeReport } from '../reports.ts'
import { ingestCommand } from './ingest.ts'
import { runCommand } from './run.ts'
import { simulateCommand } from './simulate.ts'

const truthName = 'groundtruth.json'
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
    await removeFormerDemo(folder)
    const inside: CliContext = {
      ...context,
      interactive: false,
      globals: { ...context.globals, lake: undefined, config: join(folder, 'trailbook.yaml') },
    }
    const started = context.clock.now()

    context.note(`Making the logs of an organisation in ${shown} …`)
    await simulateCommand.action(withOptions({ ...simulateDefaults, ...span, ...given.options, out }), context)
    await markDemo(folder)
    const truth = JSON.parse(await readText(join(folder, truthName))) as GroundTruth

    context.note(`Ingesting ${plural(truth.events, 'event')} from ${plural(truth.files, 'log file')} …`)
    await ingestCommand.action({ arguments: { path: [join(folder, 'AWSLogs')] }, options: {} }, inside)

    context.note('Running all shipped runbooks …')
    const window = attackWindow(truth)
    const ran = await runCommand.action(withOptions({ all: true, lookback: `${history - 1}d`, ...window }), inside)
    const result = ran.json as RunResult

    const report = join(shown, reportName)
    const [html] = await checkReports([{ format: 'html', path: report }], context.cwd)
    await writeReport(html!, (await ran.renders?.html?.()) ?? [])

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
const span = { days: String(2 * history), history: String(history) }

/** What happened in the last minutes is still on its way: clear can only be said of what was delivered. */
function attackWindow({ window }: GroundTruth): Window {
  const from = milliseconds(window.from) + history * day
  return { from: isoTime(from), to: isoTime(milliseconds(window.to) - hour) }
}

/** Options of the simulation that the demo leaves alone. */
const simulateDefaults = Object.fromEntries(
  simulateCommand.options.flatMap((option) =>
    option.default === undefined ? [] : [[/--(\w+)/.exec(option.flags)![1]!, option.default]],
  ),
)

const withOptions = (options: Readonly<Record<string, unknown>>): Given => ({ arguments: {}, options })
