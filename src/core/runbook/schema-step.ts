/** The nine kinds of step. Each is a strict object with the common keys and the one key that names its kind. */
import { z } from 'zod'
import { account, column, condition, duration, json, line, name, severity, slug, template } from './schema-text.ts'

export const stepKinds = ['query', 'trace', 'verify', 'read', 'ask', 'action', 'notify', 'run', 'watch'] as const
export type StepKind = (typeof stepKinds)[number]

const phases = ['detect', 'analyse', 'contain', 'eradicate', 'recover', 'review'] as const

/** Keys of a query map beside `sql`: engines that the portable form cannot serve. */
const engineTexts = ['duckdb', 'trino', 'athena', 'cloudtrail-lake', 'logs-insights'] as const

/** `sql` is the portable text; the others replace it on one engine. */
type QueryTexts = { sql: string } & { [Engine in (typeof engineTexts)[number]]?: string | undefined }

interface Notice {
  channel: string
  message?: string | undefined
}

const actionId = z
  .string()
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*\.[a-z0-9]+(-[a-z0-9]+)*$/, { error: 'an id such as iam.revoke-role-sessions' })

const target = z.string().regex(/^(params\.)?\w+$/, { error: 'an evidence column, or params.<name>' })

const textOrList = (item: z.ZodType<string>, what: string) =>
  z
    .union([z.array(item), template])
    .optional()
    .meta({ description: `${what}; a list, or one {{ CEL }} that yields a list.` })

const eachSchema = z
  .strictObject({
    rows: name.meta({ description: 'An earlier step.' }),
    by: z.array(column).min(1).meta({ description: 'Distinct values of these columns make the rows.' }),
    max: z.int().positive().default(100).meta({ description: 'More rows than this make the run inconclusive.' }),
  })
  .meta({ id: 'Each', description: 'Do the step once for every distinct row of an earlier step.' })

const stepScopeSchema = z
  .strictObject({
    window: duration.optional().meta({ description: "Another window for this step, ending where the run's ends." }),
    lookback: duration.optional().meta({ description: 'Another lookback for this step.' }),
    accounts: textOrList(account, 'Only these accounts'),
    regions: textOrList(line, 'Only these regions'),
    services: textOrList(line, 'Only these event sources'),
  })
  .meta({ id: 'StepScope', description: 'Narrows what the step may see.' })

const findingSchema = z
  .strictObject({
    per: z.enum(['row', 'key', 'step']).default('key').meta({
      description: 'One finding per row (the event id joins the key), per distinct key, or for the whole step.',
    }),
    key: z.array(column).default([]).meta({
      description: 'Columns that recognise the same finding next time; one of them is an account. Not with per: step.',
    }),
    when: condition.optional().meta({ description: 'CEL: rows for which it is false are no finding.' }),
    severity: z
      .union([severity, z.string().regex(/\{\{[\s\S]*\}\}/, { error: 'a severity or one {{ CEL }}' })])
      .optional()
      .meta({ description: "The runbook's severity when left out." }),
    title: template.optional().meta({ description: "The step's title when left out." }),
  })
  .meta({ id: 'Finding', description: 'What rows of this query mean.' })

const askTypes = ['choice', 'text', 'boolean', 'number', 'timestamp'] as const

const common = {
  id: name.meta({ description: 'Unique within the runbook; a name in CEL: steps.<id>, row.steps.<id>.' }),
  title: line.optional().meta({ description: 'Short and clear.' }),
  why: line.optional().meta({ description: 'Why the step is there.' }),
  phase: z.enum(phases).default('analyse').meta({ description: 'Where in the response it belongs.' }),
  when: condition.optional().meta({ description: 'CEL: the step is skipped when false.' }),
  each: eachSchema.optional(),
  scope: stepScopeSchema.optional(),
  with: z.record(name, json).optional().meta({ description: 'Values by name; texts may hold {{ CEL }}.' }),
}

const reading = {
  expect: line.optional().meta({ description: 'What a harmless answer looks like.' }),
  reading: line.optional().meta({ description: 'How to read the answer.' }),
}

/** `title` falls back to the id with spaces, so that readers always have one. */
function step<Kind extends StepKind, Shape extends z.core.$ZodLooseShape>(kind: Kind, shape: Shape) {
  return z.strictObject({ ...common, ...shape }).transform((value) => ({ kind, ...value }))
}

const queryText = line.meta({ description: 'Athena engine v3 SQL: one SELECT over cloudtrail_logs.' })
const otherTexts = Object.fromEntries(engineTexts.map((engine) => [engine, line.optional()])) as Record<
  (typeof engineTexts)[number],
  z.ZodOptional<typeof line>
>

export const stepSchemas = {
  query: step('query', {
    query: z
      .union([queryText.transform((sql): QueryTexts => ({ sql })), z.strictObject({ sql: queryText, ...otherTexts })])
      .meta({ description: 'The SQL; or a map of `sql` and texts for single engines.' }),
    ...reading,
    finding: findingSchema.optional(),
  }),
  trace: step('trace', {
    trace: z
      .strictObject({
        accessKeyId: template.optional(),
        actor: template.optional(),
        event: template.optional(),
        direction: z.enum(['back', 'forward', 'both']).default('both'),
        lookback: duration.optional(),
      })
      .meta({ description: 'Where credentials came from and what they reached; one of accessKeyId, actor, event.' }),
    ...reading,
  }),
  verify: step('verify', {
    verify: z
      .strictObject({ event: template, simulate: z.boolean().default(false) })
      .meta({ description: 'Was this call allowed by policy, and by which change?' }),
    ...reading,
  }),
  read: step('read', {
    read: actionId.meta({ description: 'A read call from the fixed table, for the live state.' }),
    target: target.optional().meta({ description: 'The evidence column that holds the resource, or params.<name>.' }),
    ...reading,
  }),
  ask: step('ask', {
    ask: z
      .strictObject({
        type: z.enum(askTypes).default('text'),
        options: z.array(line).min(2).optional(),
        question: template,
      })
      .meta({ description: 'A manual step that captures an answer.' }),
  }),
  action: step('action', {
    action: actionId.meta({ description: 'A response; a dry run unless approved.' }),
    target: target.meta({ description: 'A typed evidence column, or params.<name> verified live; never built text.' }),
  }),
  notify: step('notify', {
    notify: z
      .union([
        slug.transform((channel): Notice => ({ channel })),
        z.strictObject({ channel: slug, message: template.optional() }),
      ])
      .meta({ description: 'A configured channel.' }),
  }),
  run: step('run', { run: slug.meta({ description: 'Another runbook; `with` gives its parameters.' }) }),
  watch: step('watch', {
    watch: z
      .strictObject({ step: name, for: duration, every: duration.default('5m') })
      .meta({ description: 'Repeats a query step for a while after containment.' }),
  }),
} as const

export const stepSchema = z.union([
  stepSchemas.query,
  stepSchemas.trace,
  stepSchemas.verify,
  stepSchemas.read,
  stepSchemas.ask,
  stepSchemas.action,
  stepSchemas.notify,
  stepSchemas.run,
  stepSchemas.watch,
])

export type Step = z.output<typeof stepSchema>
type StepOf<Kind extends StepKind> = Extract<Step, { kind: Kind }>
export type QueryStep = StepOf<'query'>
export type TraceStep = StepOf<'trace'>
export type ReadStep = StepOf<'read'>
export type AskStep = StepOf<'ask'>
export type ActionStep = StepOf<'action'>
export type RunStep = StepOf<'run'>
export type WatchStep = StepOf<'watch'>
export type Each = z.output<typeof eachSchema>
