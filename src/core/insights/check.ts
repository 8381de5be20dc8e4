/** What a text in the query language of Logs Insights may say, and which columns it gives. */
import { suggest } from '../runbook/did-you-mean.ts'
import type { Span } from '../sql/tree.ts'
import { parseInsights } from './parse.ts'
import { type Command, type Named, type Term, termText } from './tree.ts'

export interface InsightsText {
  readonly commands: readonly Command[]
  /** Parameters that it names, built-in ones included. */
  readonly parameters: readonly string[]
  readonly lists: readonly string[]
}

interface InsightsMistake {
  readonly span: Span
  readonly reason: string
}

interface Known {
  readonly parameters: readonly string[]
  readonly lists: readonly string[]
  /** Columns of the portable text. */
  readonly columns: readonly string[]
}

/** "Supported operations and functions", CloudWatch Logs User Guide; and `given`, which is ours: see docs/engine-logs-insights.md. */
const functions = [
  ...[
    'ispresent',
    'isblank',
    'isempty',
    'strcontains',
    'tolower',
    'toupper',
    'strlen',
    'trim',
    'ltrim',
    'rtrim',
    'substr',
  ],
  ...['replace', 'concat', 'coalesce', 'abs', 'ceil', 'floor', 'greatest', 'least', 'log', 'sqrt', 'bin', 'datefloor'],
  ...[
    'dateceil',
    'fromMillis',
    'toMillis',
    'isValidIp',
    'isValidIpv4',
    'isValidIpv6',
    'isIpInSubnet',
    'isIpv4InSubnet',
  ],
  ...['isIpv6InSubnet', 'jsonParse', 'jsonStringify', 'given'],
]
const aggregates = [
  ...[
    'count',
    'count_distinct',
    'sum',
    'avg',
    'min',
    'max',
    'pct',
    'stddev',
    'earliest',
    'latest',
    'sortsFirst',
    'sortsLast',
  ],
]

export function checkInsights(
  text: string,
  known: Known,
): { readonly query?: InsightsText; readonly mistakes: readonly InsightsMistake[] } {
  const parsed = parseInsights(text)
  if ('mistake' in parsed) return { mistakes: [parsed.mistake] }
  const { commands } = parsed
  const mistakes: InsightsMistake[] = []
  const used = { parameters: new Set<string>(), lists: new Set<string>() }
  const report = (span: Span, reason: string) => mistakes.push({ span, reason })
  const named = (term: Term & { readonly name: string }, kind: 'parameters' | 'lists') => {
    used[kind].add(term.name)
    if (!known[kind].includes(term.name))
      report(
        term,
        `there is no ${kind === 'lists' ? 'list' : 'parameter'} ${term.name}. ${suggest(term.name, known[kind])}`,
      )
  }

  const look = (term: Term, within: 'stats' | 'rows') => {
    switch (term.kind) {
      case 'parameter':
        return named(term, 'parameters')
      case 'list':
        return report(term, 'a list stands after "in" only')
      case 'regex':
        return report(term, 'a pattern stands after "like" only')
      case 'binary':
        look(term.left, within)
        return look(term.right, within)
      case 'not':
        return look(term.operand, within)
      case 'in':
        look(term.operand, within)
        for (const item of term.items) {
          if (item.kind === 'list') named(item, 'lists')
          else if (item.kind === 'parameter') named(item, 'parameters')
          else look(item, within)
        }
        return
      case 'like':
        look(term.operand, within)
        if (!['regex', 'string', 'parameter'].includes(term.pattern.kind))
          report(term.pattern, 'a text or a /pattern/ stands after "like"')
        else if (term.pattern.kind === 'parameter') named(term.pattern, 'parameters')
        return
      case 'call':
        return call(term, within)
      default:
    }
  }
  const call = (term: Term & { kind: 'call' }, within: 'stats' | 'rows') => {
    const isAggregate = aggregates.includes(term.name)
    if (isAggregate && within !== 'stats') report(term, `${term.name} aggregates, which only stats does`)
    if (!isAggregate && !functions.includes(term.name))
      report(term, `the function ${term.name} is not known. ${suggest(term.name, [...functions, ...aggregates])}`)
    if (term.name === 'given' && (term.args.length !== 2 || term.args[0]!.kind !== 'parameter'))
      report(term, 'given has a parameter and a condition: given(:name, condition)')
    for (const arg of term.args) look(arg, isAggregate ? 'rows' : within)
  }

  for (const [at, command] of commands.entries()) {
    if (command.kind === 'filter') look(command.condition, 'rows')
    if (command.kind === 'fields') for (const { term } of command.items) look(term, 'rows')
    if (command.kind === 'stats') {
      for (const { term } of command.items) look(term, 'stats')
      for (const { term } of command.by) look(term, 'rows')
    }
    const next = commands[at + 1]
    if (command.kind === 'dedup' && next && next.kind !== 'limit') report(next, 'only limit may follow dedup')
    if (command.kind === 'limit' && command.count > 100_000) report(command, 'limit goes up to 100000')
  }
  const stats = commands.filter(({ kind }) => kind === 'stats')
  if (stats.length > 2) report(stats[2]!, 'stats may stand twice at most')
  const got = outputColumns(commands)
  const lacking = known.columns.filter((column) => !got.includes(column))
  const strange = got.filter((column) => !known.columns.includes(column))
  if (mistakes.length === 0 && (lacking.length > 0 || strange.length > 0))
    report(commands.at(-1)!, columnsReason(lacking, strange))
  if (mistakes.length > 0) return { mistakes }
  return { mistakes, query: { commands, parameters: [...used.parameters], lists: [...used.lists] } }
}

const columnsReason = (lacking: readonly string[], strange: readonly string[]): string =>
  [
    ...(lacking.length > 0 ? [`it lacks the columns ${lacking.join(', ')} of the portable text`] : []),
    ...(strange.length > 0 ? [`the portable text has no columns ${strange.join(', ')}`] : []),
  ].join('; ')

/** `display` decides, else the last `stats`, else all `fields`. */
function outputColumns(commands: readonly Command[]): readonly string[] {
  const display = commands.findLast((command) => command.kind === 'display')
  if (display?.kind === 'display') return display.names
  const names = (items: readonly Named[]) => items.map(({ term, as }) => as ?? termText(term))
  const last = commands.findLastIndex(({ kind }) => kind === 'stats')
  const stats = commands[last]
  const fields = commands.slice(last + 1).flatMap((command) => (command.kind === 'fields' ? names(command.items) : []))
  return [...(stats?.kind === 'stats' ? [...names(stats.by), ...names(stats.items)] : []), ...fields]
}
