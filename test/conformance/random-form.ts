import fc from 'fast-check'

export type Part = fc.Arbitrary<string>

/** A text with `<name>` for parts, one draw for each. */
export const form = (text: string, parts: Readonly<Record<string, Part>>): Part => {
  const pieces = text.split(/<(\w+)>/)
  const drawn = pieces.filter((_, at) => at % 2 === 1).map((name) => parts[name]!)
  return fc
    .tuple(...drawn)
    .map((given) => pieces.map((piece, at) => (at % 2 === 1 ? given[(at - 1) / 2] : piece)).join(''))
}
