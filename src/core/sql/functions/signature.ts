/** Function signatures as text, e.g. `element_at(map(K,V), K) -> V`; upper-case single letters are type variables, `O` one with an order. */
import {
  arrayOf,
  commonType,
  convertsTo,
  decimal,
  isOrderable,
  mapOf,
  type SqlType,
  sameType,
  types,
} from '../types.ts'

export type Pattern =
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'concrete'; readonly type: SqlType }
  | { readonly kind: 'decimal' }
  | { readonly kind: 'array'; readonly element: Pattern }
  | { readonly kind: 'map'; readonly key: Pattern; readonly value: Pattern }
  | { readonly kind: 'function'; readonly parameters: readonly Pattern[]; readonly result: Pattern }

export interface Signature {
  readonly text: string
  readonly parameters: readonly Pattern[]
  /** The last parameter may repeat. */
  readonly variadic: boolean
  readonly returns: Pattern
}

const simpleTypes: Readonly<Record<string, SqlType>> = {
  boolean: types.boolean,
  integer: types.integer,
  bigint: types.bigint,
  double: types.double,
  varchar: types.varchar,
  varbinary: types.varbinary,
  json: types.json,
  date: types.date,
  timestamp: types.timestamp,
  timestamptz: types.timestampTz,
}

const cache = new Map<string, Signature>()

export function signature(text: string): Signature {
  const known = cache.get(text)
  if (known) return known
  const made = parse(text)
  cache.set(text, made)
  return made
}

function parse(text: string): Signature {
  let at = 0
  const skip = () => {
    while (text[at] === ' ') at++
  }
  const take = (token: string): boolean => {
    skip()
    if (!text.startsWith(token, at)) return false
    at += token.length
    return true
  }
  const word = (): string => {
    skip()
    const found = /^[A-Za-z_][A-Za-z0-9_-]*/.exec(text.slice(at))?.[0] ?? ''
    at += found.length
    return found
  }
  const list = (close: string): Pattern[] => {
    const items: Pattern[] = []
    while (!take(close)) {
      items.push(pattern())
      take(',')
    }
    return items
  }
  const pattern = (): Pattern => {
    if (take('(')) {
      const parameters = list(')')
      if (!take('->')) throw new Error(`signature ${text}`)
      return { kind: 'function', parameters, result: pattern() }
    }
    const name = word().replace(/-$/, '')
    if (name === 'array' && take('(')) return { kind: 'array', element: list(')')[0]! }
    if (name === 'map' && take('(')) {
      const [key, value] = list(')')
      return { kind: 'map', key: key!, value: value! }
    }
    if (name === 'decimal') return { kind: 'decimal' }
    if (/^[A-Z]$/.test(name)) return { kind: 'variable', name }
    const type = simpleTypes[name]
    if (!type) throw new Error(`signature ${text}: ${name}`)
    return { kind: 'concrete', type }
  }
  word()
  take('(')
  const parameters: Pattern[] = []
  let variadic = false
  while (!take(')')) {
    parameters.push(pattern())
    if (take('...')) variadic = true
    take(',')
  }
  take('->')
  return { text, parameters, variadic, returns: pattern() }
}

export type Bindings = Map<string, SqlType>

export function accepts(signature: Signature, count: number): boolean {
  return signature.variadic ? count >= signature.parameters.length : count === signature.parameters.length
}

export const parameterAt = (signature: Signature, index: number): Pattern =>
  signature.parameters[Math.min(index, signature.parameters.length - 1)]!

/** Binds the pattern's variables so that `actual` fits; with `coerce` also by implicit conversion. */
export function unify(pattern: Pattern, actual: SqlType, bindings: Bindings, coerce: boolean): boolean {
  switch (pattern.kind) {
    case 'variable':
      return bind(pattern.name, actual, bindings, coerce)
    case 'concrete':
      return actual.kind === 'unknown' || sameType(actual, pattern.type) || (coerce && convertsTo(actual, pattern.type))
    case 'decimal':
      return actual.kind === 'decimal' && bind('decimal', actual, bindings, false)
    case 'array':
      return (
        actual.kind === 'unknown' ||
        (actual.kind === 'array' && unify(pattern.element, actual.element, bindings, coerce))
      )
    case 'map':
      return (
        actual.kind === 'unknown' ||
        (actual.kind === 'map' &&
          unify(pattern.key, actual.key, bindings, coerce) &&
          unify(pattern.value, actual.value, bindings, coerce))
      )
    case 'function':
      return false
  }
}

function bind(name: string, actual: SqlType, bindings: Bindings, coerce: boolean): boolean {
  if (name === 'O' && !isOrderable(actual)) return false
  const bound = bindings.get(name)
  if (!bound || bound.kind === 'unknown') {
    bindings.set(name, actual)
    return true
  }
  if (actual.kind === 'unknown' || sameType(bound, actual)) return true
  const common = coerce ? commonType(bound, actual) : undefined
  if (common) bindings.set(name, common)
  return common !== undefined
}

export function instantiate(pattern: Pattern, bindings: Bindings): SqlType {
  switch (pattern.kind) {
    case 'variable':
      return bindings.get(pattern.name) ?? types.unknown
    case 'concrete':
      return pattern.type
    case 'decimal':
      return bindings.get('decimal') ?? decimal(38, 0)
    case 'array':
      return arrayOf(instantiate(pattern.element, bindings))
    case 'map':
      return mapOf(instantiate(pattern.key, bindings), instantiate(pattern.value, bindings))
    case 'function':
      return types.unknown
  }
}
