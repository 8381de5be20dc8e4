/** A runbook file with the place of everything in it, and the one way to report on it. */
import { type ErrorCode, type Issue, issue, type Place, type TextEdit, type Values } from '../errors.ts'
import { encodeInScalar, type ScalarText, scalarOffsets } from './scalar-offsets.ts'
import { readYaml, type YamlFile } from './yaml-read.ts'
import { type NodePlace, type Path, pathKey, type Span } from './yaml-values.ts'

interface ReportOptions {
  readonly severity?: Issue['severity']
  readonly fix?: TextEdit
}

export interface Source {
  readonly file: YamlFile
  readonly issues: Issue[]
  /** Reports at a span; nothing where the same line already has a syntax error. */
  report(code: ErrorCode, values: Values, span: Span, options?: ReportOptions): void
  /** Where the value stands, or the nearest one around it. */
  value(path: Path): Span
  /** Where the key stands that leads to the value, or the value where it has none (an item of a list). */
  key(path: Path): Span
  /** From offsets in the text at `path` to the file. */
  inText(path: Path, start: number, end: number): Span
  /** A replacement in the text at `path`, written so that the YAML stays right. */
  editText(path: Path, edit: TextEdit): TextEdit
  /** True where a syntax error lies inside the value: its keys cannot be trusted to be all. */
  broken(path: Path): boolean
  place(span: Span): Place
}

export function openSource(text: string, name: string | undefined): Source {
  const file = readYaml(text, name)
  const issues: Issue[] = [...file.issues]
  const offsets = new Map<string, readonly number[]>()

  const node = (path: Path): NodePlace => {
    for (let length = path.length; length >= 0; length--) {
      const found = file.places.get(pathKey(path.slice(0, length)))
      if (found) return found
    }
    return { value: { start: 0, end: 0 } }
  }
  const scalar = (path: Path): ScalarText | undefined => {
    const place = file.places.get(pathKey(path))
    const value = valueAt(file.value, path)
    if (!place?.style || typeof value !== 'string') return undefined
    return { value, file: text, start: place.value.start, end: place.value.end, style: place.style }
  }
  const mapped = (path: Path): readonly number[] | undefined => {
    const id = pathKey(path)
    if (!offsets.has(id)) {
      const found = scalar(path)
      if (found) offsets.set(id, scalarOffsets(found))
    }
    return offsets.get(id)
  }
  const inText = (path: Path, start: number, end: number): Span => {
    const map = mapped(path)
    if (!map) return node(path).value
    const at = (offset: number) => map[Math.max(0, Math.min(offset, map.length - 1))] ?? 0
    return { start: at(start), end: at(end) }
  }

  return {
    file,
    issues,
    report(code, values, span, { severity, fix } = {}) {
      const at = file.place(span)
      if (
        file.brokenLines.has(at.line) ||
        file.brokenSpans.some((broken) => span.start < broken.end && broken.start < span.end)
      )
        return
      issues.push(issue(code, values, { at, ...(severity && { severity }), ...(fix && { fix }) }))
    },
    value: (path) => node(path).value,
    key: (path) => node(path).key ?? node(path).value,
    inText,
    editText(path, edit) {
      const found = scalar(path)
      return { ...inText(path, edit.start, edit.end), text: found ? encodeInScalar(edit.text, found) : edit.text }
    },
    broken(path) {
      const { startLine, endLine } = lineRange(file.place(node(path).value))
      return [...file.brokenLines].some((line) => line >= startLine - 1 && line <= endLine)
    },
    place: file.place,
  }
}

const lineRange = (place: Place) => ({ startLine: place.line, endLine: place.endLine ?? place.line })

export function valueAt(value: unknown, path: Path): unknown {
  let current = value
  for (const key of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, key)) return undefined
    current = (current as Record<string | number, unknown>)[key]
  }
  return current
}
