/** The whole format `trailbook/v1`. Unknown keys are errors; optional keys may be added within v1. */
import { z } from 'zod'
import { caseSchema } from './schema-case.ts'
import { parameterSchema } from './schema-parameter.ts'
import { stepSchema } from './schema-step.ts'
import { condition, date, duration, form, json, line, name, needPattern, severity, slug, url } from './schema-text.ts'

const format = 'trailbook/v1'

const periods = ['day', 'week', 'month', 'quarter', 'year'] as const

const triggerSources = ['eventbridge', 'security-hub', 'guardduty', 'webhook'] as const

const scopeSchema = z
  .strictObject({
    window: duration.optional().meta({ description: 'How far back the question reaches.' }),
    lookback: duration.optional().meta({ description: 'How much earlier than the window queries may look.' }),
    period: z.enum(periods).optional().meta({ description: 'The last whole period instead of a window; for reviews.' }),
  })
  .meta({ id: 'Scope', description: "The question's window, or a period." })

const escalationSchema = z
  .strictObject({
    when: condition.optional().meta({ description: 'CEL over `findings` and `run`.' }),
    notify: slug.meta({ description: 'A configured channel.' }),
    within: duration.optional().meta({ description: 'How long it may stay unacknowledged.' }),
    // biome-ignore lint/suspicious/noThenProperty: the format's word; it is never a function, so never awaited
    then: z
      .union([slug.transform((channel) => [channel]), z.array(slug).min(1)])
      .optional()
      .meta({ description: 'Who is next.' }),
  })
  .meta({ id: 'Escalation' })

const triggerSchema = z
  .strictObject({
    from: z.enum(triggerSources),
    when: condition.optional().meta({ description: 'CEL over `alert`.' }),
    parameters: z.record(name, json).default({}).meta({ description: 'Parameters from {{ alert.… }}.' }),
  })
  .meta({ id: 'Trigger', description: 'An incoming alert that starts the runbook.' })

export const runbookSchema = z
  .strictObject({
    format: z.literal(format),
    id: slug.meta({ description: 'Unique in a library; the file is named after it.' }),
    title: line,
    objective: line.optional().meta({ description: 'The question, in one sentence.' }),
    severity: severity.default('medium').meta({ description: 'Default for its findings.' }),
    tags: z.array(slug).default([]),
    attack: z
      .array(form(/^T\d{4}(\.\d{3})?$/, 'a MITRE ATT&CK technique such as T1098 or T1098.003', ['T1098.003']))
      .default([]),
    controls: z.array(z.strictObject({ framework: slug, version: line.optional(), id: line })).default([]),
    owner: line.optional(),
    reviewed: z.strictObject({ on: date, by: line }).optional(),
    review_after: duration.default('180d').meta({ description: 'Lint warns when the review is older.' }),
    needs: z
      .array(
        form(needPattern, 'an event class: management:write, management:read, data:<service>, network, insight', [
          'management:write',
          'data:s3',
        ]),
      )
      .default([])
      .meta({ description: 'Event classes without which the answer is not complete.' }),
    references: z.array(url).default([]),
    uses: z
      .strictObject({ lists: z.array(name).default([]), fragments: z.array(name).default([]) })
      .default({ lists: [], fragments: [] })
      .meta({ description: 'Shared, tested data and SQL fragments.' }),
    parameters: z.record(name, parameterSchema).default({}),
    scope: scopeSchema.default({}),
    steps: z.array(stepSchema).min(1),
    escalate: z.array(escalationSchema).default([]),
    triggers: z.array(triggerSchema).default([]),
    signoff: z.strictObject({ by: slug }).optional().meta({ description: 'The group that signs a review.' }),
    cases: z.array(caseSchema).default([]),
  })
  .meta({ title: 'Trailbook runbook', description: 'A runbook in format trailbook/v1.' })

export type Runbook = z.output<typeof runbookSchema>
export type Escalation = z.output<typeof escalationSchema>
export type Trigger = z.output<typeof triggerSchema>

/** The JSON Schema (draft 2020-12) of the file as written, for editors and other tools. */
export const runbookJsonSchema = () => z.toJSONSchema(runbookSchema, { io: 'input' })
