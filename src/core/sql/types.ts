/** Trino's types and its rules of implicit conversion ("Data types", Trino documentation). */
import type { ColumnType } from '../event/types.ts'

export type SqlType =
  | { readonly kind: SimpleKind }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'timestamp'; readonly zone: boolean }
  | { readonly kind: 'array'; readonly element: SqlType }
  | { readonly kind: 'map'; readonly key: SqlType; readonly value: SqlType }
  | { readonly kind: 'row'; readonly fields: readonly { readonly name: string | undefined; readonly type: SqlType }[] }

/** `unknown` is the type of NULL; `iso-time` a timestamp parameter, which takes the form of what it meets. */
type SimpleKind =
  | 'unknown'
  | 'boolean'
  | 'tinyint'
  | 'smallint'
  | 'integer'
  | 'bigint'
  | 'double'
  | 'varchar'
  | 'varbinary'
  | 'json'
  | 'date'
  | 'interval-day'
  | 'interval-year'
  | 'iso-time'

const simple = <K extends SimpleKind>(kind: K): { readonly kind: K } => ({ kind })

export const types = {
  unknown: simple('unknown'),
  boolean: simple('boolean'),
  tinyint: simple('tinyint'),
  smallint: simple('smallint'),
  integer: simple('integer'),
  bigint: simple('bigint'),
  double: simple('double'),
  varchar: simple('varchar'),
  varbinary: simple('varbinary'),
  json: simple('json'),
  date: simple('date'),
  intervalDay: simple('interval-day'),
  intervalYear: simple('interval-year'),
  isoTime: simple('iso-time'),
  timestamp: { kind: 'timestamp', zone: false } as SqlType,
  timestampTz: { kind: 'timestamp', zone: true } as SqlType,
} as const satisfies Record<string, SqlType>

export const arrayOf = (element: SqlType): SqlType => ({ kind: 'array', element })
export const mapOf = (key: SqlType, value: SqlType): SqlType => ({ kind: 'map', key, value })
export const decimal = (precision: number, scale: number): SqlType => ({ kind: 'decimal', precision, scale })

const names: Partial<Record<SqlType['kind'], string>> = {
  'interval-day': 'interval day to second',
  'interval-year': 'interval year to month',
  'iso-time': 'timestamp',
}

/** The type in Trino's words. */
export function typeName(type: SqlType): string {
  switch (type.kind) {
    case 'decimal':
      return `decimal(${type.precision},${type.scale})`
    case 'timestamp':
      return type.zone ? 'timestamp(3) with time zone' : 'timestamp(3)'
    case 'array':
      return `array(${typeName(type.element)})`
    case 'map':
      return `map(${typeName(type.key)}, ${typeName(type.value)})`
    case 'row':
      return `row(${type.fields.map((f) => (f.name === undefined ? '' : `${f.name} `) + typeName(f.type)).join(', ')})`
    default:
      return names[type.kind] ?? type.kind
  }
}

export function fromColumnType(type: ColumnType): SqlType {
  switch (type.kind) {
    case 'varchar':
      return types.varchar
    case 'boolean':
      return types.boolean
    case 'timestamp-tz':
      return types.timestampTz
    case 'array':
      return arrayOf(fromColumnType(type.element))
    case 'map':
      return mapOf(fromColumnType(type.key), fromColumnType(type.value))
    case 'row':
      return { kind: 'row', fields: type.fields.map((f) => ({ name: f.name, type: fromColumnType(f.type) })) }
  }
}

export const isInteger = (type: SqlType): boolean => ['tinyint', 'smallint', 'integer', 'bigint'].includes(type.kind)
export const isNumeric = (type: SqlType): boolean => isInteger(type) || ['decimal', 'double'].includes(type.kind)
export const isTemporal = (type: SqlType): boolean => type.kind === 'date' || type.kind === 'timestamp'

const integerDigits: Partial<Record<SqlType['kind'], number>> = { tinyint: 3, smallint: 5, integer: 10, bigint: 19 }
const numericOrder = ['tinyint', 'smallint', 'integer', 'bigint', 'decimal', 'double']

export function asDecimal(type: SqlType): { precision: number; scale: number } | undefined {
  if (type.kind === 'decimal') return type
  const precision = integerDigits[type.kind]
  return precision === undefined ? undefined : { precision, scale: 0 }
}

/** The narrowest type both convert to without a cast, or undefined: Trino then refuses to compare or combine them. */
export function commonType(a: SqlType, b: SqlType): SqlType | undefined {
  if (a.kind === 'unknown') return b
  if (b.kind === 'unknown') return a
  if (a.kind === 'iso-time' || b.kind === 'iso-time') return commonWithIsoTime(a, b)
  if (isNumeric(a) && isNumeric(b)) return commonNumeric(a, b)
  if (isTemporal(a) && isTemporal(b)) return commonTemporal(a, b)
  if (a.kind === 'array' && b.kind === 'array') {
    const element = commonType(a.element, b.element)
    return element && arrayOf(element)
  }
  if (a.kind === 'map' && b.kind === 'map') {
    const key = commonType(a.key, b.key)
    const value = commonType(a.value, b.value)
    return key && value && mapOf(key, value)
  }
  if (a.kind === 'row' && b.kind === 'row') return commonRow(a, b)
  return a.kind === b.kind ? a : undefined
}

function commonWithIsoTime(a: SqlType, b: SqlType): SqlType | undefined {
  const other = a.kind === 'iso-time' ? b : a
  if (other.kind === 'iso-time') return types.varchar
  return other.kind === 'varchar' || other.kind === 'timestamp' ? other : undefined
}

function commonNumeric(a: SqlType, b: SqlType): SqlType {
  const wider = numericOrder.indexOf(a.kind) >= numericOrder.indexOf(b.kind) ? a : b
  const left = asDecimal(a)
  const right = asDecimal(b)
  if (wider.kind !== 'decimal' || !left || !right) return wider
  const scale = Math.max(left.scale, right.scale)
  const whole = Math.max(left.precision - left.scale, right.precision - right.scale)
  return decimal(Math.min(38, whole + scale), scale)
}

function commonTemporal(a: SqlType, b: SqlType): SqlType {
  if (a.kind === 'date') return b
  if (b.kind === 'date') return a
  return a.kind === 'timestamp' && a.zone ? a : b
}

function commonRow(a: SqlType & { kind: 'row' }, b: SqlType & { kind: 'row' }): SqlType | undefined {
  if (a.fields.length !== b.fields.length) return undefined
  const fields: { name: string | undefined; type: SqlType }[] = []
  for (const [i, left] of a.fields.entries()) {
    const right = b.fields[i]!
    const type = commonType(left.type, right.type)
    if (!type) return undefined
    fields.push({ name: left.name?.toLowerCase() === right.name?.toLowerCase() ? left.name : undefined, type })
  }
  return { kind: 'row', fields }
}

/** Whether `from` converts to `to` without a cast. */
export function convertsTo(from: SqlType, to: SqlType): boolean {
  const common = commonType(from, to)
  return common !== undefined && sameType(common, to)
}

export function sameType(a: SqlType, b: SqlType): boolean {
  return typeName(a).toLowerCase() === typeName(b).toLowerCase()
}

const ordered = new Set([
  'boolean',
  'tinyint',
  'smallint',
  'integer',
  'bigint',
  'decimal',
  'double',
  'varchar',
  'varbinary',
  'date',
  'timestamp',
  'interval-day',
  'interval-year',
  'unknown',
  'iso-time',
])

/** Whether engines agree which values are one in DISTINCT and GROUP BY: not of JSON and maps, whose keys have an order on some. */
export function groupsAlike(type: SqlType): boolean {
  if (type.kind === 'array') return groupsAlike(type.element)
  if (type.kind === 'row') return type.fields.every((f) => groupsAlike(f.type))
  return type.kind !== 'json' && type.kind !== 'map'
}

/** Whether engines agree what `=` gives: inside arrays and rows they differ on NULLs. */
export const comparesAlike = (type: SqlType): boolean => !['json', 'map', 'array', 'row'].includes(type.kind)

/** Whether `<` and ORDER BY work on it. */
export function isOrderable(type: SqlType): boolean {
  if (type.kind === 'array') return isOrderable(type.element)
  if (type.kind === 'row') return type.fields.every((f) => isOrderable(f.type))
  return ordered.has(type.kind)
}
