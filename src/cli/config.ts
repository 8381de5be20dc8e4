/** `trailbook.yaml`: read, checked, and filled with defaults that work without it. */
import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { type ErrorCode, TrailbookError, type Values } from '../core/errors.ts'
import { type Inventory, inventoryOf, inventorySchema } from '../core/run/inventory.ts'
import { parseTime } from '../core/run/window.ts'
import { isJsonList, isJsonMap, type Json } from '../core/runbook/json.ts'
import { reportSchemaIssues } from '../core/runbook/schema-issues.ts'
import { isReserved } from '../core/sql/cursor.ts'
import { reservedSchemas } from '../core/sql/names.ts'
import { day, parseDuration } from '../core/time.ts'
import { type AccountsSettings, accountsSchema } from './accounts-settings.ts'
import type { CliContext } from './command.ts'
import { type KeyCheck, type KeyPlace, readConfigFile } from './config-file.ts'
import { connectionsSchema, type NamedConnections, settingsSchema } from './connections.ts'
import { readInventoryFile } from './inventory-file.ts'
import { type NamedSources, sourcesSchema } from './s3-settings.ts'
import { type Unset, withUnset } from './unset-settings.ts'

export interface Config {
  /** The file that was read, where there was one. */
  readonly file: string | undefined
  /** Folder of the lake, absolute. */
  readonly lake: string
  /** How long events are to be kept, where that is said. */
  readonly retentionMs: number | undefined
  /** Somebody named the lake on the command line or in the environment. */
  readonly lakeGiven: boolean
  /** Folders with runbooks of one's own, absolute. */
  readonly runbooks: readonly string[]
  /** Somebody named these folders, so they must be there. */
  readonly runbooksGiven: boolean
  readonly aliases: readonly string[]
  readonly lists: Readonly<Record<string, readonly Json[]>>
  /** How much memory a query may use, in DuckDB's words; the engine's own limit where it is not set. */
  readonly memory: string | undefined
  /** What coverage expects; without it, what was seen. */
  readonly inventory: Inventory | undefined
  /** Buckets with logs, by name. */
  readonly sources: NamedSources
  /** Engines other than the embedded one, by name; settings that name unset variables throw CONFIG_ENV when they are asked for. */
  readonly connections: NamedConnections
  /** How to act in accounts other than that of the credentials. */
  readonly accounts: AccountsSettings | undefined
}

export const configName = 'trailbook.yaml'
const defaultLake = join('.trailbook', 'lake')
export const defaultRunbooks = 'runbooks'

const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''

/** Every key does something; others are refused, so that a misspelt one is not taken for set. */
const keys: Readonly<Record<string, KeyCheck>> = {
  lake: (value, { report }) => {
    if (isText(value)) return
    if (!isJsonMap(value))
      return report('CONFIG_TYPE', { expected: 'the path of a folder, or a map with folder and retention' })
    for (const [name, member] of Object.entries(value))
      if (name === 'folder' ? !isText(member) : name !== 'retention' || retentionOf(value) === undefined)
        report('CONFIG_TYPE', { expected: 'a map with folder (a path) and retention (e.g. 400d)' }, [name])
  },
  runbooks: textsOf('a folder, or a list of folders'),
  aliases: textsOf('a table name, or a list of them', (alias, report) => {
    const reason = unfitAlias(alias)
    if (reason !== undefined) report('CONFIG_ALIAS', { alias, reason })
  }),
  lists: (value, { report }) => {
    const expected = 'a map from the name of a list to its values'
    if (!isJsonMap(value)) return report('CONFIG_TYPE', { expected })
    for (const [name, values] of Object.entries(value))
      if (!isJsonList(values)) report('CONFIG_TYPE', { expected: 'a list of values' }, [name])
  },
  memory: (value, { report }) => {
    if (!isText(value) || !/^[1-9]\d{0,5} ?[MG]i?B$/i.test(value))
      report('CONFIG_TYPE', { expected: 'an amount such as 4GB or 512MB' })
  },
  inventory: (value, { source, path, report }) => {
    if (isText(value)) return
    if (!isJsonMap(value))
      return report('CONFIG_TYPE', {
        expected: 'a map with accounts, regions and trails, or the path of a file with one',
      })
    const read = inventorySchema.safeParse(value)
    if (!read.success)
      reportSchemaIssues(source, { schema: inventorySchema, value, base: path, findings: read.error.issues })
    else reportTimes(read.data, report)
  },
  accounts: (value, { source, path, report }) => {
    if (!isJsonMap(value)) return report('CONFIG_TYPE', { expected: 'a map with the role to assume in accounts' })
    const read = accountsSchema.safeParse(value)
    if (!read.success)
      reportSchemaIssues(source, { schema: accountsSchema, value, base: path, findings: read.error.issues })
  },
  sources: (value, { source, path, report }) => {
    if (!isJsonMap(value)) return report('CONFIG_TYPE', { expected: 'a map from the name of a source to its settings' })
    const read = sourcesSchema.safeParse(value)
    if (!read.success)
      reportSchemaIssues(source, { schema: sourcesSchema, value, base: path, findings: read.error.issues })
  },
  connections: (value, { source, path, report }) => {
    if (!isJsonMap(value))
      return report('CONFIG_TYPE', { expected: 'a map from the name of a connection to its settings' })
    const read = connectionsSchema.safeParse(value)
    if (!read.success)
      reportSchemaIssues(source, { schema: connectionsSchema, value, base: path, findings: read.error.issues })
  },
}

/** A day that has the form of one, and is none. */
function reportTimes(inventory: Inventory, report: KeyPlace['report']): void {
  for (const kind of ['accounts', 'trails'] as const)
    for (const [index, one] of inventory[kind].entries())
      for (const end of ['from', 'to'] as const) {
        const time = one[end]
        if (time === undefined) continue
        try {
          parseTime(time)
        } catch (error) {
          if (!(error instanceof TrailbookError)) throw error
          const reason = error.message.replace(/\.$/, '')
          report('CONFIG_VALUE', { reason, advice: error.hint }, [kind, index, end])
        }
      }
}

type CheckText = (text: string, report: (code: ErrorCode, values: Values) => void) => void

/** A text, or a list of texts; each is checked on its own. */
function textsOf(expected: string, check: CheckText = () => {}): KeyCheck {
  return (value, { report }) => {
    const isList = isJsonList(value)
    for (const [index, text] of (isList ? value : [value]).entries()) {
      const within = isList ? [index] : []
      if (isText(text)) check(text, (code, values) => report(code, values, within))
      else report('CONFIG_TYPE', { expected }, within)
    }
  }
}

export const configKeys: readonly string[] = Object.keys(keys)

/**
 * The configuration: from --config, else from the current folder, else the defaults. Paths in the file count from
 * the file's folder.
 *
 * @throws TrailbookError CONFIG_SYNTAX, CONFIG_UNKNOWN_KEY, CONFIG_TYPE, CONFIG_ENV, CONFIG_ALIAS, CONFIG_VALUE: the first
 * mistake in the file with all others as issues; CLI_FILE_MISSING
 */
export async function loadConfig(context: Pick<CliContext, 'cwd' | 'env' | 'globals'>): Promise<Config> {
  const { cwd, globals, env } = context
  const asked = globals.config === undefined ? undefined : resolve(cwd, globals.config)
  const usual = join(cwd, configName)
  const file = asked ?? (existsSync(usual) ? usual : undefined)
  const { values, unset } =
    file === undefined
      ? { values: {} as Readonly<Record<string, Json>>, unset: {} }
      : await readConfigFile(file, { keys, oneByOne: 'connections', env, cwd })
  const base = file === undefined ? cwd : dirname(file)
  const lakeGiven = globals.lake !== undefined
  const folder = isJsonMap(values.lake) ? values.lake.folder : values.lake
  return {
    file,
    lake: lakeGiven ? resolve(cwd, globals.lake) : resolve(base, isText(folder) ? folder : defaultLake),
    retentionMs: retentionOf(values.lake),
    lakeGiven,
    runbooks: asList(values.runbooks ?? defaultRunbooks).map((folder) => resolve(base, folder)),
    runbooksGiven: values.runbooks !== undefined,
    aliases: asList(values.aliases),
    lists: (values.lists ?? {}) as Config['lists'],
    memory: isText(values.memory) ? values.memory : undefined,
    inventory: await inventoryAt(values.inventory, { base, cwd }),
    accounts: values.accounts === undefined ? undefined : accountsSchema.parse(values.accounts),
    sources: values.sources === undefined ? {} : sourcesSchema.parse(values.sources),
    connections: connectionsIn(values.connections, unset),
  }
}

/** One that cannot be read without an unset variable keeps its place, for messages that list names. */
function connectionsIn(value: Json | undefined, unset: Readonly<Record<string, Unset>>): NamedConnections {
  if (!isJsonMap(value)) return {}
  return Object.fromEntries(
    Object.entries(value).map(([name, settings]) => {
      const lacking = Object.hasOwn(unset, name) ? unset[name] : undefined
      if (lacking === undefined) return [name, settingsSchema.parse(settings)]
      const read = settingsSchema.safeParse(settings)
      return [name, read.success ? withUnset(read.data, lacking) : Object.values(lacking)[0]!]
    }),
  )
}

/** Written out, or in a file that is named. */
async function inventoryAt(
  value: Json | undefined,
  { base, cwd }: { readonly base: string; readonly cwd: string },
): Promise<Inventory | undefined> {
  if (value === undefined) return undefined
  if (isText(value)) return readInventoryFile(resolve(base, value), cwd)
  return inventoryOf(inventorySchema.parse(value))
}

function retentionOf(lake: Json | undefined): number | undefined {
  const value = isJsonMap(lake) ? lake.retention : undefined
  const duration = typeof value === 'string' ? parseDuration(value) : undefined
  return duration === undefined || duration < day ? undefined : duration
}

const asList = (value: unknown): readonly string[] =>
  value === undefined ? [] : Array.isArray(value) ? (value as string[]) : [String(value)]

const identifiers = /^[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*){0,2}$/i

/** Why no query could name the alias, or what it would hide. */
function unfitAlias(alias: string): string | undefined {
  if (!identifiers.test(alias)) return 'it is no name of a table'
  const parts = alias.split('.')
  const reserved = parts.find(isReserved)
  if (reserved !== undefined) return `${reserved.toUpperCase()} is a reserved word of SQL`
  const taken = [parts[0], parts.at(-1)].find((part) => reservedSchemas.includes(part?.toLowerCase() ?? ''))
  return taken === undefined ? undefined : `${taken} is the schema of trailbook's own tables`
}
