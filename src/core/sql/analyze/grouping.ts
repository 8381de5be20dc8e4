/** What a grouped SELECT may name: its group keys, aggregates, and nothing else of a row. */
import type { Expression, GroupBy } from '../tree.ts'
import { children } from '../visit.ts'
import { type Context, report } from './context.ts'

export interface Grouped {
  readonly keys: ReadonlySet<string>
}

/** Equal for expressions that mean the same column or calculation, wherever they stand. */
export function expressionKey(node: Expression): string {
  return JSON.stringify(node, (name, value) => {
    if (name === 'span' || name === 'nameSpan' || name === 'type' || name === 'target') return undefined
    if (value?.kind === 'reference' && value.to)
      return value.to.kind === 'output' ? JSON.parse(expressionKey(value.to.expression)) : { ref: value.to }
    if (value instanceof Set) return undefined
    return value
  })
}

export function groupKeys(groupBy: GroupBy | undefined, items: readonly Expression[]): Set<string> {
  const keys = new Set<string>()
  const add = (node: Expression) => {
    const position = node.kind === 'number' ? Number(node.text) : 0
    keys.add(expressionKey(items[position - 1] ?? node))
  }
  for (const element of groupBy?.sets ?? []) {
    if (element.kind === 'simple') add(element.expression)
    else for (const set of element.sets) for (const node of set) add(node)
  }
  return keys
}

export function checkGrouping(context: Context, node: Expression, grouped: Grouped): void {
  if (node.kind === 'reference' && node.to?.kind === 'output') {
    checkGrouping(context, node.to.expression, grouped)
    return
  }
  if (grouped.keys.has(expressionKey(node))) return
  if (node.kind === 'reference') {
    // A field of a grouped struct is grouped with it.
    if (node.to?.kind === 'column' && node.to.fields.length > 0) {
      const { to } = node
      const prefixes = to.fields.map((_, i) => JSON.stringify({ ref: { ...to, fields: to.fields.slice(0, i) } }))
      if (prefixes.some((prefix) => grouped.keys.has(prefix))) return
    }
    if (node.to?.kind === 'column')
      report(
        context,
        'SQL_NOT_GROUPED',
        { expression: context.text.slice(node.span.start, node.span.end) || node.to.column },
        node.span,
      )
    return
  }
  if (node.kind === 'call' && node.target?.kind === 'aggregate' && !node.over) return
  for (const child of children(node)) checkGrouping(context, child, grouped)
}

export function hasAggregate(node: Expression): boolean {
  if (node.kind === 'call' && node.target?.kind === 'aggregate' && !node.over) return true
  return children(node).some(hasAggregate)
}
