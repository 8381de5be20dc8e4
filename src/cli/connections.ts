/** `connections:` of trailbook.yaml: engines other than the embedded one, by name. */
import { z } from 'zod'
import { openTrinoConnection } from '../compose.ts'
import { TrailbookError } from '../core/errors.ts'
import type { Connection } from '../core/ports.ts'
import { form, line } from '../core/runbook/schema-text.ts'
import { advice } from './advice.ts'
import type { CliContext, Given, OptionSpec } from './command.ts'
import { text } from './command.ts'
import type { Config } from './config.ts'

const secureUrl = form(/^https?:\/\/[^/\s]+\/?$/, 'the address of a Trino server, without a path', [
  'https://trino.example.com:8443',
])

const trinoSchema = z
  .strictObject({
    engine: z.literal('trino'),
    url: secureUrl,
    user: line,
    password: line.optional().meta({ description: 'For HTTP basic authentication; better read from the environment.' }),
    token: line.optional().meta({ description: 'A JSON Web Token; better read from the environment.' }),
    catalog: line,
    schema: line,
    table: line.default('cloudtrail_logs'),
    session: z.record(line, z.union([line, z.number(), z.boolean()]).transform(String)).optional(),
  })
  .refine(({ password, token }) => password === undefined || token === undefined, {
    message: 'has both a password and a token, where one of them signs in',
    path: ['token'],
  })
  .refine(({ url, password, token }) => url.startsWith('https:') || (password === undefined && token === undefined), {
    message: 'would send a password or token without TLS: the address must begin with https://',
    path: ['url'],
  })

export const connectionsSchema = z.record(
  form(/^[a-z0-9]+([._-][a-z0-9]+)*$/, 'a name of small letters, digits and hyphens', []),
  trinoSchema,
)

export type NamedConnections = Readonly<Record<string, z.output<typeof trinoSchema>>>

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

/** @throws TrailbookError CLI_CONNECTION_UNKNOWN, TRINO_* */
export async function openNamed(name: string, config: Config, options: OpenOptions): Promise<Connection> {
  const known = Object.hasOwn(config.connections, name) ? config.connections[name] : undefined
  if (known === undefined) {
    const names = Object.keys(config.connections)
    const told =
      names.length === 0 ? 'trailbook.yaml has no `connections:` yet; docs/engines.md shows one.' : advice(name, names)
    throw new TrailbookError('CLI_CONNECTION_UNKNOWN', { name, advice: told })
  }
  const { engine: _, ...settings } = known
  return openTrinoConnection({ name, ...settings, timeLimitMs: options.timeLimitMs }, options.context.signal)
}
