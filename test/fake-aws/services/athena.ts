/**
 * Athena without an engine: whoever starts it says what a statement answers. It keeps the documented limits ("Service Quotas",
 * Athena User Guide; API reference): text of 262,144 bytes, tokens of 32 to 128 characters, pages of 1,000 rows, active queries,
 * time of one query, cut-offs and settings of workgroups.
 */
import { createHash } from 'node:crypto'
import { AwsFault, type Call, checkMembers, pageOf, required, type Service, textOf } from '../call.ts'

export interface FakeResult {
  /** Types in Trino's words. */
  readonly columns: readonly { readonly name: string; readonly type: string }[]
  /** Cells as Athena's text; NULL is null. */
  readonly rows: readonly (readonly (string | null)[])[]
  readonly bytesScanned?: number
}

export interface FakeWorkgroup {
  readonly name: string
  readonly outputLocation?: string
  readonly managed?: boolean
  readonly enforced?: boolean
  readonly cutoff?: number
  readonly disabled?: boolean
  /** Other members of its Configuration, as given. */
  readonly configuration?: Readonly<Record<string, unknown>>
}

export interface FakeAthenaOptions {
  /** What a statement answers. */
  execute(
    sql: string,
    context: { readonly database: string; readonly catalog: string; readonly signal: AbortSignal },
  ): Promise<FakeResult | { readonly error: string; readonly retryable?: boolean }>
  readonly workgroups?: readonly FakeWorkgroup[]
  /** Queries that wait or run at once; documented for most Regions are 20. */
  readonly active?: number
  /** Queries that run at once; the others wait. */
  readonly running?: number
  readonly queueMs?: number
  /** Documented are 30 minutes. */
  readonly timeoutMs?: number
  /** Buckets that results may be written to; any where left out. */
  readonly buckets?: readonly string[]
  /** Results are said to be those of earlier queries. */
  readonly isReused?: boolean
}

type State = 'QUEUED' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED'

export interface FakeExecution {
  readonly id: string
  readonly sql: string
  readonly database: string
  readonly workgroup: string
  readonly region: string
  readonly input: Readonly<Record<string, unknown>>
  state: State
  reason?: string
  error?: Readonly<Record<string, unknown>>
  result?: FakeResult
  scanned: number
  submitted: number
  ended?: number
}

export interface FakeAthena extends Service {
  /** Every query so far, in order. */
  readonly executions: readonly FakeExecution[]
}

const mostTextBytes = 262_144
const mostRows = 1000
const leastCutoff = 10_000_000

const invalid = (message: string): AwsFault => new AwsFault('InvalidRequestException', message)

const ended = ({ state }: FakeExecution): boolean => state !== 'QUEUED' && state !== 'RUNNING'

export function athena(options: FakeAthenaOptions): FakeAthena {
  const { active = 20, running = 20, queueMs = 0, timeoutMs = 30 * 60_000 } = options
  const executions: (FakeExecution & { readonly abort: AbortController })[] = []
  const tokens = new Map<string, { readonly parameters: string; readonly id: string }>()
  const workgroups = new Map<string, FakeWorkgroup>(
    [{ name: 'primary' }, ...(options.workgroups ?? [])].map((group) => [group.name, group]),
  )
  const groupOf = (name: string): FakeWorkgroup => {
    const group = workgroups.get(name)
    if (group === undefined) throw invalid(`WorkGroup ${name} is not found.`)
    return group
  }
  const find = (call: Call): (typeof executions)[number] => {
    const id = required(call, 'QueryExecutionId')
    const found = executions.find((one) => one.id === id)
    if (found === undefined) throw invalid(`QueryExecution ${id} was not found`)
    return found
  }
  const finish = (execution: FakeExecution, state: State, more: Partial<FakeExecution> = {}): void => {
    if (ended(execution)) return
    Object.assign(execution, more, { state, ended: Date.now() })
    pump()
  }
  const fail = (execution: FakeExecution, reason: string, kind: { category: number; type: number; retry?: boolean }) =>
    finish(execution, 'FAILED', {
      reason,
      error: {
        ErrorCategory: kind.category,
        ErrorType: kind.type,
        Retryable: kind.retry ?? false,
        ErrorMessage: reason,
      },
    })
  const carryOut = async (execution: (typeof executions)[number], catalog: string): Promise<void> => {
    const timer = setTimeout(() => {
      execution.abort.abort()
      fail(execution, 'Query timeout', { category: 2, type: 1005 })
    }, timeoutMs)
    try {
      const { database, sql, abort } = execution
      const answer = await options.execute(sql, { database, catalog, signal: abort.signal })
      if ('error' in answer) {
        fail(execution, answer.error, {
          category: answer.retryable ? 1 : 2,
          type: 1300,
          retry: answer.retryable ?? false,
        })
        return
      }
      const scanned = answer.bytesScanned ?? 0
      const { cutoff } = groupOf(execution.workgroup)
      if (cutoff !== undefined && scanned > cutoff)
        finish(execution, 'CANCELLED', { reason: 'Bytes scanned limit was exceeded', scanned: cutoff })
      else finish(execution, 'SUCCEEDED', { result: answer, scanned })
    } catch (error) {
      fail(execution, String(error), { category: 1, type: 1, retry: false })
    } finally {
      clearTimeout(timer)
    }
  }
  const waiting: { readonly execution: (typeof executions)[number]; readonly catalog: string }[] = []
  const pump = (): void => {
    while (executions.filter(({ state }) => state === 'RUNNING').length < running) {
      const next = waiting.shift()
      if (next === undefined) return
      if (next.execution.state !== 'QUEUED') continue
      next.execution.state = 'RUNNING'
      void carryOut(next.execution, next.catalog)
    }
  }

  const start = (call: Call): unknown => {
    checkMembers(call, [
      'QueryString',
      'ClientRequestToken',
      'QueryExecutionContext',
      'ResultConfiguration',
      'WorkGroup',
      'ExecutionParameters',
      'ResultReuseConfiguration',
    ])
    const sql = required(call, 'QueryString')
    if (Buffer.byteLength(sql) > mostTextBytes || sql === '')
      throw invalid(`queryString must be between 1 and ${mostTextBytes} bytes`)
    const { ClientRequestToken: token, ...parameters } = call.input
    const canonical = createHash('sha256').update(JSON.stringify(parameters)).digest('hex')
    if (token !== undefined) {
      if (typeof token !== 'string' || token.length < 32 || token.length > 128)
        throw invalid('clientRequestToken must have between 32 and 128 characters')
      const known = tokens.get(`${call.account} ${call.region} ${token}`)
      if (known?.parameters === canonical) return { QueryExecutionId: known.id }
      if (known !== undefined) throw invalid('Idempotent parameters do not match')
    }
    const group = groupOf(textOf(call, 'WorkGroup') ?? 'primary')
    if (group.disabled) throw invalid(`WorkGroup ${group.name} is disabled`)
    const location = outputOf(call, group)
    const bucket = location && /^s3:\/\/([^/]+)/.exec(location)?.[1]
    if (bucket !== undefined && options.buckets !== undefined && !options.buckets.includes(bucket))
      throw invalid(`Unable to verify/create output bucket ${bucket}`)
    if (executions.filter((one) => !ended(one)).length >= active)
      throw new AwsFault(
        'TooManyRequestsException',
        'You have exceeded the limit for the number of queries you can run concurrently.',
      )
    const context = (call.input.QueryExecutionContext ?? {}) as { Database?: string; Catalog?: string }
    const number = String(executions.length + 1).padStart(12, '0')
    const execution = {
      id: `00000000-0000-4000-8000-${number}`,
      sql,
      database: context.Database ?? 'default',
      workgroup: group.name,
      region: call.region,
      input: call.input,
      state: 'QUEUED' as State,
      scanned: 0,
      submitted: Date.now(),
      abort: new AbortController(),
    }
    executions.push(execution)
    if (typeof token === 'string')
      tokens.set(`${call.account} ${call.region} ${token}`, { parameters: canonical, id: execution.id })
    waiting.push({ execution, catalog: context.Catalog ?? 'AwsDataCatalog' })
    if (queueMs > 0) setTimeout(pump, queueMs).unref()
    else setImmediate(pump)
    return { QueryExecutionId: execution.id }
  }

  const describe = (execution: FakeExecution): unknown => {
    const total = (execution.ended ?? Date.now()) - execution.submitted
    return {
      QueryExecutionId: execution.id,
      Query: execution.sql,
      StatementType: isSelect(execution.sql) ? 'DML' : 'DDL',
      QueryExecutionContext: execution.input.QueryExecutionContext,
      WorkGroup: execution.workgroup,
      EngineVersion: {
        SelectedEngineVersion: 'AUTO',
        EffectiveEngineVersion: 'Athena engine version 3',
      },
      Status: {
        State: execution.state,
        SubmissionDateTime: execution.submitted / 1000,
        ...(execution.ended !== undefined && { CompletionDateTime: execution.ended / 1000 }),
        ...(execution.reason !== undefined && { StateChangeReason: execution.reason }),
        ...(execution.error !== undefined && { AthenaError: execution.error }),
      },
      Statistics: {
        DataScannedInBytes: execution.scanned,
        EngineExecutionTimeInMillis: total,
        TotalExecutionTimeInMillis: total,
        ResultReuseInformation: { ReusedPreviousResult: options.isReused === true },
      },
    }
  }

  const results = (call: Call): unknown => {
    checkMembers(call, ['QueryExecutionId', 'NextToken', 'MaxResults', 'QueryResultType'])
    const execution = find(call)
    if (!ended(execution)) throw invalid(`Query has not yet finished. Current state: ${execution.state}`)
    if (execution.result === undefined)
      throw invalid(`Query did not finish successfully. Final query state: ${execution.state}`)
    const most = call.input.MaxResults ?? mostRows
    if (typeof most !== 'number' || most < 1 || most > mostRows)
      throw invalid(`MaxResults is more than maximum allowed length ${mostRows}.`)
    const { columns, rows } = execution.result
    // The header is a row like the others: it counts for the page.
    const all = isSelect(execution.sql) ? [columns.map(({ name }) => name), ...rows] : rows
    const { items, next } = pageOf(all, textOf(call, 'NextToken'), most)
    return {
      UpdateCount: 0,
      ResultSet: {
        Rows: items.map((cells) => ({ Data: cells.map((cell) => (cell === null ? {} : { VarCharValue: cell })) })),
        ResultSetMetadata: {
          ColumnInfo: columns.map(({ name, type }) => ({
            CatalogName: 'hive',
            SchemaName: '',
            TableName: '',
            Name: name,
            Label: name,
            // Without its arguments: `array` and not `array(varchar)`.
            Type: /^[a-z ]+/.exec(type.replace(/\(\d+\)/, ''))?.[0].trim() ?? type,
            Precision: 0,
            Scale: 0,
            Nullable: 'UNKNOWN',
            CaseSensitive: false,
          })),
        },
      },
      ...(next !== undefined && { NextToken: next }),
    }
  }

  return {
    name: 'athena',
    protocol: 'json',
    executions,
    operations: {
      StartQueryExecution: start,
      GetQueryExecution: (call) => {
        checkMembers(call, ['QueryExecutionId'])
        return { QueryExecution: describe(find(call)) }
      },
      BatchGetQueryExecution: (call) => {
        const ids = call.input.QueryExecutionIds as readonly string[]
        if (ids.length < 1 || ids.length > 50) throw invalid('QueryExecutionIds must have between 1 and 50 members')
        const known = ids.flatMap((id) => executions.filter((one) => one.id === id))
        return { QueryExecutions: known.map(describe), UnprocessedQueryExecutionIds: [] }
      },
      GetQueryResults: results,
      StopQueryExecution: (call) => {
        checkMembers(call, ['QueryExecutionId'])
        const execution = find(call)
        execution.abort.abort()
        finish(execution, 'CANCELLED', { reason: 'Query was cancelled by the user' })
        return {}
      },
      GetWorkGroup: (call) => ({ WorkGroup: describeGroup(groupOf(required(call, 'WorkGroup'))) }),
      CreateWorkGroup: (call) => {
        checkMembers(call, ['Name', 'Configuration', 'Description', 'Tags'])
        const name = required(call, 'Name')
        if (workgroups.has(name)) throw invalid('WorkGroup is already created')
        workgroups.set(name, groupFrom(name, (call.input.Configuration ?? {}) as Configuration))
        return {}
      },
      UpdateWorkGroup: (call) => {
        checkMembers(call, ['WorkGroup', 'ConfigurationUpdates', 'Description', 'State'])
        const group = groupOf(required(call, 'WorkGroup'))
        const { ResultConfigurationUpdates, ...updates } = (call.input.ConfigurationUpdates ?? {}) as Record<
          string,
          unknown
        >
        const changed = {
          ...updates,
          ...(ResultConfigurationUpdates !== undefined && { ResultConfiguration: ResultConfigurationUpdates }),
        }
        workgroups.set(group.name, { ...group, ...defined(groupFrom(group.name, changed as Configuration)) })
        return {}
      },
    },
  }

  function outputOf(call: Call, group: FakeWorkgroup): string | undefined {
    const asked = (call.input.ResultConfiguration ?? {}) as { OutputLocation?: string }
    if (group.managed) {
      if (call.input.ResultConfiguration !== undefined && !group.enforced)
        throw invalid('ResultConfiguration cannot be set for a workgroup with managed query results')
      return undefined
    }
    const location = group.enforced ? group.outputLocation : (asked.OutputLocation ?? group.outputLocation)
    if (location === undefined)
      throw invalid(
        'No output location provided. An output location is required either through the Workgroup result configuration setting or as an API input.',
      )
    return location
  }
}

/** What Athena calls DML and gives a header for. */
const isSelect = (sql: string): boolean => /^\s*(?:\(|select|with|values|table)/i.test(sql)

interface Configuration {
  readonly ResultConfiguration?: { readonly OutputLocation?: string }
  readonly EnforceWorkGroupConfiguration?: boolean
  readonly BytesScannedCutoffPerQuery?: number
  readonly ManagedQueryResultsConfiguration?: { readonly Enabled?: boolean }
}

function groupFrom(name: string, configuration: Configuration): FakeWorkgroup {
  const cutoff = configuration.BytesScannedCutoffPerQuery
  if (cutoff !== undefined && cutoff < leastCutoff)
    throw invalid(`BytesScannedCutoffPerQuery must be at least ${leastCutoff}`)
  const location = configuration.ResultConfiguration?.OutputLocation
  const managed = configuration.ManagedQueryResultsConfiguration?.Enabled
  const enforced = configuration.EnforceWorkGroupConfiguration
  return {
    name,
    configuration: configuration as Readonly<Record<string, unknown>>,
    ...(location !== undefined && { outputLocation: location }),
    ...(managed !== undefined && { managed }),
    // As documented: true where CreateWorkGroup does not say otherwise.
    enforced: enforced ?? true,
    ...(cutoff !== undefined && { cutoff }),
  }
}

const defined = (group: FakeWorkgroup): Partial<FakeWorkgroup> => {
  const { name: _, ...more } = group
  return more
}

function describeGroup(group: FakeWorkgroup): unknown {
  const { name, outputLocation, managed, enforced, cutoff, disabled, configuration } = group
  return {
    Name: name,
    State: disabled ? 'DISABLED' : 'ENABLED',
    Configuration: {
      PublishCloudWatchMetricsEnabled: false,
      RequesterPaysEnabled: false,
      EngineVersion: { SelectedEngineVersion: 'AUTO', EffectiveEngineVersion: 'Athena engine version 3' },
      ...configuration,
      EnforceWorkGroupConfiguration: enforced ?? false,
      ...(outputLocation !== undefined && {
        ResultConfiguration: {
          ...(configuration?.ResultConfiguration as object | undefined),
          OutputLocation: outputLocation,
        },
      }),
      ...(managed !== undefined && { ManagedQueryResultsConfiguration: { Enabled: managed } }),
      ...(cutoff !== undefined && { BytesScannedCutoffPerQuery: cutoff }),
    },
  }
}
