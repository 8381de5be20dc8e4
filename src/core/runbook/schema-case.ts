import { z } from 'zod'
import { eventColumns } from '../event/columns.ts'
import { verdicts } from '../run/verdict.ts'
import { account, duration, json, line, name, severity, slug, timestamp } from './schema-text.ts'

/** A step may not carry these ids: they are keys of `expect` beside the steps. */
export const reservedStepIds = ['findings', 'verdict', 'complete'] as const

const eventFields = Object.fromEntries(
  eventColumns
    .filter((column) => column.name !== 'extra')
    .map((column) => [column.name, json.optional().meta({ description: column.description })]),
)

export const givenEventSchema = z
  .looseObject({
    ...eventFields,
    repeat: z.int().min(1).max(10_000).optional().meta({ description: 'This many copies, each with its own id.' }),
    every: duration.optional().meta({ description: 'Time between the copies.' }),
  })
  .meta({
    id: 'GivenEvent',
    description: 'A partial CloudTrail record; docs/format/case-defaults.md says what is filled in.',
  })

const listEntries = z
  .array(z.union([z.string(), z.number(), z.boolean(), z.record(z.string(), json)]))
  .meta({ description: 'Plain values, or maps with the same keys.' })

const expectedStep = z
  .strictObject({
    rows: z
      .union([z.int().nonnegative(), z.array(z.record(z.string(), json))])
      .optional()
      .meta({ description: 'How many rows; or the rows, exact in number, each as a subset, in any order.' }),
    excluded: z.int().nonnegative().optional().meta({ description: 'Rows taken out by exclusions.yaml.' }),
  })
  .meta({ id: 'ExpectedStep' })

const expectedFinding = z
  .strictObject({
    severity: severity.optional(),
    title: z.string().optional(),
    step: name.optional(),
    count: z.int().positive().optional(),
    row: z.record(z.string(), json).optional(),
  })
  .meta({ id: 'ExpectedFinding', description: 'Matches as a subset.' })

const expectSchema = z
  .object({
    findings: z
      .union([z.int().nonnegative(), z.array(expectedFinding)])
      .optional()
      .meta({
        description: 'How many findings; or the findings, exact in number.',
      }),
    verdict: z.enum(verdicts).optional(),
    complete: z.boolean().optional(),
  })
  .catchall(expectedStep)
  .meta({ id: 'Expect', description: 'What the run must say: by step id, and as a whole.' })

const answerSchema = z.union([
  z.union([z.string(), z.number(), z.boolean()]),
  z.array(z.strictObject({ row: z.record(z.string(), json), answer: z.union([z.string(), z.number(), z.boolean()]) })),
])

const verifyAnswers = ['allowed', 'explicitly denied', 'implicitly denied', 'cannot tell'] as const

const fixturesSchema = z.strictObject({
  verify: z
    .record(name, z.strictObject({ answer: z.enum(verifyAnswers), because: z.string().optional() }))
    .optional()
    .meta({ description: 'By step id: what policy says of each of its rows.' }),
  read: z.record(name, json).optional().meta({ description: 'By step id: the live state that the read call returns.' }),
})

const coverageSchema = z.union([
  z.enum(['complete', 'none']),
  z.strictObject({
    gaps: z
      .array(
        z.strictObject({
          account: account.optional(),
          region: line.optional(),
          eventClass: line.optional(),
          from: timestamp.optional(),
          to: timestamp.optional(),
          reason: line.optional(),
        }),
      )
      .min(1),
  }),
])

export const caseSchema = z
  .strictObject({
    name: line.meta({ description: 'A sentence about what happened.' }),
    given: z.array(givenEventSchema).default([]).meta({ description: 'Events, oldest first.' }),
    expect: expectSchema,
    parameters: z.record(name, json).optional(),
    now: timestamp.optional().meta({ description: 'When the run takes place; fixed when left out.' }),
    lists: z.record(name, listEntries).optional().meta({ description: 'Lists that replace the shared ones.' }),
    fixtures: fixturesSchema.optional(),
    coverage: coverageSchema.optional().meta({ description: 'What the trail covered; complete when left out.' }),
    answers: z.record(name, answerSchema).optional().meta({
      description: 'By ask step: one answer for all rows, or answers by row. An ask without one stays open.',
    }),
  })
  .meta({ id: 'Case', description: 'Events, and what the runbook must say of them.' })

/** `exclusions.yaml` beside the runbooks: rows that are known and accepted until a day. */
export const exclusionsSchema = z.array(
  z
    .strictObject({
      runbook: slug,
      step: name.optional(),
      match: line.meta({ description: 'CEL over `row`: rows for which it is true are counted, not reported.' }),
      owner: line,
      reason: line,
      expires: timestamp.meta({ description: 'From this day on the exclusion has no effect.' }),
    })
    .meta({ id: 'Exclusion' }),
)

/** `lists/<name>.yaml`: shared, reviewed data that queries read as `lists.<name>` and CEL as `lists.<name>`. */
export const listFileSchema = z.strictObject({
  description: line.optional(),
  owner: line.optional(),
  values: listEntries,
})

export type Case = z.output<typeof caseSchema>
export type GivenEvent = z.output<typeof givenEventSchema>
export type Expect = z.output<typeof expectSchema>
export type ExpectedFinding = z.output<typeof expectedFinding>
export type CaseCoverage = z.output<typeof coverageSchema>
export type Exclusion = z.output<typeof exclusionsSchema>[number]
