/** The edge: arguments in, one answer out, an exit code. Nothing below it writes or exits. */
import { createInterface } from 'node:readline/promises'
import { exitCodes, TrailbookError } from '../core/errors.ts'
import type { Line } from '../core/report/lines.ts'
import { visible } from '../core/report/text.ts'
import { columnsFor } from './columns.ts'
import { type CliContext, type Globals, list, type Outcome } from './command.ts'
import { commands } from './commands.ts'
import { failureJson, failureLines, toTrailbookError } from './failure.ts'
import { isFormat, reportRequest } from './formats.ts'
import { noteLines } from './note-lines.ts'
import { answerChunks, linesText, print } from './output.ts'
import { commandName, formatsOf, parseArguments, wantsJson } from './program.ts'
import { checkReports, type Report, writeReport } from './reports.ts'

type Streams = Pick<NodeJS.Process, 'stdin' | 'stdout' | 'stderr' | 'env'>

export async function runCli(argv: readonly string[], streams: NodeJS.Process): Promise<void> {
  const lost = watchOutput(streams)
  const stop = interruption(streams)
  const exitCode = await answer(argv, streams, stop.signal)
  stop.end()
  await Promise.all([flushed(streams.stdout), flushed(streams.stderr)])
  streams.exit(lost() ? exitCodes.failed : exitCode)
}

async function answer(argv: readonly string[], streams: NodeJS.Process, signal: AbortSignal): Promise<number> {
  const json = wantsJson(argv)
  const colours = !argv.includes('--no-color') && (streams.env.NO_COLOR ?? '') === ''
  try {
    const parsed = await parseArguments(argv)
    if (parsed.kind === 'print') {
      streams.stdout.write(parsed.text)
      return exitCodes.clear
    }
    const { command, given } = parsed
    const globals = globalsOf(parsed.globals, streams.env)
    const requests = list({ arguments: {}, options: parsed.globals }, 'report').map((text) =>
      reportRequest(text, command.name, formatsOf(command)),
    )
    const reports = await checkReports(requests, streams.cwd())
    const context = makeContext(globals, streams, signal)
    const outcome = await command.action(given, context)
    const screen = {
      columns: columnsFor(streams.stdout, streams.env),
      colours: colours && streams.stdout.isTTY === true,
    }
    await print(streams.stdout, await answerChunks(outcome, globals.format, screen))
    return (await writeAll(reports, outcome, { context, streams, colours })) ? outcome.exitCode : exitCodes.failed
  } catch (cause) {
    const error =
      signal.aborted && !(cause instanceof TrailbookError)
        ? new TrailbookError('RUN_INTERRUPTED')
        : toTrailbookError(cause)
    if (streams.env.TRAILBOOK_DEBUG)
      streams.stderr.write(`${shownText(String((cause instanceof Error && cause.stack) || cause))}\n`)
    if (json) streams.stdout.write(`${JSON.stringify(failureJson(error, knownCommand(argv)))}\n`)
    else write(streams.stderr, failureLines(error, columnsFor(streams.stderr, streams.env)), colours)
    return error.exitCode
  }
}

const knownCommand = (argv: readonly string[]): string | undefined => {
  const name = commandName(argv)
  return commands.some((entry) => entry.name === name) ? name : undefined
}

/** Reports in text are read on paper and in editors. */
const reportColumns = 100

/**
 * Whether every report was written. The answer stands on standard output by now, so what went wrong is told beside it.
 */
async function writeAll(
  reports: readonly Report[],
  outcome: Outcome,
  { context, streams, colours }: { readonly context: CliContext; readonly streams: Streams; readonly colours: boolean },
): Promise<boolean> {
  let good = true
  for (const report of reports) {
    try {
      const screen = { columns: reportColumns, colours: false }
      await writeReport(report, await answerChunks(outcome, report.format, screen))
      context.note(`Wrote ${report.path} (${report.format}).`)
    } catch (cause) {
      good = false
      write(streams.stderr, failureLines(toTrailbookError(cause), columnsFor(streams.stderr, streams.env)), colours)
    }
  }
  return good
}

function write(stream: NodeJS.WriteStream, lines: readonly Line[], colours: boolean): void {
  stream.write(linesText(lines, colours && stream.isTTY === true))
}

/** Failures quote servers and files: nothing of them may act on a terminal. */
const shownText = (text: string): string => text.split('\n').map(visible).join('\n')

const globalsOf = (options: Record<string, unknown>, env: NodeJS.ProcessEnv): Globals => ({
  lake: typeof options.lake === 'string' ? options.lake : env.TRAILBOOK_LAKE || undefined,
  format: isFormat(options.format) ? options.format : 'terminal',
  config: typeof options.config === 'string' ? options.config : undefined,
  quiet: options.quiet === true,
})

function makeContext(globals: Globals, streams: NodeJS.Process, signal: AbortSignal): CliContext {
  const { stdin, stderr } = streams
  const shown = stderr.isTTY === true && !globals.quiet
  const clear = '\r\u001b[2K'
  let open = false
  return {
    cwd: streams.cwd(),
    env: streams.env,
    globals,
    clock: { now: () => Date.now() },
    signal,
    interactive: stdin.isTTY === true && stderr.isTTY === true && globals.format === 'terminal',
    async readStdin() {
      stdin.setEncoding('utf8')
      let text = ''
      for await (const part of stdin) text += part
      return text
    },
    note(text) {
      if (globals.quiet) return
      stderr.write(`${open ? clear : ''}${linesText(noteLines(text, columnsFor(stderr, streams.env)), false)}`)
      open = false
    },
    progress(text) {
      if (!shown) return
      stderr.write(
        text === undefined ? (open ? clear : '') : `${clear}${visible(text).slice(0, columnsFor(stderr) - 1)}`,
      )
      open = text !== undefined
    },
    async prompt(text, promptSignal) {
      const lines = createInterface({ input: stdin, output: stderr })
      // Over a terminal, readline takes Ctrl-C for itself; a closed input (Ctrl-D) would leave the question hanging.
      lines.on('SIGINT', () => streams.emit('SIGINT'))
      const closed = new Promise<undefined>((resolve) => lines.once('close', () => resolve(undefined)))
      try {
        return await Promise.race([lines.question(text, { signal: promptSignal }), closed])
      } catch {
        return undefined
      } finally {
        lines.close()
      }
    },
  }
}

/**
 * Whoever reads may stop reading (`| head`): that is no error, and the exit code still tells the verdict. Any other failure
 * to write is told, and remembered: half an answer must not pass for a whole one.
 */
function watchOutput({ stdout, stderr }: Streams): () => boolean {
  let lost = false
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return
    if (!lost) stderr.write(`Error: The output could not be written: ${error.message}\n`)
    lost = true
  })
  stderr.on('error', () => {})
  return () => lost
}

const flushed = (stream: NodeJS.WriteStream): Promise<void> =>
  new Promise((resolve) => {
    // A stream that failed tells so in a later turn.
    const done = (): void => void setImmediate(resolve)
    if (stream.destroyed) return done()
    stream.once('error', done)
    stream.write('', done)
  })

/** The first Ctrl-C asks the command to stop; the second ends the process where it stands. */
function interruption(streams: NodeJS.Process): { readonly signal: AbortSignal; readonly end: () => void } {
  const controller = new AbortController()
  const onSignal = (): void => {
    if (controller.signal.aborted) streams.exit(exitCodes.interrupted)
    streams.stderr.write('\nStopping. Press Ctrl-C again to stop at once.\n')
    controller.abort()
  }
  streams.on('SIGINT', onSignal)
  streams.on('SIGTERM', onSignal)
  return {
    signal: controller.signal,
    end: () => {
      streams.off('SIGINT', onSignal)
      streams.off('SIGTERM', onSignal)
    },
  }
}
