/**
 * Parses on after syntax errors: what is broken is replaced by something harmless of the same length, so that
 * everything else keeps its place and can be checked in the same pass.
 */
import { type Document, isCollection, parseAllDocuments, visit, type YAMLError } from 'yaml'
import type { TextEdit } from '../errors.ts'
import type { Span } from './yaml-values.ts'

interface Damage {
  readonly reason: string
  readonly advice: string
  /** Where the mistake is; the parser may have noticed it later. */
  readonly span: Span
  readonly noticed: number
  readonly fix?: TextEdit
}

/** Each round mends one mistake; a file with more is not worth more rounds. */
const maxRounds = 40

interface Parsed {
  /** None where the parser lost its way: what it would say of the rest is not to be trusted. */
  readonly documents: readonly Document.Parsed[]
  readonly damage: readonly Damage[]
}

export function parseAround(text: string): Parsed {
  const damage: Damage[] = []
  const mended = new Map<number, 'in part' | 'blank'>()
  let source = text
  for (let round = 0; round < maxRounds; round++) {
    const documents = parseOnce(source)
    const [document] = documents
    const error = document?.errors.filter(derails).toSorted((a, b) => a.pos[0] - b.pos[0])[0]
    if (!document || !error) return { documents, damage }
    const broken = locate(error, source, document)
    const line = lineStart(source, broken.span.start)
    const before = mended.get(line)
    if (before === 'blank' || broken.repaired === source) break
    mended.set(line, before ? 'blank' : 'in part')
    source = before ? blank(source, wholeLine(source, line), ' ') : broken.repaired
    if (before) continue
    damage.push({
      ...explain(broken.because ?? error.code, error.message),
      span: broken.span,
      noticed: error.pos[0],
      ...(broken.fix && { fix: broken.fix }),
    })
    const chain = chainLength(source, damage)
    if (chain === maxChain) return { documents: [], damage: damage.slice(0, 1 - chain) }
  }
  return { documents: [], damage }
}

/** So many lines in a row are one mistake, made in the first of them. */
const maxChain = 3

function chainLength(source: string, damage: readonly Damage[]): number {
  let length = 1
  for (let index = damage.length - 1; index > 0; index--, length++) {
    const [above, below] = [damage[index - 1], damage[index]].map((one) => lineStart(source, one?.span.start ?? 0))
    if (above === undefined || below === undefined || source.slice(endOfLine(source, above), below).trim() !== '') break
  }
  return length
}

function parseOnce(source: string): Document.Parsed[] {
  const options = {
    version: '1.2',
    merge: false,
    prettyErrors: false,
    logLevel: 'silent',
    uniqueKeys: true,
  } as const
  const parsed = parseAllDocuments(source, options)
  return Array.isArray(parsed) ? parsed : []
}

/** Errors that the parser gets over by itself; after all others it takes following lines for part of the broken one. */
const harmless = new Set(['DUPLICATE_KEY', 'BAD_SCALAR_START', 'BAD_DQ_ESCAPE', 'MULTIPLE_ANCHORS', 'MULTIPLE_TAGS'])

const derails = ({ code }: YAMLError) => !harmless.has(code)

/** A bracket that is not closed. */
const isOpenFlow = ({ code, message }: YAMLError) => code === 'BAD_INDENT' && message.startsWith('Flow ')

interface Broken {
  readonly span: Span
  readonly repaired: string
  /** A key of `words` that says more than the parser's code. */
  readonly because?: keyof typeof words
  readonly fix?: TextEdit
}

function locate(error: YAMLError, source: string, document: Document.Parsed): Broken {
  const at = error.pos[0]
  const template = bareTemplate(source, lineStart(source, at))
  if (template)
    return {
      span: template,
      repaired: blank(source, template, 'x'),
      because: 'TEMPLATE',
      fix: quoted(source, template),
    }
  const tab = tabBefore(source, at)
  if (tab) return { span: tab, repaired: blank(source, wholeLine(source, tab.start), ' '), because: 'TAB_AS_INDENT' }
  const bracket = isOpenFlow(error) ? openFlow(error, document) : undefined
  if (bracket !== undefined)
    return {
      span: { start: bracket, end: endOfLine(source, bracket) },
      repaired: put(source, bracket, 'x'),
      because: 'OPEN_BRACKET',
    }
  const quote = openQuote(error, document)
  if (quote !== undefined)
    return { span: { start: quote, end: quote + 1 }, repaired: put(source, quote, 'x'), because: 'OPEN_QUOTE' }
  if (error.code === 'BLOCK_AS_IMPLICIT_KEY') {
    const colon = /:(?=[ \r\n]|$)/.exec(source.slice(at))
    if (colon) return secondColon(source, { at, colon: at + colon.index })
  }
  return {
    span: { start: error.code === 'UNEXPECTED_TOKEN' ? at : firstInLine(source, at), end: endOfLine(source, at) },
    repaired: withoutValue(source, at),
  }
}

/** `key: anything` keeps its key: that it is there is not in doubt. */
function withoutValue(source: string, at: number): string {
  const line = wholeLine(source, at)
  const key = /^\s*(?:- )*[\w-]+: +(?=\S)/.exec(source.slice(line.start, line.end))
  return key ? blank(source, { start: line.start + key[0].length, end: line.end }, 'x') : blank(source, line, ' ')
}

/** `title: Investigate: changes`, or a line that is indented as if it went on with the one before. */
function secondColon(source: string, { at, colon }: { at: number; colon: number }): Broken {
  const repaired = put(source, colon, ';')
  if (source.slice(at, colon).includes('\n'))
    return { span: { start: firstInLine(source, colon), end: colon }, repaired }
  const value = source
    .slice(at, endOfLine(source, at))
    .replace(/\s+#.*$/, '')
    .trimEnd()
  const span = { start: at, end: at + value.length }
  return { span, repaired, fix: quoted(source, span) }
}

/** The parser reports a missing quote where the file ends; the author looks for where it was opened. */
function openQuote(error: YAMLError, document: Document.Parsed): number | undefined {
  if (error.code !== 'MISSING_CHAR' || !/quote$/.test(error.message)) return undefined
  let start: number | undefined
  visit(document, {
    Scalar(_, node) {
      if (node.type?.startsWith('QUOTE') && node.range && node.range[1] >= error.pos[0]) start = node.range[0]
    },
  })
  return start
}

function openFlow(error: YAMLError, document: Document.Parsed): number | undefined {
  let start: number | undefined
  visit(document, {
    Collection(_, node) {
      if (isCollection(node) && node.flow && node.range && node.range[0] < error.pos[0]) start = node.range[0]
    },
  })
  return start
}

/** A tab in the indentation of this line or the one before it. */
function tabBefore(source: string, at: number): Span | undefined {
  const here = lineStart(source, at)
  for (const start of [here, lineStart(source, Math.max(0, here - 1))]) {
    const match = /^( *)(\t+)\s*\S/.exec(source.slice(start, endOfLine(source, start)))
    if (match) {
      const from = start + (match[1]?.length ?? 0)
      return { start: from, end: from + (match[2]?.length ?? 0) }
    }
  }
  return undefined
}

/** A value that starts with an unquoted `{{`: YAML takes it for a map. */
export function bareTemplate(source: string, start: number): Span | undefined {
  const line = source.slice(start, endOfLine(source, start))
  const match = /^(\s*(?:- )*(?:[\w-]+: +)?)(\{\{.*\}\}.*?)\s*$/.exec(line)
  if (!match) return undefined
  const from = start + (match[1]?.length ?? 0)
  return { start: from, end: from + (match[2]?.length ?? 0) }
}

export const quoted = (source: string, { start, end }: Span): TextEdit => ({
  start,
  end,
  text: JSON.stringify(source.slice(start, end).trimEnd()),
})

const blank = (source: string, { start, end }: Span, by: string) =>
  source.slice(0, start) + by.repeat(end - start) + source.slice(end)

const put = (source: string, at: number, sign: string) => source.slice(0, at) + sign + source.slice(at + 1)

export const lineStart = (source: string, at: number): number => (at === 0 ? 0 : source.lastIndexOf('\n', at - 1) + 1)

const endOfLine = (source: string, at: number) => {
  const next = source.indexOf('\n', at)
  return next === -1 ? source.length : source[next - 1] === '\r' ? next - 1 : next
}

const wholeLine = (source: string, at: number): Span => ({ start: lineStart(source, at), end: endOfLine(source, at) })

const firstInLine = (source: string, at: number) => {
  const start = lineStart(source, at)
  return start + (/^\s*/.exec(source.slice(start, at))?.[0].length ?? 0)
}

const words = {
  BLOCK_AS_IMPLICIT_KEY: ['a colon makes a new key here', 'Put the text in quotes, or check the indentation.'],
  MULTILINE_IMPLICIT_KEY: ['a line without "key: value"', 'Check the indentation and the colon of this line.'],
  MISSING_CHAR: ['a line without "key: value"', 'Check the colon, and that a space follows it.'],
  BLOCK_IN_FLOW: ['a block stands inside brackets', 'Close the brackets first.'],
  BAD_INDENT: ['the indentation does not fit', 'Indent it as its neighbours.'],
  TAB_AS_INDENT: ['a tab is used for indentation', 'Use spaces.'],
  BAD_SCALAR_START: ['a plain text cannot start with this character', 'Put the text in quotes.'],
  BAD_DQ_ESCAPE: ['there is no such escape in double quotes', 'Write the backslash twice, or use single quotes.'],
  UNEXPECTED_TOKEN: ['something follows that does not belong to the value', 'Put the whole text in quotes.'],
  TAG_RESOLVE_FAILED: ['tags such as !name mean nothing here', 'Take the tag away, or put the text in quotes.'],
  TEMPLATE: ['text that starts with {{ is a map to YAML', 'Put the whole text in quotes.'],
  OPEN_BRACKET: ['the bracket that opens here is not closed', 'Close it on the line it belongs to.'],
  OPEN_QUOTE: ['the quote that opens here is not closed', 'Close it.'],
} as const satisfies Record<string, readonly [reason: string, advice: string]>

/** The parser's code in our words; its own where we have none. */
export function explain(code: string, message: string): { reason: string; advice: string } {
  const found = Object.hasOwn(words, code) ? words[code as keyof typeof words] : undefined
  const [reason, advice] = found ?? [message, 'See yaml.org/spec/1.2.2.']
  return { reason, advice }
}
