/** What a run will do, as plain data: the same plan gives the same queries on the same data. */
import type { Cell, ResultColumn, Row, Scope } from '../ports.ts'
import type { Json } from '../runbook/json.ts'
import type { Runbook } from '../runbook/schema.ts'
import type { Exclusion } from '../runbook/schema-case.ts'
import type { Step } from '../runbook/schema-step.ts'
import type { CompiledQuery, ListTable } from '../sql/compile.ts'
import type { Dialect } from '../sql/dialect.ts'
import type { IsoTime, Window } from '../time.ts'
import { canonicalJson, digestOf } from './canonical.ts'
import { earliestOf, type WindowOrigin } from './window.ts'

/** Rows of one step that are kept in a result; further ones are counted. */
export const defaultRowLimit = 10_000

/** A checked query that waits for its values. */
export interface PreparedQuery {
  readonly columns: readonly ResultColumn[]
  /** Parameters the text names, without the built-in ones. */
  readonly parameters: readonly string[]
  /** Where an engine has a text of its own: each text alone, by engine, and the portable one as `sql`. */
  readonly texts?: Readonly<Record<string, PreparedQuery>>
  /** Output columns that order its rows; none where it leaves the order open; undefined where that cannot be told. */
  readonly sortedBy?: readonly string[] | undefined
  compile(input: {
    readonly dialect: Dialect
    readonly scope: Scope
    readonly parameters: Readonly<Record<string, Cell>>
    readonly lists: Readonly<Record<string, ListTable>>
  }): CompiledQuery
}

export type Values = Readonly<Record<string, Cell>>

/** Given answers by step: one for all rows, or by row (the given columns must be equal). */
export type GivenAnswers = Readonly<
  Record<string, Json | readonly { readonly row: Readonly<Record<string, Json>>; readonly answer: Json }[]>
>

/** A checked runbook with everything that its answer depends on beside the events. */
export interface Runnable {
  readonly runbook: Runbook
  /** SHA-256 of the runbook's text. */
  readonly digest: string
  readonly queries: ReadonlyMap<string, PreparedQuery>
  readonly lists: Readonly<Record<string, ListTable>>
  readonly exclusions?: readonly Exclusion[]
  /** SHA-256 of the text of each fragment that its queries read, at any depth. */
  readonly fragments?: Readonly<Record<string, string>>
}

export interface PlanRequest extends Runnable {
  /** The runbooks that its steps run, and those that these run. */
  readonly runbooks?: ReadonlyMap<string, Runnable>
  readonly parameters: Values
  /** Lists as expressions see them. */
  readonly listValues: Readonly<Record<string, readonly Json[]>>
  readonly window: Window
  readonly windowOrigin: WindowOrigin
  /** When the run takes place. */
  readonly now: IsoTime
  readonly accounts?: readonly string[]
  readonly regions?: readonly string[]
  readonly connection: { readonly name: string; readonly dialect: Dialect }
  readonly answers?: GivenAnswers
  /** In a case: what steps that reach into the world would have said, by kind and step. */
  readonly fixtures?: Fixtures
  readonly rowLimit?: number
}

interface Fixtures {
  readonly verify?: Readonly<Record<string, Row>> | undefined
  readonly read?: Readonly<Record<string, Json>> | undefined
}

export interface Plan extends Omit<PlanRequest, 'accounts' | 'regions'> {
  readonly scope: Scope
  /** Columns and parameters whose whole numbers are doubles all the same: JSON cannot tell 3.0 from 3. */
  readonly doubles: ReadonlySet<string>
  readonly rowLimit: number
}

export function makePlan(request: PlanRequest): Plan {
  const { accounts = [], regions = [], ...rest } = request
  const scope: Scope = {
    window: request.window,
    earliest: earliestOf(request.window, request.runbook.scope.lookback),
    accounts,
    regions,
    services: [],
  }
  return { ...rest, scope, doubles: doublesOf(request), rowLimit: request.rowLimit ?? defaultRowLimit }
}

function doublesOf({ runbook, queries }: PlanRequest): ReadonlySet<string> {
  const columns = [...queries.values()].flatMap((query) => query.columns)
  return new Set([
    ...columns.filter((column) => /^(double|real)\b/i.test(column.type)).map((column) => column.name),
    ...Object.keys(runbook.parameters).filter((name) => runbook.parameters[name]?.type.startsWith('number')),
  ])
}

/** The plan as canonical data, for people to read and machines to compare. */
export interface PlanRecord {
  readonly schema: 'trailbook.plan/v1'
  readonly runbook: { readonly id: string; readonly digest: string }
  readonly connection: string
  readonly parameters: Values
  /** SHA-256 of each list that the runbook uses, and of the exclusions. */
  readonly lists: Readonly<Record<string, string>>
  readonly exclusions: string
  /** SHA-256 of each fragment that its queries read, at any depth. */
  readonly fragments: Readonly<Record<string, string>>
  /** The same of every runbook that it runs, at any depth. */
  readonly runbooks: Readonly<Record<string, RunnableRecord>>
  readonly scope: Scope
  readonly steps: readonly {
    readonly id: string
    readonly kind: string
    /** Null until the rows of an earlier step are known, and for steps that are no query. */
    readonly sql: string | null
    readonly parameters: Values
  }[]
}

type RunnableRecord = Pick<PlanRecord, 'lists' | 'exclusions' | 'fragments'> & { readonly digest: string }

const runnableRecord = ({ runbook, digest, lists, exclusions = [], fragments = {} }: Runnable): RunnableRecord => ({
  digest,
  lists: Object.fromEntries(runbook.uses.lists.map((name) => [name, digestOf(canonicalJson(lists[name] ?? null))])),
  exclusions: digestOf(canonicalJson(exclusions)),
  fragments,
})

export function planRecord(plan: Plan): PlanRecord {
  const { digest, ...own } = runnableRecord(plan)
  return {
    schema: 'trailbook.plan/v1',
    runbook: { id: plan.runbook.id, digest },
    connection: plan.connection.name,
    parameters: plan.parameters,
    ...own,
    runbooks: Object.fromEntries([...(plan.runbooks ?? [])].map(([id, runnable]) => [id, runnableRecord(runnable)])),
    scope: plan.scope,
    steps: plan.runbook.steps.map((step) => {
      const compiled = compiledNow(plan, step)
      return { id: step.id, kind: step.kind, sql: compiled?.text ?? null, parameters: bindingValues(compiled) }
    }),
  }
}

/** A value that does not fit is told by the step itself when it is carried out. */
function compiledNow(plan: Plan, step: Step): CompiledQuery | undefined {
  const query = plan.queries.get(step.id)
  const waits = step.each !== undefined || step.with !== undefined || step.scope !== undefined
  if (query === undefined || waits) return undefined
  const { scope, parameters, lists } = plan
  try {
    return query.compile({ dialect: plan.connection.dialect, scope, parameters, lists })
  } catch {
    return undefined
  }
}

/** SHA-256 over the canonical record: what an approval can be bound to. */
export const planDigest = (plan: Plan): string => digestOf(canonicalJson(planRecord(plan)))

/** Bound values as cells: a bigint beyond 2^53 is its digits. */
export const bindingValues = (compiled: CompiledQuery | undefined): Values =>
  Object.fromEntries(
    (compiled?.bindings ?? []).map(({ name, value }) => [
      name,
      typeof value === 'bigint' ? (Number.isSafeInteger(Number(value)) ? Number(value) : String(value)) : value,
    ]),
  )
