/** The YAML of a file as JSON values with their places, and every syntax error in it. */
import type { Document } from 'yaml'
import { type Issue, issue, type Place } from '../errors.ts'
import type { Json } from './json.ts'
import { bareTemplate, explain, lineStart, parseAround, quoted } from './yaml-repair.ts'
import { type NodePlace, type Span, toValue } from './yaml-values.ts'

export interface YamlFile {
  readonly text: string
  readonly value: Json | undefined
  readonly issues: readonly Issue[]
  readonly places: ReadonlyMap<string, NodePlace>
  /** Lines with a syntax error: what later checks say of them only repeats it. */
  readonly brokenLines: ReadonlySet<number>
  /** The same for less than a line. */
  readonly brokenSpans: readonly Span[]
  place(span: Span): Place
}

/** Characters (UTF-16 units). Reviewed files are a hundredth of it; parsing more takes seconds and much memory. */
export const maxFileLength = 1_000_000

export function readYaml(text: string, file: string | undefined): YamlFile {
  if (text.length > maxFileLength) return tooLarge(text, file)
  const starts = lineStarts(text)
  const issues: Issue[] = []
  const brokenLines = new Set<number>()
  const brokenSpans: Span[] = []
  const place = (span: Span) => placeOf(starts, file, span)
  const lineAt = (offset: number) => position(starts, offset).line

  const { documents, damage } = parseAround(text)
  for (const { reason, advice, span, noticed, fix } of damage) {
    const touched = [lineAt(span.start), lineAt(noticed)]
    if (!touched.some((line) => brokenLines.has(line)))
      issues.push(issue('RUNBOOK_YAML_SYNTAX', { reason, advice }, { at: place(span), ...(fix && { fix }) }))
    for (const line of touched) brokenLines.add(line)
  }
  const [first, second] = documents
  for (const { code, message, pos } of first ? [...first.errors, ...first.warnings] : []) {
    const span = { start: pos[0], end: pos[1] }
    const line = lineAt(span.start)
    if (code === 'DUPLICATE_KEY') {
      const key = /^[^:\r\n]*/.exec(text.slice(span.start))?.[0].trim() ?? ''
      const at = place({ start: span.start, end: span.start + key.length })
      issues.push(issue('RUNBOOK_DUPLICATE_KEY', { key }, { at }))
      continue
    }
    if (brokenLines.has(line)) continue
    brokenLines.add(line)
    issues.push(issue('RUNBOOK_YAML_SYNTAX', explain(code, message), { at: place(span) }))
  }
  if (second) issues.push(issue('RUNBOOK_MANY_DOCUMENTS', {}, { at: place(startOf(second)) }))
  const read = { text, issues, brokenLines, brokenSpans, place }
  if (!first?.contents) {
    if (issues.length === 0) issues.push(issue('RUNBOOK_EMPTY', {}, { at: place({ start: 0, end: 0 }) }))
    return { ...read, value: undefined, places: new Map() }
  }
  const { value, places } = toValue(first, (code, span, values) => {
    if (brokenLines.has(lineAt(span.start))) return
    const template = code === 'RUNBOOK_BARE_TEMPLATE' ? aroundBraces(text, span) : undefined
    brokenSpans.push(template ?? span)
    issues.push(issue(code, values, { at: place(template ?? span), ...(template && { fix: quoted(text, template) }) }))
  })
  return { ...read, value, places }
}

function tooLarge(text: string, file: string | undefined): YamlFile {
  const place = (span: Span) => placeOf([0], file, span)
  const at = place({ start: 0, end: 0 })
  const issues = [issue('RUNBOOK_FILE_SIZE', { size: text.length.toLocaleString('en') }, { at })]
  return { text, value: undefined, issues, places: new Map(), brokenLines: new Set(), brokenSpans: [], place }
}

/** From the key of the map that YAML sees to the whole `{{ … }}`, with what follows on the line outside brackets. */
function aroundBraces(text: string, span: Span): Span {
  const whole = bareTemplate(text, lineStart(text, span.start))
  if (whole && whole.start <= span.start) return whole
  const close = text.indexOf('}}', span.start)
  return { start: Math.max(0, text.lastIndexOf('{', span.start - 1)), end: close === -1 ? span.end : close + 2 }
}

const startOf = (document: Document.Parsed): Span => {
  const start = document.contents?.range?.[0] ?? document.range[0]
  return { start, end: start }
}

function placeOf(starts: readonly number[], file: string | undefined, { start, end }: Span): Place {
  const from = position(starts, start)
  const to = position(starts, Math.max(start, end))
  return { ...(file !== undefined && { file }), ...from, endLine: to.line, endColumn: to.column }
}

/** Counted here: the parser's own counter misses lines after some errors. */
export function lineStarts(text: string): number[] {
  const starts = [0]
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}

function position(starts: readonly number[], offset: number): { line: number; column: number } {
  let low = 0
  let high = starts.length - 1
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if ((starts[middle] as number) <= offset) low = middle
    else high = middle - 1
  }
  return { line: low + 1, column: offset - (starts[low] as number) + 1 }
}
