/** `trailbook.yaml`: read, checked, and filled with defaults that work without it. */
import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { parse } from 'yaml'
import { readText } from '../authoring/library.ts'
import { TrailbookError } from '../core/errors.ts'
import { type Inventory, inventoryOf, inventorySchema } from '../core/run/inventory.ts'
import type { Json } from '../core/runbook/json.ts'
import { reportSchemaIssues } from '../core/runbook/schema-issues.ts'
import { openSource as openYaml } from '../core/runbook/source.ts'
import { isReserved } from '../core/sql/cursor.ts'
import { reservedSchemas } from '../core/sql/names.ts'
import { advice } from './advice.ts'
import type { CliContext } from './command.ts'

export interface Config {
  /** The file that was read, where there was one. */
  readonly file: string | undefined
  /** Folder of the lake, absolute. */
  readonly lake: string
  /** Somebody named the lake on the command line or in the environment. */
  readonly lakeGiven: boolean
  /** Folders with runbooks of one's own, absolute. */
  readonly runbooks: readonly string[]
  /** Somebody named these folders, so they must be there. */
  readonly runbooksGiven: boolean
  readonly aliases: readonly string[]
  readonly lists: Readonly<Record<string, readonly Json[]>>
  /** What coverage expects; without it, what was seen. */
  readonly inventory: Inventory | undefined
}

export const configName = 'trailbook.yaml'
const defaultLake = join('.trailbook', 'lake')
export const defaultRunbooks = 'runbooks'

interface Key {
  readonly expected: string
  readonly holds: (value: unknown) => boolean
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''
const isTexts = (value: unknown): boolean => isText(value) || (Array.isArray(value) && value.every(isText))
const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Every key does something; others are refused, so that a misspelt one is not taken for set. */
const keys: Readonly<Record<string, Key>> = {
  lake: { expected: 'the path of a folder', holds: isText },
  runbooks: { expected: 'a folder, or a list of folders', holds: isTexts },
  aliases: { expected: 'a table name, or a list of them', holds: isTexts },
  lists: {
    expected: 'a map from the name of a list to its values',
    holds: (value) => isMap(value) && Object.values(value).every(Array.isArray),
  },
  inventory: { expected: 'a map with accounts, regions and trails', holds: isMap },
}

export const configKeys: readonly string[] = Object.keys(keys)

/**
 * The configuration: from --config, else from the current folder, else the defaults. Paths in the file count from
 * the file's folder.
 *
 * @throws TrailbookError CONFIG_SYNTAX, CONFIG_UNKNOWN_KEY, CONFIG_TYPE, CONFIG_ENV, CONFIG_ALIAS, CONFIG_INVENTORY,
 * CLI_FILE_MISSING
 */
export async function loadConfig(context: Pick<CliContext, 'cwd' | 'env' | 'globals'>): Promise<Config> {
  const { cwd, globals, env } = context
  const asked = globals.config === undefined ? undefined : resolve(cwd, globals.config)
  const usual = join(cwd, configName)
  const file = asked ?? (existsSync(usual) ? usual : undefined)
  const values = file === undefined ? {} : await readConfig(file, env)
  const base = file === undefined ? cwd : dirname(file)
  const lakeGiven = globals.lake !== undefined
  return {
    file,
    lake: lakeGiven ? resolve(cwd, globals.lake) : resolve(base, isText(values.lake) ? values.lake : defaultLake),
    lakeGiven,
    runbooks: asList(values.runbooks ?? defaultRunbooks).map((folder) => resolve(base, folder)),
    runbooksGiven: values.runbooks !== undefined,
    aliases: asList(values.aliases).map((alias) => checkedAlias(alias, file ?? '')),
    lists: (values.lists ?? {}) as Config['lists'],
    inventory:
      file === undefined || values.inventory === undefined ? undefined : await readInventory(file, values.inventory),
  }
}

const asList = (value: unknown): readonly string[] =>
  value === undefined ? [] : Array.isArray(value) ? (value as string[]) : [String(value)]

const identifiers = /^[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*){0,2}$/i

/** An alias that no query could name, or that would hide another table, is refused. */
function checkedAlias(alias: string, path: string): string {
  const refuse = (reason: string): never => {
    throw new TrailbookError('CONFIG_ALIAS', { path, alias, reason })
  }
  if (!identifiers.test(alias)) refuse('it is no name of a table')
  const parts = alias.split('.')
  const reserved = parts.find(isReserved)
  if (reserved !== undefined) refuse(`${reserved.toUpperCase()} is a reserved word of SQL`)
  const taken = [parts[0], parts.at(-1)].find((part) => reservedSchemas.includes(part?.toLowerCase() ?? ''))
  if (taken !== undefined) refuse(`${taken} is the schema of trailbook's own tables`)
  return alias
}

/** All mistakes at once, each at its place in the file. */
async function readInventory(path: string, value: unknown): Promise<Inventory> {
  const read = inventorySchema.safeParse(value)
  if (read.success) return inventoryOf(read.data)
  const source = openYaml(await readText(path), path)
  reportSchemaIssues(source, { schema: inventorySchema, value, base: ['inventory'], findings: read.error.issues })
  const issues = [...source.issues]
  const [first] = issues
  const reason = first?.message.replace(/\.$/, '') ?? 'it cannot be read'
  throw new TrailbookError(
    'CONFIG_INVENTORY',
    { path, reason, advice: first?.hint },
    { ...(first?.at && { at: first.at }), issues: issues.slice(1) },
  )
}

async function readConfig(path: string, env: CliContext['env']): Promise<Record<string, unknown>> {
  let value: unknown
  const text = await readText(path)
  try {
    value = parse(text, { logLevel: 'silent' }) ?? {}
  } catch (cause) {
    const reason = (cause as Error).message.split('\n')[0]?.replace(/:$/, '') ?? ''
    throw new TrailbookError('CONFIG_SYNTAX', { path, reason }, { cause })
  }
  if (!isMap(value)) throw new TrailbookError('CONFIG_SYNTAX', { path, reason: 'it is not a map' })
  for (const [key, member] of Object.entries(value)) {
    const known = Object.hasOwn(keys, key) ? keys[key] : undefined
    if (known === undefined) {
      throw new TrailbookError('CONFIG_UNKNOWN_KEY', { path, key, advice: advice(key, Object.keys(keys)) })
    }
    const filled = fillEnvironment(member, { path, key, env })
    if (!known.holds(filled)) throw new TrailbookError('CONFIG_TYPE', { path, key, expected: known.expected })
    value[key] = filled
  }
  return value
}

interface FillOptions {
  readonly path: string
  readonly key: string
  readonly env: CliContext['env']
}

/** Puts environment variables in the place of `${env:NAME}`, wherever it stands in a text. */
function fillEnvironment(value: unknown, options: FillOptions): unknown {
  if (typeof value === 'string') {
    return value.replace(/\$\{env:(\w+)\}/g, (_, name: string) => {
      const found = options.env[name]
      if (found === undefined) throw new TrailbookError('CONFIG_ENV', { path: options.path, key: options.key, name })
      return found
    })
  }
  if (Array.isArray(value)) return value.map((item) => fillEnvironment(item, options))
  if (!isMap(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, fillEnvironment(member, options)]))
}
