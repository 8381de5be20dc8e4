/** What a schema allows at a path: for "did you mean" and for schemas of parts. */
import type { z } from 'zod'
import type { Path } from './yaml-values.ts'

type Schema = z.core.$ZodType

/** Alternatives at the path; several where unions are on the way. */
function schemasAt(schema: Schema, path: Path): readonly Schema[] {
  let current = unfold(schema)
  for (const key of path) current = current.flatMap((one) => children(one, key))
  return current
}

/** Keys of the maps allowed at the path. */
export function keysAt(schema: Schema, path: Path): readonly string[] {
  const keys = schemasAt(schema, path).flatMap((one) => {
    const { def } = (one as z.core.$ZodTypes)._zod
    return def.type === 'object' ? Object.keys(def.shape) : []
  })
  return [...new Set(keys)]
}

function unfold(schema: Schema): Schema[] {
  const { def } = (schema as z.core.$ZodTypes)._zod
  switch (def.type) {
    case 'optional':
    case 'nullable':
    case 'default':
      return unfold(def.innerType)
    case 'pipe':
      return unfold(def.in)
    case 'union':
      return def.options.flatMap(unfold)
    default:
      return [schema]
  }
}

function children(schema: Schema, key: string | number): Schema[] {
  const { def } = (schema as z.core.$ZodTypes)._zod
  if (def.type === 'array') return unfold(def.element)
  if (def.type === 'record') return unfold(def.valueType)
  if (def.type !== 'object') return []
  const member = def.shape[key as string] ?? def.catchall
  return member ? unfold(member) : []
}
