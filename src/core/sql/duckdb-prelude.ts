import { fail } from './duckdb-fail.ts'
import { jsonMacros } from './duckdb-json.ts'

/**
 * Private macros that give DuckDB Trino's meaning. Each is named `trino_*`: overriding a built-in would hide its other
 * arities.
 */

/** Whitespace as Trino's trim removes it: Java's `Character.isWhitespace`. */
const whitespace = [
  9, 10, 11, 12, 13, 28, 29, 30, 31, 32, 0x1680, 0x2000, 0x2001, 0x2002, 0x2003, 0x2004, 0x2005, 0x2006, 0x2008, 0x2009,
  0x200a, 0x2028, 0x2029, 0x205f, 0x3000,
]

const isoTime = '^[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}([.][0-9]+)?(Z|[+]00:?00)?$'

export const duckdbMacros: readonly string[] = [
  // Numbers
  `trino_divide(a, b) AS (CASE WHEN b = 0 THEN ${fail('Division by zero')} ELSE a // b END)`,
  `trino_modulo(a, b) AS (CASE WHEN b = 0 THEN ${fail('Division by zero')} WHEN b = -1 THEN a * 0 ELSE a % b END)`,
  "trino_double_modulo(a, b) AS (CASE WHEN b = 0 THEN CAST('NaN' AS DOUBLE) ELSE a % b END)",
  'trino_round(x) AS (CASE WHEN isnan(x) OR isinf(x) THEN x ELSE round(x) END)',
  'trino_round_to(x, n) AS (CASE WHEN isnan(x) OR isinf(x) THEN x ELSE round(x, CAST(n AS INTEGER)) END)',
  "trino_sqrt(x) AS (CASE WHEN x < 0 THEN CAST('NaN' AS DOUBLE) ELSE sqrt(x) END)",
  "trino_ln(x) AS (CASE WHEN x < 0 THEN CAST('NaN' AS DOUBLE) WHEN x = 0 THEN CAST('-Infinity' AS DOUBLE) ELSE ln(x) END)",
  "trino_log10(x) AS (CASE WHEN x < 0 THEN CAST('NaN' AS DOUBLE) WHEN x = 0 THEN CAST('-Infinity' AS DOUBLE) ELSE log10(x) END)",
  // Text
  `trino_whitespace() AS (${whitespace.map((code) => `chr(${code})`).join(' || ')})`,
  "trino_substr(s, st) AS (CASE WHEN st = 0 OR st > length(s) OR st < -length(s) THEN CASE WHEN s IS NULL THEN NULL ELSE '' END ELSE substr(s, st) END), (s, st, n) AS (CASE WHEN st = 0 OR st > length(s) OR st < -length(s) OR n <= 0 THEN CASE WHEN s IS NULL OR st IS NULL OR n IS NULL THEN NULL ELSE '' END ELSE substr(s, st, n) END)",
  "trino_strpos(s, sub) AS (CASE WHEN sub = '' THEN CASE WHEN s IS NULL THEN NULL ELSE 1 END ELSE strpos(s, sub) END)",
  `trino_replace(s, a, b) AS (CASE WHEN a = '' THEN CAST(${fail('replace of an empty text is not portable')} AS VARCHAR) ELSE replace(s, a, b) END)`,
  `trino_lpad(s, n, p) AS (CASE WHEN p = '' OR n < 0 OR n > 1000000 THEN CAST(${fail('lpad needs a padding and a length up to 1000000')} AS VARCHAR) ELSE lpad(s, CAST(n AS INTEGER), p) END)`,
  `trino_rpad(s, n, p) AS (CASE WHEN p = '' OR n < 0 OR n > 1000000 THEN CAST(${fail('rpad needs a padding and a length up to 1000000')} AS VARCHAR) ELSE rpad(s, CAST(n AS INTEGER), p) END)`,
  `trino_split(s, d) AS (string_split(s, CASE WHEN d = '' THEN CAST(${fail('The delimiter may not be the empty string')} AS VARCHAR) ELSE d END))`,
  `trino_split_part(s, d, i) AS (string_split(s, d)[CASE WHEN i <= 0 THEN ${fail('Index must be greater than zero')} ELSE i END])`,
  `trino_codepoint(s) AS (CASE WHEN s = '' THEN ${fail('codepoint takes one character')} ELSE unicode(s) END)`,
  `trino_from_hex(s) AS (unhex(CASE WHEN length(s) % 2 = 1 THEN CAST(${fail('invalid input length')} AS VARCHAR) ELSE s END))`,
  `trino_url_decode(s) AS (CASE WHEN regexp_matches(s, '%([^0-9A-Fa-f]|[0-9A-Fa-f][^0-9A-Fa-f]|[0-9A-Fa-f]?$)') THEN CAST(${fail('Illegal hex characters in escape pattern')} AS VARCHAR) ELSE url_decode(replace(s, '+', '%20')) END)`,
  // Casts of text
  `trino_integer_text(s) AS (CASE WHEN regexp_matches(s, '^[+-]?[0-9]+$') THEN s WHEN s IS NULL THEN NULL ELSE CAST(${fail('Cannot cast text to a whole number')} AS VARCHAR) END)`,
  `trino_double_text(s) AS (CASE WHEN regexp_matches(trim(s), '^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?$') THEN trim(s) WHEN s IS NULL THEN NULL ELSE CAST(${fail('Cannot cast text to double')} AS VARCHAR) END)`,
  `trino_decimal_text(s) AS (CASE WHEN regexp_matches(s, '^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)$') THEN s WHEN s IS NULL THEN NULL ELSE CAST(${fail('Cannot cast text to decimal')} AS VARCHAR) END)`,
  `trino_cast_boolean(s) AS (CASE WHEN lower(s) IN ('t', 'true', '1') THEN true WHEN lower(s) IN ('f', 'false', '0') THEN false WHEN s IS NULL THEN NULL ELSE CAST(${fail('Cannot cast text to boolean')} AS BOOLEAN) END)`,
  `trino_cast_date(s) AS (CAST(CASE WHEN regexp_matches(trim(s), '^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}$') THEN trim(s) WHEN s IS NULL THEN NULL ELSE CAST(${fail('Value cannot be cast to date')} AS VARCHAR) END AS DATE))`,
  `trino_cast_timestamp(s) AS (date_trunc('millisecond', CAST(CASE WHEN regexp_matches(s, '^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}( [0-9]{1,2}:[0-9]{1,2}(:[0-9]{1,2}([.][0-9]{1,9})?)?)?$') THEN s WHEN s IS NULL THEN NULL ELSE CAST(${fail('Value cannot be cast to timestamp')} AS VARCHAR) END AS TIMESTAMP) + INTERVAL 500 MICROSECOND))`,
  // strptime passes over blanks that the format lacks.
  `trino_date_text(s) AS (CASE WHEN regexp_matches(s, '^\\s|\\s\\s|\\s$') THEN CAST(${fail('Invalid format')} AS VARCHAR) ELSE s END)`,
  `trino_from_iso8601_timestamp(s) AS (CAST(CASE WHEN regexp_matches(s, '${isoTime}') THEN regexp_replace(regexp_replace(s, '(Z|[+]00:?00)$', ''), '([.][0-9]{3})[0-9]+$', '\\1') || '+00' WHEN regexp_matches(s, '^[0-9]{4}-[0-9]{2}-[0-9]{2}$') THEN s || ' 00:00:00+00' WHEN s IS NULL THEN NULL ELSE CAST(${fail('the time is not ISO 8601 in UTC')} AS VARCHAR) END AS TIMESTAMPTZ))`,
  `trino_from_iso8601_date(s) AS (CAST(CASE WHEN regexp_matches(s, '^[0-9]{4}-[0-9]{2}-[0-9]{2}$') THEN s WHEN s IS NULL THEN NULL ELSE CAST(${fail('the date is not YYYY-MM-DD')} AS VARCHAR) END AS DATE))`,
  // Trino has no capital of ß; DuckDB takes U+1E9E.
  "trino_upper(s) AS (CASE WHEN contains(s, 'ß') THEN array_to_string(list_transform(string_split(s, 'ß'), lambda macro_v: upper(macro_v)), 'ß') ELSE upper(s) END)",
  ...jsonMacros,
  // Arrays and maps
  `trino_sequence(a, b) AS (CASE WHEN abs(b - a) >= 10000 THEN generate_series(a, ${fail('result of sequence function must not have more than 10000 entries')}) WHEN a <= b THEN generate_series(a, b) ELSE generate_series(a, b, -1) END)`,
  `trino_array_element(a, i) AS (a[CASE WHEN i = 0 THEN ${fail('SQL array indices start at 1')} ELSE i END])`,
  `trino_array_subscript(a, i) AS (a[CASE WHEN i <= 0 OR i > len(a) THEN ${fail('Array subscript must be between 1 and the length of the array')} ELSE i END])`,
  `trino_map_subscript(m, k) AS (CASE WHEN m IS NULL OR k IS NULL OR map_contains(m, k) THEN m[k] ELSE map_values(m)[${fail('Key not present in map')}] END)`,
  'trino_contains(a, x) AS (CASE WHEN list_contains(a, x) THEN true WHEN a IS NULL OR x IS NULL OR list_count(a) < len(a) THEN NULL ELSE false END)',
  'trino_array_position(a, x) AS (CASE WHEN a IS NULL OR x IS NULL THEN NULL ELSE coalesce(list_position(a, x), 0) END)',
  'trino_array_join(a, d) AS (CASE WHEN a IS NULL OR d IS NULL THEN NULL ELSE array_to_string(list_filter(a, lambda macro_v: macro_v IS NOT NULL), d) END)',
  'trino_arrays_overlap(a, b) AS (CASE WHEN list_has_any(list_filter(a, lambda macro_v: macro_v IS NOT NULL), list_filter(b, lambda macro_v: macro_v IS NOT NULL)) THEN true WHEN a IS NULL OR b IS NULL THEN NULL WHEN len(a) > 0 AND len(b) > 0 AND (list_count(a) < len(a) OR list_count(b) < len(b)) THEN NULL ELSE false END)',
  'trino_array_distinct(a) AS (list_filter(a, lambda macro_v, macro_i: len(list_filter(a[1:macro_i - 1], lambda macro_w: macro_w IS NOT DISTINCT FROM macro_v)) = 0))',
  'trino_array_concat(a, b) AS (CASE WHEN a IS NULL OR b IS NULL THEN NULL ELSE list_concat(a, b) END)',
  `trino_slice(a, st, n) AS (CASE WHEN st = 0 THEN a[${fail('SQL array indices start at 1')}:1] WHEN n < 0 THEN a[${fail('length must be greater than or equal to 0')}:1] WHEN abs(st) > len(a) OR n = 0 THEN a[1:0] WHEN st > 0 THEN a[st:st + n - 1] ELSE a[len(a) + st + 1:len(a) + st + n] END)`,
]

/** Statements that a DuckDB connection runs before it is locked. */
export const duckdbPrelude: readonly string[] = duckdbMacros.map((macro) => `CREATE MACRO ${macro}`)
