import { GetTablesCommand, GlueClient } from '@aws-sdk/client-glue'
import type { AwsClients } from '../../aws/clients.ts'
import { renewing } from '../../aws/renewing.ts'
import { callFailure } from './failure.ts'
import type { AthenaSettings } from './settings.ts'

export interface CatalogEntry {
  /** In small letters. */
  readonly name: string
  /** Text of a view; undefined for a table. */
  readonly view: string | undefined
  readonly parameters: Readonly<Record<string, string>>
}

export interface CatalogTables {
  /** Tables and views whose names begin so, in small letters. */
  beginning(name: string): Promise<readonly CatalogEntry[]>
}

/** Those of the connection's database. @throws TrailbookError ATHENA_*, AWS_* */
export function catalogTables(
  settings: AthenaSettings,
  clients: AwsClients,
  signal: AbortSignal | undefined,
): CatalogTables {
  return {
    async beginning(name) {
      const glue = new GlueClient(clients.config())
      const found: CatalogEntry[] = []
      try {
        let token: string | undefined
        do {
          const command = new GetTablesCommand({
            DatabaseName: settings.database,
            Expression: `${name}.*`,
            ...(token !== undefined && { NextToken: token }),
          })
          const page = await renewing(clients, () =>
            glue.send(command, signal === undefined ? {} : { abortSignal: signal }),
          )
          for (const { Name = '', TableType, ViewOriginalText = '', Parameters = {} } of page.TableList ?? [])
            found.push({
              name: Name.toLowerCase(),
              view: TableType === 'VIRTUAL_VIEW' ? viewText(ViewOriginalText) : undefined,
              parameters: Parameters,
            })
          token = page.NextToken
        } while (token !== undefined)
      } catch (error) {
        throw callFailure(error, 'glue:GetTables', settings)
      } finally {
        glue.destroy()
      }
      return found.filter((one) => one.name.startsWith(name))
    },
  }
}

/** Athena keeps its views as Presto does: JSON in a comment, encoded. */
export function viewText(original: string): string {
  const encoded = /^\/\* (?:Presto|Trino) View: ([A-Za-z0-9+/=]+) \*\/$/.exec(original.trim())?.[1]
  if (encoded === undefined) return original
  try {
    const value = JSON.parse(Buffer.from(encoded, 'base64').toString()) as { originalSql?: unknown } | null
    return String(value?.originalSql ?? '')
  } catch {
    return ''
  }
}
