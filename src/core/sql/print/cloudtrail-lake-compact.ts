/** The same statement in fewer characters, of which CloudTrail Lake takes 10,000. */
import { isReserved } from '../cursor.ts'
import { quoteName } from './printer.ts'

const literals = /'(?:[^']|'')*'/g
const quoted = /"(?:[^"]|"")*"/g
const literalsAndNames = /'(?:[^']|'')*'|"(?:[^"]|"")*"/g
const simple = /^[A-Za-z_]\w*$/
const name = String.raw`(?:\w+|"(?:[^"]|"")*")`

/**
 * Names need quotes only where they are words of the language or hold other characters, an alias only where it says something else
 * (Trino folds case either way), and a WITH query its column names only once. Relations and the parameters of lambdas bear names of
 * one letter; no blanks stand where signs divide.
 *
 * @param relations printed names of relations that may be called otherwise
 */
export function compact(text: string, relations: readonly string[]): string {
  // A name with a quote in it would be taken for the beginning of a text.
  const names = text.match(literalsAndNames)?.filter((piece) => piece.startsWith('"')) ?? []
  if (names.some((piece) => piece.includes("'"))) return text
  const texts: string[] = []
  // What authors and their parameters say in literals is not looked at.
  const code = text.replace(literals, (literal) => `'${texts.push(literal) - 1}'`)
  const bare = withoutQuotes(code, shortNames(code, relations))
  return withoutBlanks(withoutSigns(withoutAliases(withoutColumnNames(bare)))).replace(
    /'(\d+)'/g,
    (_, at: string) => texts[Number(at)]!,
  )
}

/**
 * By quoted name. What stands after a dot may be a column of the store or of the answer, and keeps its name; a letter is given
 * that nothing else in the text is called.
 */
function shortNames(code: string, relations: readonly string[]): ReadonlyMap<string, string> {
  const pieces = code.match(quoted) ?? []
  const taken = new Set(pieces.map((piece) => piece.toLowerCase()))
  const letters = [...'abcdefghijklmnopqrstuvwxyz'].filter((one) => !taken.has(quoteName(one)))
  const saved = new Map<string, number>()
  for (const piece of pieces) saved.set(piece, (saved.get(piece) ?? 0) + piece.length)
  const names = relations.map(quoteName).filter((one) => one.length > 3 && !isColumn(code, one))
  const lambdas = pieces.filter((piece) => piece.startsWith('"fn '))
  const byGain = [...new Set([...names, ...lambdas])].toSorted((a, b) => (saved.get(b) ?? 0) - (saved.get(a) ?? 0))
  return new Map(byGain.slice(0, letters.length).map((one, at) => [one, letters[at]!]))
}

const isColumn = (code: string, relation: string): boolean =>
  [...code.matchAll(quoted)].some(
    ({ 0: piece, index }) =>
      piece.toLowerCase() === relation.toLowerCase() &&
      !/(?:\b(?:FROM|JOIN|AS|WITH) |,\n)$/.test(code.slice(0, index)) &&
      (code[index - 1] === '.' || code[index + piece.length] !== '.'),
  )

function withoutQuotes(code: string, short: ReadonlyMap<string, string>): string {
  return code.replace(quoted, (piece) => {
    const inner = short.get(piece) ?? piece.slice(1, -1)
    return simple.test(inner) && !isReserved(inner) ? inner : piece
  })
}

/** `calls AS c (a, b)` is `calls AS c` where the WITH query `calls (a, b)`, the only one of its name, has these columns. */
function withoutColumnNames(code: string): string {
  const columns = new Map<string, string>()
  for (const [, query = '', list = ''] of code.matchAll(new RegExp(String.raw`(${name}) (\([^()]*\)) AS \(\n`, 'g')))
    columns.set(query, columns.has(query) && columns.get(query) !== list ? '' : list)
  return code.replace(
    new RegExp(String.raw`(?<![\w."])(${name}) AS (${name}) (\([^()]*\))(?! AS \()`, 'g'),
    (whole, query: string, alias: string, list: string) =>
      columns.get(query) === list ? `${query} AS ${alias}` : whole,
  )
}

/** `t.eventName AS eventName` in a list is `t.eventName`. */
const withoutAliases = (code: string): string =>
  code.replace(
    /(?<=SELECT |DISTINCT |, )((?:\w+\.)?(\w+)) AS (\w+)/g,
    (whole, written: string, column: string, alias: string) =>
      column.toLowerCase() === alias.toLowerCase() ? written : whole,
  )

/** What the rest cannot be read otherwise without; minus and the signs of comments are left alone. */
const withoutBlanks = (code: string): string =>
  code.replace(
    /("(?:[^"]|"")*")|\s*(->|<=|>=|<>|\|\||[,()=<>])\s*/g,
    (_, named?: string, sign?: string) => named ?? sign!,
  )

/** NULLs last is Trino's order in either direction; a comparison binds stronger than what stands beside it. */
const withoutSigns = (code: string): string =>
  code
    .replace(/ (?:ASC|(DESC)) NULLS LAST\b/g, (_, descending?: string) => (descending === undefined ? '' : ' DESC'))
    .replace(/(?<=SELECT |, )\(('\d+' \|\| (?:[\w.]+|CAST\([\w.]+ AS varchar\)))\) AS/g, '$1 AS')
    .replace(/(?<=AND |OR |WHERE |\()\(([\w.]+ (?:=|<>|<=|>=|<|>) (?:'\d+'|[\w.]+))\)(?= AND| OR|\)|\n)/g, '$1')
