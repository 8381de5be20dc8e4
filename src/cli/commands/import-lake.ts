import { writeFile } from 'node:fs/promises'
import { basename, dirname, extname, join, resolve } from 'node:path'
import { importedDraft } from '../../authoring/import-lake.ts'
import { pathKind, readText, shownPath } from '../../authoring/library.ts'
import { TrailbookError } from '../../core/errors.ts'
import { indent, line, paragraph, span } from '../../core/report/lines.ts'
import { plural } from '../../core/report/text.ts'
import { slugPattern } from '../../core/runbook/schema-text.ts'
import { importLakeSql } from '../../core/sql/import/lake.ts'
import { type CliContext, type Outcome, text } from '../command.ts'
import { loadConfig } from '../config.ts'
import { makeFolder, writing } from '../write.ts'
import type { ImportCall } from './import.ts'

/** "Query statement: at most 10000 characters" (StartQuery, CloudTrail API Reference), and room for comments round it. */
const longestText = 20_000

/** `trailbook import lake`. @throws TrailbookError CLI_BAD_ID, CLI_FILE_*, CLI_NO_IMPORT, CLI_USAGE */
export async function importLake({ given, context, file }: ImportCall): Promise<Outcome> {
  const { name, from, sql } = await queryIn(file, context)
  const id = text(given, 'id') ?? slugOf(basename(name, extname(name)))
  if (file === '-' && text(given, 'id') === undefined)
    throw new TrailbookError('CLI_USAGE', {
      reason: 'Standard input has no name that the runbook could take',
      advice: 'Give it one: trailbook import lake - --id root-logins',
    })
  if (!slugPattern.test(id)) throw new TrailbookError('CLI_BAD_ID', { id })
  const config = await loadConfig(context)
  const asked = text(given, 'out')
  const path = asked === undefined ? join(config.runbooks[0] ?? context.cwd, `${id}.yaml`) : resolve(context.cwd, asked)
  const shown = shownPath(path, context.cwd)
  if ((await pathKind(path)) !== undefined) throw new TrailbookError('CLI_FILE_EXISTS', { path: shown })
  const imported = distinctNotes(importLakeSql(sql))
  await writing(shown, async () => {
    await makeFolder(dirname(path))
    await writeFile(path, importedDraft(imported, { id, from: name }), { flag: 'wx' })
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
    lines: (width) => [
      ...imported.notes.flatMap(({ at, kind, message }) => [
        line(
          `${from}:${at.line}:${at.column}  `,
          span(kind === 'left' ? 'not translated' : 'changed', kind === 'left' ? 'bad' : 'muted'),
        ),
        ...indent(paragraph(message, width - 3), 3),
      ]),
      ...imported.parameters.flatMap(({ name, type, written: mark }) =>
        paragraph(`Parameter ${name}: ${type}, for ${mark}. Check its type.`, width),
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

/** A part that the translation writes down twice is told once. */
function distinctNotes(imported: ReturnType<typeof importLakeSql>): ReturnType<typeof importLakeSql> {
  const told = ({ at, kind, message }: (typeof imported.notes)[number]) => `${at.line}:${at.column} ${kind} ${message}`
  const notes = new Map(imported.notes.map((note) => [told(note), note]))
  return { ...imported, notes: [...notes.values()] }
}

interface Query {
  /** Of the file, without its folder. */
  readonly name: string
  /** As it is shown. */
  readonly from: string
  readonly sql: string
}

/** @throws TrailbookError CLI_FILE_*, CLI_NO_IMPORT: of what is no query no runbook is made */
async function queryIn(file: string, context: CliContext): Promise<Query> {
  const isPiped = file === '-'
  const path = resolve(context.cwd, file)
  const written = isPiped ? await context.readStdin() : await readText(path, shownPath(path, context.cwd))
  const from = isPiped ? 'standard input' : shownPath(path, context.cwd)
  const sql = written.replace(/^\ufeff/, '').replaceAll('\r\n', '\n')
  const refused = (reason: string): TrailbookError => new TrailbookError('CLI_NO_IMPORT', { path: from, reason })
  if (/[\0\ufffd]/.test(sql)) throw refused('it is no text in UTF-8')
  if (sql.length > longestText)
    throw refused(`it has ${sql.length.toLocaleString('en-US')} characters, and CloudTrail Lake takes texts of 10,000`)
  if (sql.replace(/--.*/g, '').trim() === '') throw refused('there is no query in it')
  return { name: isPiped ? from : basename(path), from, sql }
}

const slugOf = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
