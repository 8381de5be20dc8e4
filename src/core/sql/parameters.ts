/** Parameter types in SQL terms. */
import type { ParameterKind, ParameterType } from './compile.ts'
import { arrayOf, type SqlType, types } from './types.ts'

const kinds: Readonly<Record<ParameterKind, SqlType>> = {
  string: types.varchar,
  integer: types.bigint,
  number: types.double,
  boolean: types.boolean,
  duration: types.intervalDay,
  timestamp: types.isoTime,
  arn: types.varchar,
  account: types.varchar,
  region: types.varchar,
  ip: types.varchar,
  cidr: types.varchar,
  accessKey: types.varchar,
}

const builtInParameters: Readonly<Record<string, ParameterType>> = {
  window_from: 'timestamp',
  window_to: 'timestamp',
}

/** The SQL type of a parameter, or undefined when none has the name. */
export function parameterType(name: string, declared: Readonly<Record<string, ParameterType>>): SqlType | undefined {
  const type = Object.hasOwn(builtInParameters, name)
    ? builtInParameters[name]
    : Object.hasOwn(declared, name)
      ? declared[name]
      : undefined
  if (type === undefined) return undefined
  if (!type.endsWith('[]')) return kinds[type as ParameterKind]
  const element = kinds[type.slice(0, -2) as ParameterKind]
  return arrayOf(element.kind === 'iso-time' ? types.varchar : element)
}
