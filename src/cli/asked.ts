/** The connections that a command asks: the lake, or those of trailbook.yaml that were named. */
import { TrailbookError } from '../core/errors.ts'
import { mapLimited } from '../core/map-limited.ts'
import type { CliContext } from './command.ts'
import type { Config } from './config.ts'
import { checkOpenable, lakeName } from './connections.ts'
import { type OpenedSource, openSource, type SourceRequest } from './sources.ts'

/** More at once would wait for one another's threads and pages rather than for their engines. */
const atOnce = 4

/** A connection that is open, or why it is not. */
export type Asked = { readonly name: string } & (
  | { readonly source: OpenedSource; readonly error?: never }
  | { readonly source?: never; readonly error: unknown }
)

type Request = Omit<SourceRequest, 'connection'> & { readonly connections: readonly string[] }

/**
 * Opens what is to be asked. Of several, one that cannot be reached is told and the others are asked; a mistake in what was
 * typed or configured ends the command.
 *
 * @throws TrailbookError CLI_CONNECTION_ALONE, CLI_CONNECTION_UNKNOWN, and those of openSource where only one is asked
 */
export async function openAsked(
  { connections, ...request }: Request,
  config: Config,
  context: CliContext,
): Promise<readonly Asked[]> {
  checkOpenable(connections, config)
  const [only = lakeName, ...others] = connections
  const open = (name: string): Promise<OpenedSource> =>
    openSource({ ...request, connection: name === lakeName ? undefined : name }, config, context)
  if (others.length === 0) return [{ name: only, source: await open(only) }]
  const option = request.logs.length > 0 ? '--logs' : request.history === undefined ? undefined : '--from-event-history'
  if (option !== undefined) throw new TrailbookError('CLI_CONNECTION_ALONE', { option })
  const opened = await mapLimited(connections, atOnce, (name) =>
    open(name).then(
      (source): Asked => ({ name, source }),
      (error: unknown): Asked => ({ name, error }),
    ),
  )
  const ending = context.signal.aborted
    ? new TrailbookError('RUN_INTERRUPTED')
    : opened.map(({ error }) => error).find(isUsage)
  if (ending === undefined) return opened
  await closeAsked(opened)
  throw ending
}

const isUsage = (error: unknown): boolean => error instanceof TrailbookError && error.exitCode === 64

export const closeAsked = async (asked: readonly Asked[]): Promise<void> => {
  await Promise.all(asked.map(({ source }) => source?.close()))
}

/** The same work for each connection, some of them at once; what ends one for good ends after all have stopped. */
export async function onEach<T>(asked: readonly Asked[], work: (one: Asked) => Promise<T>): Promise<readonly T[]> {
  const ended = await mapLimited(asked, atOnce, (one) =>
    work(one).then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    ),
  )
  const failed = ended.find((one) => 'error' in one)
  if (failed !== undefined) throw (failed as { readonly error: unknown }).error
  return ended.map((one) => (one as { readonly value: T }).value)
}
