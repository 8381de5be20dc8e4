/** Zod's findings in our words, each at the key or value itself. */
import type { z } from 'zod'
import type { ErrorCode, Values } from '../errors.ts'
import { didYouMean, suggest } from './did-you-mean.ts'
import { keysAt } from './schema-walk.ts'
import { type Source, valueAt } from './source.ts'
import type { Path, Span } from './yaml-values.ts'

type Schema = z.core.$ZodType
type Finding = z.core.$ZodIssue

export interface SchemaProblem {
  /** Within the checked part. */
  readonly path: readonly (string | number)[]
  /** Keys to leave out so that the rest can be read; the value itself when absent. */
  readonly unknownKeys?: readonly string[]
}

/** Reports each finding once and says which paths are wrong. `base` is the path of `value` in the file. */
export function reportSchemaIssues(
  source: Source,
  { schema, value, base, findings }: { schema: Schema; value: unknown; base: Path; findings: readonly Finding[] },
): SchemaProblem[] {
  const all = findings.flatMap((finding) => flatten(finding, value))
  const renamed = misspelt(schema, all)
  return all.map((finding) => {
    const local = finding.path as (string | number)[]
    const path = [...base, ...local]
    const got = valueAt(value, local)
    if (finding.code === 'unrecognized_keys') {
      for (const key of finding.keys) unknownKey(source, [...path, key], key, keysAt(schema, local))
      return { path: local, unknownKeys: finding.keys }
    }
    if (finding.code === 'invalid_key') {
      const what = finding.issues[0]?.message ?? 'a name'
      source.report('RUNBOOK_WRONG_FORM', { name: 'this name', got: show(local.at(-1)), what }, source.key(path))
      return { path: local }
    }
    if (finding.code === 'invalid_type' && got === undefined) {
      if (!renamed.has(JSON.stringify(local))) missing(source, path)
    } else wrong(source, path, { finding, got })
    return { path: local }
  })
}

/** Paths of required keys that an unknown key beside them was meant to be: one mistake, not two. */
function misspelt(schema: Schema, findings: readonly Finding[]): Set<string> {
  const paths = findings.flatMap((finding) => {
    if (finding.code !== 'unrecognized_keys') return []
    const parent = finding.path as Path
    return finding.keys.map((key) => JSON.stringify([...parent, didYouMean(key, keysAt(schema, parent))]))
  })
  return new Set(paths)
}

/** `known`: the keys that the map may have. */
export function unknownKey(source: Source, path: Path, key: string, known: readonly string[]): void {
  const span = source.key(path)
  const siblings = new Set(Object.keys((valueAt(source.file.value, path.slice(0, -1)) as object | undefined) ?? {}))
  const free = known.filter((name) => !siblings.has(name))
  const meant = didYouMean(key, free)
  const hint = meant === undefined ? suggest(key, known) : `Did you mean ${meant}?`
  source.report(
    'RUNBOOK_UNKNOWN_KEY',
    { key, hint },
    span,
    meant === undefined ? {} : { fix: { ...span, text: meant } },
  )
}

/** Nothing where a syntax error lies in the map: the key may be there. */
export function missing(source: Source, path: Path): void {
  const parent = path.slice(0, -1)
  if (source.broken(parent)) return
  source.report(
    'RUNBOOK_MISSING_KEY',
    { key: String(path.at(-1)), where: describeParent(parent) },
    firstOf(source, parent),
  )
}

/** A map's own place is all of it; its first characters are enough to find it. */
function firstOf(source: Source, path: Path): Span {
  const key = source.key(path)
  return path.length === 0 ? { start: key.start, end: key.start } : key
}

const describeParent = (path: Path) => {
  const names = path.filter((part) => typeof part === 'string')
  return names.length === 0
    ? 'the runbook'
    : typeof path.at(-1) === 'number'
      ? `this item of ${names.at(-1)}`
      : `${names.at(-1)}`
}

function wrong(source: Source, path: Path, { finding, got }: { finding: Finding; got: unknown }): void {
  const span = source.value(path)
  const written = source.file.text.slice(span.start, span.end)
  const { code, values, replacement } = describeWrong(finding, { name: nameOf(path), got, written })
  source.report(code, values, span, replacement === undefined ? {} : { fix: { ...span, text: replacement } })
}

/** What messages must not repeat. */
const secret = /^(?:password|token|externalId)$/

interface Wrong {
  readonly code: ErrorCode
  readonly values: Values
  readonly replacement?: string | undefined
}

function describeWrong(
  finding: Finding,
  { name, got, written }: { name: string; got: unknown; written: string },
): Wrong {
  switch (finding.code) {
    case 'invalid_type': {
      const scalar = typeof got === 'number' || typeof got === 'boolean'
      const expected = typeWords[finding.expected] ?? finding.expected
      const replacement = finding.expected === 'string' && scalar ? JSON.stringify(written) : undefined
      const hint = replacement === undefined ? `Write ${expected} here.` : 'Put it in quotes.'
      return {
        code: 'RUNBOOK_WRONG_TYPE',
        values: { name, got: scalar ? (secret.test(name) ? `a ${typeof got}` : written) : kindOf(got), expected, hint },
        replacement,
      }
    }
    case 'invalid_value': {
      const known = finding.values.map(String)
      const meant = typeof got === 'string' && written === got ? didYouMean(got, known) : undefined
      const values = { name, got: show(got), hint: suggest(String(got), known) }
      return { code: 'RUNBOOK_WRONG_VALUE', values, replacement: meant }
    }
    case 'invalid_format':
      return { code: 'RUNBOOK_WRONG_FORM', values: { name, got: show(got), what: finding.message } }
    case 'too_small':
      return { code: 'RUNBOOK_TOO_SMALL', values: { name, minimum: amount(finding.origin, finding.minimum) } }
    case 'too_big':
      return { code: 'RUNBOOK_TOO_LARGE', values: { name, maximum: amount(finding.origin, finding.maximum) } }
    case 'custom':
      // A rule over several keys: `params.cannotBe` says what is wrong, its message what to do.
      if (typeof finding.params?.cannotBe === 'string')
        return { code: 'RUNBOOK_WRONG_VALUE', values: { name, got: finding.params.cannotBe, hint: finding.message } }
      break
    default:
  }
  return {
    code: 'RUNBOOK_WRONG_TYPE',
    values: { name, got: kindOf(got), expected: 'something else', hint: finding.message },
  }
}

const amount = (origin: string, count: number | bigint) =>
  origin === 'array' ? `${count} ${count === 1 ? 'entry' : 'entries'}` : String(count)

/** Of a union, the branch that the author meant: the one whose kind of value was given. */
function flatten(finding: Finding, value: unknown): Finding[] {
  if (finding.code !== 'invalid_union') return [finding]
  if (finding.discriminator !== undefined) return [unknownKind(finding, value)]
  const at = (inner: Finding): Finding => ({ ...inner, path: [...finding.path, ...inner.path] }) as Finding
  const branches = finding.errors.map((branch) => branch.map(at))
  const fitting = branches.filter((branch) => !branch.some((one) => isWholly(one, finding.path.length)))
  const chosen = fitting.toSorted((a, b) => a.length - b.length)[0]
  if (chosen) return chosen.flatMap((inner) => flatten(inner, value))
  const values = branches.flat().filter((one) => one.code === 'invalid_value')
  const formed = branches.flat().find((one) => one.code === 'invalid_format' && one.path.length === finding.path.length)
  if (values[0] && typeof valueAt(value, finding.path as Path) === 'string') return [values[0]]
  if (formed) return [formed]
  const expected = branches
    .flat()
    .flatMap((one) => (one.code === 'invalid_type' ? [typeWords[one.expected] ?? one.expected] : []))
  return [
    {
      code: 'invalid_type',
      expected: [...new Set(expected)].join(' or '),
      path: finding.path,
      message: '',
    } as unknown as Finding,
  ]
}

/** A map whose kind is told by a key: that key is missing, or names none of the kinds. */
function unknownKind(finding: z.core.$ZodIssueInvalidUnion, value: unknown): Finding {
  const told = valueAt(value, finding.path as Path)
  const kinds = 'options' in finding && Array.isArray(finding.options) ? finding.options.map(String) : []
  const { path, message } = finding
  if (told === undefined) return { code: 'invalid_type', expected: 'string', path, message } as Finding
  return { code: 'invalid_value', values: kinds, path, message } as Finding
}

const isWholly = (finding: Finding, depth: number) =>
  finding.path.length === depth && finding.code !== 'unrecognized_keys' && finding.code !== 'too_small'

const typeWords: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a map',
  record: 'a map',
  array: 'a list',
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a map'
  return typeof value === 'string' ? 'text' : String(value)
}

const show = (value: unknown): string => (typeof value === 'string' ? `"${value.slice(0, 60)}"` : kindOf(value))

const nameOf = (path: Path): string => {
  const key = path.findLast((part) => typeof part === 'string')
  return typeof path.at(-1) === 'number' ? `an item of ${key ?? 'the list'}` : `${key ?? 'the file'}`
}
