import { writeFile } from 'node:fs/promises'
import { basename, dirname, extname, join, resolve } from 'node:path'
import { importedDraft } from '../../authoring/import-lake.ts'
import { pathKind, readText, shownPath } from '../../authoring/library.ts'
import { TrailbookError } from '../../core/errors.ts'
import { line, span } from '../../core/report/lines.ts'
import { plural } from '../../core/report/text.ts'
import { slugPattern } from '../../core/runbook/schema-text.ts'
import { importLakeSql } from '../../core/sql/import/lake.ts'
import { type Outcome, text } from '../command.ts'
import { loadConfig } from '../config.ts'
import { makeFolder, writing } from '../write.ts'
import type { ImportCall } from './import.ts'

/** `trailbook import lake`. @throws TrailbookError CLI_BAD_ID, CLI_FILE_* */
export async function importLake({ given, context, file }: ImportCall): Promise<Outcome> {
  const source = resolve(context.cwd, file)
  const from = shownPath(source, context.cwd)
  const written = await readText(source)
  const id = text(given, 'id') ?? slugOf(basename(source, extname(source)))
  if (!slugPattern.test(id)) throw new TrailbookError('CLI_BAD_ID', { id })
  const config = await loadConfig(context)
  const asked = text(given, 'out')
  const path = asked === undefined ? join(config.runbooks[0] ?? context.cwd, `${id}.yaml`) : resolve(context.cwd, asked)
  const shown = shownPath(path, context.cwd)
  if ((await pathKind(path)) !== undefined) throw new TrailbookError('CLI_FILE_EXISTS', { path: shown })
  const imported = importLakeSql(written.replace(/^\ufeff/, '').replaceAll('\r\n', '\n'))
  await writing(shown, async () => {
    await makeFolder(dirname(path))
    await writeFile(path, importedDraft(imported, { id, from: basename(source) }), { flag: 'wx' })
  })
  const answer = {
    schema: 'trailbook.import/v1',
    created: [shown],
    left: imported.notes.filter(({ kind }) => kind === 'left').length,
    parameters: imported.parameters,
    notes: imported.notes.map(({ at, kind, message }) => ({ line: at.line, column: at.column, kind, message })),
  }
  return {
    exitCode: answer.left > 0 ? 1 : 0,
    json: answer,
    lines: () => [
      ...imported.notes.map(({ at, kind, message }) =>
        line(
          `${from}:${at.line}:${at.column}  `,
          span(kind === 'left' ? 'not translated' : 'changed', kind === 'left' ? 'bad' : 'muted'),
          `  ${message}`,
        ),
      ),
      ...imported.parameters.map(({ name, type, written: mark }) =>
        line(`Parameter ${name}: ${type}, for ${mark}. Check its type.`),
      ),
      line(
        span(
          answer.left > 0 ? `${plural(answer.left, 'place')} could not be translated` : 'Translated',
          answer.left > 0 ? 'bad' : 'good',
        ),
        `; wrote ${shown}`,
      ),
      line(`Next: add cases, then trailbook lint ${shown} && trailbook test ${shown}`),
    ],
  }
}

const slugOf = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
