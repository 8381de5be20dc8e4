/** Which casts are passed on, and how DuckDB must write them to mean what Trino means. */
import { isInteger, type SqlType, typeName } from '../types.ts'

type CastRule =
  | { readonly kind: 'plain' }
  /** `$1` is the operand, `$T` the type in DuckDB's words. */
  | { readonly kind: 'template'; readonly template: string }
  /** Trino refuses it too. */
  | { readonly kind: 'impossible' }
  | { readonly kind: 'refused'; readonly reason: string }

const plain: CastRule = { kind: 'plain' }
const template = (text: string): CastRule => ({ kind: 'template', template: text })
const refused = (reason: string): CastRule => ({ kind: 'refused', reason })
const impossible: CastRule = { kind: 'impossible' }

const jsonElements = new Set(['varchar', 'json', 'bigint', 'integer', 'boolean', 'double'])

type ElementForm = 'text' | 'json' | 'whole' | 'plain'

const form = (element: SqlType): ElementForm =>
  element.kind === 'varchar' ? 'text' : element.kind === 'json' ? 'json' : isInteger(element) ? 'whole' : 'plain'

const arrays: Readonly<Record<ElementForm, string>> = {
  text: 'trino_json_texts',
  json: 'trino_json_elements',
  whole: 'trino_json_bigints',
  plain: 'trino_json_array',
}
const maps: Readonly<Record<ElementForm, string>> = {
  text: 'trino_json_text_members',
  json: 'trino_json_members',
  whole: 'trino_json_bigint_members',
  plain: 'trino_json_object',
}

export function castRule(from: SqlType, to: SqlType): CastRule {
  if (from.kind === 'unknown' || typeName(from) === typeName(to)) return plain
  if (from.kind === 'json') return fromJson(to)
  if (to.kind === 'json') return toJson(from)
  if (to.kind === 'varchar') return toVarchar(from)
  if (from.kind === 'varchar' || from.kind === 'iso-time') return fromVarchar(to)
  if (isInteger(to)) return toInteger(from)
  if (to.kind === 'double') return isNumber(from) || from.kind === 'boolean' ? plain : impossible
  if (to.kind === 'decimal')
    return isInteger(from) || from.kind === 'decimal'
      ? plain
      : from.kind === 'boolean'
        ? plain
        : from.kind === 'double'
          ? refused('binary fractions round differently')
          : impossible
  if (to.kind === 'boolean') return isNumber(from) ? template('($1 <> 0)') : impossible
  if (to.kind === 'date') return from.kind === 'timestamp' ? plain : impossible
  if (to.kind === 'timestamp') return from.kind === 'date' || from.kind === 'timestamp' ? plain : impossible
  if (to.kind === 'array' && from.kind === 'array')
    return castRule(from.element, to.element).kind === 'plain'
      ? plain
      : refused('its elements need a cast of their own; use transform()')
  return from.kind === to.kind ? refused('not proven') : impossible
}

const isNumber = (type: SqlType): boolean => isInteger(type) || ['decimal', 'double'].includes(type.kind)

function toInteger(from: SqlType): CastRule {
  if (isInteger(from) || from.kind === 'boolean') return plain
  // Half goes away from zero; DuckDB's cast rounds half to even.
  if (['double', 'decimal'].includes(from.kind)) return template('CAST(round($1) AS $T)')
  return impossible
}

function toVarchar(from: SqlType): CastRule {
  if (isInteger(from) || ['boolean', 'date', 'decimal'].includes(from.kind)) return plain
  if (from.kind === 'iso-time') return plain
  if (from.kind === 'timestamp')
    return template(from.zone ? "strftime($1, '%Y-%m-%d %H:%M:%S.%g UTC')" : "strftime($1, '%Y-%m-%d %H:%M:%S.%g')")
  if (from.kind === 'double') return refused('Trino prints 1.5E0; format it as decimal or bigint first')
  return impossible
}

function fromVarchar(to: SqlType): CastRule {
  if (isInteger(to)) return template('CAST(trino_integer_text($1) AS $T)')
  switch (to.kind) {
    case 'boolean':
      return template('trino_cast_boolean($1)')
    case 'double':
      return template('CAST(trino_double_text($1) AS $T)')
    case 'decimal':
      return template('CAST(trino_decimal_text($1) AS $T)')
    case 'date':
      return template('trino_cast_date($1)')
    case 'timestamp':
      return to.zone ? refused('use from_iso8601_timestamp(x)') : template('trino_cast_timestamp($1)')
    case 'varbinary':
      return template('encode($1)')
    default:
      return impossible
  }
}

function fromJson(to: SqlType): CastRule {
  if (to.kind === 'varchar') return template('trino_json_to_varchar($1)')
  if (to.kind === 'boolean') return refused('CAST(json_extract_scalar(…) AS boolean) is proven')
  if (isInteger(to) || to.kind === 'double') return refused('CAST(json_extract_scalar(…) AS …) is proven')
  if (to.kind === 'array' && jsonElements.has(to.element.kind))
    return template(`CAST(${arrays[form(to.element)]}($1) AS $T)`)
  if (to.kind === 'map' && to.key.kind === 'varchar' && jsonElements.has(to.value.kind))
    return template(`CAST(${maps[form(to.value)]}($1) AS $T)`)
  if (to.kind === 'row' || to.kind === 'array' || to.kind === 'map')
    return refused('cast to array(json) or map(varchar, json) and take fields with json_extract_scalar')
  return impossible
}

function toJson(from: SqlType): CastRule {
  if (isInteger(from) || ['varchar', 'boolean'].includes(from.kind)) return template('to_json($1)')
  if (from.kind === 'array')
    return toJson(from.element).kind === 'template' ? template('to_json($1)') : refused('not proven')
  return refused('engines print it differently as JSON')
}
