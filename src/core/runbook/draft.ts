/** A runbook file read part by part: what can be read of each, so that all parts are checked whatever is wrong in one. */
import { didYouMean } from './did-you-mean.ts'
import { isJsonMap, type JsonMap } from './json.ts'
import { salvage } from './salvage.ts'
import { type Escalation, type Runbook, runbookSchema, type Trigger } from './schema.ts'
import { type Case, caseSchema } from './schema-case.ts'
import { missing, reportSchemaIssues, unknownKey } from './schema-issues.ts'
import { type Parameter, parameterSchema } from './schema-parameter.ts'
import { type Step, type StepKind, stepKinds, stepSchemas } from './schema-step.ts'
import { namePattern } from './schema-text.ts'
import { keysAt } from './schema-walk.ts'
import type { Source } from './source.ts'
import type { Path } from './yaml-values.ts'

export interface DraftStep {
  readonly path: Path
  /** As written, even when it is no proper name. */
  readonly id?: string
  readonly kind?: StepKind
  /** Without a proper name it has the one that was written, or its number: what else it holds is checked all the same. */
  readonly step?: Step
}

export interface Draft {
  readonly source: Source
  readonly root: JsonMap
  readonly head: Partial<Omit<Runbook, 'steps' | 'cases' | 'parameters' | 'escalate' | 'triggers'>>
  /** Undefined where the declaration cannot be read; the name is known all the same. */
  readonly parameters: ReadonlyMap<string, Parameter | undefined>
  readonly steps: readonly DraftStep[]
  readonly cases: readonly { readonly path: Path; readonly value?: Case }[]
  readonly escalations: readonly { readonly path: Path; readonly value?: Escalation }[]
  readonly triggers: readonly { readonly path: Path; readonly value?: Trigger }[]
}

const { shape } = runbookSchema
const parts = new Set(['steps', 'cases', 'parameters', 'escalate', 'triggers'])

/** Undefined when the file holds no map at all. */
export function readDraft(source: Source): Draft | undefined {
  const root = source.file.value
  if (root === undefined) return undefined
  if (!isJsonMap(root)) {
    reportSchemaIssues(source, {
      schema: runbookSchema,
      value: root,
      base: [],
      findings: [{ code: 'invalid_type', expected: 'object', path: [], message: '' }],
    })
    return undefined
  }
  const head: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(root)) {
    if (!Object.hasOwn(shape, key)) unknownKey(source, [key], key, Object.keys(shape))
    else if (!parts.has(key)) {
      const read = salvage<unknown>(source, { schema: shape[key as keyof typeof shape], value, base: [key] })
      if (read.value !== undefined) head[key] = read.value
    }
  }
  const meant = new Set(Object.keys(root).map((key) => didYouMean(key, Object.keys(shape))))
  for (const key of ['format', 'id', 'title', 'steps'])
    if (!Object.hasOwn(root, key) && !meant.has(key)) missing(source, [key])
  return {
    source,
    root,
    head: head as Draft['head'],
    parameters: readParameters(source, root),
    steps: items(source, root, 'steps').map(({ path, value }) => readStep(source, path, value)),
    cases: items(source, root, 'cases').map((item) => readPart(source, item, caseSchema)),
    escalations: items(source, root, 'escalate').map((item) =>
      readPart(source, item, shape.escalate.def.innerType.element),
    ),
    triggers: items(source, root, 'triggers').map((item) =>
      readPart(source, item, shape.triggers.def.innerType.element),
    ),
  }
}

interface Item {
  readonly path: Path
  readonly value: unknown
}

/** The list as items; that it is no list, or an empty one, is reported once. */
function items(source: Source, root: JsonMap, key: 'steps' | 'cases' | 'escalate' | 'triggers'): Item[] {
  const value = root[key]
  if (value === undefined) return []
  if (Array.isArray(value) && (value.length > 0 || key !== 'steps'))
    return value.map((item: unknown, index) => ({ path: [key, index], value: item }))
  salvage<unknown>(source, { schema: shape[key], value, base: [key] })
  return []
}

function readPart<Output>(
  source: Source,
  { path, value }: Item,
  schema: Parameters<typeof salvage<Output>>[1]['schema'],
): { path: Path; value?: Output } {
  const read = salvage(source, { schema, value, base: path })
  return { path, ...(read.value !== undefined && { value: read.value }) }
}

function readParameters(source: Source, root: JsonMap): Map<string, Parameter | undefined> {
  const declared = root.parameters
  const result = new Map<string, Parameter | undefined>()
  if (declared === undefined) return result
  if (!isJsonMap(declared)) {
    salvage<unknown>(source, { schema: shape.parameters, value: declared, base: ['parameters'] })
    return result
  }
  for (const [name, value] of Object.entries(declared)) {
    const path = ['parameters', name]
    if (!namePattern.test(name))
      source.report(
        'RUNBOOK_WRONG_FORM',
        { name: "a parameter's name", got: `"${name}"`, what: 'a name of small letters, digits and _' },
        source.key(path),
      )
    else if (name === 'window_from' || name === 'window_to')
      source.report('RUNBOOK_RESERVED_NAME', { name }, source.key(path))
    result.set(name, readPart(source, { path, value }, parameterSchema).value)
  }
  return result
}

const kindOwnKeys = (kind: StepKind): readonly string[] => keysAt(stepSchemas[kind], [])
const allStepKeys = [...new Set(stepKinds.flatMap(kindOwnKeys))]

function readStep(source: Source, path: Path, value: unknown): DraftStep {
  if (!isJsonMap(value)) {
    salvage<unknown>(source, { schema: stepSchemas.query, value, base: path })
    return { path }
  }
  const id = typeof value.id === 'string' ? { id: value.id } : {}
  const present = Object.keys(value).filter((key): key is StepKind => (stepKinds as readonly string[]).includes(key))
  const kind = present[0]
  if (kind === undefined) {
    reportNoKind(source, path, value)
    return { path, ...id }
  }
  const others = new Set<string>(present.slice(1))
  if (others.size > 0)
    source.report('RUNBOOK_STEP_KINDS', { kinds: present.join(' and ') }, source.key([...path, present[1] as string]))
  // Keys of the other kinds are no further mistake.
  const foreign = new Set(present.slice(1).flatMap(kindOwnKeys))
  const own = new Set(kindOwnKeys(kind))
  const cleaned = Object.fromEntries(
    Object.entries(value).filter(([key]) => !others.has(key) && (own.has(key) || !foreign.has(key))),
  )
  const schema = stepSchemas[kind]
  const step =
    salvage<Step>(source, { schema, value: cleaned, base: path }).value ??
    unnamed(source, { schema, path, value: cleaned })
  return { path, kind, ...id, ...(step && { step }) }
}

/** The step when it lacks nothing but a proper id. Its mistakes have been reported. */
function unnamed(
  source: Source,
  { schema, path, value }: { schema: (typeof stepSchemas)[StepKind]; path: Path; value: JsonMap },
): Step | undefined {
  if (typeof value.id === 'string' && namePattern.test(value.id)) return undefined
  const silent: Source = { ...source, report: () => {} }
  const read = salvage<Step>(silent, { schema, value: { ...value, id: 'unnamed' }, base: path })
  const number = Number(path.at(-1)) + 1
  return read.value && { ...read.value, id: typeof value.id === 'string' ? value.id : `number ${number}` }
}

function reportNoKind(source: Source, path: Path, value: JsonMap): void {
  const unknown = Object.keys(value).filter((key) => !allStepKeys.includes(key))
  const slip = unknown.find((key) => stepKinds.some((kind) => kind === didYouMean(key, stepKinds)))
  for (const key of unknown) unknownKey(source, [...path, key], key, key === slip ? [...stepKinds] : allStepKeys)
  if (slip === undefined && !source.broken(path))
    source.report('RUNBOOK_STEP_KIND_MISSING', { kinds: stepKinds.join(', ') }, firstLine(source, path, value))
}

const firstLine = (source: Source, path: Path, value: JsonMap) => source.key([...path, Object.keys(value)[0] ?? ''])
