import { z } from 'zod'
import { cloudTrailLakePermissions, openCloudTrailLake } from '../../compose-engines.ts'
import { account, endpoint, form, line } from '../../core/runbook/schema-text.ts'
import { probedCoverage } from './coverage.ts'
import type { ConnectionKind } from './kind.ts'

const store = form(
  /^(?:arn:aws[a-z-]*:cloudtrail:[a-z0-9-]+:\d{12}:eventdatastore\/)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  'the id or the ARN of an event data store',
  ['1a2b3c4d-5e6f-7081-92a3-b4c5d6e7f809'],
)
const region = form(/^[a-z]{2,}(-[a-z0-9]+)+$/, 'a Region such as us-east-1', ['us-east-1'])
const role = form(/^arn:aws[a-z-]*:iam::\d{12}:role\/\S+$/, 'the ARN of a role', [
  'arn:aws:iam::111122223333:role/trailbook-reader',
])

const schema = z.strictObject({
  engine: z.literal('cloudtrail-lake'),
  eventDataStore: z
    .union([store, z.array(store).min(1)])
    .meta({ description: 'Its id or ARN; of several, events come from all.' }),
  region: region.optional(),
  owner: account.optional().meta({ description: 'The account of the store, where it is another one.' }),
  details: z.enum(['record', 'maps']).default('record').meta({
    description:
      'From what parts of requestParameters and the like are read: whole records, exactly, or the maps of the store, which scans less.',
  }),
  ...probedCoverage,
  role: role.optional(),
  externalId: line.optional(),
  endpoint: endpoint.optional(),
})

type Settings = Omit<z.output<typeof schema>, 'engine'>

const storesOf = ({ eventDataStore }: Settings): readonly string[] =>
  typeof eventDataStore === 'string' ? [eventDataStore] : eventDataStore

export const cloudTrailLakeKind: ConnectionKind<typeof schema> = {
  schema,
  open: ({ name, ...settings }, options) => {
    const {
      region: asked,
      owner,
      details,
      role: arn,
      externalId,
      endpoint: server,
      coverage,
      coverageBudget,
    } = settings
    const aws = { region: asked, endpoint: server, ...(arn !== undefined && { role: { arn, externalId } }) }
    return openCloudTrailLake(
      { name, stores: storesOf(settings), owner, details, aws, coverage, coverageBudget },
      options,
    )
  },
  permissions: (settings) => {
    const { region: asked, owner } = settings
    return cloudTrailLakePermissions({ stores: storesOf(settings), region: asked, owner })
  },
}
