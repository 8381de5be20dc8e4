/** The same statement in fewer characters, of which CloudTrail Lake takes 10,000. */
import { isReserved } from '../cursor.ts'
import { quoteName } from './printer.ts'

const literals = /'(?:[^']|'')*'/g
const quoted = /"(?:[^"]|"")*"/g
const simple = /^[A-Za-z_]\w*$/
const name = String.raw`(?:\w+|"(?:[^"]|"")*")`

/**
 * Names need quotes only where they are words of the language or hold other characters, an alias only where it says something else
 * (Trino folds case either way), and a WITH query its column names only once. The relations of the event table bear a name of one
 * letter.
 *
 * @param relations printed names of relations that may be called otherwise
 */
export function compact(text: string, relations: Iterable<string>): string {
  const texts: string[] = []
  // What authors and their parameters say in literals is not looked at.
  const code = text.replace(literals, (literal) => `'${texts.push(literal) - 1}'`)
  const bare = withoutQuotes(code, relations)
  return withoutSigns(withoutAliases(withoutColumnNames(bare))).replace(
    /'(\d+)'/g,
    (_, at: string) => texts[Number(at)]!,
  )
}

function withoutQuotes(code: string, relations: Iterable<string>): string {
  const taken = new Set((code.match(quoted) ?? []).map((piece) => piece.toLowerCase()))
  const short = new Map<string, string>()
  for (const relation of relations) {
    const free = [...'tuvwxyz'].find((one) => !taken.has(quoteName(one)))
    if (free === undefined) continue
    taken.add(quoteName(free))
    short.set(quoteName(relation), free)
  }
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
    /(?<=SELECT |DISTINCT |, )(\w+)\.(\w+) AS (\w+)/g,
    (whole, table: string, column: string, alias: string) =>
      column.toLowerCase() === alias.toLowerCase() ? `${table}.${column}` : whole,
  )

/** NULLs last is Trino's order in either direction; a comparison binds stronger than what stands beside it. */
const withoutSigns = (code: string): string =>
  code
    .replace(/ (?:ASC|(DESC)) NULLS LAST\b/g, (_, descending?: string) => (descending === undefined ? '' : ' DESC'))
    .replace(/(?<=SELECT |, )\(('\d+' \|\| [\w.]+)\) AS/g, '$1 AS')
    .replace(/(?<=AND |OR |WHERE |\()\(([\w.]+ (?:=|<>|<=|>=|<|>) (?:'\d+'|[\w.]+))\)(?= AND| OR|\)|\n)/g, '$1')
