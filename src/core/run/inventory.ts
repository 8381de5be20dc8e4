/** What an organisation has, as `inventory:` in trailbook.yaml says it: what coverage expects. */
import { z } from 'zod'
import { account, form, line, slug, timestamp } from '../runbook/schema-text.ts'
import { isoTime } from '../time.ts'
import { parseTime } from './window.ts'

const region = form(/^[a-z]{2,}(-[a-z0-9]+)+$/, 'a region such as us-east-1', ['us-east-1'])
const period = {
  from: timestamp.optional().meta({ description: 'Expected from this time on.' }),
  to: timestamp.optional().meta({ description: 'Expected until this time.' }),
}
const accesses = ['all', 'read', 'write'] as const

const dataSchema = z.strictObject({
  service: slug.meta({ description: 'As in needs: s3 for data:s3.', examples: ['s3', 'lambda', 'dynamodb'] }),
  access: z.enum(accesses).default('all'),
  resources: z
    .array(form(/^arn:/, 'the beginning of an ARN such as arn:aws:s3:::my-bucket/', ['arn:aws:s3:::my-bucket/']))
    .min(1)
    .optional()
    .meta({ description: 'Beginnings of ARNs; all resources of the service when left out.' }),
})

const selectorList = z.array(z.record(z.string(), z.unknown())).min(1).optional()

const selectorsSchema = z
  .strictObject({ eventSelectors: selectorList, advancedEventSelectors: selectorList })
  .meta({ description: 'As GetEventSelectors answers; then management, exclude, data and network do not count.' })

const trailSchema = z.strictObject({
  name: line.meta({ description: 'As the trail is called; events of that trail then change what is written here.' }),
  accounts: z.array(account).min(1).optional().meta({ description: 'All accounts when left out.' }),
  regions: z.array(region).min(1).optional().meta({ description: 'All regions when left out.' }),
  ...period,
  management: z.enum([...accesses, 'none']).default('all'),
  exclude: z
    .array(form(/^[a-z0-9.-]+\.amazonaws\.com$/, 'a service such as kms.amazonaws.com', ['kms.amazonaws.com']))
    .default([])
    .meta({ description: 'Services whose management events are not recorded.' }),
  data: z.array(dataSchema).default([]).meta({ description: 'Data events that are recorded.' }),
  network: z.boolean().default(false),
  insights: z.boolean().default(false),
  bucket: line.optional().meta({ description: 'Where it delivers; for readers.' }),
  selectors: selectorsSchema.optional(),
})

export const inventorySchema = z
  .strictObject({
    accounts: z
      .array(
        z.strictObject({
          id: account,
          name: line.optional(),
          unit: line.optional().meta({ description: 'The organisational unit, e.g. Workloads/Production.' }),
          regions: z.array(region).min(1).optional().meta({ description: 'Enabled regions of this account.' }),
          resources: z
            .array(form(/^arn:/, 'an ARN such as arn:aws:s3:::my-bucket', ['arn:aws:s3:::my-bucket']))
            .default([])
            .meta({
              description: 'Buckets, functions and tables whose data events should be here at least once a day.',
            }),
          ...period,
          unknown: line.optional().meta({ description: 'Why not all of it is known: then no answer is complete.' }),
        }),
      )
      .default([])
      .meta({ description: 'Every account whose logs should be here.' }),
    regions: z
      .array(region)
      .default([])
      .meta({ description: 'Enabled regions of accounts that list none of their own.' }),
    trails: z.array(trailSchema).default([]).meta({ description: 'What the trails record.' }),
  })
  .meta({ id: 'Inventory', description: 'Accounts, regions and trails that coverage expects.' })

/** What `trailbook collect inventory` writes; `inventory:` may name such a file. */
export const inventoryFileSchema = inventorySchema.extend({
  schema: z.literal('trailbook.inventory/v1').optional(),
  collected: z
    .strictObject({
      at: timestamp,
      by: line.meta({ description: 'ARN of who collected it.' }),
      organization: line.optional(),
      suspended: z
        .array(account)
        .default([])
        .meta({ description: 'Suspended accounts, of which nothing is expected.' }),
      problems: z.array(z.strictObject({ account: account.optional(), reason: line })).default([]),
    })
    .optional(),
})

export type CollectedInventory = z.output<typeof inventoryFileSchema>

/** Times are whole seconds of UTC once `inventoryOf` has read them. */
export type Inventory = z.output<typeof inventorySchema>
export type InventoryTrail = Inventory['trails'][number]

/** The checked configuration with its times in UTC. @throws TrailbookError RUN_TIME for a day that there is not */
export function inventoryOf(given: Inventory): Inventory {
  const utc = <T extends { from?: string | undefined; to?: string | undefined }>(one: T): T => ({
    ...one,
    ...(one.from !== undefined && { from: isoTime(parseTime(one.from)) }),
    ...(one.to !== undefined && { to: isoTime(parseTime(one.to)) }),
  })
  return { ...given, accounts: given.accounts.map(utc), trails: given.trails.map(utc) }
}
