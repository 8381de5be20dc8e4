/** Names: which column, field, element or lambda parameter is meant. */
import { nearest } from '../../text.ts'
import { partitionColumns } from '../names.ts'
import { folded, hasUnknownRelation, lookUp, type Scope, visibleNames } from '../scope.ts'
import type { Expression, Identifier, Reference } from '../tree.ts'
import { commonType, isInteger, type SqlType, typeName, types } from '../types.ts'
import { type Context, report } from './context.ts'
import type { Where } from './expressions.ts'
import { mismatch, type Visit } from './fit.ts'

export function resolve(context: Context, node: Reference, where: Where): SqlType {
  const output = outputColumn(context, node, where.scope)
  if (output) return output
  const found = lookUp(where.scope, node.parts)
  switch (found.kind) {
    case 'column': {
      found.column.use()
      const merged =
        where.scope.merged.has(folded(found.column.name ?? '')) &&
        node.parts.length - found.rest.length === 1 &&
        !found.outer
      const { type, fields } = walkFields(context, found.column.type, found.rest, found.column.name ?? '')
      node.to = { kind: 'column', relation: merged ? '' : found.relation.printed, column: found.column.printed, fields }
      return type
    }
    case 'lambda': {
      const { type, fields } = walkFields(context, found.type, found.rest, found.name)
      node.to = { kind: 'lambda', name: found.name, fields }
      return type
    }
    case 'ambiguous':
      report(
        context,
        'SQL_COLUMN_AMBIGUOUS',
        { column: nameOf(node.parts), tables: found.relations.map((r) => r.name ?? 'a subquery').join(' and ') },
        node.span,
      )
      return types.unknown
    case 'none':
      unknownColumn(context, node, where.scope)
      return types.unknown
  }
}

/** ORDER BY sees output columns before source columns. */
function outputColumn(context: Context, node: Reference, scope: Scope): SqlType | undefined {
  if (!scope.outputs) return undefined
  const position = scope.outputs.findIndex(
    (o) => o.name !== undefined && folded(o.name) === folded(node.parts[0]!.name),
  )
  const output = scope.outputs[position]
  if (!output || node.parts.length > 1) return undefined
  const again = scope.outputs.findLastIndex((o) => o.name !== undefined && folded(o.name) === folded(output.name!))
  if (again !== position)
    report(
      context,
      'SQL_COLUMN_AMBIGUOUS',
      { column: output.name, tables: `output columns ${position + 1} and ${again + 1}` },
      node.span,
    )
  node.to = { kind: 'output', position: position + 1, expression: output.expression, fields: [] }
  return output.type
}

const noFrom = 'The query has no FROM; FROM cloudtrail_logs is probably missing.'

const nameOf = (parts: readonly Identifier[]): string => parts.map((p) => p.name).join('.')

function unknownColumn(context: Context, node: Reference, scope: Scope): void {
  if (hasUnknownRelation(scope)) return
  const [first] = node.parts
  const lone = node.parts.length === 1
  const name = nameOf(node.parts)
  const names = visibleNames(scope)
  const guess = nearest(lone ? first!.name : name, names)
  if (lone && partitionColumns.has(folded(first!.name)) && !guess) {
    report(context, 'SQL_PARTITION_COLUMN', { column: first!.name }, node.span)
    return
  }
  if (lone && first!.quoted) {
    const fix = { start: node.span.start, end: node.span.end, text: `'${first!.name.replaceAll("'", "''")}'` }
    report(context, 'SQL_DOUBLE_QUOTED_STRING', { text: first!.name }, node.span, fix)
    return
  }
  // One missing FROM takes every column with it: it is told once.
  if (names.length === 0 && context.issues.some(({ hint }) => hint === noFrom)) return
  const hint = guess
    ? `Did you mean ${guess}?`
    : names.length === 0
      ? noFrom
      : "See the columns in docs/sql.md; parts of requestParameters are read with json_extract_scalar(requestParameters, '$.name')."
  report(
    context,
    'SQL_COLUMN_UNKNOWN',
    { column: name, hint },
    node.span,
    guess && lone ? { start: node.span.start, end: node.span.end, text: guess } : undefined,
  )
}

function walkFields(
  context: Context,
  type: SqlType,
  rest: readonly Identifier[],
  base: string,
): { type: SqlType; fields: string[] } {
  const fields: string[] = []
  let at = type
  let path = base
  for (const part of rest) {
    const field =
      at.kind === 'row'
        ? at.fields.find((f) => f.name !== undefined && folded(f.name) === folded(part.name))
        : undefined
    if (!field) {
      if (at.kind !== 'unknown') unknownField(context, at, path, part)
      return { type: types.unknown, fields }
    }
    fields.push(field.name!)
    path = `${path}.${field.name}`
    at = field.type
  }
  return { type: at, fields }
}

export function fieldsOf(context: Context, type: SqlType, rest: readonly Identifier[], base: string): SqlType {
  return walkFields(context, type, rest, base).type
}

function unknownField(context: Context, type: SqlType, base: string, part: Identifier): void {
  const names = type.kind === 'row' ? type.fields.flatMap((f) => f.name ?? []) : []
  const guess = nearest(part.name, names)
  const hint =
    type.kind === 'varchar'
      ? `${base} is text; if it holds JSON, read it with json_extract_scalar(${base}, '$.${part.name}').`
      : type.kind === 'array'
        ? `${base} is an array; read ${base}[1].${part.name}, or CROSS JOIN UNNEST(${base}) AS t(r).`
        : guess
          ? `Did you mean ${guess}?`
          : names.length > 0
            ? `Its fields are ${names.join(', ')}.`
            : `It is of type ${typeName(type)}.`
  report(context, 'SQL_FIELD_UNKNOWN', { base, field: part.name, hint }, part.span)
}

export function subscriptType(context: Context, node: Expression & { kind: 'subscript' }, visit: Visit): SqlType {
  const base = visit(node.base)
  const index = visit(node.index)
  if (base.kind === 'unknown') return types.unknown
  if (base.kind === 'array') {
    if (!isInteger(index) && index.kind !== 'unknown')
      report(
        context,
        'SQL_TYPE_WANTED',
        {
          what: 'the index of an array',
          wanted: 'a whole number',
          found: typeName(index),
          hint: 'Arrays count from 1.',
        },
        node.index.span,
      )
    return base.element
  }
  if (base.kind === 'map') {
    if (!commonType(base.key, index)) mismatch(context, 'the key', base.key, index, node.index.span)
    return base.value
  }
  const hint =
    base.kind === 'varchar' || base.kind === 'json'
      ? "Read JSON with json_extract_scalar(x, '$.list[0]')."
      : 'Only arrays and maps have elements.'
  report(
    context,
    'SQL_TYPE_WANTED',
    { what: '[…]', wanted: 'an array or a map', found: typeName(base), hint },
    node.base.span,
  )
  return types.unknown
}
