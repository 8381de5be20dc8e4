/**
 * Reads the YAML of a file, going on after syntax errors: what is broken is replaced by something harmless of the same
 * length, so that everything else keeps its place and can be checked in the same pass.
 */
import { type Document, LineCounter, parseAllDocuments, visit, type YAMLError } from 'yaml'
import { type Issue, issue, type Place, type TextEdit } from '../errors.ts'
import type { Json } from './json.ts'
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

export function readYaml(text: string, file: string | undefined): YamlFile {
  const lines = new LineCounter()
  const issues: Issue[] = []
  const brokenLines = new Set<number>()
  const brokenSpans: Span[] = []
  const place = (span: Span) => placeOf(lines, file, span)
  const lineAt = (offset: number) => lines.linePos(offset).line

  const { documents, damage } = parseAround(text, lines)
  for (const { error, span, fix } of damage) {
    const line = lineAt(span.start)
    const shadow = [line, lineAt(error.pos[0])]
    if (!shadow.some((broken) => brokenLines.has(broken)))
      issues.push(issue('RUNBOOK_YAML_SYNTAX', explain(error), { at: place(span), ...(fix && { fix }) }))
    for (const broken of shadow) brokenLines.add(broken)
  }
  const [first, second] = documents
  for (const error of first ? [...first.errors, ...first.warnings] : []) {
    const span = { start: error.pos[0], end: error.pos[1] }
    const line = lineAt(span.start)
    if (error.code === 'DUPLICATE_KEY') {
      const key = /^[^:\r\n]*/.exec(text.slice(span.start))?.[0].trim() ?? ''
      issues.push(
        issue('RUNBOOK_DUPLICATE_KEY', { key }, { at: place({ start: span.start, end: span.start + key.length }) }),
      )
      continue
    }
    if (brokenLines.has(line)) continue
    brokenLines.add(line)
    issues.push(issue('RUNBOOK_YAML_SYNTAX', explain(error), { at: place(span) }))
  }
  if (second) issues.push(issue('RUNBOOK_MANY_DOCUMENTS', {}, { at: place(spanOfDocument(second)) }))
  if (!first?.contents) {
    if (issues.length === 0) issues.push(issue('RUNBOOK_EMPTY', {}, { at: place({ start: 0, end: 0 }) }))
    return { text, value: undefined, issues, places: new Map(), brokenLines, brokenSpans, place }
  }
  const { value, places } = toValue(first, (code, span, values) => {
    if (brokenLines.has(lineAt(span.start))) return
    const template = code === 'RUNBOOK_BARE_TEMPLATE' ? aroundBraces(text, span) : undefined
    if (template) brokenSpans.push(template)
    issues.push(issue(code, values, { at: place(template ?? span), ...(template && { fix: quoted(text, template) }) }))
  })
  return { text, value, issues, places, brokenLines, brokenSpans, place }
}

/** From the key of the map that YAML sees to the whole `{{ … }}`, with what follows on the line outside brackets. */
function aroundBraces(text: string, span: Span): Span {
  const whole = bareTemplate(text, lineStart(text, span.start))
  if (whole && whole.start <= span.start) return whole
  const close = text.indexOf('}}', span.end - 1)
  return { start: Math.max(0, text.lastIndexOf('{', span.start - 1)), end: close === -1 ? span.end : close + 2 }
}

interface Damage {
  readonly error: YAMLError
  readonly span: Span
  readonly fix?: TextEdit
}

/** Errors after which the parser loses its way: it takes following lines for part of the broken one. */
const derailing = new Set(['BLOCK_AS_IMPLICIT_KEY', 'MULTILINE_IMPLICIT_KEY', 'MISSING_CHAR', 'BLOCK_IN_FLOW'])

/** A bracket that is not closed. */
const isOpenFlow = ({ code, message }: YAMLError) => code === 'BAD_INDENT' && message.startsWith('Flow ')
const derails = (error: YAMLError) => derailing.has(error.code) || isOpenFlow(error)

function parseAround(text: string, lines: LineCounter): { documents: Document.Parsed[]; damage: Damage[] } {
  const damage: Damage[] = []
  let source = text
  for (let round = 0; ; round++) {
    lines.lineStarts.length = 0
    const documents = parseOnce(source, lines)
    const error = documents[0]?.errors.find((one) => derails(one) || isBareTemplate(one, source))
    if (!error || round === 25) return { documents, damage }
    const broken = locate(error, source, documents[0] as Document.Parsed)
    damage.push({ error, span: broken.span, ...(broken.fix && { fix: broken.fix }) })
    if (broken.repaired === source) return { documents, damage }
    source = broken.repaired
  }
}

function parseOnce(source: string, lineCounter: LineCounter): Document.Parsed[] {
  const parsed = parseAllDocuments(source, {
    version: '1.2',
    lineCounter,
    merge: false,
    prettyErrors: false,
    logLevel: 'silent',
    uniqueKeys: true,
  })
  return Array.isArray(parsed) ? parsed : []
}

const isBareTemplate = (error: YAMLError, source: string) =>
  error.code === 'UNEXPECTED_TOKEN' && bareTemplate(source, lineStart(source, error.pos[0])) !== undefined

/** Where the mistake really is, and the text with it made harmless. */
function locate(
  error: YAMLError,
  source: string,
  document: Document.Parsed,
): { span: Span; repaired: string; fix?: TextEdit } {
  const at = error.pos[0]
  const template = bareTemplate(source, lineStart(source, at))
  if (template) return { span: template, repaired: harmless(source, template), fix: quoted(source, template) }
  const tab = tabBefore(source, at)
  if (tab)
    return { span: tab, repaired: source.slice(0, tab.start) + ' '.repeat(tab.end - tab.start) + source.slice(tab.end), because: 'TAB_AS_INDENT' }
  const open = isOpenFlow(error) ? openFlow(error, document) : undefined
  if (open !== undefined)
    return { span: { start: open, end: endOfLine(source, open) }, repaired: replace(source, open, source[open] ?? '', 'x'), because: 'OPEN_FLOW' }
  const quote = unclosedQuote(error, document)
  if (quote !== undefined)
    return { span: { start: quote, end: quote + 1 }, repaired: replace(source, quote, source[quote] ?? '', 'x'), because: 'OPEN_QUOTE' }
  if (error.code === 'BLOCK_AS_IMPLICIT_KEY') {
    const colon = /:(?=[ \r\n]|$)/.exec(source.slice(at))
    if (colon) {
      const offset = at + colon.index
      const sameLine = !source.slice(at, offset).includes('\n')
      const span = sameLine
        ? { start: at, end: endOfLine(source, at) }
        : { start: firstInLine(source, offset), end: offset }
      return { span, repaired: replace(source, offset, ':', ';'), ...(sameLine && { fix: quoted(source, span) }) }
    }
  }
  const start = lineStart(source, at)
  const end = endOfLine(source, at)
  return {
    span: { start: firstInLine(source, at), end },
    repaired: source.slice(0, start) + ' '.repeat(end - start) + source.slice(end),
  }
}

/** The parser reports a missing quote where the file ends; the author looks for where it was opened. */
function unclosedQuote(error: YAMLError, document: Document.Parsed): number | undefined {
  if (error.code !== 'MISSING_CHAR' || !/quote$/.test(error.message)) return undefined
  let start: number | undefined
  visit(document, {
    Scalar(_, node) {
      if (node.type?.startsWith('QUOTE') && node.range && node.range[1] >= error.pos[0]) start = node.range[0]
    },
  })
  return start
}

/** A value that starts with an unquoted `{{`: YAML takes it for a map. */
function bareTemplate(source: string, start: number): Span | undefined {
  const line = source.slice(start, endOfLine(source, start))
  const match = /^(\s*(?:- )*(?:[\w-]+: +)?)(\{\{.*\}\}.*?)\s*$/.exec(line)
  if (!match?.[1] && !match?.[2]) return undefined
  const from = start + (match[1]?.length ?? 0)
  return { start: from, end: from + (match[2]?.length ?? 0) }
}

const quoted = (source: string, { start, end }: Span): TextEdit => ({
  start,
  end,
  text: JSON.stringify(source.slice(start, end).trimEnd()),
})

const harmless = (source: string, { start, end }: Span) =>
  source.slice(0, start) + source.slice(start, end).replace(/[^\w ]/g, 'x') + source.slice(end)
const replace = (source: string, at: number, old: string, by: string) =>
  source.slice(0, at) + by + source.slice(at + old.length)
const lineStart = (source: string, at: number) => source.lastIndexOf('\n', at - 1) + 1
const endOfLine = (source: string, at: number) => {
  const next = source.indexOf('\n', at)
  return next === -1 ? source.length : next
}
const firstInLine = (source: string, at: number) => {
  const start = lineStart(source, at)
  return start + (/^\s*/.exec(source.slice(start, at))?.[0].length ?? 0)
}

const spanOfDocument = (document: Document.Parsed): Span => ({
  start: document.contents?.range?.[0] ?? document.range[0],
  end: document.contents?.range?.[0] ?? document.range[0],
})

const advice: Readonly<Record<string, readonly [reason: string, advice: string]>> = {
  BLOCK_AS_IMPLICIT_KEY: ['a colon makes a new key here', 'Put the text in quotes, or check the indentation.'],
  MULTILINE_IMPLICIT_KEY: ['a line without "key: value"', 'Check the indentation and the colon of this line.'],
  MISSING_CHAR: ['a key without a colon, or a quote that is not closed', 'Write "key: value"; close the quote.'],
  BAD_INDENT: [
    'a list or map in brackets is not closed, or the indentation is wrong',
    'Close the bracket on the line it belongs to.',
  ],
  TAB_AS_INDENT: ['a tab is used for indentation', 'Use spaces.'],
  BAD_SCALAR_START: ['a plain text cannot start with this character', 'Put the text in quotes.'],
  BAD_DQ_ESCAPE: ['no such escape in double quotes', 'Write the backslash twice, or use single quotes.'],
  UNEXPECTED_TOKEN: ['something follows that does not belong to the value', 'Put the whole text in quotes.'],
  TAG_RESOLVE_FAILED: ['tags such as !name mean nothing here', 'Take the tag away, or put the text in quotes.'],
}

function explain(error: YAMLError): { reason: string; advice: string } {
  const [reason, hint] = advice[error.code] ?? [error.message, 'See yaml.org/spec/1.2.2.']
  return { reason, advice: hint }
}

export function placeOf(lines: LineCounter, file: string | undefined, { start, end }: Span): Place {
  const from = lines.linePos(start)
  const to = lines.linePos(Math.max(start, end))
  return { ...(file !== undefined && { file }), line: from.line, column: from.col, endLine: to.line, endColumn: to.col }
}
