/**
 * A text of CloudTrail Lake -> one of the portable language. Only what must change is changed: comments, names of tables and columns,
 * order and lay-out stay the author's. What cannot be told is left as it stands and reported.
 */

import type { Issue, Place, TextEdit } from '../../errors.ts'
import { lineAndColumn } from '../../text.ts'
import { analyze } from '../analyze.ts'
import type { ParameterType } from '../compile.ts'
import { sqlText } from '../functions/spec.ts'
import { parseSql } from '../parse.ts'
import { SqlSyntaxError } from '../tokenizer.ts'
import type { Expression, Query } from '../tree.ts'
import { applyEdits, type Edited } from './edits.ts'
import { mapEdits } from './lake-maps.ts'
import { booleanColumns, lakeColumn, mapColumns, pathStep } from './lake-names.ts'
import { type FoundWindow, timeEdits } from './lake-times.ts'
import { findPlaceholders } from './placeholders.ts'
import { type Places, placesOf } from './tree-places.ts'

interface ImportedParameter {
  readonly name: string
  readonly type: ParameterType
  /** The mark that stood for it. */
  readonly written: string
}

/** Something that the author should know, at a place of the text that was read. */
interface ImportNote {
  readonly at: Place
  /** `left`: it could not be translated, and stands as it was. */
  readonly kind: 'told' | 'left'
  readonly message: string
}

export interface ImportedQuery {
  readonly sql: string
  readonly parameters: readonly ImportedParameter[]
  readonly windows: readonly FoundWindow[]
  readonly notes: readonly ImportNote[]
  /** Comments before the statement, as prose. */
  readonly lead: string
  /** Places in `sql` that are left, for comments there: an offset and what to say. */
  readonly marks: readonly { readonly offset: number; readonly message: string }[]
}

/** Without semicolons and blanks at its end; a pattern would try each of those in between. */
function withoutEnd(text: string): string {
  let end = text.length
  while (end > 0 && /[;\s]/.test(text[end - 1]!)) end--
  return text.slice(0, end)
}

export function importLakeSql(written: string): ImportedQuery {
  const { lead, rest } = leadOf(written)
  const body = withoutEnd(written.slice(rest))
  const notes: ImportNote[] = []
  const origins: ((offset: number) => number)[] = [(offset) => rest + offset]
  const toWritten = (offset: number): number => origins.reduceRight((at, origin) => origin(at), offset)
  const note = (offset: number, kind: ImportNote['kind'], message: string): void => {
    notes.push({ at: lineAndColumn(written, toWritten(offset)), kind, message })
  }
  const step = (text: string, edits: readonly TextEdit[]): string => {
    const { text: after, origin } = applyEdits(text, edits)
    origins.push(origin)
    return after
  }

  const found = findPlaceholders(body)
  let text = step(body, found.edits)
  if (found.stores.length > 1)
    note(
      0,
      'told',
      `The event data stores ${found.stores.join(', ')} are one table here: name both in \`eventDataStore\` of the connection, and look at conditions that kept them apart.`,
    )
  let windows: readonly FoundWindow[] = []
  let parameters: readonly ImportedParameter[] = [...found.parameters].map(([name, mark]) => ({
    name,
    type: 'string',
    written: mark,
  }))
  const parsed = parse(text)
  if ('query' in parsed) {
    const places = placesOf(parsed.query)
    const times = timeEdits(text, places)
    windows = times.windows
    for (const { span, text: condition } of windows)
      note(span.start, 'told', `The window \`${oneLine(condition)}\` is left to the scope.`)
    parameters = typed(parameters, places)
    text = step(text, [
      ...times.edits,
      ...mapEdits(text, places),
      ...booleanEdits(places),
      ...recordEdits(text, places),
      ...nameEdits(places),
    ])
    parameters = parameters.filter(({ name }) => new RegExp(`:${name}\\b`).test(text))
  }
  const { sql, issues } = mended(text, parameters, (fixed) => origins.push(fixed.origin))
  const marks = issues.flatMap(({ at, message, hint }) => {
    const offset = offsetOf(sql, at)
    note(offset, 'left', `${message} ${hint}`)
    return [{ offset, message }]
  })
  const ordered = notes.toSorted((a, b) => a.at.line - b.at.line || a.at.column - b.at.column)
  return { sql, parameters, windows, notes: ordered, lead, marks }
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim()

/** Comments before the first word are about the whole. */
function leadOf(text: string): { lead: string; rest: number } {
  const found = /^(?:\s+|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)*/.exec(text)?.[0] ?? ''
  const lines = found
    .split('\n')
    .map((line) =>
      line
        .replace(/^\s*(?:--+|\/\*+|\*(?!\/))?\s?/, '')
        .replace(/\*+\/\s*$/, '')
        .trim(),
    )
    .filter((line) => line !== '' && !/^[-=*#]+$/.test(line))
  return { lead: lines.join('\n'), rest: found.length }
}

function parse(text: string): { readonly query: Query } | { readonly error: SqlSyntaxError } {
  try {
    return { query: parseSql(text) }
  } catch (error) {
    if (error instanceof SqlSyntaxError) return { error }
    throw error
  }
}

/** Fixes that change no meaning are made; what remains is the author's. */
const safeFixes: ReadonlySet<string> = new Set(['SQL_DOUBLE_QUOTED_STRING', 'SQL_SMART_QUOTE'])

function mended(
  text: string,
  parameters: readonly ImportedParameter[],
  onFix: (fixed: Edited) => void,
): { sql: string; issues: readonly Issue[] } {
  const types = Object.fromEntries(parameters.map(({ name, type }) => [name, type]))
  let sql = text
  for (let round = 0; ; round++) {
    const issues = analyze(sql, { parameters: types }).issues.filter(({ severity }) => severity === 'error')
    const fixes = issues.flatMap(({ code, fix }) => (fix !== undefined && safeFixes.has(code) ? [fix] : []))
    if (fixes.length === 0 || round === 3) return { sql, issues }
    const fixed = applyEdits(sql, fixes)
    onFix(fixed)
    sql = fixed.text
  }
}

function offsetOf(text: string, at: Place | undefined): number {
  if (at === undefined) return 0
  const lines = text.split('\n').slice(0, at.line - 1)
  return lines.reduce((sum, line) => sum + line.length + 1, 0) + at.column - 1
}

/** By what it is compared with, else by its name. */
function typed(parameters: readonly ImportedParameter[], places: Places): readonly ImportedParameter[] {
  return parameters.map((one) => {
    const uses = places.expressions.filter((node) => node.kind === 'parameter' && node.name === one.name)
    const beside = uses.flatMap((node) => {
      const parent = places.parentOf(node)
      const operands =
        parent?.kind === 'binary-op' ? [parent.left, parent.right] : parent?.kind === 'in-list' ? [parent.operand] : []
      return operands.flatMap((operand) => lakeColumn(operand)?.path ?? [])
    })
    const isExact = uses.every((node) => {
      const parent = places.parentOf(node)
      return (parent?.kind === 'binary-op' && ['=', '<>'].includes(parent.operator)) || parent?.kind === 'in-list'
    })
    return isExact ? { ...one, type: typeOf(beside, one.name) } : one
  })
}

function typeOf(columns: readonly string[], name: string): ParameterType {
  const has = (pattern: RegExp): boolean =>
    columns.some((column) => pattern.test(column)) || (columns.length === 0 && pattern.test(name))
  if (has(/sourceIPAddress|\bip(?:_?address)?\b/i)) return 'ip'
  if (has(/accessKeyId|access_?key/i)) return 'accessKey'
  if (has(/accountId|account/i)) return 'account'
  if (has(/awsRegion|region/i)) return 'region'
  if (has(/\barn$|_arn$/i)) return 'arn'
  return 'string'
}

/** Booleans of the store are texts here. */
function booleanEdits(places: Places): readonly TextEdit[] {
  return places.expressions.flatMap((node): TextEdit[] => {
    const column = lakeColumn(node)
    if (column === undefined || !booleanColumns.has(column.path)) return []
    const parent = places.parentOf(node)
    const others = parent === undefined ? [] : besides(parent, node)
    const literals = others.filter((one) => one.kind === 'boolean')
    if (literals.length > 0)
      return literals.map((one) => ({ ...one.span, text: sqlText(String(one.kind === 'boolean' && one.value)) }))
    if (isAsked(node, parent, places)) return [{ start: node.span.end, end: node.span.end, text: " = 'true'" }]
    if (parent?.kind === 'cast' && parent.target.kind === 'varchar') return []
    return []
  })
}

const besides = (parent: Expression, node: Expression): readonly Expression[] =>
  parent.kind === 'binary-op'
    ? [parent.left, parent.right].filter((one) => one !== node)
    : parent.kind === 'in-list'
      ? parent.items
      : []

/** Whether a truth value is wanted there. */
function isAsked(node: Expression, parent: Expression | undefined, places: Places): boolean {
  if (parent === undefined) return places.isCondition(node)
  if (parent.kind === 'unary') return parent.operator === 'NOT'
  if (parent.kind === 'binary-op') return parent.operator === 'AND' || parent.operator === 'OR'
  if (parent.kind === 'case') return parent.operand === undefined && parent.branches.some(({ when }) => when === node)
  if (parent.kind !== 'call') return false
  return (
    parent.filter === node || (/^(?:count_if|bool_and|bool_or|every|if)$/i.test(parent.name) && parent.args[0] === node)
  )
}

/** The whole record as text, and what has no column here. */
function recordEdits(text: string, places: Places): readonly TextEdit[] {
  return places.expressions.flatMap((node): TextEdit[] => {
    const column = lakeColumn(node)
    if (node.kind !== 'reference' || column === undefined) return []
    const alias = node.parts.slice(0, column.qualifiers)
    const prefix = alias.length > 0 ? `${text.slice(alias[0]!.span.start, alias.at(-1)!.span.end)}.` : ''
    const parent = places.parentOf(node)
    if (column.column === 'annotation')
      return [{ ...node.span, text: `json_extract_scalar(${prefix}extra, '$.annotation')` }]
    if (column.column === 'eventContext' && column.unknown.length > 0)
      return [
        {
          ...node.span,
          text: `json_extract_scalar(${prefix}extra, ${sqlText(`$.eventContext${column.unknown.map(pathStep).join('')}`)})`,
        },
      ]
    if (mapColumns.has(column.column) && column.unknown.length === 0 && isJsonOfMap(parent, places)) {
      const outer = places.parentOf(parent!)!
      return [{ ...outer.span, text: `${prefix}${column.path}` }]
    }
    if (column.column !== 'eventJson' || parent?.kind !== 'call' || parent.args[0] !== node) return []
    const path = parent.args[1]
    const part = path?.kind === 'string' ? partOfRecord(prefix, parent.name, path.value) : undefined
    return part === undefined ? [] : [{ ...parent.span, text: part }]
  })
}

/** `json_format(CAST(requestParameters AS JSON))` is the column itself. */
const isJsonOfMap = (parent: Expression | undefined, places: Places): boolean => {
  if (parent?.kind !== 'cast' || parent.target.kind !== 'json') return false
  const outer = places.parentOf(parent)
  return outer?.kind === 'call' && outer.name.toLowerCase() === 'json_format'
}

function partOfRecord(prefix: string, name: string, path: string): string | undefined {
  const [, first = '', rest = ''] = /^\$\.(\w+)(.*)$/s.exec(path) ?? []
  if (first === '') return undefined
  if (mapColumns.has(first)) return `${name}(${prefix}${first}, ${sqlText(`$${rest}`)})`
  const plain = `${first}${rest}`
  const column = lakeColumn({
    kind: 'reference',
    parts: plain.split('.').map((one) => ({ name: one, quoted: false, span: nowhere })),
    span: nowhere,
  })
  if (column?.path === plain && name.toLowerCase() === 'json_extract_scalar') return `${prefix}${plain}`
  const isStored = column === undefined || ['eventContext', 'annotation'].includes(column.column)
  return isStored ? `${name}(${prefix}extra, ${sqlText(path)})` : undefined
}

const nowhere = { start: 0, end: 0 }

/** Names of columns and fields as they are spelled here. */
function nameEdits(places: Places): readonly TextEdit[] {
  return places.expressions.flatMap((node): TextEdit[] => {
    const column = lakeColumn(node)
    if (node.kind !== 'reference' || column === undefined) return []
    const names = column.path.split('.')
    return names.flatMap((name, at) => {
      const part = node.parts[column.qualifiers + at]
      return part === undefined || part.quoted || part.name === name ? [] : [{ ...part.span, text: name }]
    })
  })
}
