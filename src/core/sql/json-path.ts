/** Paths of Trino's json_extract family ("JSON functions", Trino documentation) as RFC 6901 pointers, which DuckDB reads too. */

/** The steps of a path, or undefined where Trino would call it invalid. */
export function jsonPathSteps(path: string): string[] | undefined {
  if (!path.startsWith('$')) return undefined
  const steps: string[] = []
  let rest = path.slice(1)
  while (rest !== '') {
    const found =
      /^\.([\p{L}\p{N}_:]+)/u.exec(rest) ?? /^\[(\d+)\]/.exec(rest) ?? /^\["((?:[^"\\]|\\["\\])*)"\]/.exec(rest)
    if (!found) return undefined
    steps.push(rest.startsWith('["') ? found[1]!.replace(/\\(["\\])/g, '$1') : found[1]!)
    rest = rest.slice(found[0].length)
  }
  return steps
}

export function jsonPointer(steps: readonly string[]): string {
  return steps.map((step) => `/${step.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}
