/** How an answer leaves the program. */
import { once } from 'node:events'
import { TrailbookError } from '../core/errors.ts'
import { jsonChunks } from '../core/report/json.ts'
import { type Line, toText } from '../core/report/lines.ts'
import type { Outcome } from './command.ts'
import type { Format } from './formats.ts'
import { painter } from './paint.ts'
import { batches } from './reports.ts'

interface Screen {
  readonly columns: number
  readonly colours: boolean
}

/** An answer in a format, in pieces. */
export async function answerChunks(outcome: Outcome, format: Format, screen: Screen): Promise<Iterable<string>> {
  if (format === 'terminal') return [linesText(outcome.lines(screen.columns), screen.colours)]
  if (format === 'json') return line(jsonChunks(outcome.json))
  const render = outcome.renders?.[format]
  if (render === undefined)
    throw new TrailbookError('CLI_UNEXPECTED', { reason: `there is no ${format} of this answer` })
  return render()
}

function* line(chunks: Iterable<string>): Generator<string> {
  yield* chunks
  yield '\n'
}

export const linesText = (lines: readonly Line[], colours: boolean): string =>
  lines.length === 0 ? '' : `${toText(lines, painter(colours))}\n`

/** Writes no faster than whoever reads; a reader that stops reading ends it. */
export async function print(stream: NodeJS.WriteStream, chunks: Iterable<string>): Promise<void> {
  for (const text of batches(chunks)) {
    if (stream.destroyed || stream.writableEnded) return
    if (stream.write(text)) continue
    await Promise.race([once(stream, 'drain'), once(stream, 'close')]).catch(() => undefined)
  }
}
