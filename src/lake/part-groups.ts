import type { ManifestPart } from './manifest.ts'

export interface PartLimits {
  /** A part that compaction makes has about so much at most. */
  readonly rows: number
  readonly bytes: number
}

/** Small is what could double and still be no larger than wanted: so a part is written anew a few times in its life, not daily. */
const isSmall = (part: ManifestPart, limits: PartLimits): boolean =>
  part.rows <= limits.rows / 2 && part.bytes <= limits.bytes / 2

/**
 * Which parts are to become one: small ones in their order, as many as fit. Parts that are alone in their group stay as they
 * are, so that what is compact is not touched.
 */
export function groupsOf<Part extends ManifestPart>(
  parts: readonly Part[],
  limits: PartLimits,
): readonly (readonly Part[])[] {
  const groups: Part[][] = []
  let open: Part[] = []
  let rows = 0
  let bytes = 0
  for (const part of parts.filter((one) => isSmall(one, limits))) {
    if (open.length > 0 && (rows + part.rows > limits.rows || bytes + part.bytes > limits.bytes)) {
      groups.push(open)
      open = []
      rows = 0
      bytes = 0
    }
    open.push(part)
    rows += part.rows
    bytes += part.bytes
  }
  groups.push(open)
  return groups.filter((group) => group.length > 1)
}
