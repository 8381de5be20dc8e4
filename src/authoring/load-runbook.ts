/** From a file to a checked runbook with everything a run of it needs. */

import { readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { parse } from 'yaml'
import { type Issue, TrailbookError } from '../core/errors.ts'
import { digestOf } from '../core/run/canonical.ts'
import type { PreparedQuery } from '../core/run/plan.ts'
import type { Json } from '../core/runbook/json.ts'
import { listTable } from '../core/runbook/lists.ts'
import { parseRunbook } from '../core/runbook/parse.ts'
import type { Runbook } from '../core/runbook/schema.ts'
import { type Exclusion, exclusionsSchema, listFileSchema } from '../core/runbook/schema-case.ts'
import { type AnalyzedQuery, analyze, compile, type ListTable } from '../core/sql/compile.ts'
import { kindOf, type RunbookFile, readText } from './library.ts'

export interface LoadOptions {
  /** Further names of the event table. */
  readonly aliases?: readonly string[]
  /** Lists of the configuration; files beside the runbook stand before them. */
  readonly lists?: Readonly<Record<string, readonly Json[]>>
  /** Day as `2026-11-20`, for reviews that are due. */
  readonly today?: string
  /** Ids that `run` steps may name; without it they are not checked. */
  readonly knownRunbooks?: readonly string[]
  /** Name shown with every place. */
  readonly shown?: string
}

export interface LoadedRunbook {
  readonly path: string
  readonly text: string
  /** SHA-256 of the text. */
  readonly digest: string
  readonly runbook: Runbook | undefined
  readonly issues: readonly Issue[]
  readonly queries: ReadonlyMap<string, PreparedQuery>
  readonly lists: Readonly<Record<string, ListTable>>
  readonly exclusions: readonly Exclusion[]
}

export async function loadRunbook(file: RunbookFile, options: LoadOptions = {}): Promise<LoadedRunbook> {
  const text = await readText(file.path)
  const lists = await listsFor(file, options)
  const parsed = parseRunbook(text, {
    file: options.shown ?? file.path,
    lists,
    ...(options.knownRunbooks && { knownRunbooks: options.knownRunbooks }),
    ...(options.today !== undefined && { today: options.today }),
    checks: { analyzeSql: (sql, given = {}) => analyze(sql, { ...given, aliases: options.aliases ?? [] }) },
  })
  return {
    path: file.path,
    text,
    digest: digestOf(text),
    runbook: parsed.runbook,
    issues: parsed.issues,
    queries: new Map([...parsed.queries].map(([id, query]) => [id, prepare(query)])),
    lists,
    exclusions: await exclusionsFor(file),
  }
}

export const prepare = (query: AnalyzedQuery): PreparedQuery => ({
  columns: query.columns,
  parameters: query.parameters,
  compile: (input) => compile(query, input),
})

/**
 * A runbook without mistakes.
 *
 * @throws TrailbookError CLI_RUNBOOK_INVALID with the mistakes as issues
 */
export function sound(loaded: LoadedRunbook, shown: string): LoadedRunbook & { readonly runbook: Runbook } {
  const { runbook } = loaded
  if (runbook !== undefined) return { ...loaded, runbook }
  const mistakes = loaded.issues.filter((issue) => issue.severity === 'error')
  const at = mistakes[0]?.at
  throw new TrailbookError(
    'CLI_RUNBOOK_INVALID',
    { path: shown, count: mistakes.length === 1 ? 'a mistake' : `${mistakes.length} mistakes` },
    { issues: mistakes, ...(at && { at }) },
  )
}

/** Lists of the configuration, then `lists/` of the library, then `lists/` beside the file: the nearest one counts. */
async function listsFor(file: RunbookFile, options: LoadOptions): Promise<Readonly<Record<string, ListTable>>> {
  const found: Record<string, ListTable> = {}
  for (const [name, values] of Object.entries(options.lists ?? {})) found[name] = listTable(values)
  for (const folder of new Set([join(file.root, 'lists'), join(dirname(file.path), 'lists')])) {
    if ((await kindOf(folder)) !== 'folder') continue
    for (const entry of (await readdir(folder)).sort()) {
      const name = /^(.+)\.ya?ml$/.exec(entry)?.[1]
      if (name !== undefined) found[name] = listTable(await readList(join(folder, entry)))
    }
  }
  return found
}

async function readList(path: string): Promise<readonly Json[]> {
  const parsed = listFileSchema.safeParse(await readYaml(path))
  if (parsed.success) return parsed.data.values
  throw new TrailbookError('CLI_FILE_UNREADABLE', { path, reason: reasonOf(parsed.error.issues) })
}

/** `exclusions.yaml` of the library and beside the file; both hold. */
async function exclusionsFor(file: RunbookFile): Promise<readonly Exclusion[]> {
  const all: Exclusion[] = []
  for (const folder of new Set([file.root, dirname(file.path)])) {
    const path = join(folder, 'exclusions.yaml')
    if ((await kindOf(path)) !== 'file') continue
    const parsed = exclusionsSchema.safeParse((await readYaml(path)) ?? [])
    if (!parsed.success)
      throw new TrailbookError('CLI_FILE_UNREADABLE', { path, reason: reasonOf(parsed.error.issues) })
    all.push(...parsed.data)
  }
  return all
}

async function readYaml(path: string): Promise<unknown> {
  const text = await readText(path)
  try {
    return parse(text)
  } catch (cause) {
    throw new TrailbookError(
      'CLI_FILE_UNREADABLE',
      { path, reason: (cause as Error).message.split('\n')[0] },
      { cause },
    )
  }
}

const reasonOf = (issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[]): string =>
  issues.map((issue) => `${issue.path.map(String).join('.') || 'it'}: ${issue.message}`).join('; ')
