/** A checked text with its values and the scope of the run put in. */
import { TrailbookError } from '../errors.ts'
import type { Cell, Scope } from '../ports.ts'
import type { ListTable } from '../sql/compile.ts'
import type { InsightsText } from './check.ts'
import type { Command, Named, Term } from './tree.ts'

interface Values {
  readonly scope: Scope
  readonly parameters: Readonly<Record<string, Cell>>
  readonly lists: Readonly<Record<string, ListTable>>
}

/** @throws TrailbookError SQL_NOT_ON_ENGINE for a value that cannot be written */
export function printInsights({ commands }: InsightsText, values: Values): string {
  const { scope } = values
  const among = (field: string, items: readonly string[]) =>
    items.length > 0 ? [`${field} in [${items.map(quoted).join(', ')}]`] : []
  const own = [
    `eventTime >= ${quoted(scope.earliest)}`,
    `eventTime < ${quoted(scope.window.to)}`,
    ...among('recipientAccountId', scope.accounts),
    ...among('awsRegion', scope.regions),
    ...among('eventSource', scope.services),
  ]
  const parameters = { ...values.parameters, window_from: scope.window.from, window_to: scope.window.to }
  return [
    `filter ${own.join(' and ')}`,
    ...commands.map((command) => commandText(command, { ...values, parameters })),
  ].join('\n| ')
}

function commandText(command: Command, values: Values): string {
  const item = ({ term, as }: Named) => `${termText(term, values)}${as === undefined ? '' : ` as ${fieldText(as)}`}`
  switch (command.kind) {
    case 'fields':
      return `fields ${command.items.map(item).join(', ')}`
    case 'filter':
      return `filter ${termText(command.condition, values)}`
    case 'stats':
      return `stats ${command.items.map(item).join(', ')}${command.by.length > 0 ? ` by ${command.by.map(item).join(', ')}` : ''}`
    case 'sort':
      return `sort ${command.items.map(({ field, descending }) => `${fieldText(field)} ${descending ? 'desc' : 'asc'}`).join(', ')}`
    case 'limit':
      return `limit ${command.count}`
    case 'dedup':
    case 'display':
      return `${command.kind} ${command.names.map(fieldText).join(', ')}`
    case 'parse': {
      const as = command.as.length > 0 ? ` as ${command.as.map(fieldText).join(', ')}` : ''
      return `parse ${fieldText(command.from)} ${termText(command.pattern, values)}${as}`
    }
  }
}

const fieldText = (name: string): string => (/^[@A-Za-z][\w.@]*$|^\*$/.test(name) ? name : `\`${name}\``)

/** How a quote is written inside of a text is not documented, so no text may have one. */
function quoted(text: string): string {
  if (!/["\\\x00-\x1f\x7f]/.test(text)) return `"${text}"`
  throw new TrailbookError('SQL_NOT_ON_ENGINE', {
    engine: 'CloudWatch Logs Insights',
    what: `a text with a quote, a backslash or control characters, ${JSON.stringify(text)}`,
    advice: 'Use like with a pattern.',
  })
}

const always = '(1 = 1)'
const never = '(1 = 0)'

function termText(term: Term, values: Values): string {
  const printed = (inner: Term) => termText(inner, values)
  switch (term.kind) {
    case 'field':
      return fieldText(term.name)
    case 'string':
      return quoted(term.value)
    case 'regex':
      return `/${term.value}/`
    case 'number':
      return term.value
    case 'parameter':
      return cellText(values.parameters[term.name] ?? null)
    case 'list':
      return ''
    case 'call': {
      const [first, condition] = term.args
      if (term.name !== 'given') return `${term.name}(${term.args.map(printed).join(', ')})`
      const value = first?.kind === 'parameter' ? values.parameters[first.name] : undefined
      return value === undefined || value === null ? always : `(${printed(condition!)})`
    }
    case 'binary':
      return `(${printed(term.left)} ${term.operator} ${printed(term.right)})`
    case 'not':
      return `(not ${printed(term.operand)})`
    case 'in': {
      const items = term.items.flatMap((item) => itemTexts(item, values))
      if (items.length === 0) return term.negated ? always : never
      return `(${printed(term.operand)} ${term.negated ? 'not ' : ''}in [${items.join(', ')}])`
    }
    case 'like':
      return `(${printed(term.operand)} ${term.negated ? 'not ' : ''}like ${printed(term.pattern)})`
  }
}

function itemTexts(item: Term, values: Values): readonly string[] {
  if (item.kind === 'list')
    return (values.lists[item.name]?.rows ?? []).flatMap((row) => {
      const [cell] = Object.values(row)
      return cell === null || cell === undefined ? [] : [cellText(cell)]
    })
  const value = item.kind === 'parameter' ? (values.parameters[item.name] ?? null) : undefined
  if (value === undefined) return [termText(item, values)]
  return Array.isArray(value) ? value.map((cell: Cell) => cellText(cell)) : value === null ? [] : [cellText(value)]
}

const cellText = (cell: Cell): string =>
  typeof cell === 'number' ? String(cell) : quoted(cell === null ? '' : String(cell))
