/** Rebuilds a tree with every expression passed through `change`, innermost first; annotations travel along. */
import type {
  Expression,
  FrameBound,
  Query,
  QueryBody,
  SelectItem,
  SortItem,
  TableExpression,
  WindowSpec,
} from './tree.ts'

type Change = (node: Expression) => Expression

export function rewriteQuery(query: Query, change: Change): Query {
  const expression = (node: Expression) => rewriteExpression(node, change)
  return {
    ...query,
    with: query.with.map((common) => ({ ...common, query: rewriteQuery(common.query, change) })),
    body: rewriteBody(query.body, change),
    orderBy: sort(query.orderBy, change),
    ...(query.limit && { limit: expression(query.limit) }),
    ...(query.offset && { offset: expression(query.offset) }),
  }
}

const sort = (items: readonly SortItem[], change: Change): SortItem[] =>
  items.map((item) => ({ ...item, expression: rewriteExpression(item.expression, change) }))

function rewriteBody(body: QueryBody, change: Change): QueryBody {
  const expression = (node: Expression) => rewriteExpression(node, change)
  switch (body.kind) {
    case 'nested':
      return { ...body, query: rewriteQuery(body.query, change) }
    case 'values':
      return { ...body, rows: body.rows.map((row) => row.map(expression)) }
    case 'set':
      return { ...body, left: rewriteBody(body.left, change), right: rewriteBody(body.right, change) }
    case 'select': {
      const item = <T extends SelectItem>(i: T): T =>
        i.kind === 'expression' ? { ...i, expression: expression(i.expression) } : i
      return {
        ...body,
        items: body.items.map(item),
        from: body.from.map((table) => rewriteTable(table, change)),
        ...(body.expanded && { expanded: body.expanded.map(item) }),
        ...(body.where && { where: expression(body.where) }),
        ...(body.having && { having: expression(body.having) }),
        ...(body.groupBy && {
          groupBy: {
            ...body.groupBy,
            sets: body.groupBy.sets.map((set) =>
              set.kind === 'simple'
                ? { ...set, expression: expression(set.expression) }
                : { ...set, sets: set.sets.map((s) => s.map(expression)) },
            ),
          },
        }),
      }
    }
  }
}

function rewriteTable(table: TableExpression, change: Change): TableExpression {
  switch (table.kind) {
    case 'table':
      return table.source?.kind === 'fragment'
        ? { ...table, source: { ...table.source, query: rewriteQuery(table.source.query, change) } }
        : table
    case 'derived':
      return { ...table, query: rewriteQuery(table.query, change) }
    case 'unnest':
      return { ...table, items: table.items.map((item) => rewriteExpression(item, change)) }
    case 'join':
      return {
        ...table,
        left: rewriteTable(table.left, change),
        right: rewriteTable(table.right, change),
        ...(table.on && { on: rewriteExpression(table.on, change) }),
      }
  }
}

function rewriteExpression(node: Expression, change: Change): Expression {
  return change(inside(node, (child) => rewriteExpression(child, change), change))
}

function inside(node: Expression, visit: Change, change: Change): Expression {
  switch (node.kind) {
    case 'reference':
      return node.to?.kind === 'output' ? { ...node, to: { ...node.to, expression: visit(node.to.expression) } } : node
    case 'field':
      return { ...node, base: visit(node.base) }
    case 'subscript':
      return { ...node, base: visit(node.base), index: visit(node.index) }
    case 'unary':
    case 'is-null':
    case 'cast':
      return { ...node, operand: visit(node.operand) }
    case 'binary-op':
      return { ...node, left: visit(node.left), right: visit(node.right) }
    case 'between':
      return { ...node, operand: visit(node.operand), low: visit(node.low), high: visit(node.high) }
    case 'in-list':
      return { ...node, operand: visit(node.operand), items: node.items.map(visit) }
    case 'in-query':
      return { ...node, operand: visit(node.operand), query: rewriteQuery(node.query, change) }
    case 'like':
      return {
        ...node,
        operand: visit(node.operand),
        pattern: visit(node.pattern),
        ...(node.escape && { escape: visit(node.escape) }),
      }
    case 'exists':
    case 'scalar-query':
      return { ...node, query: rewriteQuery(node.query, change) }
    case 'quantified':
      return { ...node, left: visit(node.left), query: rewriteQuery(node.query, change) }
    case 'case':
      return {
        ...node,
        ...(node.operand && { operand: visit(node.operand) }),
        branches: node.branches.map((b) => ({ when: visit(b.when), result: visit(b.result) })),
        ...(node.otherwise && { otherwise: visit(node.otherwise) }),
      }
    case 'lambda':
      return { ...node, body: visit(node.body) }
    case 'array':
    case 'row':
      return { ...node, items: node.items.map(visit) }
    case 'call':
      return {
        ...node,
        args: node.args.map(visit),
        orderBy: sort(node.orderBy, change),
        ...(node.filter && { filter: visit(node.filter) }),
        ...(node.over && { over: rewriteWindow(node.over, change) }),
      }
    default:
      return node
  }
}

function rewriteWindow(spec: WindowSpec, change: Change): WindowSpec {
  return {
    ...spec,
    partitionBy: spec.partitionBy.map((p) => rewriteExpression(p, change)),
    orderBy: sort(spec.orderBy, change),
    ...(spec.frame && {
      frame: {
        ...spec.frame,
        start: rewriteBound(spec.frame.start, change),
        ...(spec.frame.end && { end: rewriteBound(spec.frame.end, change) }),
      },
    }),
  }
}

const rewriteBound = (bound: FrameBound, change: Change): FrameBound =>
  bound.value ? { ...bound, value: rewriteExpression(bound.value, change) } : bound
