import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { isS3Location } from '../../compose.ts'
import { trinoStatements } from '../../compose-engines.ts'
import { TrailbookError } from '../../core/errors.ts'
import { type Published, readPublished } from '../../core/event/published.ts'
import { labelled, line, span } from '../../core/report/lines.ts'
import { plural } from '../../core/report/text.ts'
import { type CliContext, flag, type Given, type Outcome, text } from '../command.ts'
import { loadConfig } from '../config.ts'
import { openS3Store } from '../s3-target.ts'
import { openPlace, trinoPlace } from '../trino-table.ts'
import { waitingOf } from '../waiting.ts'

/** @throws TrailbookError CLI_USAGE, CLI_CONNECTION_UNKNOWN, CLI_CONNECTION_ENGINE, TRINO_* */
export async function trinoSetup(given: Given, context: CliContext): Promise<Outcome> {
  const name = text(given, 'connection')
  if (name === undefined)
    throw new TrailbookError('CLI_USAGE', {
      reason: 'trino setup needs to know which connection',
      advice: 'trailbook trino setup --connection <name>, a connection of trailbook.yaml',
    })
  const config = await loadConfig(context)
  const place = trinoPlace(name, given, { config, target: text(given, 'from') })
  const from = text(given, 'from') ?? place.location
  const applied = flag(given, 'apply')
  const table = `${place.catalog}.${place.schema}.${place.table}`
  const newest = () => newestSnapshot(from, given, context)
  let published = await newest()
  let changed = false
  if (applied) {
    const shown = await openPlace(place, context)
    await shown.check()
    // Somebody may publish meanwhile: the view must not stay at a snapshot whose files go next.
    for (let before: string | undefined; before !== published.id; published = await newest()) {
      before = published.id
      changed = (await shown.show(published).finally(() => context.progress(undefined))) || changed
    }
  }
  const { id, days } = published
  const statements = await trinoStatements(published, place)
  return {
    exitCode: 0,
    json: {
      schema: 'trailbook.trino-setup/v1',
      connection: name,
      table,
      snapshot: id,
      days: days.length,
      applied,
      changed,
      statements,
    } as Outcome['json'],
    lines: (width) =>
      applied
        ? [
            line(span(changed ? `${table} shows snapshot ${id}` : `${table} showed snapshot ${id} already`, 'strong')),
            ...labelled('Days', plural(days.length, 'partition'), width),
            line(span('trailbook lake publish --trino keeps it at the newest snapshot.', 'muted')),
          ]
        : statements.flatMap((statement) => `${statement};`.split('\n').map((one) => line(one))),
  }
}

/** @throws TrailbookError TRINO_NO_SNAPSHOT */
async function newestSnapshot(from: string, given: Given, context: CliContext): Promise<Published> {
  const published = isS3Location(from)
    ? await inBucket(from, given, context)
    : readPublished(await readFile(join(resolve(context.cwd, from), 'published.json'), 'utf8').catch(() => ''))
  if (published === undefined) throw new TrailbookError('TRINO_NO_SNAPSHOT', { path: from })
  return published
}

async function inBucket(from: string, given: Given, context: CliContext): Promise<Published | undefined> {
  const store = await openS3Store(from, { given, context, waiting: waitingOf(given, context) })
  try {
    return await store.current()
  } finally {
    store.close()
  }
}
