/** Event names: that they exist, and that the runbook says it needs their class. */
import type { KnownEvents } from '../event/known-events.ts'
import type { StringLiteral } from '../sql/tree.ts'
import type { Checks } from './check-context.ts'
import { didYouMean } from './did-you-mean.ts'
import { dataEvents, isDataEvent, isReadOnly } from './event-classes.ts'
import type { NamedEvent, QueryFacts } from './query-facts.ts'
import type { Warn } from './warn.ts'

export function lintEvents(checks: Checks, facts: QueryFacts, warn: Warn): void {
  if (checks.knownEvents) lintNames(checks.knownEvents, facts, warn)
  lintClasses(checks, facts, warn)
}

export function lintNames(known: KnownEvents, facts: QueryFacts, warn: Warn): void {
  for (const source of facts.sources) lintSource(known, source, warn)
  for (const event of facts.events) lintName(known, event, warn)
}

function lintSource(known: KnownEvents, { value, span }: StringLiteral, warn: Warn): void {
  if (known.names(value)) return
  const meant = didYouMean(value, known.sources)
  const hint = meant ? `Did you mean ${meant}?` : 'Check the name; a source ends in .amazonaws.com.'
  warn('LINT_SOURCE_UNKNOWN', { name: value, hint }, span)
}

function lintName(known: KnownEvents, { name: { value, span }, sources }: NamedEvent, warn: Warn): void {
  const listed = sources.filter((source) => known.names(source))
  // A source that is not known is told as such; nothing can be said of its events.
  if (listed.length < sources.length || known.has(value, sources)) return
  const names =
    sources.length === 0 ? [...(known.names() ?? [])] : listed.flatMap((source) => [...(known.names(source) ?? [])])
  warn(
    'LINT_EVENT_UNKNOWN',
    { name: value, sources: sources.join(', ') || 'any service', hint: hintFor(known, value, names) },
    span,
  )
}

/** The same name elsewhere, or with the version that Lambda adds, is more likely meant than a similar one. */
function hintFor(known: KnownEvents, value: string, names: readonly string[]): string {
  const versioned = names.find((name) => name.replace(/\d{8}$/, '') === value)
  if (versioned)
    return `CloudTrail logs it as ${versioned}, some of these with v2 at the end; LIKE '${value}%' finds both.`
  const elsewhere = known.sources.filter((source) => known.has(value, [source]))
  if (elsewhere.length > 0 && elsewhere.length < 4) return `It is an event of ${elsewhere.join(', ')}.`
  const meant = didYouMean(value, names)
  return meant
    ? `Did you mean ${meant}?`
    : 'Check the name: events are named after API operations, not after IAM actions.'
}

/** Reading events are a class of their own, and so are the data events of each service. */
function lintClasses({ draft: { head, root } }: Checks, { events }: QueryFacts, warn: Warn): void {
  const needs = head.needs ?? []
  if (!Object.hasOwn(root, 'needs')) return
  const told = new Set<string>()
  for (const { name, sources, negated } of events) {
    if (negated || sources.length === 0) continue
    const classes = new Set(sources.map((source) => classOf(source, name.value)))
    const [need] = classes
    // Data events of services that the table knows are told by their own warning.
    if (classes.size > 1 || need === undefined || Object.hasOwn(dataEvents, need)) continue
    if (needs.includes(need) || told.has(need)) continue
    told.add(need)
    warn('LINT_NEEDS_CLASS', { name: name.value, need }, name.span)
  }
}

function classOf(source: string, name: string): string {
  if (isDataEvent(source, name)) return `data:${source.replace(/\.amazonaws\.com$/, '')}`
  return isReadOnly(source, name) ? 'management:read' : 'management:write'
}
