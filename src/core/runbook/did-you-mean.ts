import { editDistance } from '../text.ts'

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
