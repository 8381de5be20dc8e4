import { type FunctionSpec, scalar } from './spec.ts'

/** Three-valued: true beats NULL beats false for `any`, false beats NULL beats true for `all`. */
const anyMatch =
  '(CASE WHEN len(list_filter($1, $2)) > 0 THEN true WHEN list_count(list_transform($1, $2)) < len($1) THEN NULL WHEN $1 IS NULL THEN NULL ELSE false END)'

export const arrayFunctions: readonly FunctionSpec[] = [
  scalar(
    ['cardinality(array(T)) -> bigint', 'cardinality(map(K,V)) -> bigint'],
    ({ args, nodes }) =>
      `${nodes[0]?.type?.kind === 'map' ? 'CAST(cardinality' : '(len'}(${args[0]})${nodes[0]?.type?.kind === 'map' ? ' AS BIGINT)' : ')'}`,
  ),
  scalar('element_at(array(T), bigint) -> T', 'trino_array_element($*)'),
  scalar('element_at(map(K,V), K) -> V', '$1[$2]'),
  scalar('contains(array(T), T) -> boolean', 'trino_contains($*)'),
  scalar('array_position(array(T), T) -> bigint', 'trino_array_position($*)'),
  scalar('array_join(array(varchar), varchar) -> varchar', 'trino_array_join($*)'),
  scalar('arrays_overlap(array(T), array(T)) -> boolean', 'trino_arrays_overlap($*)'),
  scalar('array_distinct(array(T)) -> array(T)', 'trino_array_distinct($1)'),
  scalar('array_sort(array(O)) -> array(O)', "list_sort($1, 'ASC', 'NULLS LAST')"),
  scalar('array_min(array(O)) -> O', '(CASE WHEN list_count($1) = len($1) THEN list_min($1) END)'),
  scalar('array_max(array(O)) -> O', '(CASE WHEN list_count($1) = len($1) THEN list_max($1) END)'),
  scalar('flatten(array(array(T))) -> array(T)', 'flatten($1)'),
  scalar('slice(array(T), bigint, bigint) -> array(T)', 'trino_slice($*)'),
  scalar('sequence(bigint, bigint) -> array(bigint)', 'trino_sequence($*)'),
  scalar('filter(array(T), (T) -> boolean) -> array(T)', 'list_filter($1, $2)'),
  scalar('transform(array(T), (T) -> U) -> array(U)', 'list_transform($1, $2)'),
  scalar('any_match(array(T), (T) -> boolean) -> boolean', anyMatch),
  scalar('none_match(array(T), (T) -> boolean) -> boolean', `(NOT ${anyMatch})`),
  scalar(
    'all_match(array(T), (T) -> boolean) -> boolean',
    anyMatch
      .replace('len(list_filter($1, $2)) > 0 THEN true', 'list_contains(list_transform($1, $2), false) THEN false')
      .replace('ELSE false', 'ELSE true'),
  ),
  scalar('map_keys(map(K,V)) -> array(K)', 'map_keys($1)'),
  scalar('map_values(map(K,V)) -> array(V)', 'map_values($1)'),
  scalar('map(array(K), array(V)) -> map(K,V)', 'map($*)'),
]
