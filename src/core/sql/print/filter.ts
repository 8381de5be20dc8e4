/** Which conditions of a SELECT concern one event table alone, so that they can be asked where it is read. */
import type { Expression, Select, TableExpression, TableName } from '../tree.ts'
import { children } from '../visit.ts'

export interface Filters {
  readonly own: ReadonlyMap<TableName, readonly Expression[]>
  /** Of WHERE, what remains. */
  readonly rest: readonly Expression[]
}

/**
 * The parts of WHERE, taken apart at AND: those that read columns of one event table and nothing else go with it. They stay where a
 * join may put NULLs in place of its rows, for WHERE then speaks of those as well.
 */
export function splitFilter({ from, where }: Select): Filters {
  if (where === undefined) return { own: new Map(), rest: [] }
  const tables = new Map(from.flatMap(keptEvents).map((table) => [table.as!, table]))
  const own = new Map<TableName, Expression[]>([...tables.values()].map((table) => [table, []]))
  const rest: Expression[] = []
  for (const part of conjuncts(where)) {
    const [only, ...others] = relationsIn(part) ?? []
    const table = only === undefined || others.length > 0 ? undefined : tables.get(only)
    ;(table === undefined ? rest : own.get(table)!).push(part)
  }
  return { own, rest }
}

/** The event tables each of whose rows goes on as it is. */
function keptEvents(tree: TableExpression): readonly TableName[] {
  if (tree.kind === 'table') return tree.source?.kind === 'events' ? [tree] : []
  if (tree.kind !== 'join') return []
  const { left, right, type } = tree
  return [
    ...(type === 'RIGHT' || type === 'FULL' ? [] : keptEvents(left)),
    ...(type === 'LEFT' || type === 'FULL' ? [] : keptEvents(right)),
  ]
}

const conjuncts = (node: Expression): readonly Expression[] =>
  node.kind === 'binary-op' && node.operator === 'AND' ? [...conjuncts(node.left), ...conjuncts(node.right)] : [node]

/** Undefined where a query stands inside, which may read whatever it likes. */
function relationsIn(node: Expression): ReadonlySet<string> | undefined {
  if (['in-query', 'exists', 'quantified', 'scalar-query'].includes(node.kind)) return undefined
  if (node.kind === 'reference') return new Set(node.to?.kind === 'column' ? [node.to.relation] : [])
  const all = new Set<string>()
  for (const child of children(node)) {
    const found = relationsIn(child)
    if (found === undefined) return undefined
    for (const one of found) all.add(one)
  }
  return all
}
