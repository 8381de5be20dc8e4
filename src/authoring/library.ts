/** Runbooks as files: where they are, and the data that lies beside them. */
import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import { parse } from 'yaml'
import { TrailbookError } from '../core/errors.ts'
import { maxFileLength } from '../core/runbook/yaml-read.ts'

export interface RunbookFile {
  readonly path: string
  /** The folder that was searched; lists and exclusions may lie there as well as beside the file. */
  readonly root: string
  /** It was found in a folder, and not named itself. */
  readonly found: boolean
}

/** Folders and files in a library that hold no runbooks. */
const besideFolders = new Set(['lists', 'fragments', 'node_modules'])
const besideFiles = new Set(['exclusions.yaml', 'exclusions.yml', 'trailbook.yaml', 'trailbook.yml'])

const isYaml = (name: string): boolean => /\.ya?ml$/.test(name)

/**
 * The runbook files of a folder and all folders below it, in the order of their paths; or the file itself.
 *
 * @throws TrailbookError CLI_FILE_MISSING, CLI_FILE_UNREADABLE
 */
export async function findRunbooks(path: string): Promise<readonly RunbookFile[]> {
  const kind = await pathKind(path)
  if (kind === undefined) throw new TrailbookError('CLI_FILE_MISSING', { path })
  if (kind === 'file') return [{ path, root: dirname(path), found: false }]
  const found: string[] = []
  await walk(path, found)
  return found.sort().map((file) => ({ path: file, root: path, found: true }))
}

export async function pathKind(path: string): Promise<'file' | 'folder' | undefined> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file'
  } catch {
    return undefined
  }
}

async function walk(folder: string, found: string[]): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.name.startsWith('.')) continue
    const path = join(folder, entry.name)
    if (entry.isDirectory()) {
      if (!besideFolders.has(entry.name)) await walk(path, found)
    } else if (isYaml(entry.name) && !besideFiles.has(entry.name)) found.push(path)
  }
}

/** @throws TrailbookError CLI_FILE_MISSING, CLI_FILE_IS_FOLDER, CLI_FILE_FORBIDDEN, CLI_FILE_UNREADABLE */
export async function readText(path: string, shown = path): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR')
      throw new TrailbookError('CLI_FILE_MISSING', { path: shown }, { cause })
    if (code === 'EISDIR') throw new TrailbookError('CLI_FILE_IS_FOLDER', { path: shown }, { cause })
    if (code === 'EACCES' || code === 'EPERM')
      throw new TrailbookError('CLI_FILE_FORBIDDEN', { path: shown }, { cause })
    throw new TrailbookError('CLI_FILE_UNREADABLE', { path: shown, reason: message }, { cause })
  }
}

/** The head of a runbook, read without checking the rest. */
export interface RunbookHead {
  readonly id: string
  readonly title: string
  readonly severity: string
  readonly tags: readonly string[]
  readonly attack: readonly string[]
  readonly controls: readonly unknown[]
  /** Names of the lists that it uses. */
  readonly lists: readonly string[]
  readonly path: string
}

/** Undefined where the file is no runbook, or so broken that not even its head can be read. */
export async function readHead(path: string): Promise<RunbookHead | undefined> {
  const text = await readText(path)
  if (text.length > maxFileLength) return undefined
  return headOf(text.replace(bulk, ''), path) ?? headOf(text, path)
}

/** Steps and cases are most of a file, and parsing them most of the time; the head can do without. */
const bulk = /^(steps|cases):[^\n]*\n(?:(?:[ \t#-][^\n]*)?\r?\n)*/gm

function headOf(text: string, path: string): RunbookHead | undefined {
  let value: unknown
  try {
    // Silent: the library would print its warnings itself, with the raw text in them.
    value = parse(text, { logLevel: 'silent' })
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  const head = value as Record<string, unknown>
  const isRunbook = typeof head.format === 'string' && head.format.startsWith('trailbook/')
  if (typeof head.id !== 'string' || !isRunbook) return undefined
  return {
    id: head.id,
    title: typeof head.title === 'string' ? head.title : head.id,
    severity: typeof head.severity === 'string' ? head.severity : 'medium',
    tags: texts(head.tags),
    attack: texts(head.attack),
    controls: Array.isArray(head.controls) ? head.controls : [],
    lists: texts((head.uses as { lists?: unknown } | null | undefined)?.lists),
    path,
  }
}

const texts = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : []

/** Files are named after their id, so that looking at the name is nearly always enough. */
export async function findById(files: readonly RunbookFile[], id: string): Promise<RunbookFile | undefined> {
  const named = files.filter((file) => basename(file.path).replace(/\.ya?ml$/, '') === id)
  for (const file of [...named, ...files.filter((other) => !named.includes(other))]) {
    if ((await readHead(file.path))?.id === id) return { ...file, found: false }
  }
  return undefined
}

/** A path as people write it: relative to the current folder where it lies below it. */
export const shownPath = (path: string, cwd: string): string => {
  const short = relative(cwd, path)
  return short === '' ? '.' : short.startsWith('..') ? path : short
}
