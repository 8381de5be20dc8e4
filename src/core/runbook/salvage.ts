/** Reads as much of a part as can be read, so that one mistake does not hide the others. */
import type { z } from 'zod'
import { reportSchemaIssues, type SchemaProblem } from './schema-issues.ts'
import type { Source } from './source.ts'
import type { Path } from './yaml-values.ts'

/**
 * Validates `value` and reports what is wrong. What is wrong is then left out and the rest read again: keys that are
 * unknown, values that are not allowed, and containers that lack a required key.
 */
export function salvage<Output>(
  source: Source,
  { schema, value, base }: { schema: z.ZodType<Output>; value: unknown; base: Path },
): { value?: Output; whole: boolean } {
  const first = schema.safeParse(value)
  if (first.success) return { value: first.data, whole: true }
  const { issues } = first.error
  let problems = reportSchemaIssues(source, { schema, value, base, findings: issues })
  let rest: unknown = structuredClone(value)
  for (let round = 0; round < 8; round++) {
    for (const problem of problems.toReversed()) rest = without(rest, problem)
    if (rest === undefined) return { whole: false }
    const again = schema.safeParse(rest)
    if (again.success) return { value: again.data, whole: false }
    problems = again.error.issues.map(({ path, ...issue }) => ({
      path: path as (string | number)[],
      ...(issue.code === 'unrecognized_keys' && { unknownKeys: issue.keys }),
    }))
  }
  return { whole: false }
}

/** Without the value at the path; where it is absent already (a missing key), without what should hold it. */
function without(value: unknown, { path, unknownKeys }: SchemaProblem): unknown {
  if (unknownKeys) {
    const target = path.reduce<unknown>(
      (current, key) => (current as Record<string, unknown> | undefined)?.[key],
      value,
    )
    for (const key of unknownKeys) if (target) delete (target as Record<string, unknown>)[key]
    return value
  }
  for (let length = path.length; length > 0; length--) {
    const key = path[length - 1] as string
    const holder = path
      .slice(0, length - 1)
      .reduce<unknown>((current, part) => (current as Record<string, unknown> | undefined)?.[part], value)
    if (typeof holder !== 'object' || holder === null || !Object.hasOwn(holder, key)) continue
    if (Array.isArray(holder)) holder.splice(Number(key), 1)
    else delete (holder as Record<string, unknown>)[key]
    return value
  }
  return undefined
}
