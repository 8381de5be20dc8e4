/**
 * Which values of event columns a query can see at all: for each reading of the event table, what its WHERE implies.
 * An event with another value changes nothing in the answer, so that it need not be fetched.
 */
import type { BoundValue } from './bind.ts'
import { folded } from './scope.ts'
import type { Expression, Query, Select, TableExpression, TableName } from './tree.ts'
import { visitQuery } from './visit.ts'

/** By folded path of the column (`eventname`, `useridentity.accesskeyid`): the only values that count. */
export type ImpliedValues = ReadonlyMap<string, ReadonlySet<string>>

type Values = ReadonlyMap<string, BoundValue>

/** One for every place that reads the event table, those in subqueries and fragments included. */
export function impliedValues(query: Query, values: Values): ImpliedValues[] {
  const found: ImpliedValues[] = []
  visitQuery(query, {
    select(select) {
      for (const table of select.from.flatMap(tablesIn)) {
        const { source, as } = table
        // A fragment is a query of its own, which the visitor does not enter.
        if (source?.kind === 'fragment') found.push(...impliedValues(source.query, values))
        else if (source?.kind === 'events') found.push(impliedBy(select, as, values))
      }
    },
  })
  return found
}

function tablesIn(table: TableExpression): TableName[] {
  if (table.kind === 'table') return [table]
  return table.kind === 'join' ? [...tablesIn(table.left), ...tablesIn(table.right)] : []
}

/** Only the WHERE of the SELECT that reads the table: what stands further out may concern something else. */
const impliedBy = ({ where }: Select, relation: string | undefined, values: Values): ImpliedValues =>
  where === undefined || relation === undefined ? new Map() : implied(where, relation, values)

function implied(node: Expression, relation: string, values: Values): ImpliedValues {
  if (node.kind === 'binary-op' && (node.operator === 'AND' || node.operator === 'OR')) {
    const [left, right] = [implied(node.left, relation, values), implied(node.right, relation, values)]
    return node.operator === 'AND' ? both(left, right) : either(left, right)
  }
  if (node.kind === 'binary-op' && node.operator === '=') {
    const known = equality(node.left, [node.right], relation, values)
    return known.size > 0 ? known : equality(node.right, [node.left], relation, values)
  }
  if (node.kind === 'in-list' && !node.negated) return equality(node.operand, node.items, relation, values)
  return new Map()
}

function equality(operand: Expression, items: readonly Expression[], relation: string, values: Values): ImpliedValues {
  const path = pathOf(operand, relation)
  if (path === undefined) return new Map()
  const texts = new Set<string>()
  for (const item of items) {
    const text =
      item.kind === 'string' ? item.value : item.kind === 'parameter' ? values.get(item.name)?.value : undefined
    if (typeof text !== 'string') return new Map()
    texts.add(text)
  }
  return texts.size === 0 ? new Map() : new Map([[path, texts]])
}

function pathOf(node: Expression, relation: string): string | undefined {
  if (node.kind !== 'reference' || node.to?.kind !== 'column' || node.to.relation !== relation) return undefined
  return [node.to.column, ...node.to.fields].map(folded).join('.')
}

/** Of two conditions that both hold, the narrower one is taken for each column. */
function both(left: ImpliedValues, right: ImpliedValues): ImpliedValues {
  const merged = new Map(left)
  for (const [path, texts] of right) {
    const known = merged.get(path)
    if (known === undefined || texts.size < known.size) merged.set(path, texts)
  }
  return merged
}

/** Of two conditions of which one holds, only columns count that both speak of. */
export function either(left: ImpliedValues, right: ImpliedValues): ImpliedValues {
  const merged = new Map<string, ReadonlySet<string>>()
  for (const [path, texts] of left) {
    const others = right.get(path)
    if (others !== undefined) merged.set(path, new Set([...texts, ...others]))
  }
  return merged
}
