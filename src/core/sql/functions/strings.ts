import { checkRegex, matchesEmpty, toRe2 } from '../regex.ts'
import type { Expression } from '../tree.ts'
import { type ArgumentProblem, type Emission, type FunctionSpec, literalText, scalar, sqlText } from './spec.ts'

const pattern =
  (argument: number) =>
  (nodes: readonly Expression[]): ArgumentProblem | undefined => {
    const text = literalText(nodes[argument])
    if (text === undefined) return { argument, kind: 'literal', reason: 'a pattern' }
    const check = checkRegex(text)
    return check.ok ? undefined : { argument, kind: 'regex', reason: check.reason }
  }

const re2 = (node: Expression | undefined): string => sqlText(toRe2(literalText(node) ?? ''))

/** Trino gives NULL for a group that took no part, RE2 the empty text: such groups are refused. */
function checkGroup(nodes: readonly Expression[]): ArgumentProblem | undefined {
  const problem = pattern(1)(nodes)
  if (problem || nodes.length < 3) return problem
  const group = nodes[2]!
  if (group.kind !== 'number') return { argument: 2, kind: 'literal', reason: 'the number of a group' }
  const check = checkRegex(literalText(nodes[1]) ?? '')
  if (!check.ok) return undefined
  const number = Number(group.text)
  if (number > check.groups)
    return {
      argument: 2,
      kind: 'value',
      reason: `the pattern has ${check.groups} group${check.groups === 1 ? '' : 's'}`,
    }
  return check.optionalGroups.has(number)
    ? {
        argument: 1,
        kind: 'regex',
        reason: `group ${number} may take no part in a match, and engines answer differently then`,
      }
    : undefined
}

const extract = ({ args, nodes }: Emission): string =>
  `(CASE WHEN regexp_matches(${args[0]}, ${re2(nodes[1])}) THEN regexp_extract(${args[0]}, ${re2(nodes[1])}, ${args[2] ?? '0'}) END)`

/** `$1` of Java is `\1` of RE2; a backslash quotes the next character in both. */
function replacement(text: string): string | undefined {
  let out = ''
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '\\') {
      const next = text[++at]
      if (next === undefined) return undefined
      out += next === '\\' ? '\\\\' : next
    } else if (text[at] === '$') {
      const group = /^\d/.exec(text.slice(at + 1))?.[0]
      if (group === undefined || /\d/.test(text[at + 2] ?? '')) return undefined
      out += `\\${group}`
      at++
    } else out += text[at]
  }
  return out
}

/** Engines step on differently after an empty match, so where all matches count the pattern must not match nothing. */
function checkAll(nodes: readonly Expression[]): ArgumentProblem | undefined {
  const problem = checkGroup(nodes)
  if (problem) return problem
  return matchesEmpty(literalText(nodes[1]) ?? '')
    ? {
        argument: 1,
        kind: 'regex',
        reason: 'it can match the empty text, and engines go on differently after such a match',
      }
    : undefined
}

function checkReplace(nodes: readonly Expression[]): ArgumentProblem | undefined {
  const problem = pattern(1)(nodes) ?? checkAll(nodes.slice(0, 2))
  if (problem || nodes.length < 3) return problem
  const text = literalText(nodes[2])
  const groups = checkRegex(literalText(nodes[1]) ?? '')
  const named = [...(text ?? '').matchAll(/\$(\d)/g)].map((m) => Number(m[1]))
  if (groups.ok && named.some((n) => n > groups.groups))
    return { argument: 2, kind: 'value', reason: `the pattern has ${groups.groups} groups` }
  if (text === undefined) return { argument: 2, kind: 'literal', reason: 'the replacement' }
  return replacement(text) === undefined
    ? { argument: 2, kind: 'value', reason: 'the replacement may name groups as $1 to $9 only' }
    : undefined
}

/** Of any other text the first character counts: Trino's takes varchar(1), to which its form casts. */
function oneCharacter(nodes: readonly Expression[]): ArgumentProblem | undefined {
  const text = literalText(nodes[0])
  return text === undefined || [...text].length === 1
    ? undefined
    : { argument: 0, kind: 'value', reason: 'codepoint takes one character' }
}

export const stringFunctions: readonly FunctionSpec[] = [
  scalar('lower(varchar) -> varchar'),
  scalar('upper(varchar) -> varchar', 'trino_upper($1)'),
  scalar(
    ['length(varchar) -> bigint', 'length(varbinary) -> bigint'],
    ({ args, nodes }) => `${nodes[0]?.type?.kind === 'varbinary' ? 'octet_length' : 'length'}(${args[0]})`,
  ),
  scalar(
    ['concat(varchar, varchar...) -> varchar', 'concat(array(T), array(T)...) -> array(T)'],
    ({ args, returns }) =>
      returns.kind === 'array'
        ? args.slice(1).reduce((all, arg) => `trino_array_concat(${all}, ${arg})`, args[0]!)
        : `(${args.join(' || ')})`,
  ),
  scalar('concat_ws(varchar, varchar...) -> varchar'),
  scalar('substr(varchar, bigint) -> varchar', 'trino_substr($*)'),
  scalar('substr(varchar, bigint, bigint) -> varchar', 'trino_substr($*)'),
  scalar('strpos(varchar, varchar) -> bigint', 'trino_strpos($*)'),
  scalar('starts_with(varchar, varchar) -> boolean'),
  scalar('replace(varchar, varchar) -> varchar', "trino_replace($1, $2, '')"),
  scalar('replace(varchar, varchar, varchar) -> varchar', 'trino_replace($*)'),
  // DuckDB's own turns letters with their accents, Trino's code points.
  scalar('reverse(varchar) -> varchar', "array_to_string(list_reverse(string_split($1, '')), '')"),
  scalar('reverse(array(T)) -> array(T)', 'list_reverse($1)'),
  scalar('trim(varchar) -> varchar', 'trim($1, trino_whitespace())'),
  scalar('ltrim(varchar) -> varchar', 'ltrim($1, trino_whitespace())'),
  scalar('rtrim(varchar) -> varchar', 'rtrim($1, trino_whitespace())'),
  scalar('trim(varchar, varchar) -> varchar'),
  scalar('ltrim(varchar, varchar) -> varchar'),
  scalar('rtrim(varchar, varchar) -> varchar'),
  scalar('lpad(varchar, bigint, varchar) -> varchar', 'trino_lpad($*)'),
  scalar('rpad(varchar, bigint, varchar) -> varchar', 'trino_rpad($*)'),
  scalar('split(varchar, varchar) -> array(varchar)', 'trino_split($*)'),
  scalar('split_part(varchar, varchar, bigint) -> varchar', 'trino_split_part($*)'),
  scalar('chr(bigint) -> varchar', 'chr(CAST($1 AS INTEGER))'),
  scalar('codepoint(varchar) -> integer', 'trino_codepoint($1)', oneCharacter),
  scalar('translate(varchar, varchar, varchar) -> varchar'),

  scalar(
    'regexp_like(varchar, varchar) -> boolean',
    ({ args, nodes }) => `regexp_matches(${args[0]}, ${sqlText(toRe2(literalText(nodes[1]) ?? '', true))})`,
    pattern(1),
  ),
  scalar(
    ['regexp_extract(varchar, varchar) -> varchar', 'regexp_extract(varchar, varchar, bigint) -> varchar'],
    extract,
    checkGroup,
  ),
  scalar(
    [
      'regexp_extract_all(varchar, varchar) -> array(varchar)',
      'regexp_extract_all(varchar, varchar, bigint) -> array(varchar)',
    ],
    ({ args, nodes }) => `regexp_extract_all(${args[0]}, ${re2(nodes[1])}, ${args[2] ?? '0'})`,
    checkAll,
  ),
  scalar(
    ['regexp_replace(varchar, varchar) -> varchar', 'regexp_replace(varchar, varchar, varchar) -> varchar'],
    ({ args, nodes }) =>
      `regexp_replace(${args[0]}, ${re2(nodes[1])}, ${sqlText(replacement(literalText(nodes[2]) ?? '') ?? '')}, 'g')`,
    checkReplace,
  ),
  scalar(
    'regexp_split(varchar, varchar) -> array(varchar)',
    ({ args, nodes }) => `string_split_regex(${args[0]}, ${re2(nodes[1])})`,
    checkAll,
  ),
  scalar(
    'regexp_count(varchar, varchar) -> bigint',
    ({ args, nodes }) => `len(regexp_extract_all(${args[0]}, ${re2(nodes[1])}))`,
    checkAll,
  ),

  scalar('to_utf8(varchar) -> varbinary', 'encode($1)'),
  scalar('from_utf8(varbinary) -> varchar', 'decode($1)'),
  scalar('to_hex(varbinary) -> varchar', 'hex($1)'),
  scalar(['from_hex(varchar) -> varbinary'], 'trino_from_hex($1)'),
  scalar('to_base64(varbinary) -> varchar'),
  scalar('from_base64(varchar) -> varbinary'),
  scalar('md5(varbinary) -> varbinary', 'unhex(md5($1))'),
  scalar('sha1(varbinary) -> varbinary', 'unhex(sha1($1))'),
  scalar('sha256(varbinary) -> varbinary', 'unhex(sha256($1))'),
  scalar('url_decode(varchar) -> varchar', 'trino_url_decode($1)'),
]
