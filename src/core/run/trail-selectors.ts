/** What a trail's event selectors let through, from configuration or from the calls that set them. */
import type { InventoryTrail } from './inventory.ts'

type Access = 'all' | 'read' | 'write'

/** Something that a rule leaves out. `without` names the service where a whole service is left out. */
interface Limit {
  readonly text: string
  readonly without?: string
}

/** One kind of events that is recorded; without limits, all of it. */
export interface Rule {
  readonly category: 'management' | 'data' | 'network' | 'insight'
  /** Of data events: as in the event class `data:<service>`. */
  readonly service?: string
  readonly access: Access
  readonly limits: readonly Limit[]
}

export interface Recording {
  readonly amount: 'all' | 'part' | 'none'
  /** What is left out. */
  readonly limits: readonly string[]
}

/** What a new trail records (User Guide, "Creating a trail": management events, no data events). */
export const defaultRules: readonly Rule[] = [{ category: 'management', access: 'all', limits: [] }]

/** How much of an event class rules record. `services` are the only ones asked about, e.g. `iam.amazonaws.com`; none are all. */
export function recordingOf(rules: readonly Rule[], eventClass: string, services: readonly string[] = []): Recording {
  const [category, detail] = eventClass.split(':') as [string, string?]
  const isWanted = ({ without }: Limit): boolean =>
    without === undefined || services.length === 0 || services.includes(without)
  const fitting = rules.flatMap((rule) => {
    if (rule.category !== category) return []
    if (category === 'management') return rule.access === 'all' || rule.access === detail ? [rule.limits] : []
    if (category === 'data' && rule.service !== detail) return []
    const only = rule.access === 'all' ? [] : [{ text: `only calls that ${rule.access}` }]
    return [[...only, ...rule.limits]]
  })
  if (fitting.length === 0) return { amount: 'none', limits: [] }
  const limits = fitting.map((one) => one.filter(isWanted))
  if (limits.some((one) => one.length === 0)) return { amount: 'all', limits: [] }
  return { amount: 'part', limits: limits.map((one) => one.map(({ text }) => text).join(' and ')) }
}

export function configuredRules(trail: InventoryTrail): Rule[] {
  if (trail.selectors !== undefined)
    return [...requestedRules(trail.selectors), ...(trail.insights ? [insightRule] : [])]
  const management: Rule[] =
    trail.management === 'none'
      ? []
      : [{ category: 'management', access: trail.management, limits: trail.exclude.map(without) }]
  return [
    ...management,
    ...trail.data.map(
      ({ service, access, resources = [] }): Rule => ({
        category: 'data',
        service,
        access,
        limits: onlyArns(resources),
      }),
    ),
    ...(trail.network ? [{ category: 'network', access: 'all', limits: [] } as const] : []),
    ...(trail.insights ? [insightRule] : []),
  ]
}

export const insightRule: Rule = { category: 'insight', access: 'all', limits: [] }

const without = (source: string): Limit => ({ text: `nothing of ${source}`, without: source })
const shownArns = 3
const onlyArns = (arns: readonly string[]): Limit[] => {
  if (arns.length === 0) return []
  const more = arns.length > shownArns ? ` and ${arns.length - shownArns} more` : ''
  return [{ text: `only ${arns.slice(0, shownArns).join(', ')}${more}` }]
}

/** The `requestParameters` of PutEventSelectors: classic or advanced selectors. */
export function requestedRules(request: unknown): Rule[] {
  const advanced = list(member(request, 'advancedEventSelectors'))
  return advanced.length > 0
    ? advanced.map(advancedRule).filter((rule) => rule !== undefined)
    : list(member(request, 'eventSelectors')).flatMap(classicRules)
}

const accessOf: Readonly<Record<string, Access>> = { ReadOnly: 'read', WriteOnly: 'write' }

function classicRules(selector: unknown): Rule[] {
  const access = accessOf[String(member(selector, 'readWriteType'))] ?? 'all'
  const excluded = texts(member(selector, 'excludeManagementEventSources'))
  const data = list(member(selector, 'dataResources')).map((resource): Rule => {
    const { service, limits } = resourceType(String(member(resource, 'type')))
    const values = texts(member(resource, 'values'))
    // "arn:aws:s3" and "arn:aws:lambda" alone stand for all (PutEventSelectors, "DataResource").
    const everything = values.some((value) => /^arn:[a-z-]+:[a-z0-9]+(:::)?$/.test(value))
    return { category: 'data', service, access, limits: [...limits, ...(everything ? [] : onlyArns(values))] }
  })
  return member(selector, 'includeManagementEvents') === false
    ? data
    : [{ category: 'management', access, limits: excluded.map(without) }, ...data]
}

const categories: Readonly<Record<string, Rule['category']>> = {
  Management: 'management',
  Data: 'data',
  NetworkActivity: 'network',
}
const operators = ['equals', 'startsWith', 'endsWith', 'notEquals', 'notStartsWith', 'notEndsWith'] as const

function advancedRule(selector: unknown): Rule | undefined {
  let category: Rule['category'] | undefined
  let service: string | undefined
  let access: Access = 'all'
  const limits: Limit[] = []
  for (const field of list(member(selector, 'fieldSelectors'))) {
    const name = String(member(field, 'field'))
    for (const operator of operators) {
      const values = texts(member(field, operator))
      if (values.length === 0) continue
      if (name === 'eventCategory' && operator === 'equals') category = categories[values[0]!]
      else if (name === 'readOnly' && operator === 'equals' && values.length === 1)
        access = values[0] === 'true' ? 'read' : 'write'
      else if (name === 'resources.type' && operator === 'equals') {
        const type = resourceType(values[0]!)
        service = type.service
        limits.push(...type.limits)
      } else if (name === 'eventSource' && operator === 'notEquals') limits.push(...values.map(without))
      else if (name === 'resources.ARN' && (operator === 'equals' || operator === 'startsWith'))
        limits.push(...onlyArns(values))
      else limits.push({ text: `only where ${name} ${operator} ${values.slice(0, shownArns).join(', ')}` })
    }
  }
  return category && { category, access, limits, ...(service !== undefined && { service }) }
}

/** Where a service has several types of resources, the one that most of its data events are about. */
const mainTypes: Readonly<Record<string, string>> = {
  s3: 'AWS::S3::Object',
  lambda: 'AWS::Lambda::Function',
  dynamodb: 'AWS::DynamoDB::Table',
}

function resourceType(type: string): { service: string; limits: Limit[] } {
  if (type === 'AWS::EC2::Snapshot') return { service: 'ebs', limits: [] }
  const service = (type.split('::')[1] ?? type).toLowerCase()
  const main = mainTypes[service]
  return { service, limits: main === undefined || main === type ? [] : [{ text: `only resources of type ${type}` }] }
}

/** Members by name; logs write them with a small first letter, the API's documentation with a capital one. */
export function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const map = value as Readonly<Record<string, unknown>>
  return map[name] ?? map[name[0]!.toUpperCase() + name.slice(1)]
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
const texts = (value: unknown): string[] => list(value).filter((one) => typeof one === 'string')
