/** A configuration file, read with the place of everything in it: all mistakes are told in one pass. */
import { readText, shownPath } from '../authoring/library.ts'
import { type ErrorCode, type Issue, type Place, TrailbookError, type Values } from '../core/errors.ts'
import { isJsonList, isJsonMap, type Json } from '../core/runbook/json.ts'
import { openSource, type Source } from '../core/runbook/source.ts'
import type { Path, Span } from '../core/runbook/yaml-values.ts'
import { advice } from './advice.ts'
import type { Unset } from './unset-settings.ts'

/** What a key's check reports to. */
export interface KeyPlace {
  readonly source: Source
  /** The path of the file, as it is shown. */
  readonly file: string
  /** Where the value stands in the file. */
  readonly path: Path
  /** Reports on the value, or on what lies at `within` in it. */
  report(code: ErrorCode, values?: Values, within?: Path): void
}

/** Reports what is wrong with a value, environment variables filled in. */
export type KeyCheck = (value: Json, place: KeyPlace) => void

interface ReadOptions {
  /** Every key does something; others are refused, so that a misspelt one is not taken for set. */
  readonly keys: Readonly<Record<string, KeyCheck>>
  /** A map under this key is of things that are used one by one: what one of them lacks does not matter to who uses another. */
  readonly oneByOne?: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
}

interface ConfigFile {
  readonly values: Readonly<Record<string, Json>>
  /** By name under `oneByOne`: CONFIG_ENV of each setting that names a variable which is not set. Its text is left as it is. */
  readonly unset: Readonly<Record<string, Unset>>
}

/** @throws TrailbookError CONFIG_*: the first mistake, with all others as issues; CLI_FILE_* */
export async function readConfigFile(path: string, { keys, oneByOne, env, cwd }: ReadOptions): Promise<ConfigFile> {
  const file = shownPath(path, cwd)
  const source = openSource(await readText(path), file)
  const { value = {} } = source.file
  const values: Record<string, Json> = {}
  const starts = new Set<string>()
  const unset: Record<string, Record<string, TrailbookError>> = {}
  const onUnset: Filling['onUnset'] = (name, { path: [key, member, setting], span }) => {
    if (key !== oneByOne || typeof member !== 'string' || typeof setting !== 'string')
      return source.report('CONFIG_ENV', { path: file, key: String(key), name }, span)
    const values = { path: file, key: `${key}.${member}.${setting}`, name }
    unset[member] ??= {}
    unset[member][setting] ??= new TrailbookError('CONFIG_ENV', values, { at: source.place(span) })
  }
  if (isJsonMap(value)) {
    for (const [key, member] of Object.entries(value)) {
      const check = Object.hasOwn(keys, key) ? keys[key] : undefined
      if (check === undefined) {
        const values = { path: file, key, advice: advice(key, Object.keys(keys)) }
        source.report('CONFIG_UNKNOWN_KEY', values, source.key([key]))
        continue
      }
      const filled = fillEnvironment(member, { source, env, starts, onUnset, path: [key] })
      values[key] = filled
      const report: KeyPlace['report'] = (code, given = {}, within = []) =>
        source.report(code, { path: file, key: [key, ...within].join('.'), ...given }, source.value([key, ...within]))
      check(filled, { source, file, path: [key], report })
    }
  } else {
    const advice = 'It must be a YAML map; trailbook init writes one.'
    source.report('CONFIG_SYNTAX', { path: file, reason: 'it is not a map', advice }, source.value([]))
  }
  // An empty file sets nothing.
  const mistakes = source.issues.filter(
    ({ severity, code, at }) =>
      severity === 'error' && code !== 'RUNBOOK_EMPTY' && (code === 'CONFIG_ENV' || !starts.has(startOf(at))),
  )
  if (mistakes.length > 0) throw refusal(file, source, mistakes)
  return { values, unset }
}

/** The first mistake in the file; those after it go with it. */
function refusal(file: string, source: Source, mistakes: readonly Issue[]): TrailbookError {
  const [first, ...others] = mistakes.toSorted(byPlace) as [Issue, ...Issue[]]
  const options = { ...(first.at && { at: first.at }), issues: others }
  if (first.code.startsWith('CONFIG_'))
    return Object.assign(new TrailbookError(first.code, {}, options), { message: first.message, hint: first.hint })
  // Checks that are shared with runbooks speak of the value alone.
  const values = { path: file, reason: first.message.replace(/\.$/, ''), advice: first.hint }
  return source.file.issues.includes(first)
    ? new TrailbookError('CONFIG_SYNTAX', values, options)
    : new TrailbookError('CONFIG_VALUE', values, options)
}

const startOf = (at: Place | undefined): string => `${at?.line}:${at?.column}`

const byPlace = (a: Issue, b: Issue): number =>
  (a.at?.line ?? 0) - (b.at?.line ?? 0) || (a.at?.column ?? 0) - (b.at?.column ?? 0)

interface Filling {
  readonly source: Source
  readonly env: ReadOptions['env']
  readonly path: Path
  /** Where texts start that name a variable which is not set: nothing more can be said of them. */
  readonly starts: Set<string>
  onUnset(name: string, at: { readonly path: Path; readonly span: Span }): void
}

/** Puts environment variables in the place of `${env:NAME}`, wherever it stands in a text. */
function fillEnvironment(value: Json, filling: Filling): Json {
  if (typeof value === 'string') return fillText(value, filling)
  const inner = (member: Json, key: string | number): Json =>
    fillEnvironment(member, { ...filling, path: [...filling.path, key] })
  if (isJsonList(value)) return value.map(inner)
  if (!isJsonMap(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, inner(member, name)]))
}

function fillText(text: string, { source, env, path, starts, onUnset }: Filling): string {
  return text.replace(/\$\{env:(\w+)\}/g, (whole, name: string, at: number) => {
    const found = env[name]
    if (found !== undefined) return found
    starts.add(startOf(source.place(source.value(path))))
    onUnset(name, { path, span: source.inText(path, at, at + whole.length) })
    return whole
  })
}
