/** Tables of Trino connections that show published snapshots. */
import { isS3Location } from '../compose.ts'
import { openTrinoTable } from '../compose-engines.ts'
import { TrailbookError } from '../core/errors.ts'
import type { SnapshotTable } from '../core/event/published.ts'
import { plural } from '../core/report/text.ts'
import { type CliContext, type Given, list, text } from './command.ts'
import type { Config } from './config.ts'
import { settingsOfEngine } from './connections.ts'
import { joined } from './unset-settings.ts'

interface From {
  readonly context: CliContext
  readonly config: Config
  /** Where snapshots are published, as it was typed. */
  readonly target: string | undefined
}

/** A connection's settings, with the place where its catalog finds the snapshots. */
type TrinoPlace = ReturnType<typeof settingsOfEngine<'trino'>> & { readonly location: string }

/** @throws TrailbookError CLI_CONNECTION_UNKNOWN, CLI_CONNECTION_ENGINE, CLI_USAGE */
export function trinoPlace(name: string, given: Given, { config, target }: Omit<From, 'context'>): TrinoPlace {
  const settings = settingsOfEngine(name, 'trino', config)
  const location =
    text(given, 'location') ?? settings.location ?? (target !== undefined && isS3Location(target) ? target : undefined)
  if (location === undefined)
    throw new TrailbookError('CLI_USAGE', {
      reason: `It is not said where Trino finds the snapshots${target === undefined ? '' : ` of ${target}`}`,
      advice: `Give --location, or \`location\` of the connection "${name}": the target as the catalog's file system names it.`,
    })
  if (!/^[a-z][a-z0-9+.-]*:\/\/\S+$/i.test(location))
    throw new TrailbookError('CLI_USAGE', {
      reason: `"${location}" is no location of a catalog's file system`,
      advice: 'It is written s3://bucket/prefix, abfss://…, gs://…, or local:///folder.',
    })
  return joined(settings, { location })
}

/** The tables of all connections that --trino names. @throws as `trinoPlace` does */
export async function trinoTables(given: Given, from: From): Promise<readonly SnapshotTable[]> {
  const names = [...new Set(list(given, 'trino'))]
  if (names.length === 0 && text(given, 'location') !== undefined)
    throw new TrailbookError('CLI_USAGE', {
      reason: '--location belongs to --trino',
      advice: 'Name the connection: trailbook lake publish <target> --trino <connection> --location <url>',
    })
  return Promise.all(names.map((name) => openPlace(trinoPlace(name, given, from), from.context)))
}

/** @throws TrailbookError CONFIG_ENV, TRINO_* */
export const openPlace = (place: TrinoPlace, { signal, progress }: CliContext): Promise<SnapshotTable> =>
  // All settings at once: what is not set is told before anything is sent.
  openTrinoTable(
    { ...place },
    {
      location: place.location,
      signal,
      onProgress: ({ done, all }) => progress(`Registering in Trino: ${done} of ${plural(all, 'day')}`),
    },
  )
