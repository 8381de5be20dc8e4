/** What a query compares, SELECT by SELECT: the facts that lint asks for. */
import type { AnalyzedQuery } from '../sql/compile.ts'
import type { Expression, Select, Span, StringLiteral, TableExpression } from '../sql/tree.ts'
import { visitExpression, visitQuery } from '../sql/visit.ts'

/** An event name with the sources it is looked for in; none where the condition names none. */
export interface NamedEvent {
  readonly name: StringLiteral
  readonly sources: readonly string[]
  /** The condition wants other events than this one. */
  readonly negated: boolean
}

export interface SelectFacts {
  readonly select: Select
  readonly readsEvents: boolean
  /** Event sources that its conditions want. */
  readonly sources: readonly string[]
  readonly conditions: readonly Expression[]
}

export interface QueryFacts {
  readonly selects: readonly SelectFacts[]
  readonly events: readonly NamedEvent[]
  readonly sources: readonly StringLiteral[]
  /** Names of columns that it reads anywhere, those of subqueries included. */
  readonly columns: ReadonlySet<string>
}

export function factsOf({ tree }: AnalyzedQuery): QueryFacts {
  const selects: SelectFacts[] = []
  const events: NamedEvent[] = []
  const sources: StringLiteral[] = []
  const columns = new Set<string>()
  visitQuery(tree, {
    select(select) {
      const conditions = [...(select.where ? conjuncts(select.where) : []), ...select.from.flatMap(joinConditions)]
      const own = sourcesIn(conditions)
      events.push(...namedEvents(conditions, []))
      selects.push({ select, readsEvents: readsEvents(select.from), sources: own, conditions })
    },
    expression(node) {
      const column = columnOf(node)
      if (column !== undefined) columns.add(column)
      const compared = comparison(node)
      if (compared?.column === 'eventSource') sources.push(...compared.literals)
      if (
        compared?.column === 'eventName' &&
        !compared.pattern &&
        !events.some(({ name }) => compared.literals.includes(name))
      )
        events.push(...compared.literals.map((name) => ({ name, sources: [], negated: compared.negated })))
    },
  })
  return { selects, events, sources, columns }
}

/** The column that a name stands for; undefined for anything else, and for a field of a column. */
export function columnOf(node: Expression): string | undefined {
  if (node.kind !== 'reference' || node.to?.kind !== 'column') return undefined
  return node.to.fields.length === 0 ? node.to.column : undefined
}

export function columnsIn(node: Expression): ReadonlySet<string> {
  const found = new Set<string>()
  visitExpression(node, {
    expression: (part) => {
      if (part.kind === 'reference' && part.to?.kind === 'column') found.add(part.to.column)
    },
  })
  return found
}

interface Comparison {
  readonly column: string
  /** The name of the relation whose column it is. */
  readonly relation: string
  /** LIKE: the texts are patterns. */
  readonly pattern: boolean
  readonly literals: readonly StringLiteral[]
  /** Also compared with something that is no text as it stands: a parameter, a list, another column. */
  readonly others: boolean
  readonly negated: boolean
  readonly span: Span
}

/** A column compared with texts: `=`, `<>`, IN, LIKE, and these under NOT. */
export function comparison(node: Expression): Comparison | undefined {
  switch (node.kind) {
    case 'unary': {
      const inner = node.operator === 'NOT' ? comparison(node.operand) : undefined
      return inner && { ...inner, negated: !inner.negated, span: node.span }
    }
    case 'binary-op': {
      if (node.operator !== '=' && node.operator !== '<>') return undefined
      const negated = node.operator === '<>'
      return (
        compared(node.left, [node.right], { negated, span: node.span }) ??
        compared(node.right, [node.left], { negated, span: node.span })
      )
    }
    case 'in-list':
      return compared(node.operand, node.items, node)
    case 'in-query':
      return compared(node.operand, [], { ...node, others: true })
    case 'like':
      return compared(node.operand, [node.pattern], { negated: node.negated, span: node.span, pattern: true })
    default:
      return undefined
  }
}

function compared(
  operand: Expression,
  values: readonly Expression[],
  { negated, span, others = false, pattern = false }: ComparisonForm,
): Comparison | undefined {
  const column = columnOf(operand)
  if (column === undefined || operand.kind !== 'reference' || operand.to?.kind !== 'column') return undefined
  const { relation } = operand.to
  const literals = values.filter((value): value is StringLiteral => value.kind === 'string')
  return { column, relation, pattern, literals, others: others || literals.length < values.length, negated, span }
}

interface ComparisonForm {
  readonly negated: boolean
  readonly span: Span
  readonly others?: boolean
  readonly pattern?: boolean
}

/** The parts of a chain of ANDs. */
const conjuncts = (node: Expression): readonly Expression[] =>
  node.kind === 'binary-op' && node.operator === 'AND' ? [...conjuncts(node.left), ...conjuncts(node.right)] : [node]

const disjuncts = (node: Expression): readonly Expression[] =>
  node.kind === 'binary-op' && node.operator === 'OR' ? [...disjuncts(node.left), ...disjuncts(node.right)] : [node]

const sourcesIn = (conditions: readonly Expression[]): readonly string[] =>
  conditions.flatMap((condition) => {
    const found = comparison(condition)
    if (found?.column === 'eventSource' && !found.negated && !found.others)
      return found.literals.map(({ value }) => value)
    return condition.kind === 'binary-op' && condition.operator === 'OR'
      ? disjuncts(condition).flatMap((part) => sourcesIn(conjuncts(part)))
      : []
  })

/** Sources by the relation whose `eventSource` is compared. */
type Around = readonly (readonly [relation: string, source: string])[]

/** A branch of OR that names no source of its own is about the sources round it. */
function namedEvents(conditions: readonly Expression[], around: Around): readonly NamedEvent[] {
  const own = conditions.flatMap((condition) => {
    const found = comparison(condition)
    return found?.column === 'eventSource' && !found.negated
      ? found.literals.map(({ value }) => [found.relation, value] as const)
      : []
  })
  const sources = [...own, ...around.filter(([relation]) => !own.some(([other]) => other === relation))]
  return conditions.flatMap((condition) => {
    const found = comparison(condition)
    if (found?.column === 'eventName' && !found.pattern) {
      const wanted = sources.flatMap(([relation, source]) => (relation === found.relation ? [source] : []))
      return found.literals.map((name) => ({ name, sources: wanted, negated: found.negated }))
    }
    return condition.kind === 'binary-op' && condition.operator === 'OR'
      ? disjuncts(condition).flatMap((part) => namedEvents(conjuncts(part), sources))
      : []
  })
}

const readsEvents = (tables: readonly TableExpression[]): boolean =>
  tables.some((table) =>
    table.kind === 'join'
      ? readsEvents([table.left, table.right])
      : table.kind === 'table' && table.source?.kind === 'events',
  )

const joinConditions = (table: TableExpression): readonly Expression[] =>
  table.kind === 'join'
    ? [...(table.on ? conjuncts(table.on) : []), ...joinConditions(table.left), ...joinConditions(table.right)]
    : []
