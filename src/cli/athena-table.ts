/** Views of Athena connections that show published snapshots. */
import { isS3Location } from '../compose.ts'
import { athenaStatements, openAthenaTable } from '../compose-snapshots.ts'
import { TrailbookError } from '../core/errors.ts'
import type { SnapshotTable } from '../core/event/published.ts'
import { line } from '../core/report/lines.ts'
import { plural } from '../core/report/text.ts'
import { type CliContext, type Given, list, type Outcome } from './command.ts'
import type { Config } from './config.ts'
import { athenaSettings } from './connections/athena.ts'
import { settingsOfEngine } from './connections.ts'
import { openS3Store } from './s3-target.ts'
import { waitingOf } from './waiting.ts'

/** The views of all connections that --athena names. @throws TrailbookError CLI_USAGE, CLI_CONNECTION_*, ATHENA_*, AWS_* */
export async function athenaTables(
  given: Given,
  { context, config, target }: { readonly context: CliContext; readonly config: Config; readonly target: string },
): Promise<readonly (SnapshotTable & { close(): void })[]> {
  const names = [...new Set(list(given, 'athena'))]
  if (names.length > 0 && !isS3Location(target))
    throw new TrailbookError('CLI_USAGE', {
      reason: '--athena needs a target in S3, for Athena reads nothing else',
      advice: 'trailbook lake publish s3://bucket/prefix --athena <connection>',
    })
  return Promise.all(
    names.map((name) =>
      openAthenaTable(
        { ...athenaSettings(settingsOfEngine(name, 'athena', config)), name },
        {
          location: target.replace(/^s3[an]:/i, 's3:'),
          signal: context.signal,
          onProgress: ({ done, all }) =>
            context.progress(`Registering in Athena: ${done} of ${plural(all, 'statement')}`),
        },
      ),
    ),
  )
}

/** What `lake publish --athena` would execute for the snapshot that is published now; nothing is changed. */
export async function printedStatements(
  given: Given,
  { context, config, target }: { readonly context: CliContext; readonly config: Config; readonly target: string },
): Promise<Outcome> {
  const names = [...new Set(list(given, 'athena'))]
  if (names.length === 0 || !isS3Location(target))
    throw new TrailbookError('CLI_USAGE', {
      reason: 'lake publish --dry-run prints statements for a view of Athena',
      advice: 'trailbook lake publish s3://bucket/prefix --athena <connection> --dry-run',
    })
  const store = await openS3Store(target, { given, context, waiting: waitingOf(given, context) })
  try {
    const statements: string[] = []
    for (const name of names)
      statements.push(...(await athenaStatements(store, settingsOfEngine(name, 'athena', config))))
    return {
      exitCode: 0,
      json: {
        schema: 'trailbook.lake-publish/v1',
        target: store.location,
        applied: false,
        statements,
      } as Outcome['json'],
      lines: () => statements.flatMap((statement) => `${statement};`.split('\n').map((one) => line(one))),
    }
  } finally {
    store.close()
  }
}
