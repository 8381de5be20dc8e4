import { join, resolve } from 'node:path'
import { findById, findRunbooks, pathKind, type RunbookFile, readHead, shownPath } from '../authoring/library.ts'
import { TrailbookError } from '../core/errors.ts'
import { advice } from './advice.ts'
import type { CliContext } from './command.ts'
import type { Config } from './config.ts'
import { packageRoot } from './package-root.ts'

const shippedFolder = (): string => join(packageRoot(), 'runbooks')

/** All runbooks in reach: one's own first, so that they stand before shipped ones of the same id. */
export async function libraryFiles(config: Config): Promise<readonly RunbookFile[]> {
  return [...(await ownFiles(config)), ...(await findRunbooks(shippedFolder()))]
}

/** All runbooks in reach, of each id the one that stands first. */
export async function distinctRunbooks(config: Config): Promise<readonly RunbookFile[]> {
  const ids = new Set<string>()
  const files: RunbookFile[] = []
  for (const file of await libraryFiles(config)) {
    const id = (await readHead(file.path))?.id ?? file.path
    if (!ids.has(id)) files.push(file)
    ids.add(id)
  }
  return files
}

/** @throws TrailbookError CONFIG_FOLDER_MISSING for a folder that the configuration names */
async function ownFiles(config: Config): Promise<readonly RunbookFile[]> {
  const files: RunbookFile[] = []
  for (const folder of config.runbooks) {
    if ((await pathKind(folder)) !== undefined) files.push(...(await findRunbooks(folder)))
    else if (config.runbooksGiven)
      throw new TrailbookError('CONFIG_FOLDER_MISSING', { path: config.file ?? '', folder })
  }
  return files
}

/** What `lint` and `test` look at: what was named, else all of one's own runbooks; without any, the shipped ones. */
export async function checkedFiles(
  names: readonly string[],
  config: Config,
  context: CliContext,
): Promise<readonly RunbookFile[]> {
  if (names.length > 0) return resolveRunbooks(names, config, context)
  const own = await ownFiles(config)
  if (own.length > 0) return own
  const folders = config.runbooks.map((folder) => shownPath(folder, context.cwd)).join(', ')
  context.note(`There are no runbooks of your own in ${folders}; these are the ones that come with trailbook.`)
  return findRunbooks(shippedFolder())
}

/**
 * What a user names: files, folders with all their runbooks, or ids.
 *
 * @throws TrailbookError CLI_RUNBOOK_UNKNOWN, CLI_FILE_MISSING, CLI_NO_RUNBOOKS
 */
export async function resolveRunbooks(
  names: readonly string[],
  config: Config,
  context: Pick<CliContext, 'cwd'>,
): Promise<readonly RunbookFile[]> {
  const files: RunbookFile[] = []
  let library: readonly RunbookFile[] | undefined
  for (const name of names) {
    const path = resolve(context.cwd, name)
    const kind = await pathKind(path)
    if (kind !== undefined && looksLikePath(name, kind)) {
      const found = await findRunbooks(path)
      if (found.length === 0) throw new TrailbookError('CLI_NO_RUNBOOKS', { path: name })
      files.push(...found)
      continue
    }
    if (looksLikePath(name, undefined)) throw new TrailbookError('CLI_FILE_MISSING', { path: name })
    library ??= await libraryFiles(config)
    const file = await findById(library, name)
    if (file === undefined) throw await unknownRunbook(name, library)
    files.push(file)
  }
  const seen = new Set<string>()
  return files.filter((file) => !seen.has(file.path) && seen.add(file.path))
}

/** An id never holds a slash or a dot; a folder of that name counts all the same. */
const looksLikePath = (name: string, kind: 'file' | 'folder' | undefined): boolean =>
  kind !== undefined || /[/\\.]/.test(name)

async function unknownRunbook(id: string, library: readonly RunbookFile[]): Promise<TrailbookError> {
  const heads = await Promise.all(library.map((file) => readHead(file.path)))
  const ids = heads.flatMap((head) => (head === undefined ? [] : [head.id]))
  const hint =
    ids.length === 0
      ? 'There are none yet; trailbook new <id> writes one.'
      : `${advice(id, ids)} trailbook list shows all.`
  return new TrailbookError('CLI_RUNBOOK_UNKNOWN', { id, advice: hint })
}
