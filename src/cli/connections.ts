/** `connections:` of trailbook.yaml: engines other than the embedded one, by name. */
import { z } from 'zod'
import { TrailbookError } from '../core/errors.ts'
import type { Connection } from '../core/ports.ts'
import { form } from '../core/runbook/schema-text.ts'
import { advice } from './advice.ts'
import type { CliContext, Given, OptionSpec } from './command.ts'
import { text } from './command.ts'
import type { Config } from './config.ts'
import { trinoKind } from './connections/trino.ts'

const kinds = { trino: trinoKind } as const

const settingsSchema = z.discriminatedUnion('engine', [trinoKind.schema])

export const connectionsSchema = z.record(
  form(/^[a-z0-9]+([._-][a-z0-9]+)*$/, 'a name of small letters, digits and hyphens', []),
  settingsSchema,
)

type ConnectionSettings = z.output<typeof settingsSchema>
export type NamedConnections = Readonly<Record<string, ConnectionSettings>>

export const connectionOption: OptionSpec = {
  flags: '--connection <name>',
  description: 'ask a connection of trailbook.yaml instead of the lake',
}

/** @throws TrailbookError CLI_CONNECTION_ALONE */
export function connectionOf(given: Given): string | undefined {
  const name = text(given, 'connection')
  if (name !== undefined && text(given, 'evidence') !== undefined)
    throw new TrailbookError('CLI_CONNECTION_ALONE', { option: '--evidence' })
  return name
}

interface OpenOptions {
  readonly context: Pick<CliContext, 'signal'>
  readonly timeLimitMs?: number | undefined
}

/** The settings of a name. @throws TrailbookError CLI_CONNECTION_UNKNOWN */
function settingsOf(name: string, { connections }: Pick<Config, 'connections'>): ConnectionSettings {
  const known = Object.hasOwn(connections, name) ? connections[name] : undefined
  if (known !== undefined) return known
  const names = Object.keys(connections)
  const told =
    names.length === 0 ? 'trailbook.yaml has no `connections:` yet; docs/engines.md shows one.' : advice(name, names)
  throw new TrailbookError('CLI_CONNECTION_UNKNOWN', { name, advice: told })
}

/** @throws TrailbookError CLI_CONNECTION_UNKNOWN, and those of the engine */
export async function openNamed(
  name: string,
  config: Config,
  { context, timeLimitMs }: OpenOptions,
): Promise<Connection> {
  const { engine, ...settings } = settingsOf(name, config)
  const { inventory, accounts } = config
  return kinds[engine].open({ name, ...settings }, { signal: context.signal, timeLimitMs, inventory, accounts })
}
