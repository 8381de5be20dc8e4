import { SqlSyntaxError, type Token, tokenize } from './tokenizer.ts'
import type { Identifier, Span } from './tree.ts'

/** Trino's reserved words ("Reserved keywords", Trino documentation): as names they need double quotes. */
const reserved = new Set(
  `ALTER AND AS BETWEEN BY CASE CAST CONSTRAINT CREATE CROSS CUBE CURRENT_CATALOG CURRENT_DATE CURRENT_PATH CURRENT_ROLE
  CURRENT_SCHEMA CURRENT_TIME CURRENT_TIMESTAMP CURRENT_USER DEALLOCATE DELETE DESCRIBE DISTINCT DROP ELSE END ESCAPE EXCEPT
  EXECUTE EXISTS EXTRACT FALSE FOR FROM FULL GROUP GROUPING HAVING IN INNER INSERT INTERSECT INTO IS JOIN JSON_ARRAY JSON_EXISTS
  JSON_OBJECT JSON_QUERY JSON_TABLE JSON_VALUE LEFT LIKE LISTAGG LOCALTIME LOCALTIMESTAMP NATURAL NORMALIZE NOT NULL ON OR ORDER
  OUTER PREPARE RECURSIVE RIGHT ROLLUP SELECT SKIP TABLE THEN TRIM TRUE UESCAPE UNION UNNEST USING VALUES WHEN WHERE WITH`.split(
    /\s+/,
  ),
)

export const isReserved = (word: string): boolean => reserved.has(word.toUpperCase())

/** Unreserved in Trino, and yet no aliases where they stand; some only so that they are refused by name. */
const clauseWords = [
  'LIMIT',
  'OFFSET',
  'FETCH',
  'QUALIFY',
  'WINDOW',
  'ASOF',
  'POSITIONAL',
  'SEMI',
  'ANTI',
  'TABLESAMPLE',
  'MATCH_RECOGNIZE',
  'PIVOT',
  'UNPIVOT',
]

/** Deeper nesting than any written query has; keeps hostile text from exhausting the stack. */
const maxDepth = 100

/** A reader of tokens with the usual looks and takes; every failure is one {@link SqlSyntaxError}. */
export class Cursor {
  readonly text: string
  readonly #tokens: readonly Token[]
  #at = 0
  #depth = 0

  constructor(text: string) {
    this.text = text
    this.#tokens = tokenize(text)
  }

  peek(ahead = 0): Token {
    return this.#tokens[Math.min(this.#at + ahead, this.#tokens.length - 1)]!
  }

  next(): Token {
    const token = this.peek()
    if (token.kind !== 'end') this.#at++
    return token
  }

  get mark(): number {
    return this.#at
  }

  reset(mark: number): void {
    this.#at = mark
  }

  span(start: number): Span {
    return { start, end: this.#tokens[Math.max(0, this.#at - 1)]!.end }
  }

  isWord(...words: string[]): boolean {
    return words.every((word, i) => {
      const token = this.peek(i)
      return token.kind === 'word' && token.text.toUpperCase() === word
    })
  }

  isSymbol(symbol: string, ahead = 0): boolean {
    const token = this.peek(ahead)
    return token.kind === 'symbol' && token.text === symbol
  }

  takeWord(...words: string[]): boolean {
    if (!this.isWord(...words)) return false
    this.#at += words.length
    return true
  }

  takeSymbol(symbol: string): boolean {
    if (!this.isSymbol(symbol)) return false
    this.#at++
    return true
  }

  expectWord(...words: string[]): void {
    for (const word of words) if (!this.takeWord(word)) this.fail(word)
  }

  expectSymbol(symbol: string): void {
    if (!this.takeSymbol(symbol)) this.fail(symbol)
  }

  /** Takes whichever of the words is next, if one is. */
  takeOneOf<W extends string>(...words: readonly W[]): W | undefined {
    return words.find((word) => this.takeWord(word))
  }

  expectOneOf<W extends string>(...words: readonly W[]): W {
    return this.takeOneOf(...words) ?? this.fail(words.join(' or '))
  }

  takeOneSymbol<S extends string>(...symbols: readonly S[]): S | undefined {
    return symbols.find((symbol) => this.takeSymbol(symbol))
  }

  skip(count: number): void {
    for (let i = 0; i < count; i++) this.next()
  }

  /** An optional clause: when the first of `words` is next, the others must follow, and `body` reads what they introduce. */
  clause<T>(words: readonly [string, ...string[]], body: () => T): T | undefined {
    if (!this.isWord(words[0])) return undefined
    this.expectWord(...words)
    return body()
  }

  parenthesised<T>(body: () => T): T {
    this.expectSymbol('(')
    const inner = body()
    this.expectSymbol(')')
    return inner
  }

  /** A name: any quoted text, or a word that is not reserved. */
  identifier(what = 'a name'): Identifier {
    const token = this.peek()
    if (token.kind === 'quoted' || (token.kind === 'word' && !isReserved(token.text))) {
      this.#at++
      return { name: token.text, quoted: token.kind === 'quoted', span: { start: token.start, end: token.end } }
    }
    return this.fail(what)
  }

  isIdentifier(ahead = 0): boolean {
    const token = this.peek(ahead)
    return token.kind === 'quoted' || (token.kind === 'word' && !isReserved(token.text))
  }

  /** A name that may follow without AS: not one of the unreserved words that begin the next clause. */
  isAlias(): boolean {
    return this.isIdentifier() && !clauseWords.some((word) => this.isWord(word))
  }

  list<T>(item: () => T): T[] {
    const items = [item()]
    while (this.takeSymbol(',')) items.push(item())
    return items
  }

  nested<T>(body: () => T): T {
    if (++this.#depth > maxDepth) {
      const { start, end } = this.peek()
      throw new SqlSyntaxError('SQL_TOO_DEEP', { reason: `more than ${maxDepth} levels` }, { start, end })
    }
    try {
      return body()
    } finally {
      this.#depth--
    }
  }

  fail(expected: string): never {
    const { start, end, text, kind } = this.peek()
    const found = kind === 'end' ? 'the end of the query' : `"${this.text.slice(start, end) || text}"`
    throw new SqlSyntaxError('SQL_SYNTAX', { expected, found }, { start, end: Math.max(end, start) })
  }

  refuse(construct: string, reason: string, span?: Span): never {
    const { start, end } = this.peek()
    throw new SqlSyntaxError('SQL_CONSTRUCT_REFUSED', { construct, reason }, span ?? { start, end })
  }
}
