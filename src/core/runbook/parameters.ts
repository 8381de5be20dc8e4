/** The values of a run's parameters: typed, checked against what the runbook declares, all mistakes at once. */
import { issue, TrailbookError, type Values } from '../errors.ts'
import type { ParameterKind, ParameterType } from '../sql/compile.ts'
import { suggest } from './did-you-mean.ts'
import { isJsonList, type Json } from './json.ts'
import { kinds, parseScalar, type Scalar } from './parameter-values.ts'
import { matchesWhole } from './regex.ts'
import type { Parameter } from './schema-parameter.ts'

type ParameterValue = null | Scalar | readonly Scalar[]

type ParsedParameter =
  | { readonly value: ParameterValue; readonly problem?: undefined }
  | { readonly problem: string; readonly value?: undefined }

interface ParameterOptions {
  /** Command line: a list is one text with commas, or several texts. JSON: a list is a list. */
  readonly from: 'text' | 'json'
}

/** One value as declared. A list loses NULLs and doubles; its order stays. */
export function parseParameter(parameter: Parameter, raw: Json, { from }: ParameterOptions): ParsedParameter {
  if (raw === null) return { value: null }
  const list = parameter.type.endsWith('[]')
  const kind = (list ? parameter.type.slice(0, -2) : parameter.type) as ParameterKind
  if (!list) {
    if (!isJsonList(raw)) return one(parameter, kind, raw)
    return raw.length === 1
      ? one(parameter, kind, raw[0])
      : { problem: `there are ${raw.length} values, where one is needed` }
  }
  const items = isJsonList(raw) ? raw : [raw]
  const values = new Map<string, Scalar>()
  for (const item of from === 'text' ? items.flatMap(splitAtCommas) : items) {
    if (item === null) continue
    const parsed = one(parameter, kind, item)
    if (parsed.problem !== undefined) return parsed
    values.set(JSON.stringify(parsed.value), parsed.value as Scalar)
  }
  return { value: [...values.values()] }
}

const splitAtCommas = (item: Json): readonly Json[] =>
  typeof item === 'string'
    ? item
        .split(',')
        .map((part) => part.trim())
        .filter(Boolean)
    : [item]

function one(parameter: Parameter, kind: ParameterKind, raw: Json | undefined): ParsedParameter {
  if (raw === null || raw === undefined) return { value: null }
  const parsed = parseScalar(kind, raw)
  if (parsed.problem !== undefined) return parsed
  const problem = bounds(parameter, kind, parsed.value)
  return problem === undefined ? parsed : { problem }
}

function bounds({ pattern, options, min, max }: Parameter, kind: ParameterKind, value: Scalar): string | undefined {
  if (pattern !== undefined && !matchesWhole(String(value), pattern)) return `"${value}" does not match ${pattern}`
  if (options && !options.some((option) => parseScalar(kind, option).value === value))
    return `"${value}" is not one of ${options.join(', ')}`
  const order = kinds[kind].order
  if (!order) return undefined
  const limit = (bound: string | number) => order(parseScalar(kind, bound).value ?? bound)
  if (min !== undefined && order(value) < limit(min)) return `${value} is less than ${min}`
  if (max !== undefined && order(value) > limit(max)) return `${value} is more than ${max}`
  return undefined
}

/**
 * All parameters of a run by name; one that is optional and not given is null.
 *
 * @throws TrailbookError with every mistake in `issues`: PARAMETER_MISSING names all that are missing,
 *   PARAMETER_INVALID one value, PARAMETER_UNKNOWN one name.
 */
export function resolveParameters(
  declared: Readonly<Record<string, Parameter>>,
  given: Readonly<Record<string, Json>>,
  options: ParameterOptions,
): Readonly<Record<string, ParameterValue>> {
  const values: Record<string, ParameterValue> = {}
  const missing: string[] = []
  const mistakes: { code: 'PARAMETER_MISSING' | 'PARAMETER_INVALID' | 'PARAMETER_UNKNOWN'; values: Values }[] = []
  for (const [name, parameter] of Object.entries(declared)) {
    const raw = Object.hasOwn(given, name) ? given[name] : undefined
    const parsed = parseParameter(parameter, raw ?? parameter.default ?? null, {
      from: raw === undefined ? 'json' : options.from,
    })
    if (parsed.problem !== undefined)
      mistakes.push({ code: 'PARAMETER_INVALID', values: { name, problem: parsed.problem, type: parameter.type } })
    else if (parsed.value === null && !parameter.optional) missing.push(name)
    else values[name] = parsed.value
  }
  for (const name of Object.keys(given))
    if (!Object.hasOwn(declared, name))
      mistakes.push({ code: 'PARAMETER_UNKNOWN', values: { name, hint: suggest(name, Object.keys(declared)) } })
  if (missing.length > 0) {
    const examples = missing.map((name) => `--param ${name}=${example(declared[name])}`)
    mistakes.unshift({ code: 'PARAMETER_MISSING', values: { names: missing.join(', '), example: examples.join(' ') } })
  }
  const [first] = mistakes
  if (first)
    throw new TrailbookError(first.code, first.values, {
      issues: mistakes.map(({ code, values }) => issue(code, values)),
    })
  return values
}

const example = (parameter: Parameter | undefined) =>
  parameter?.example === undefined
    ? '…'
    : isJsonList(parameter.example)
      ? parameter.example.join(',')
      : String(parameter.example)

export const parameterTypesOf = (declared: Readonly<Record<string, Parameter>>): Record<string, ParameterType> =>
  Object.fromEntries(Object.entries(declared).map(([name, { type }]) => [name, type]))
