/** `fragments/<name>.sql`: one SELECT each, checked on its own, that queries read as `fragments.<name>`. */
import { z } from 'zod'
import { type Issue, issue } from '../errors.ts'
import type { KnownEvents } from '../event/known-events.ts'
import { type AnalyzedQuery, type AnalyzeOptions, analyze, type ListTable, type ParameterType } from '../sql/compile.ts'
import { tokenize } from '../sql/tokenizer.ts'
import { lineAndColumn } from '../text.ts'
import type { AnalyzeSql } from './check-context.ts'
import { lintNames } from './lint-events.ts'
import { factsOf } from './query-facts.ts'
import { salvage } from './salvage.ts'
import { parameterTypes } from './schema-parameter.ts'
import { line, name } from './schema-text.ts'
import { openSource } from './source.ts'

export interface FragmentFile {
  readonly name: string
  readonly text: string
  /** Name shown with every place. */
  readonly file?: string
}

/** A fragment without mistakes. */
export interface Fragment {
  readonly query: AnalyzedQuery
  /** What a runbook that uses it must declare, by name; the types are those of its own parameters. */
  readonly parameters: Readonly<Record<string, ParameterType>>
}

export interface ParsedFragment {
  /** Present when neither it nor a fragment that it reads has a mistake. */
  readonly fragment?: Fragment
  readonly issues: readonly Issue[]
}

interface FragmentOptions {
  readonly lists?: Readonly<Record<string, ListTable>>
  readonly analyzeSql?: AnalyzeSql
  /** With it, event names are held against those that are known. */
  readonly knownEvents?: KnownEvents | undefined
}

/** The head: the comment lines that the file starts with, without their `--`, are YAML. */
const headSchema = z.strictObject({
  description: line.optional(),
  owner: line.optional(),
  parameters: z.record(name, z.enum(parameterTypes)).default({}),
})

type Head = z.output<typeof headSchema>

/** Reads all fragments of a library; each is checked once, after those that it reads. */
export function parseFragments(
  files: readonly FragmentFile[],
  { lists = {}, analyzeSql = analyze, knownEvents }: FragmentOptions = {},
): ReadonlyMap<string, ParsedFragment> {
  const byName = new Map(files.map((file) => [file.name, file]))
  const done = new Map<string, ParsedFragment>()

  const read = (file: FragmentFile, path: readonly string[]): void => {
    if (done.has(file.name)) return
    const { head, issues } = readHead(file)
    const within = [...path, file.name]
    const named = namedFragments(file.text)
    for (const { name: other, at } of named) {
      const target = byName.get(other)
      const loop = within.indexOf(other)
      if (loop !== -1)
        issues.push(
          atPlace(file, issue('FRAGMENT_CYCLE', { path: [...within.slice(loop), other].join(' -> ') }, { at })),
        )
      else if (target) read(target, within)
    }
    const others = named.flatMap((one) => (byName.has(one.name) ? [one.name] : []))
    const unsound = others.some((other) => !done.get(other)?.fragment)
    // A mistake further down is told there, once.
    const query = unsound ? undefined : checked(file, head, issues)
    const sound = query !== undefined && !issues.some((one) => one.severity === 'error')
    done.set(file.name, {
      ...(sound && { fragment: { query, parameters: head.parameters } }),
      issues: issues.toSorted(byPlace),
    })
  }

  const checked = (file: FragmentFile, head: Head, issues: Issue[]): AnalyzedQuery | undefined => {
    const fragments = Object.fromEntries(
      [...done].flatMap(([known, { fragment }]) => (fragment ? [[known, fragment.query]] : [])),
    )
    const options: AnalyzeOptions = { parameters: head.parameters, lists, fragments }
    const analysis = analyzeSql(file.text, options)
    issues.push(...analysis.issues.map((one) => atPlace(file, one)))
    const { query } = analysis
    if (query && knownEvents)
      lintNames(knownEvents, factsOf(query), (code, values, span) => {
        const { line: row, column } = lineAndColumn(file.text, span.start)
        issues.push(atPlace(file, issue(code, values, { at: { line: row, column }, severity: 'warning' })))
      })
    for (const parameter of Object.keys(head.parameters))
      if (query && !query.parameters.includes(parameter))
        issues.push(
          atPlace(
            file,
            issue('FRAGMENT_PARAMETER_UNUSED', { name: parameter }, { at: firstPlace, severity: 'warning' }),
          ),
        )
    for (const { name: other, parameters } of needed(query)) {
      for (const [parameter, type] of Object.entries(parameters))
        if (head.parameters[parameter] !== type)
          issues.push(
            atPlace(
              file,
              issue(
                'FRAGMENT_NEEDS',
                { fragment: other, what: `the parameter ${parameter} (${type})` },
                { at: firstPlace },
              ),
            ),
          )
    }
    return query
  }

  const needed = (query: AnalyzedQuery | undefined) =>
    (query?.fragments ?? []).map((one) => ({ name: one, parameters: done.get(one)?.fragment?.parameters ?? {} }))

  for (const file of files) read(file, [])
  return done
}

const firstPlace = { line: 1, column: 1 }

const byPlace = (a: Issue, b: Issue): number =>
  (a.at?.line ?? 0) - (b.at?.line ?? 0) || (a.at?.column ?? 0) - (b.at?.column ?? 0)

const atPlace = ({ file }: FragmentFile, one: Issue): Issue =>
  file === undefined ? one : { ...one, at: { ...(one.at ?? firstPlace), file } }

function readHead({ text, file }: FragmentFile): { readonly head: Head; readonly issues: Issue[] } {
  const lines = /^(?:--[^\n]*\n)*/.exec(text.endsWith('\n') ? text : `${text}\n`)?.[0] ?? ''
  // Same length, so that places stay.
  const yaml = lines.replace(/^--/gm, '  ')
  const none = { head: { parameters: {} }, issues: [] }
  if (!/^\s*[a-z_]+:(\s|$)/m.test(yaml)) return none
  const source = openSource(yaml, file)
  const { value } = source.file
  const head = value === undefined ? undefined : salvage(source, { schema: headSchema, value, base: [] }).value
  return { head: head ?? none.head, issues: source.issues }
}

interface Named {
  readonly name: string
  readonly at: { readonly line: number; readonly column: number }
}

/** The fragments that a text names, each once, found whether or not the rest is right. Case makes no difference. */
export function namedFragments(text: string): readonly Named[] {
  const tokens = safeTokens(text)
  const found = new Map<string, Named>()
  for (const [index, token] of tokens.entries()) {
    const [dot, last] = [tokens[index + 1], tokens[index + 2]]
    if (token.kind !== 'word' || token.text.toLowerCase() !== 'fragments' || dot?.text !== '.') continue
    if (last?.kind !== 'word' && last?.kind !== 'quoted') continue
    const known = last.text.toLowerCase()
    if (!found.has(known)) found.set(known, { name: known, at: lineAndColumn(text, token.start) })
  }
  return [...found.values()]
}

function safeTokens(text: string) {
  try {
    return tokenize(text)
  } catch {
    return []
  }
}
