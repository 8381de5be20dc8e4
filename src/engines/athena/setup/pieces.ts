/** Looks at what there is, makes what is missing, and changes what differs only when it is told to. */
import {
  AthenaClient,
  CreateWorkGroupCommand,
  GetWorkGroupCommand,
  UpdateWorkGroupCommand,
  type WorkGroupConfigurationUpdates,
} from '@aws-sdk/client-athena'
import {
  CreateDatabaseCommand,
  CreateTableCommand,
  GetDatabaseCommand,
  GetTableCommand,
  GlueClient,
  type TableInput,
  UpdateTableCommand,
} from '@aws-sdk/client-glue'
import type { AwsClients } from '../../../aws/clients.ts'
import { inputFormat, outputFormat, type SetupSettings, serde, wantedTable, wantedWorkgroup } from './wanted.ts'

/** One thing that setup makes. */
export interface Piece {
  /** E.g. `table security.cloudtrail_logs`. */
  readonly name: string
  /** What differs, in words; none where it is as wanted; undefined where it is not there. */
  look(): Promise<readonly string[] | undefined>
  make(): Promise<unknown>
  change(): Promise<unknown>
}

const missing = (error: unknown): undefined => {
  const { name, message } = error as Error
  if (name === 'EntityNotFoundException' || (name === 'InvalidRequestException' && /not found/i.test(message)))
    return undefined
  throw error
}

const differences = (found: Readonly<Record<string, unknown>>, wanted: Readonly<Record<string, unknown>>): string[] =>
  Object.entries(wanted).flatMap(([name, value]) => {
    const [is, be] = [JSON.stringify(found[name]) ?? 'not set', JSON.stringify(value)]
    return is === be ? [] : [`${name} is ${shown(is)}, not ${shown(be)}`]
  })

const shown = (text: string): string => (text.length > 120 ? `${text.slice(0, 119)}…` : text)

export function catalogPieces(settings: SetupSettings, clients: AwsClients): readonly Piece[] {
  const glue = new GlueClient(clients.config())
  const { database, table } = settings
  const wanted = wantedTable(settings)
  const look = async () =>
    (await glue.send(new GetTableCommand({ DatabaseName: database, Name: table })).catch(missing))?.Table
  const input = (): TableInput => ({
    Name: table,
    TableType: 'EXTERNAL_TABLE',
    Parameters: { EXTERNAL: 'TRUE', ...wanted.parameters },
    PartitionKeys: [...wanted.partitions],
    StorageDescriptor: {
      Columns: [...wanted.columns],
      Location: wanted.location,
      InputFormat: inputFormat,
      OutputFormat: outputFormat,
      SerdeInfo: { SerializationLibrary: serde, Parameters: { 'serialization.format': '1' } },
    },
  })
  return [
    {
      name: `database ${database}`,
      look: async () =>
        (await glue.send(new GetDatabaseCommand({ Name: database })).catch(missing)) === undefined ? undefined : [],
      make: () => glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: database } })),
      change: async () => {},
    },
    {
      name: `table ${database}.${table}`,
      async look() {
        const found = await look()
        if (found === undefined) return undefined
        const { Columns = [], Location, SerdeInfo } = found.StorageDescriptor ?? {}
        const types = (list: readonly { Name?: string; Type?: string }[]) =>
          Object.fromEntries(list.map(({ Name = '', Type }) => [Name.toLowerCase(), Type]))
        return [
          ...differences(
            {
              location: Location,
              serde: SerdeInfo?.SerializationLibrary,
              partitions: found.PartitionKeys?.map(({ Name }) => Name),
            },
            { location: wanted.location, serde, partitions: wanted.partitions.map(({ Name }) => Name) },
          ),
          ...differences(types(Columns), types(wanted.columns)),
          ...differences(found.Parameters ?? {}, wanted.parameters),
        ]
      },
      make: () => glue.send(new CreateTableCommand({ DatabaseName: database, TableInput: input() })),
      async change() {
        // Somebody else's change in between is not overwritten.
        const found = await look()
        const version = (found as { VersionId?: string } | undefined)?.VersionId
        const Parameters = { ...found?.Parameters, ...wanted.parameters }
        const command = { DatabaseName: database, TableInput: { ...input(), Parameters } }
        await glue.send(new UpdateTableCommand({ ...command, ...(version !== undefined && { VersionId: version }) }))
      },
    },
  ]
}

export function workgroupPiece(settings: SetupSettings, clients: AwsClients): Piece {
  const athena = new AthenaClient(clients.config())
  const { workgroup } = settings
  const wanted = wantedWorkgroup(settings)
  return {
    name: `workgroup ${workgroup}`,
    async look() {
      const found = await athena.send(new GetWorkGroupCommand({ WorkGroup: workgroup })).catch(missing)
      if (found?.WorkGroup === undefined) return undefined
      const { Configuration = {} } = found.WorkGroup
      const { ResultConfiguration, ...others } = wanted
      return [
        ...differences(Configuration as Record<string, unknown>, others),
        ...differences(
          (Configuration.ResultConfiguration ?? {}) as Record<string, unknown>,
          (ResultConfiguration ?? {}) as Record<string, unknown>,
        ),
      ]
    },
    make: () =>
      athena.send(
        new CreateWorkGroupCommand({
          Name: workgroup,
          Description: 'Questions of Trailbook',
          Configuration: wanted,
          Tags: [{ Key: 'made-by', Value: 'trailbook' }],
        }),
      ),
    change() {
      const { ResultConfiguration, ...others } = wanted
      const ConfigurationUpdates: WorkGroupConfigurationUpdates = {
        ...others,
        ...(ResultConfiguration !== undefined && { ResultConfigurationUpdates: ResultConfiguration }),
      }
      return athena.send(new UpdateWorkGroupCommand({ WorkGroup: workgroup, ConfigurationUpdates }))
    },
  }
}
