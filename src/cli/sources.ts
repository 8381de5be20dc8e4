/** Where a command's events come from: a lake that is there, or logs named on the spot. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { kindOf, shownPath } from '../authoring/library.ts'
import { type IngestOutcome, ingestLogs, lakeExists, openConnection } from '../compose.ts'
import { TrailbookError } from '../core/errors.ts'
import type { Connection } from '../core/ports.ts'
import { plural } from '../core/report/text.ts'
import type { Window } from '../core/time.ts'
import type { CliContext } from './command.ts'
import type { Config } from './config.ts'

export interface OpenedSource {
  readonly connection: Connection
  /** First to last event of the logs that were given; undefined without --logs. */
  readonly logs: Window | undefined
  /** What went in, when logs were given. */
  readonly ingested: IngestOutcome | undefined
  close(): Promise<void>
}

/**
 * Opens the lake. With logs they go in first: into the lake that was named, else into one that lives as long as the
 * command, so that a look at some files never mixes with what is stored.
 *
 * @throws TrailbookError CLI_NO_LAKE, CLI_FILE_MISSING
 */
export async function openSource(logs: readonly string[], config: Config, context: CliContext): Promise<OpenedSource> {
  if (logs.length === 0) {
    if (!(await lakeExists(config.lake))) {
      throw new TrailbookError('CLI_NO_LAKE', { path: shownPath(config.lake, context.cwd) })
    }
    const connection = await openConnection(config.lake)
    return { connection, logs: undefined, ingested: undefined, close: () => connection.close() }
  }
  const temporary = config.lakeGiven ? undefined : await mkdtemp(join(tmpdir(), 'trailbook-'))
  const remove = async (): Promise<void> => {
    if (temporary !== undefined) await rm(temporary, { recursive: true, force: true })
  }
  try {
    const lake = temporary === undefined ? config.lake : join(temporary, 'lake')
    const ingested = await ingestPaths(lake, logs, context)
    if (ingested.interrupted) throw new TrailbookError('RUN_INTERRUPTED')
    const connection = await openConnection(lake)
    return {
      connection,
      logs: ingested.span ?? (temporary === undefined ? undefined : await connection.span()),
      ingested,
      async close() {
        await connection.close()
        await remove()
      },
    }
  } catch (error) {
    await remove()
    throw error
  }
}

/** Ingests with progress on standard error; what could not be read is noted there too. */
export async function ingestPaths(lake: string, paths: readonly string[], context: CliContext): Promise<IngestOutcome> {
  const full: string[] = []
  for (const path of paths) {
    const found = resolve(context.cwd, path)
    if ((await kindOf(found)) === undefined) throw new TrailbookError('CLI_FILE_MISSING', { path })
    full.push(found)
  }
  try {
    return await ingestLogs(lake, full, {
      signal: context.signal,
      onProgress: ({ files, events }) =>
        context.progress(`Reading logs: ${plural(files, 'file')}, ${plural(events, 'event')}`),
    })
  } finally {
    context.progress(undefined)
  }
}

export function noteQuarantine(ingested: IngestOutcome | undefined, context: CliContext): void {
  const count = ingested?.quarantined.length ?? 0
  if (ingested === undefined || count === 0) return
  const shown = ingested.quarantined.slice(0, 5).map(({ file, reason }) => `  ${file}: ${reason}`)
  context.note(
    [
      `${plural(count, 'file or record', 'files or records')} could not be read:`,
      ...shown,
      ...(count > 5 ? [`  … and ${count - 5} more`] : []),
    ].join('\n'),
  )
}
