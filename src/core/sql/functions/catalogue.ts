/** Every function of the portable language. What is not here is refused by name; `unproven` says why where Trino has it. */
import { aggregateFunctions, windowFunctions } from './aggregates.ts'
import { arrayFunctions } from './arrays.ts'
import { dateFunctions } from './dates.ts'
import { generalFunctions } from './general.ts'
import { jsonFunctions } from './json.ts'
import { mathFunctions } from './maths.ts'
import type { FunctionSpec } from './spec.ts'
import { stringFunctions } from './strings.ts'

function merge(specs: readonly FunctionSpec[]): ReadonlyMap<string, FunctionSpec> {
  const byName = new Map<string, FunctionSpec>()
  for (const spec of specs) {
    const known = byName.get(spec.name)
    const check = spec.check ?? known?.check
    byName.set(
      spec.name,
      known ? { ...known, signatures: [...known.signatures, ...spec.signatures], ...(check && { check }) } : spec,
    )
  }
  return byName
}

export const functions: ReadonlyMap<string, FunctionSpec> = merge([
  ...generalFunctions,
  ...stringFunctions,
  ...jsonFunctions,
  ...dateFunctions,
  ...mathFunctions,
  ...arrayFunctions,
  ...aggregateFunctions,
  ...windowFunctions,
])

const unrepeatable = 'it gives another answer every time'
const zone = 'other engines keep no zone with a time; times are UTC'
const order = 'engines order or round its result differently'

/** Functions that Trino has and Trailbook does not pass on, with the reason where there is more to say than "not proven". */
export const unproven: Readonly<Record<string, string>> = {
  random: unrepeatable,
  rand: unrepeatable,
  uuid: unrepeatable,
  shuffle: unrepeatable,
  at_timezone: zone,
  with_timezone: zone,
  timezone_hour: zone,
  timezone_minute: zone,
  current_timezone: zone,
  format_datetime: 'its Joda format has no equal; use date_format',
  parse_datetime: 'its Joda format has no equal; use date_parse',
  approx_percentile: order,
  approx_most_frequent: order,
  map_agg: order,
  multimap_agg: order,
  set_agg: order,
  set_union: order,
  array_union: order,
  array_intersect: order,
  array_except: order,
  checksum: 'only Trino computes it',
  geometric_mean: order,
  numeric_histogram: order,
  json_array_get: 'it is deprecated in Trino; use json_extract with $[n]',
  json_array_contains: 'use contains(CAST(… AS array(varchar)), x)',
  reduce: 'write it with filter, transform and cardinality',
  reduce_agg: 'only Trino has it',
  zip: 'rows without field names differ between engines',
  zip_with: 'write it with transform',
  map_entries: 'rows without field names differ between engines',
  map_filter: 'filter map_keys instead',
  map_concat: order,
  transform_keys: order,
  transform_values: order,
  map_zip_with: order,
  map_from_entries: order,
  split_to_map: 'use regexp_extract',
  split_to_multimap: 'use regexp_extract',
  url_encode: 'engines escape different characters',
  url_extract_path: 'use regexp_extract',
  url_extract_parameter: 'use regexp_extract',
  url_extract_query: 'use regexp_extract',
  url_extract_protocol: 'use regexp_extract',
  url_extract_port: 'use regexp_extract',
  url_extract_fragment: 'use regexp_extract',
  format: 'its Java format has no equal; use ||',
  repeat: 'Trino makes an array of it, others text',
  normalize: 'not proven',
  soundex: 'not proven',
  hamming_distance: 'texts of different length fail differently',
  sha512: 'not every engine has it',
  xxhash64: 'not every engine has it',
  crc32: 'not every engine has it',
  width_bucket: order,
  parse_duration: 'use date_diff',
  human_readable_seconds: 'not proven',
  to_milliseconds: 'not proven',
  millisecond: 'event times are whole seconds',
  log: 'use ln(x) / ln(base)',
  e: 'use exp(1e0)',
  luhn_check: 'not proven',
  word_stem: 'not proven',
  regexp_position: 'not proven',
  grouping: 'not proven',
  ip_prefix: 'no other engine has IP types',
  array_sum: 'not proven',
  combinations: 'not proven',
  ngrams: 'not proven',
  trim_array: 'use slice',
  bitwise_left_shift: 'overflow differs',
  bitwise_right_shift: 'overflow differs',
  typeof: 'it tells about the engine, not about the logs',
  cbrt: order,
  nan: 'engines compare NaN differently',
  levenshtein_distance: 'engines count bytes or characters',
  url_extract_host: 'use regexp_extract',
  array_remove: 'use filter',
  bit_count: 'not proven',
  corr: order,
  covar_pop: order,
  covar_samp: order,
  kurtosis: order,
  skewness: order,
  entropy: order,
  regr_slope: order,
  regr_intercept: order,
  current_user: 'it tells about the engine, not about the logs',
  version: 'it tells about the engine, not about the logs',
}
