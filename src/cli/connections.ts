/** `connections:` of trailbook.yaml: engines other than the embedded one, by name. */
import { z } from 'zod'
import { TrailbookError } from '../core/errors.ts'
import type { Capabilities, Connection, PolicyStatement } from '../core/ports.ts'
import { form } from '../core/runbook/schema-text.ts'
import type { Dialect } from '../core/sql/dialect.ts'
import { advice } from './advice.ts'
import type { CliContext, Given, OptionSpec } from './command.ts'
import { list, text } from './command.ts'
import type { Config } from './config.ts'
import { athenaKind } from './connections/athena.ts'
import { cloudTrailLakeKind } from './connections/cloudtrail-lake.ts'
import type { ConnectionKind } from './connections/kind.ts'
import { logsInsightsKind } from './connections/logs-insights.ts'
import { trinoKind } from './connections/trino.ts'
import { joined, withoutUnset } from './unset-settings.ts'

const kinds = {
  athena: athenaKind,
  'cloudtrail-lake': cloudTrailLakeKind,
  'logs-insights': logsInsightsKind,
  trino: trinoKind,
} as const

export const settingsSchema = z.discriminatedUnion('engine', [
  athenaKind.schema,
  cloudTrailLakeKind.schema,
  logsInsightsKind.schema,
  trinoKind.schema,
])

export const connectionsSchema = z.record(
  form(/^(?!lake$)[a-z0-9]+([._-][a-z0-9]+)*$/, 'a name of small letters, digits and hyphens other than `lake`', []),
  settingsSchema,
)

type ConnectionSettings = z.output<typeof settingsSchema>
/** Of a connection that cannot be read without an environment variable which is not set, the error that says so. */
export type NamedConnections = Readonly<Record<string, ConnectionSettings | TrailbookError>>

/** What the lake is called among connections. */
export const lakeName = 'lake'

export const connectionOption: OptionSpec = {
  flags: '--connection <name>',
  description: `ask a connection of trailbook.yaml instead of the lake; several times for several (\`${lakeName}\` is the lake)`,
  repeatable: true,
}

/**
 * The names that were given, each once; none stands for the lake.
 *
 * @throws TrailbookError CLI_CONNECTION_ALONE
 */
export function connectionsOf(given: Given): readonly string[] {
  const names = [...new Set(list(given, 'connection'))]
  if (names.some((name) => name !== lakeName) && text(given, 'evidence') !== undefined)
    throw new TrailbookError('CLI_CONNECTION_ALONE', { option: '--evidence' })
  return names
}

/** @throws TrailbookError CLI_CONNECTION_UNKNOWN for a name that is neither the lake nor configured */
export function checkNames(names: readonly string[], config: Pick<Config, 'connections'>): void {
  for (const name of names) if (name !== lakeName) settingsOf(name, config)
}

/** @throws TrailbookError CLI_CONNECTION_UNKNOWN, and CONFIG_ENV where a setting names a variable that is not set */
export function checkOpenable(names: readonly string[], config: Pick<Config, 'connections'>): void {
  for (const name of names) if (name !== lakeName) allOf(settingsOf(name, config))
}

interface OpenOptions {
  readonly context: Pick<CliContext, 'signal'>
  readonly timeLimitMs?: number | undefined
}

/** All settings, and so CONFIG_ENV where one of them is not set. */
const allOf = <Settings extends object>(settings: Settings): Settings => ({ ...settings })

/** The settings of a name. @throws TrailbookError CLI_CONNECTION_UNKNOWN, CONFIG_ENV */
function settingsOf(name: string, { connections }: Pick<Config, 'connections'>): ConnectionSettings {
  const known = Object.hasOwn(connections, name) ? connections[name] : undefined
  if (known instanceof TrailbookError) throw known
  if (known !== undefined) return known
  const names = Object.keys(connections)
  const told =
    names.length === 0 ? 'trailbook.yaml has no `connections:` yet; docs/engines.md shows one.' : advice(name, names)
  throw new TrailbookError('CLI_CONNECTION_UNKNOWN', { name, advice: told })
}

/** @throws as {@link checkNames} */
export const engineOf = (name: string, config: Pick<Config, 'connections'>): ConnectionSettings['engine'] =>
  settingsOf(name, config).engine

/** Whether it was set that the connection finds out what its events cover; where reading is billed it does not by itself. */
export function asksCoverage(name: string, config: Pick<Config, 'connections'>): boolean {
  const { coverage = 'none' } = name === lakeName ? {} : settingsOf(name, config)
  return coverage !== 'none'
}

type SettingsOf<Engine> = Extract<ConnectionSettings, { readonly engine: Engine }>

/** The settings of a name that must be of one engine. @throws TrailbookError CLI_CONNECTION_UNKNOWN, CLI_CONNECTION_ENGINE */
export function settingsOfEngine<Engine extends ConnectionSettings['engine']>(
  name: string,
  wanted: Engine,
  config: Pick<Config, 'connections'>,
): { readonly name: string } & Omit<SettingsOf<Engine>, 'engine'> {
  const settings = settingsOf(name, config)
  const isWanted = (one: ConnectionSettings): one is SettingsOf<Engine> => one.engine === wanted
  if (!isWanted(settings)) throw new TrailbookError('CLI_CONNECTION_ENGINE', { name, found: settings.engine, wanted })
  return joined(settings, { name })
}

/** @throws TrailbookError CLI_CONNECTION_UNKNOWN, and those of the engine */
export async function openNamed(
  name: string,
  config: Config,
  { context, timeLimitMs }: OpenOptions,
): Promise<Connection> {
  const { engine, ...settings } = settingsOf(name, config)
  const { inventory, accounts } = config
  // Each kind's settings were read by its own schema, which the union of all has forgotten.
  const kind: ConnectionKind = kinds[engine]
  return kind.open({ name, ...settings }, { signal: context.signal, timeLimitMs, inventory, accounts })
}

/** What is known of a name without asking anybody, with what it must be allowed. */
interface OfflineConnection {
  readonly name: string
  readonly dialect: Dialect
  readonly capabilities: Capabilities
}

/** @throws TrailbookError CLI_CONNECTION_UNKNOWN */
export async function offlineNamed(
  name: string,
  config: Config,
  context: Pick<CliContext, 'signal'>,
): Promise<OfflineConnection> {
  const settings = settingsOf(name, config)
  const kind: ConnectionKind = kinds[settings.engine]
  if (kind.offline !== undefined) return { name, ...kind.offline(settings) }
  // Without what only signing in needs: nobody is asked.
  const opened = await kind.open({ name, ...withoutUnset(settings) }, { signal: context.signal })
  await opened.close()
  return { name, dialect: opened.dialect, capabilities: opened.capabilities }
}

export interface Allowances {
  readonly engine: string
  readonly statements: readonly PolicyStatement[]
  /** In the engine's own SQL. */
  readonly grants: readonly string[]
}

/** @throws TrailbookError CLI_CONNECTION_UNKNOWN */
export async function allowancesOf(name: string, config: Pick<Config, 'connections'>): Promise<Allowances> {
  const settings = settingsOf(name, config)
  const kind: ConnectionKind = kinds[settings.engine]
  return {
    engine: settings.engine,
    statements: (await kind.permissions?.(settings)) ?? [],
    grants: kind.grants?.(settings) ?? [],
  }
}
