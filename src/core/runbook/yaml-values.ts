/** YAML nodes to JSON values, once, noting where each value and each key stands. */
import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type Pair, type Scalar } from 'yaml'
import type { Values } from '../errors.ts'
import type { Json } from './json.ts'
import type { ScalarStyle } from './scalar-offsets.ts'

export type Path = readonly (string | number)[]

export interface Span {
  readonly start: number
  readonly end: number
}

export interface NodePlace {
  readonly key?: Span
  readonly value: Span
  readonly style?: ScalarStyle
}

type YamlProblem = (code: YamlProblemCode, span: Span, values?: Values) => void
type YamlProblemCode =
  | 'RUNBOOK_ALIAS'
  | 'RUNBOOK_BARE_TEMPLATE'
  | 'RUNBOOK_KEY_NOT_TEXT'
  | 'RUNBOOK_MERGE_KEY'
  | 'RUNBOOK_NUMBER_TOO_LARGE'

/** Beyond these a file is no runbook but an attack: aliases multiply (YAML 1.2 has no limit of its own). */
const maxValues = 50_000
const maxDepth = 64

export const pathKey = (path: Path): string => JSON.stringify(path)

export function toValue(
  document: Document.Parsed,
  problem: YamlProblem,
): { value: Json; places: Map<string, NodePlace> } {
  const places = new Map<string, NodePlace>()
  const open = new Set<Node>()
  let values = 0

  const spanOf = (node: { range?: readonly [number, number, number] | null | undefined } | null): Span => ({
    start: node?.range?.[0] ?? 0,
    end: node?.range?.[1] ?? 0,
  })

  const convert = (node: Node | null, path: Path, key?: Span): Json => {
    const span = node ? spanOf(node) : (key ?? { start: 0, end: 0 })
    values++
    if (values > maxValues || path.length > maxDepth) {
      if (values !== Number.POSITIVE_INFINITY)
        problem('RUNBOOK_ALIAS', span, { reason: 'the file unfolds to too many values' })
      values = Number.POSITIVE_INFINITY
      return null
    }
    if (isAlias(node)) {
      places.set(pathKey(path), { ...(key && { key }), value: span })
      const target = node.resolve(document)
      if (!target || open.has(target)) {
        problem('RUNBOOK_ALIAS', span, {
          reason: target
            ? `*${node.source} stands inside its own anchor`
            : `nothing before it is marked &${node.source}`,
        })
        return null
      }
      const value = convert(target, path, key)
      places.set(pathKey(path), { ...(key && { key }), value: span })
      return value
    }
    places.set(pathKey(path), {
      ...(key && { key }),
      value: span,
      ...(isScalar(node) && typeof node.value === 'string' && { style: node.type as ScalarStyle }),
    })
    if (node === null) return null
    open.add(node)
    const value = isMap(node)
      ? Object.fromEntries((node.items as Pair<Node, Node | null>[]).flatMap((pair) => entry(pair, path)))
      : isSeq(node)
        ? node.items.map((item, index) => convert(item as Node, [...path, index]))
        : scalar(node as Scalar, span)
    open.delete(node)
    return value
  }

  const entry = (pair: Pair<Node, Node | null>, path: Path): [string, Json][] => {
    const span = spanOf(pair.key)
    if (isScalar(pair.key) && pair.key.value === '<<' && pair.key.type === 'PLAIN') {
      problem('RUNBOOK_MERGE_KEY', span)
      return []
    }
    if (!isScalar(pair.key) || pair.key.value === null) {
      // Outside quotes, `{{ x }}` is a map whose only key is a map.
      problem(isMap(pair.key) ? 'RUNBOOK_BARE_TEMPLATE' : 'RUNBOOK_KEY_NOT_TEXT', span)
      return []
    }
    const name = String(pair.key.value)
    return [[name, convert(pair.value, [...path, name], span)]]
  }

  const scalar = ({ value, source }: Scalar, span: Span): Json => {
    if (typeof value === 'number' && !Number.isFinite(value)) return source ?? String(value)
    if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)) {
      problem('RUNBOOK_NUMBER_TOO_LARGE', span, { number: source ?? value })
      return null
    }
    return value as Json
  }

  return { value: convert(document.contents as Node | null, []), places }
}
