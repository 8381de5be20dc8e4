/** The files beside runbooks, read and checked: `lists/<name>.yaml`, `fragments/<name>.sql` and `exclusions.yaml`. */
import { readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type Issue, issue } from '../core/errors.ts'
import type { KnownEvents } from '../core/event/known-events.ts'
import { digestOf } from '../core/run/canonical.ts'
import { type ExclusionSubject, fittingSteps, isExpired } from '../core/run/exclusions.ts'
import type { AnalyzeSql } from '../core/runbook/check-context.ts'
import { type FragmentFile, type ParsedFragment, parseFragments } from '../core/runbook/fragment-files.ts'
import type { Json } from '../core/runbook/json.ts'
import { type PlacedExclusion, parseExclusions, parseListFile } from '../core/runbook/library-files.ts'
import { listTable } from '../core/runbook/lists.ts'
import type { ListTable } from '../core/sql/compile.ts'
import { pathKind, type RunbookFile, readText } from './library.ts'

/** A file as it was read: its name as shown, and its text for excerpts. */
interface ReadFile {
  readonly shown: string
  readonly text: string
}

interface ReadFragment extends ParsedFragment {
  /** SHA-256 of the text. */
  readonly digest: string
}

export interface LibraryData {
  readonly lists: Readonly<Record<string, ListTable>>
  readonly fragments: ReadonlyMap<string, ReadFragment>
  readonly exclusions: readonly PlacedExclusion[]
  /** Of lists and exclusions; those of fragments are theirs. */
  readonly issues: readonly Issue[]
  readonly files: readonly ReadFile[]
}

interface LibraryOptions {
  /** Lists of the configuration; they stand before those of the library, which are its defaults. */
  readonly lists: Readonly<Record<string, readonly Json[]>>
  readonly analyzeSql: AnalyzeSql
  readonly knownEvents?: KnownEvents | undefined
  /** A path as issues name it. */
  readonly show: (path: string) => string
}

/**
 * `lists/` of the library, then the lists of the configuration, then `lists/` beside a file in a folder of its own: the last
 * of a name counts, so that a configuration can fill the lists of shipped runbooks. All exclusions hold.
 *
 * @throws TrailbookError CLI_FILE_* for a file that is there and cannot be read
 */
export async function readLibraryData(
  file: RunbookFile,
  { lists: given, analyzeSql, knownEvents, show }: LibraryOptions,
): Promise<LibraryData> {
  const folders = [...new Set([file.root, dirname(file.path)])]
  const lists: Record<string, ListTable> = {}
  const fragments = new Map<string, FragmentFile>()
  const exclusions: PlacedExclusion[] = []
  const issues: Issue[] = []
  const files: ReadFile[] = []
  const read = async (path: string): Promise<ReadFile> => {
    const found = { shown: show(path), text: await readText(path) }
    files.push(found)
    return found
  }
  const configured = Object.fromEntries(Object.entries(given).map(([name, values]) => [name, listTable(values)]))
  for (const folder of folders) {
    for (const { name, path } of await filesIn(join(folder, 'fragments'), /^(.+)\.sql$/)) {
      const { shown, text } = await read(path)
      fragments.set(name, { name, text, file: shown })
    }
    for (const { name, path } of await filesIn(join(folder, 'lists'), /^(.+)\.ya?ml$/)) {
      const { shown, text } = await read(path)
      const parsed = parseListFile(text, { file: shown })
      // A list with a mistake keeps its name, so that runbooks which use it have no further one.
      lists[name] = parsed.list ?? listTable([])
      issues.push(...parsed.issues)
    }
    if (folder === file.root) Object.assign(lists, configured)
    const path = join(folder, 'exclusions.yaml')
    if ((await pathKind(path)) !== 'file') continue
    const { shown, text } = await read(path)
    const parsed = parseExclusions(text, { file: shown })
    exclusions.push(...(parsed.exclusions ?? []))
    issues.push(...parsed.issues)
  }
  const parsed = parseFragments([...fragments.values()], { lists, analyzeSql, knownEvents })
  const withDigests = [...parsed].map(([name, one]): [string, ReadFragment] => [
    name,
    { ...one, digest: digestOf(fragments.get(name)?.text ?? '') },
  ])
  return { lists, fragments: new Map(withDigests), exclusions, issues, files }
}

async function filesIn(
  folder: string,
  pattern: RegExp,
): Promise<readonly { readonly name: string; readonly path: string }[]> {
  if ((await pathKind(folder)) !== 'folder') return []
  return (await readdir(folder)).sort().flatMap((entry) => {
    const name = pattern.exec(entry)?.[1]
    return name === undefined ? [] : [{ name, path: join(folder, entry) }]
  })
}

/** Exclusions of this runbook that do nothing: those that have ended, and those that fit none of its steps. */
export function exclusionIssues(
  exclusions: readonly PlacedExclusion[],
  subject: ExclusionSubject,
  now: number | undefined,
): readonly Issue[] {
  const { runbook } = subject
  return exclusions.flatMap(({ exclusion, at }) => {
    if (exclusion.runbook !== runbook.id) return []
    if (now !== undefined && isExpired(exclusion, now)) {
      const values = { owner: exclusion.owner, runbook: runbook.id, on: exclusion.expires }
      return [issue('EXCLUSION_EXPIRED', values, { at, severity: 'warning' })]
    }
    if (fittingSteps(exclusion, subject).length > 0) return []
    return [issue('EXCLUSION_UNFIT', { runbook: runbook.id, problem: unfit(exclusion.step, subject) }, { at })]
  })
}

function unfit(step: string | undefined, { runbook }: ExclusionSubject): string {
  if (step === undefined) return 'no step with a finding has all the columns that it names'
  const named = runbook.steps.find((candidate) => candidate.id === step)
  if (named === undefined) return `there is no step ${step}`
  if (named.kind !== 'query') return `the step ${step} is no query`
  return `the step ${step} lacks a column that it names`
}
