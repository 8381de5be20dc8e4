/** Traps of CloudTrail that a checked query can step into: what looks right and misses, or counts, the wrong events. */

import type { AnalyzedQuery } from '../sql/compile.ts'
import type { Expression } from '../sql/tree.ts'
import { visitExpression, visitQuery } from '../sql/visit.ts'
import type { Checks } from './check-context.ts'
import { silentWhenDenied } from './event-classes.ts'
import { outputs } from './outputs.ts'
import { columnOf, columnsIn, comparison, type QueryFacts, type SelectFacts } from './query-facts.ts'
import type { QueryStep } from './schema-step.ts'
import type { Warn } from './warn.ts'

interface LintedQuery {
  readonly step: QueryStep
  readonly query: AnalyzedQuery
  readonly facts: QueryFacts
}

export function lintQuery(checks: Checks, linted: LintedQuery, warn: Warn): void {
  lintTimes(linted, warn)
  lintLookback(checks, linted, warn)
  lintQuestions(linted, warn)
  lintSourceIp(linted, warn)
  for (const select of linted.facts.selects) {
    if (!select.readsEvents) continue
    lintDeniedConditions(select, warn)
    lintKeyColumns(linted, select, warn)
    lintRegions(select, warn)
    lintCounts(linted, select, warn)
  }
}

const timeColumns = new Set(['eventTime', 'event_time'])

function lintTimes({ query }: LintedQuery, warn: Warn): void {
  visitQuery(query.tree, {
    expression(node) {
      if (node.kind === 'call' && node.name === 'current_date') warn('LINT_CLOCK', {}, node.span)
      for (const [column, value] of comparedTimes(node))
        if (value.kind === 'string' || value.kind === 'datetime') warn('LINT_FIXED_TIME', { column }, node.span)
    },
  })
}

/** A column of times, and what it is compared with. */
function comparedTimes(node: Expression): readonly (readonly [string, Expression])[] {
  const pairs: (readonly [Expression, Expression])[] =
    node.kind === 'binary-op' && /^[<>]=?$/.test(node.operator)
      ? [
          [node.left, node.right],
          [node.right, node.left],
        ]
      : node.kind === 'between'
        ? [
            [node.operand, node.low],
            [node.operand, node.high],
          ]
        : []
  return pairs.flatMap(([operand, value]) => {
    const column = columnOf(operand)
    return column !== undefined && timeColumns.has(column) ? [[column, value] as const] : []
  })
}

/** With a lookback, events from before the window are in reach, and a finding of them was told a window ago. */
function lintLookback(checks: Checks, { step, query }: LintedQuery, warn: Warn): void {
  const lookback = step.scope?.lookback ?? checks.draft.head.scope?.lookback
  if (lookback === undefined || !step.finding || !query.readsEvents) return
  const fixed = ['window_from', 'window_to', ...Object.keys(step.with ?? {})]
  if (query.parameters.some((name) => fixed.includes(name))) return
  warn('LINT_LOOKBACK', { lookback }, { start: 0, end: step.query.sql.trimEnd().length })
}

/** A UNION of SELECTs over different services is several questions in one answer. */
function lintQuestions({ query, facts }: LintedQuery, warn: Warn): void {
  const { body } = query.tree
  if (body.kind !== 'set' || body.operator !== 'UNION') return
  const branches = unionBranches(body)
  const groups = branches.map((branch) => facts.selects.find(({ select }) => select === branch)?.sources ?? [])
  const apart = groups.every(
    (group, index) =>
      group.length > 0 && !groups.some((other, at) => at !== index && other.some((one) => group.includes(one))),
  )
  if (apart) warn('LINT_TWO_QUESTIONS', { questions: groups.map((group) => group[0]).join(', ') }, body.span)
}

const unionBranches = (body: LintedQuery['query']['tree']['body']): readonly unknown[] =>
  body.kind === 'set' ? [...unionBranches(body.left), ...unionBranches(body.right)] : [body]

function lintSourceIp({ query, facts }: LintedQuery, warn: Warn): void {
  const { columns } = facts
  if (columns.has('is_service') || columns.has('invokedBy')) return
  const suspects: Expression[] = []
  let services = false
  visitQuery(query.tree, {
    expression(node) {
      if (node.kind === 'string' && /amazonaws\.com|AWS Internal/i.test(node.value)) services ||= !isSource(node.value)
      if (node.kind === 'reference' && node.parts.some((part) => part.name.toLowerCase() === 'invokedby'))
        services = true
      const found = comparison(node)
      if (found?.column === 'sourceIPAddress' && found.negated) suspects.push(node)
      if (node.kind === 'cast' && !node.safe && isNumberOf(node)) suspects.push(node)
    },
  })
  if (!services) for (const { span } of suspects.slice(0, 1)) warn('LINT_SOURCE_IP', {}, span)
}

const isSource = (text: string): boolean => /^[a-z0-9-]+\.amazonaws\.com$/.test(text)

const isNumberOf = (node: Expression & { kind: 'cast' }): boolean =>
  node.target.kind !== 'varchar' && columnsIn(node.operand).has('sourceIPAddress')

/** Only what succeeded is looked at: what denied calls lack is then no loss. */
export const onlySucceeded = ({ conditions }: SelectFacts): boolean =>
  conditions.some((condition) => {
    const found = comparison(condition)
    if (found?.column === 'outcome') return !found.negated && found.literals.every(({ value }) => value !== 'denied')
    return condition.kind === 'is-null' && !condition.negated && columnOf(condition.operand) === 'errorCode'
  })

const silentServices = (select: SelectFacts): readonly string[] =>
  select.sources.filter((source) => silentWhenDenied.has(source))

const handlesDenied = new Set(['denied_resource', 'errorMessage', 'outcome', 'errorCode'])

/** Where denied calls carry no parameters, a condition on these keeps attempts out. */
function lintDeniedConditions(select: SelectFacts, warn: Warn): void {
  const [service] = silentServices(select)
  if (service === undefined || onlySucceeded(select)) return
  for (const condition of select.conditions) {
    const columns = columnsIn(condition)
    if (!columns.has('requestParameters') || [...columns].some((column) => handlesDenied.has(column))) continue
    // (:name IS NULL OR …): without the parameter nothing is left out.
    if (condition.kind === 'binary-op' && condition.operator === 'OR') continue
    if (condition.kind === 'is-null' && !condition.negated) continue
    warn('LINT_DENIED_PARAMETERS', { service }, condition.span)
    return
  }
}

/** A NULL in the key makes one finding of attempts on many resources. */
function lintKeyColumns({ step, query }: LintedQuery, select: SelectFacts, warn: Warn): void {
  const [service] = silentServices(select)
  if (service === undefined || onlySucceeded(select) || query.tree.body !== select.select) return
  for (const { item, name } of outputs(query)) {
    if (!step.finding?.key.includes(name)) continue
    const columns = columnsIn(item.expression)
    if (!columns.has('requestParameters') || [...columns].some((column) => handlesDenied.has(column))) continue
    warn('LINT_KEY_PARAMETERS', { column: name, service }, item.span)
  }
}

/** Services that log in us-east-1 wherever they are called from (CloudTrail User Guide, "global service events"). */
const globalServices = [
  'iam',
  'sts',
  'cloudfront',
  'route53',
  'organizations',
  'signin',
  'waf',
  'budgets',
  'ce',
  'support',
]

function lintRegions({ conditions, sources }: SelectFacts, warn: Warn): void {
  const names = sources.map((source) => source.replace(/\.amazonaws\.com$/, ''))
  const missed = names.length === 0 ? globalServices.slice(0, 3) : names.filter((name) => globalServices.includes(name))
  if (missed.length === 0) return
  for (const condition of conditions) {
    const found = comparison(condition)
    if (found?.column !== 'awsRegion' || found.negated || found.others || found.pattern) continue
    if (found.literals.some(({ value }) => /^(us-east-1|us-gov-|cn-)/.test(value))) continue
    const services = `${missed.join(', ')}${names.length === 0 ? ' and others' : ''}`
    warn('LINT_GLOBAL_REGION', { services }, condition.span)
  }
}

/** Services whose resources can be used from another account; both then log the call, with one sharedEventID. */
const acrossAccounts = new Set(
  ['s3', 'sts', 'kms', 'sns', 'sqs', 'lambda', 'secretsmanager', 'ecr', 'events', 'glue', 'dynamodb'].map(
    (name) => `${name}.amazonaws.com`,
  ),
)

const tellsSides = ['side', 'sharedEventID', 'recipientAccountId']

function lintCounts({ facts }: LintedQuery, { select, sources }: SelectFacts, warn: Warn): void {
  if (tellsSides.some((column) => facts.columns.has(column))) return
  if (sources.length > 0 && !sources.some((source) => acrossAccounts.has(source))) return
  for (const item of select.items) {
    if (item.kind !== 'expression') continue
    visitExpression(item.expression, {
      expression(node) {
        if (node.kind === 'call' && node.name === 'count' && !node.distinct && !node.over)
          warn('LINT_COUNTED_TWICE', {}, node.span)
      },
    })
  }
}
