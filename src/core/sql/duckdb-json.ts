/**
 * JSON as Trino 483 has it. DuckDB's reader keeps the value of a number alone (`1.50` is `1.5`), Trino's two other things:
 * json_extract_scalar of text gives a number as it is written, JSON values hold what Java prints. A JSON value is therefore
 * held as the very text that Trino has. Numbers that both write alike, nearly all, take the short way: `trino_json_odd`,
 * `trino_json_long`. DuckDB's reader refuses a text with an escape of half a surrogate pair, by which anybody could hide a
 * record from every path; such a text is read once more: `trino_json_mended`.
 */
import { fail } from './duckdb-fail.ts'

const raw = String.raw
const string = raw`"(?:[^"\\]|\\.)*"`
const number = '-?[0-9][0-9.eE+-]*'
const fraction = '^-?[0-9]+[.eE]'
const tokens = (text: string): string => `regexp_extract_all(${text}, '${string}|${number}|[^"0-9-]+|-')`

/** Parts of a number's text `m`: whole digits, digits of the fraction, exponent. */
const whole = "regexp_extract(m, '^-?([0-9]+)', 1)"
const part = "regexp_extract(m, '[.]([0-9]+)', 1)"
const exponent = "coalesce(TRY_CAST(regexp_extract(m, '[eE](.+)$', 1) AS BIGINT), 0)"

const scalar = "NOT IN ('OBJECT', 'ARRAY', 'NULL')"

const macros = {
  // With `?` for each half, as Trino's text of it has. U+0001 and U+0002 stand in no JSON; NULL where it is none even so.
  'trino_json_halved(j)': raw`regexp_matches(j, '\\u[dD][89a-fA-F]') AND NOT regexp_matches(j, '[\x01\x02]')`,
  'trino_json_mended(j)': raw`list_transform([replace(replace(regexp_replace(regexp_replace(replace(j, '\\', chr(1)), '\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})', chr(2) || 'u\1' || chr(2) || 'u\2', 'g'), '\\u[dD][89a-fA-F][0-9a-fA-F]{2}', '?', 'g'), chr(2), '\'), chr(1), '\\')], lambda macro_h: CASE WHEN json_valid(macro_h) THEN macro_h END)[1]`,
  // Numbers that DuckDB may print otherwise than they stand in a text: exponents, 1.50, -0, more than 15 digits.
  'trino_json_odd(j)': raw`regexp_matches(j, '(^|[:,\[\s])(-?[0-9]+(([.][0-9]+)?[eE]|[.][0-9]+0([^0-9]|$)|[0-9.]{16})|-0([^0-9]|$))')`,
  // Numbers that Java prints otherwise than DuckDB: fractions from 10^7 on and below 10^-3.
  'trino_json_long(t)': raw`regexp_matches(t, '(^|[:,\[])-?([0-9]{8,}[.]|0[.]000|[0-9.]+[eE])')`,
  // Numbers become strings: of those the reader changes nothing. U+0001 stands in no JSON.
  'trino_json_written(j, p)': `json_extract_string(replace(replace(regexp_replace(j, '(${string})|(${number})', '\\1' || chr(1) || '\\2' || chr(1), 'g'), chr(1) || chr(1), ''), chr(1), '"'), p)`,
  // DuckDB prints the shortest digits; below 10^-6 and from 10^21 on with an exponent.
  'trino_json_otherwise(e, j)': `e = 'NaN' OR contains(e, 'I') OR contains(e, 'e') OR trino_json_odd(j)`,
  'trino_json_number(w)': "CASE WHEN NOT regexp_matches(w, '^-?[NI]') THEN w END",
  'trino_json_scalar(j, p)': `CASE WHEN json_valid(j) THEN CASE WHEN json_type(j, p) ${scalar} THEN CASE WHEN json_type(j, p) IN ('DOUBLE', 'BIGINT') AND trino_json_otherwise(json_extract_string(j, p), j) THEN trino_json_number(trino_json_written(j, p)) ELSE json_extract_string(j, p) END END WHEN trino_json_halved(j) THEN list_transform([trino_json_mended(j)], lambda macro_s: CASE WHEN json_type(macro_s, p) ${scalar} THEN trino_json_written(macro_s, p) END)[1] END`,
  // Where the text is computed, it is computed once.
  'trino_json_scalar_of(j, p)':
    'list_transform([CAST(j AS VARCHAR)], lambda macro_j: trino_json_scalar(macro_j, p))[1]',

  // Of the digits d and the power of ten x of the first one, as Java's Double.toString has them.
  'trino_json_scientific(d, x)': "d[1] || '.' || CASE WHEN length(d) > 1 THEN d[2:] ELSE '0' END || 'E' || x",
  'trino_json_sign(m)': "CASE WHEN m[1] = '-' THEN '-' ELSE '' END",
  'trino_json_digits(m)': `ltrim(${whole} || ${part}, '0')`,
  'trino_json_power(m)': `length(${whole}) - 1 - (length(${whole} || ${part}) - length(trino_json_digits(m))) + ${exponent}`,
  'trino_json_double(m)': `CASE WHEN trino_json_digits(m) = '' OR trino_json_power(m) BETWEEN -3 AND 6 THEN m WHEN coalesce(isinf(TRY_CAST(m AS DOUBLE)), true) THEN '"' || trino_json_sign(m) || 'Infinity"' WHEN ltrim(m, '-') = '5e-324' THEN trino_json_sign(m) || '4.9E-324' WHEN ltrim(m, '-') = '1e-323' THEN trino_json_sign(m) || '9.9E-324' ELSE trino_json_sign(m) || trino_json_scientific(rtrim(trino_json_digits(m), '0'), trino_json_power(m)) END`,
  // As Java's BigDecimal.toString.
  'trino_json_scaled(d, s)': `CASE WHEN s = 0 THEN d WHEN s > 0 AND length(d) - 1 - s >= -6 THEN left(lpad(d, CAST(greatest(length(d), s + 1) AS INTEGER), '0'), -s) || '.' || right(lpad(d, CAST(greatest(length(d), s + 1) AS INTEGER), '0'), s) ELSE d[1] || CASE WHEN length(d) > 1 THEN '.' || d[2:] ELSE '' END || 'E' || CASE WHEN length(d) - 1 - s > 0 THEN '+' ELSE '' END || (length(d) - 1 - s) END`,
  'trino_json_decimal(m)': `CASE WHEN trino_json_digits(m) = '' THEN '' ELSE trino_json_sign(m) END || trino_json_scaled(CASE WHEN trino_json_digits(m) = '' THEN '0' ELSE trino_json_digits(m) END, length(${part}) - ${exponent})`,
  // The text of a JSON value that DuckDB printed, with numbers as json_extract has them.
  'trino_json_text(t)': `list_transform([CAST(t AS VARCHAR)], lambda macro_t: CASE WHEN trino_json_long(macro_t) THEN CAST(array_to_string(list_transform(${tokens('macro_t')}, lambda macro_m: CASE WHEN regexp_matches(macro_m, '${fraction}') THEN trino_json_double(macro_m) ELSE macro_m END), '') AS JSON) ELSE CAST(macro_t AS JSON) END)[1]`,

  // Text that is no JSON gives NULL.
  'trino_json_extract(j, p)':
    'list_transform([CASE WHEN json_valid(j) THEN json_extract(j, p) WHEN trino_json_halved(j) THEN json_extract(trino_json_mended(j), p) END], lambda macro_x: CASE WHEN trino_json_long(macro_x) THEN trino_json_text(macro_x) ELSE macro_x END)[1]',
  'trino_json_extract_of(j, p)':
    'list_transform([CAST(j AS VARCHAR)], lambda macro_j: trino_json_extract(macro_j, p))[1]',
  // Trino writes characters beyond U+FFFF as two escapes.
  'trino_json_format(j)': raw`list_transform([CAST(j AS VARCHAR)], lambda macro_t: CASE WHEN regexp_matches(macro_t, '[\x{10000}-\x{10FFFF}]') THEN array_to_string(list_transform(string_split(macro_t, ''), lambda macro_c: CASE WHEN unicode(macro_c) > 65535 THEN printf('\u%04X\u%04X', 55296 + (unicode(macro_c) - 65536) // 1024, 56320 + (unicode(macro_c) - 65536) % 1024) ELSE macro_c END), '') ELSE macro_t END)[1]`,
  'trino_json_members_of(j, p)':
    "CASE json_type(j, p) WHEN 'OBJECT' THEN len(json_keys(j, p)) WHEN 'ARRAY' THEN CAST(json_array_length(j, p) AS BIGINT) ELSE CASE WHEN json_type(j, p) IS NULL THEN NULL ELSE 0 END END",
  'trino_json_size(j, p)':
    'CASE WHEN json_valid(j) THEN trino_json_members_of(j, p) WHEN trino_json_halved(j) THEN trino_json_members_of(trino_json_mended(j), p) END',
  'trino_json_elements_of(j)': "CASE WHEN json_type(j) = 'ARRAY' THEN CAST(json_array_length(j) AS BIGINT) END",
  'trino_json_array_length(j)':
    'CASE WHEN json_valid(j) THEN trino_json_elements_of(j) WHEN trino_json_halved(j) THEN trino_json_elements_of(trino_json_mended(j)) END',
  // json_parse keeps decimals to their last digit, and writes them anew.
  'trino_json_parsed(s)': raw`CASE WHEN trino_json_odd(s) OR regexp_matches(s, '-0[.]|0[.]000000') THEN CAST(array_to_string(list_transform(${tokens('s')}, lambda macro_m: CASE WHEN regexp_matches(macro_m, '${fraction}') THEN trino_json_decimal(macro_m) WHEN macro_m[1] = '"' THEN CAST(json(macro_m) AS VARCHAR) WHEN macro_m = '-0' THEN '0' ELSE regexp_replace(macro_m, '\s', '', 'g') END), '') AS JSON) ELSE json(s) END`,
  'trino_json_valid(s)': `list_transform([CAST(s AS VARCHAR)], lambda macro_s: CASE WHEN macro_s IS NULL OR json_valid(macro_s) THEN macro_s WHEN trino_json_halved(macro_s) AND trino_json_mended(macro_s) IS NOT NULL THEN trino_json_mended(macro_s) ELSE CAST(${fail('Cannot convert text to JSON')} AS VARCHAR) END)[1]`,
  'trino_json_parse(s)': 'list_transform([trino_json_valid(s)], lambda macro_s: trino_json_parsed(macro_s))[1]',

  // CAST(json_parse(…) AS array or map) goes through no JSON value on Trino: numbers are doubles from the start.
  'trino_json_read(s)': 'list_transform([trino_json_valid(s)], lambda macro_s: trino_json_text(json(macro_s)))[1]',

  'trino_json_is_fraction(j)': `regexp_matches(CAST(j AS VARCHAR), '${fraction}')`,
  // As casts to varchar have it. Beyond these powers Java's DecimalFormat has digits of its own (5.9604644775390625E-8).
  'trino_json_fraction(v)': `list_transform([coalesce(CAST(to_json(TRY_CAST(v AS DOUBLE)) AS VARCHAR), CASE WHEN v IS NOT NULL THEN trino_json_sign(CAST(v AS VARCHAR)) || 'Infinity' END)], lambda macro_m: CASE WHEN macro_m LIKE '%Infinity' THEN macro_m WHEN trino_json_digits(macro_m) = '' THEN trino_json_sign(macro_m) || '0E0' WHEN trino_json_power(macro_m) BETWEEN -7 AND 14 THEN trino_json_sign(macro_m) || trino_json_scientific(rtrim(trino_json_digits(macro_m), '0'), trino_json_power(macro_m)) ELSE CAST(${fail('a JSON fraction this large or small as text is not portable')} AS VARCHAR) END)[1]`,
  'trino_json_to_varchar(j)': `CASE WHEN json_type(j) IN ('OBJECT', 'ARRAY') THEN CAST(${fail('Cannot cast JSON object or array to varchar')} AS VARCHAR) WHEN trino_json_is_fraction(j) THEN trino_json_fraction(j) WHEN json_type(j) = 'NULL' THEN NULL ELSE json_extract_string(j, '$') END`,
  'trino_json_array(j)': `CASE WHEN json_type(j) = 'NULL' THEN NULL WHEN j IS NULL OR json_type(j) = 'ARRAY' THEN j ELSE CAST(CAST(${fail('Cannot cast to array. Expected a json array')} AS VARCHAR) AS JSON) END`,
  'trino_json_object(j)': `CASE WHEN json_type(j) = 'NULL' THEN NULL WHEN j IS NULL OR json_type(j) = 'OBJECT' THEN j ELSE CAST(CAST(${fail('Cannot cast to map. Expected a json object')} AS VARCHAR) AS JSON) END`,
  // A JSON null is an element; a cast of DuckDB's would make it NULL.
  'trino_json_elements(j)':
    "list_transform(CAST(json_extract(trino_json_array(j), '$[*]') AS JSON[]), lambda macro_v: trino_json_text(macro_v))",
  'trino_json_members(j)':
    "list_transform([trino_json_object(j)], lambda macro_o: CASE WHEN macro_o IS NOT NULL THEN map(json_keys(macro_o), list_transform(CAST(json_extract(macro_o, '$.*') AS JSON[]), lambda macro_v: trino_json_text(macro_v))) END)[1]",
  // Half goes away from zero; DuckDB's cast rounds half to even.
  'trino_json_bigint(v)':
    'CASE WHEN trino_json_is_fraction(v) THEN CAST(round(CAST(v AS DOUBLE)) AS BIGINT) ELSE CAST(v AS BIGINT) END',
  'trino_json_word(v)': `CASE WHEN trino_json_is_fraction(v) THEN trino_json_fraction(v) ELSE json_extract_string(v, '$') END`,
  'trino_json_texts(j)': `list_transform(trino_json_elements(j), lambda macro_w: CASE WHEN json_type(macro_w) IN ('OBJECT', 'ARRAY') THEN CAST(${fail('Cannot cast to array(varchar). Unexpected token')} AS VARCHAR) ELSE trino_json_word(macro_w) END)`,
  'trino_json_bigints(j)': 'list_transform(trino_json_elements(j), lambda macro_w: trino_json_bigint(macro_w))',
  'trino_json_text_members(j)': `list_transform([trino_json_members(j)], lambda macro_p: CASE WHEN macro_p IS NOT NULL THEN map(map_keys(macro_p), list_transform(map_values(macro_p), lambda macro_w: CASE WHEN json_type(macro_w) IN ('OBJECT', 'ARRAY') THEN CAST(${fail('Cannot cast to map(varchar, varchar). Unexpected token')} AS VARCHAR) ELSE trino_json_word(macro_w) END)) END)[1]`,
  'trino_json_bigint_members(j)':
    'list_transform([trino_json_members(j)], lambda macro_p: CASE WHEN macro_p IS NOT NULL THEN map(map_keys(macro_p), list_transform(map_values(macro_p), lambda macro_w: trino_json_bigint(macro_w))) END)[1]',
} satisfies Readonly<Record<string, string>>

export const jsonMacros: readonly string[] = Object.entries(macros).map(([head, body]) => `${head} AS (${body})`)
