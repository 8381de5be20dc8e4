/** Parts of maps, as texts of CloudTrail Lake read them, as parts of JSON. */
import type { TextEdit } from '../../errors.ts'
import { sqlText } from '../functions/spec.ts'
import type { Call, Expression } from '../tree.ts'
import { lakeColumn, mapColumns, pathStep } from './lake-names.ts'
import type { Places } from './tree-places.ts'

/** Members that are texts wherever they occur: of others a list or an object comes as JSON text from a map, and not from JSON. */
const scalarKey =
  /(?:name|id|identifier|arn|region|email|ur[il]|message)$|^(?:key|mfaused|consolelogin|loginto|mobileversion|checkmfa)$/i
/** Texts that are JSON themselves. */
const jsonTextKey =
  /(?:policydocument|assumerolepolicydocument|policytext|inlinepolicy|^policy|keypolicy|repositorypolicytext)$/i
/** Sometimes the one, sometimes the other. */
const eitherKey = /(?:bucketpolicy|resourcepolicy)$/i

interface MapRead {
  readonly base: string
  readonly column: string
  readonly key: string
}

/** `element_at(requestParameters, 'x')` or `requestParameters['x']`. */
function mapRead(node: Expression | undefined, text: string): MapRead | undefined {
  const [base, key] =
    node?.kind === 'call' && node.name.toLowerCase() === 'element_at'
      ? node.args
      : node?.kind === 'subscript'
        ? [node.base, node.index]
        : []
  const column = lakeColumn(base)
  if (base === undefined || column === undefined || key?.kind !== 'string' || column.unknown.length > 0)
    return undefined
  if (!mapColumns.has(column.column) && column.column !== 'addendum') return undefined
  const alias = base.kind === 'reference' ? base.parts.slice(0, column.qualifiers) : []
  const prefix = alias.length > 0 ? `${text.slice(alias[0]!.span.start, alias.at(-1)!.span.end)}.` : ''
  return { base: `${prefix}${column.path}`, column: column.column, key: key.value }
}

const scalarOf = (base: string, path: string): string => `json_extract_scalar(${base}, ${sqlText(path)})`

/** Edits of all reads of maps. */
export function mapEdits(text: string, places: Places): readonly TextEdit[] {
  return places.expressions.flatMap((node) => {
    const read = mapRead(node, text)
    if (read === undefined) return []
    if (read.column === 'addendum') return [replace(node, `${read.base}.${read.key}`)]
    const parent = places.parentOf(node)
    if (parent?.kind === 'call' && parent.args[0] === node) {
      const whole = inCall(parent, read)
      if (whole !== undefined) return [replace(parent, whole)]
    }
    return [replace(node, asText(read, node, parent))]
  })
}

const replace = ({ span }: Expression, text: string): TextEdit => ({ start: span.start, end: span.end, text })

function inCall(call: Call, { base, key }: MapRead): string | undefined {
  const step = pathStep(key)
  const name = call.name.toLowerCase()
  if (name === 'json_parse')
    return jsonTextKey.test(key)
      ? `json_parse(${scalarOf(base, `$${step}`)})`
      : `json_extract(${base}, ${sqlText(`$${step}`)})`
  const path = call.args[1]
  if (path?.kind !== 'string' || !['json_extract_scalar', 'json_extract', 'json_size'].includes(name)) return undefined
  const rest = path.value.replace(/^\$/, '')
  const inText = `${name}(${scalarOf(base, `$${step}`)}, ${sqlText(path.value)})`
  const below = `${name}(${base}, ${sqlText(`$${step}${rest}`)})`
  if (jsonTextKey.test(key)) return inText
  return eitherKey.test(key) ? `coalesce(${below}, ${inText})` : below
}

/** A map's value is a text, or the JSON of what is none. */
function asText({ base, key }: MapRead, node: Expression, parent: Expression | undefined): string {
  const path = `$${pathStep(key)}`
  const scalar = scalarOf(base, path)
  const json = `json_extract(${base}, ${sqlText(path)})`
  if (parent?.kind === 'is-null') return json
  const isScalar = scalarKey.test(key) || jsonTextKey.test(key)
  if (isScalar || isComparedWithText(node, parent)) return scalar
  return `coalesce(${scalar}, json_format(${json}))`
}

/** No list and no object equals a text that does not begin as one. */
function isComparedWithText(node: Expression, parent: Expression | undefined): boolean {
  const plain = (one: Expression): boolean =>
    one.kind === 'parameter' || (one.kind === 'string' && !/^\s*[[{]/.test(one.value))
  if (parent?.kind === 'binary-op' && parent.operator === '=')
    return plain(parent.left === node ? parent.right : parent.left)
  return parent?.kind === 'in-list' && !parent.negated && parent.operand === node && parent.items.every(plain)
}
