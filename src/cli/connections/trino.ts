import { z } from 'zod'
import { openTrino } from '../../compose-engines.ts'
import { form, line, withoutPassword } from '../../core/runbook/schema-text.ts'
import { quoteName } from '../../core/sql/print/printer.ts'
import { trinoDialect } from '../../core/sql/print/trino.ts'
import { probedCoverage } from './coverage.ts'
import type { ConnectionKind } from './kind.ts'

const secureUrl = withoutPassword(
  form(/^https?:\/\/[^/\s]+\/?$/, 'the address of a Trino server, without a path', ['https://trino.example.com:8443']),
)

const schema = z
  .strictObject({
    engine: z.literal('trino'),
    url: secureUrl,
    user: line,
    password: line.optional().meta({ description: 'For HTTP basic authentication; better read from the environment.' }),
    token: line.optional().meta({ description: 'A JSON Web Token; better read from the environment.' }),
    catalog: line,
    schema: line,
    table: line.default('cloudtrail_logs'),
    location: line.optional().meta({
      description: "Where lake publish puts its snapshots, as the catalog's file system names it: s3://bucket/prefix.",
    }),
    ...probedCoverage,
    session: z.record(line, z.union([line, z.number(), z.boolean()]).transform(String)).optional(),
  })
  .refine(({ password, token }) => password === undefined || token === undefined, {
    message: 'Keep one of them: it is enough to sign in.',
    path: ['token'],
    params: { cannotBe: 'given beside password' },
  })
  .refine(({ url, password, token }) => url.startsWith('https:') || (password === undefined && token === undefined), {
    message: 'Write https://, or the password or token would be sent without TLS.',
    path: ['url'],
    params: { cannotBe: 'an http:// address where a password or token signs in' },
  })

type Settings = Omit<z.output<typeof schema>, 'engine'>

const tableText = ({ catalog, schema, table }: Settings): string => [catalog, schema, table].map(quoteName).join('.')

export const trinoKind: ConnectionKind<typeof schema> = {
  schema,
  open: openTrino,
  offline: (settings) => ({
    dialect: trinoDialect({ eventsTable: tableText(settings) }),
    capabilities: { exactOnce: true, billed: false, bindsParameters: false },
  }),
  grants: (settings) => [`GRANT SELECT ON ${tableText(settings)} TO USER ${quoteName(settings.user)}`],
}
