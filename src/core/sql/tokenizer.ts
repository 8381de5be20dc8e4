/** Splits SQL text into tokens with places. Comments end here: they never reach an engine. */
import type { ErrorCode, Values } from '../errors.ts'
import type { Span } from './tree.ts'

export interface Token extends Span {
  readonly kind:
    | 'word'
    | 'quoted'
    | 'string'
    | 'binary'
    | 'integer'
    | 'decimal'
    | 'double'
    | 'parameter'
    | 'symbol'
    | 'end'
  /** Words and symbols as written; strings and quoted identifiers without their quotes. */
  readonly text: string
}

/** A text that is no statement of our grammar; `analyze` turns it into an issue. */
export class SqlSyntaxError extends Error {
  readonly code: ErrorCode
  readonly values: Values
  readonly span: Span
  readonly fix: string | undefined

  constructor(code: ErrorCode, values: Values, span: Span, fix?: string) {
    super(code)
    this.code = code
    this.values = values
    this.span = span
    this.fix = fix
  }
}

const symbols = [
  '<>',
  '!=',
  '<=',
  '>=',
  '||',
  '->',
  '=>',
  '::',
  '<',
  '>',
  '=',
  '+',
  '-',
  '*',
  '/',
  '%',
  '(',
  ')',
  '[',
  ']',
  '{',
  '}',
  ',',
  '.',
  ';',
  '?',
  ':',
  '@',
  '|',
  '&',
  '^',
  '~',
  '!',
  '#',
  '$',
  '\\',
  '`',
]
const space = /[\s\u00a0\ufeff]+/y
const lineComment = /--[^\n\r]*/y
const string = /'(?:[^']|'')*'/y
const quoted = /"(?:[^"]|"")*"/y
const number = /(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y
const word = /[A-Za-z_][A-Za-z0-9_$]*/y
const parameter = /:[A-Za-z_][A-Za-z0-9_]*/y
const smartQuotes: Readonly<Record<string, string>> = {
  '‘': "'",
  '’': "'",
  '“': '"',
  '”': '"',
  '«': '"',
  '»': '"',
  '`': '"',
}

export function tokenize(text: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at
    return pattern.exec(text)?.[0]
  }
  const push = (kind: Token['kind'], length: number, value: string) => {
    tokens.push({ kind, text: value, start: at, end: at + length })
    at += length
  }
  while (at < text.length) {
    const skipped = take(space) ?? take(lineComment) ?? blockComment(text, at)
    if (skipped !== undefined) {
      at += skipped.length
      continue
    }
    const char = text[at]!
    if (/[xX]/.test(char) && text[at + 1] === "'") {
      const start = at
      at++
      const hex = take(string)
      at = start
      if (hex !== undefined && /^'[0-9A-Fa-f\s]*'$/.test(hex)) {
        push('binary', hex.length + 1, hex.slice(1, -1).replace(/\s/g, ''))
        continue
      }
    }
    const found = take(word)
    if (found !== undefined) {
      push('word', found.length, found)
      continue
    }
    if (char === "'" || char === '"') {
      const literal = take(char === "'" ? string : quoted)
      if (literal === undefined)
        throw new SqlSyntaxError(
          'SQL_UNTERMINATED',
          { what: char === "'" ? 'string' : 'quoted name' },
          { start: at, end: text.length },
        )
      const inner = literal.slice(1, -1).replaceAll(char + char, char)
      if (char === '"' && inner === '') throw new SqlSyntaxError('SQL_EMPTY_NAME', {}, { start: at, end: at + 2 }, "''")
      push(char === "'" ? 'string' : 'quoted', literal.length, inner)
      continue
    }
    const digits = /[0-9.]/.test(char) ? take(number) : undefined
    if (digits !== undefined) {
      if (/[A-Za-z_]/.test(text[at + digits.length] ?? '')) {
        throw new SqlSyntaxError(
          'SQL_SYNTAX',
          { expected: 'a number', found: text.slice(at, at + digits.length + 1) },
          { start: at, end: at + digits.length + 1 },
        )
      }
      push(
        /[eE]/.test(digits) ? 'double' : digits.includes('.') ? 'decimal' : 'integer',
        digits.length,
        digits.replaceAll('_', ''),
      )
      continue
    }
    const named = char === ':' && text[at + 1] !== ':' ? take(parameter) : undefined
    if (named !== undefined) {
      push('parameter', named.length, named.slice(1))
      continue
    }
    const smart = smartQuotes[char]
    if (smart !== undefined) throw smartQuote(text, at, smart)
    const symbol = symbols.find((s) => text.startsWith(s, at))
    if (symbol === undefined) {
      const found = String.fromCodePoint(text.codePointAt(at)!)
      throw new SqlSyntaxError(
        'SQL_CHARACTER',
        { found: `U+${found.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}` },
        { start: at, end: at + found.length },
      )
    }
    push('symbol', symbol.length, symbol)
  }
  tokens.push({ kind: 'end', text: '', start: text.length, end: text.length })
  return tokens
}

const closing: Readonly<Record<string, RegExp>> = { "'": /[‘’]/, '"': /[“”«»`]/ }

/** The fix mends both quotes, since a text with one of them mended is only another mistake. */
function smartQuote(text: string, at: number, instead: string): SqlSyntaxError {
  const inner = text.slice(at + 1)
  const length = inner.search(closing[instead]!)
  const end = length < 0 ? at + 1 : at + length + 2
  const fix = length < 0 ? instead : instead + inner.slice(0, length).replaceAll(instead, instead + instead) + instead
  return new SqlSyntaxError('SQL_SMART_QUOTE', { found: text[at]!, instead }, { start: at, end }, fix)
}

/**
 * Engines disagree on where a nested comment ends, and some execute what stands in a hint: text could hide from one
 * reader and show itself to another. Such comments are refused, plain ones are skipped.
 */
function blockComment(text: string, at: number): string | undefined {
  if (!text.startsWith('/*', at)) return undefined
  const close = text.indexOf('*/', at + 2)
  if (close < 0) throw new SqlSyntaxError('SQL_UNTERMINATED', { what: 'comment' }, { start: at, end: text.length })
  const comment = text.slice(at, close + 2)
  if (comment.indexOf('/*', 2) >= 0) throw new SqlSyntaxError('SQL_NESTED_COMMENT', {}, { start: at, end: close + 2 })
  if (/^\/\*[!+]/.test(comment)) throw new SqlSyntaxError('SQL_HINT_COMMENT', {}, { start: at, end: close + 2 })
  return comment
}
