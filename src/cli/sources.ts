/** Where a command's events come from: a lake that is there, or logs named on the spot. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { shownPath } from '../authoring/library.ts'
import {
  type IngestOutcome,
  type IngestReport,
  ingestLogs,
  lakeExists,
  openConnection,
  type S3Request,
} from '../compose.ts'
import { TrailbookError } from '../core/errors.ts'
import { attributeText } from '../core/event/history-slice.ts'
import type { Connection } from '../core/ports.ts'
import { plural, visible } from '../core/report/text.ts'
import type { Inventory } from '../core/run/inventory.ts'
import type { Window } from '../core/time.ts'
import type { CliContext } from './command.ts'
import type { Config } from './config.ts'
import { lakeName, openNamed } from './connections.ts'
import { type HistoryWish, sweepInto } from './event-history.ts'
import { splitPlaces } from './places.ts'
import { type NamedSources, requestsOf, type S3Settings, s3Request, s3Requests } from './s3-settings.ts'
import { waitingText } from './waiting.ts'
import { writing } from './write.ts'

export interface SourceRequest {
  /** Files and folders to read first. */
  readonly logs: readonly string[]
  /** Event history to read first. */
  readonly history?: HistoryWish | undefined
  readonly timeLimitMs: number | undefined
  /** A connection of trailbook.yaml, instead of a lake. */
  readonly connection?: string | undefined
}

export interface OpenedSource {
  readonly connection: Connection
  /** Folder of the lake that is asked. */
  readonly lake: string
  /** The lake goes when it is closed. */
  readonly temporary: boolean
  /** First to last event of the logs that were given; undefined without --logs. */
  readonly logs: Window | undefined
  /** What went in, when logs were given. */
  readonly ingested: IngestReport | undefined
  close(): Promise<void>
}

/**
 * Opens the lake. With logs they go in first: into the lake that was named, else into one that lives as long as the
 * command, so that a look at some files never mixes with what is stored.
 *
 * @throws TrailbookError CLI_NO_LAKE, CLI_NO_LOGS, CLI_UNWRITABLE, INPUT_MISSING, RUN_INTERRUPTED
 */
export async function openSource(
  { logs, history, timeLimitMs, connection: name }: SourceRequest,
  config: Config,
  context: CliContext,
): Promise<OpenedSource> {
  const { inventory, memory } = config
  const options = {
    name: lakeName,
    inventory,
    ...(timeLimitMs !== undefined && { timeLimitMs }),
    ...(memory !== undefined && { memoryLimit: memory }),
  }
  if (name !== undefined) {
    const option = logs.length > 0 ? '--logs' : history === undefined ? undefined : '--from-event-history'
    if (option !== undefined) throw new TrailbookError('CLI_CONNECTION_ALONE', { option })
    const connection = await openNamed(name, config, { context, timeLimitMs })
    const close = (): Promise<void> => connection.close()
    return { connection, lake: config.lake, temporary: false, logs: undefined, ingested: undefined, close }
  }
  if (logs.length === 0 && history === undefined) {
    await requireLake(config, context)
    const connection = await openConnection(config.lake, options)
    const close = (): Promise<void> => connection.close()
    return { connection, lake: config.lake, temporary: false, logs: undefined, ingested: undefined, close }
  }
  const temporary = config.lakeGiven ? undefined : await temporaryFolder()
  const remove = async (): Promise<void> => {
    if (temporary !== undefined) await rm(temporary, { recursive: true, force: true })
  }
  try {
    const lake = temporary === undefined ? config.lake : join(temporary, 'lake')
    // What is asked of a lake that stays must be whole: only one that goes may hold a part of the events.
    const wish = history && { ...history, attributes: temporary === undefined ? [] : history.attributes }
    const ingested: IngestOutcome =
      wish === undefined
        ? await ingestPaths(lake, logs, context, { inventory, named: config.sources })
        : (await sweepInto(lake, wish, { config, context })).report
    if (ingested.stopped !== undefined) throw ingested.stopped
    if (ingested.interrupted) throw new TrailbookError('RUN_INTERRUPTED')
    const connection = await openConnection(lake, { ...options, lookupAttributes: wish?.attributes.map(attributeText) })
    return {
      connection,
      lake,
      temporary: temporary !== undefined,
      logs: history === undefined ? (ingested.span ?? undefined) : undefined,
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

const temporaryFolder = (): Promise<string> => {
  const start = join(tmpdir(), 'trailbook-')
  return writing(`${start}…`, () => mkdtemp(start))
}

/** @throws TrailbookError CLI_NO_LAKE */
export async function requireLake(config: Config, context: Pick<CliContext, 'cwd'>): Promise<void> {
  if (await lakeExists(config.lake)) return
  throw new TrailbookError('CLI_NO_LAKE', { path: shownPath(config.lake, context.cwd) })
}

interface IngestSettings {
  readonly inventory?: Inventory | undefined
  /** How paths that begin with s3:// are asked, before what `named` says of the places that they lie in. */
  readonly s3?: S3Settings | undefined
  /** Those of trailbook.yaml. */
  readonly named?: NamedSources
  /** Of those the ones that are read as they stand there. */
  readonly sources?: readonly S3Request[]
  /** Fails at once where another process is writing to the lake. */
  readonly noWait?: boolean
}

/**
 * Ingests, with progress on standard error.
 *
 * @throws TrailbookError CLI_NO_LOGS when there was not one file to read, so that a wrong folder is no quiet success
 */
export async function ingestPaths(
  lake: string,
  paths: readonly string[],
  context: CliContext,
  { inventory, s3, named = {}, sources = [], noWait = false }: IngestSettings = {},
): Promise<IngestOutcome> {
  if (paths.includes('-'))
    throw new TrailbookError('CLI_USAGE', {
      reason: 'Logs are not read from standard input',
      advice: 'Write them into a file, and name that; ./- is a file of that name.',
    })
  const { inS3, others } = splitPlaces(paths, context.cwd)
  const buckets = [...requestsOf(inS3, { sources: named }, s3), ...sources]
  try {
    const report = await ingestLogs(lake, others, {
      signal: context.signal,
      onWait: noWait ? undefined : (owner) => context.note(waitingText(owner)),
      inventory,
      groups: s3Request(s3, context),
      buckets: s3Requests(buckets, context),
      onProgress: ({ files, totalFiles, records }) =>
        context.progress(`Reading logs: ${files} of ${plural(totalFiles, 'file')}, ${plural(records, 'record')}`),
    })
    const places = [...others, ...buckets.flatMap(({ locations }) => locations)]
    if (report.files === 0 && places.length > 0 && !report.interrupted)
      throw new TrailbookError('CLI_NO_LOGS', { paths: places.join(', ') })
    return report
  } finally {
    context.progress(undefined)
  }
}

/** Files and records that could not be read; the report lists the first of them. */
export const keptOut = (ingested: IngestReport | undefined): number =>
  ingested === undefined ? 0 : ingested.quarantinedFiles + ingested.quarantinedRecords

/** Names on standard error what could not be read, and what was not looked at. */
export function noteQuarantine(ingested: IngestReport | undefined, context: CliContext): void {
  if (ingested === undefined) return
  const passedOver = passedOverText(ingested)
  if (passedOver !== undefined) context.note(`Passed over: ${passedOver}`)
  const count = keptOut(ingested)
  if (count === 0) return
  const shown = ingested.quarantined.slice(0, 5).map(({ file, reason }) => `  ${visible(file)}: ${visible(reason)}`)
  const more = count > shown.length ? [`  … and ${count - shown.length} more`] : []
  context.note(
    [`${plural(count, 'file or record', 'files or records')} could not be read:`, ...shown, ...more].join('\n'),
  )
}

const reasons = {
  name: '',
  link: ' (a link out of the folder)',
  own: ' (written by trailbook)',
  nested: ' (an archive within an archive)',
  special: ' (a pipe, device or socket)',
}

/** How many files were not looked at, and the first names; undefined where there are none. */
export function passedOverText({ ignored, passedOver }: IngestReport): string | undefined {
  if (ignored === 0) return undefined
  const shown = passedOver.slice(0, 5).map(({ file, reason }) => `${visible(file)}${reasons[reason]}`)
  const more = ignored > shown.length ? `, … and ${ignored - shown.length} more` : ''
  return `${plural(ignored, 'file')}: ${shown.join(', ')}${more}`
}
