/** The known name that was probably meant: closest by edits, never further than a third of its length. */
export function didYouMean(got: string, known: Iterable<string>): string | undefined {
  const plain = simplify(got)
  let best: { name: string; distance: number } | undefined
  for (const name of known) {
    const distance = simplify(name) === plain ? 0 : editDistance(plain, simplify(name))
    const longer = Math.max(plain.length, name.length)
    const limit = longer < 3 ? 0 : Math.floor(longer / 3)
    if (distance <= limit && (!best || distance < best.distance)) best = { name, distance }
  }
  return best?.name
}

/** The end of a hint: the name that was meant, or a few that exist. */
export function suggest(got: string, known: Iterable<string>): string {
  const names = [...known]
  const meant = didYouMean(got, names)
  if (meant !== undefined) return `Did you mean ${meant}?`
  if (names.length === 0) return 'There are none here.'
  return `Known are ${names.slice(0, 12).join(', ')}${names.length > 12 ? ', …' : ''}.`
}

const simplify = (name: string) => name.toLowerCase().replace(/[-_ ]/g, '')

/** Optimal string alignment: a swap of two neighbours counts as one edit, as typing errors do. */
function editDistance(from: string, to: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1]
      let cost = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
      )
      if (row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1])
        cost = Math.min(cost, (beforeLast[column - 2] ?? 0) + 1)
      current.push(cost)
    }
    beforeLast = last
    last = current
  }
  return last[to.length] ?? 0
}
