/**
 * From an offset in a scalar's value to the offset in the YAML file: what a check says of a SQL or CEL text
 * is shown, and mended, in the file that the author has open.
 */

export type ScalarStyle = 'PLAIN' | 'QUOTE_SINGLE' | 'QUOTE_DOUBLE' | 'BLOCK_LITERAL' | 'BLOCK_FOLDED'

export interface ScalarText {
  readonly value: string
  /** The whole file. */
  readonly file: string
  /** Where the scalar starts in the file: at its quote or block header. */
  readonly start: number
  readonly end: number
  readonly style: ScalarStyle
}

/** One entry per UTF-16 unit of the value, and one for its end. */
export function scalarOffsets(scalar: ScalarText): readonly number[] {
  if (scalar.style === 'BLOCK_LITERAL') return literalOffsets(scalar)
  return alignedOffsets(scalar)
}

/** What a replacement must look like inside the scalar: quotes doubled or escaped, lines indented. */
export function encodeInScalar(text: string, scalar: ScalarText): string {
  if (scalar.style === 'QUOTE_SINGLE') return text.replaceAll("'", "''")
  if (scalar.style === 'QUOTE_DOUBLE') return JSON.stringify(text).slice(1, -1)
  if (scalar.style === 'BLOCK_LITERAL') return text.replaceAll('\n', `\n${' '.repeat(blockIndent(scalar).indent)}`)
  return text
}

/** How far the block is indented: the first line that says something is so much longer in the file than in the value. */
function blockIndent({ value, file, start, end }: ScalarText): { first: number; indent: number } {
  const header = file.indexOf('\n', start)
  const first = header === -1 ? end : header + 1
  const isText = (line: string) => /[^ \r]/.test(line)
  const lead = (line = '') => /^ */.exec(line)?.[0].length ?? 0
  const indent = lead(file.slice(first, end).split('\n').find(isText)) - lead(value.split('\n').find(isText))
  return { first, indent: Math.max(0, indent) }
}

function literalOffsets(scalar: ScalarText): number[] {
  const { value, file, end } = scalar
  const { first, indent } = blockIndent(scalar)
  const offsets: number[] = []
  let at = first
  for (const [index, text] of value.split('\n').entries()) {
    if (index > 0) {
      const next = file.indexOf('\n', at)
      at = next === -1 ? end : next + 1
    }
    const lineEnd = endOfLine(file, at)
    const from = Math.min(at + indent, lineEnd)
    for (let unit = 0; unit <= text.length; unit++) offsets.push(Math.min(from + unit, lineEnd))
  }
  return offsets
}

function endOfLine(file: string, at: number): number {
  const next = file.indexOf('\n', at)
  if (next === -1) return file.length
  return file[next - 1] === '\r' ? next - 1 : next
}

const isSpace = (unit: string | undefined) => unit === ' ' || unit === '\n' || unit === '\r' || unit === '\t'

/** Walks value and file side by side; where a line was folded, white space in one stands for white space in the other. */
function alignedOffsets({ value, file, start, end, style }: ScalarText): number[] {
  const offsets: number[] = []
  let at = start
  if (style === 'QUOTE_SINGLE' || style === 'QUOTE_DOUBLE') at++
  if (style === 'BLOCK_FOLDED') at = endOfLine(file, start)
  const skipSpace = () => {
    while (at < end && isSpace(file[at])) at++
  }
  for (let unit = 0; unit < value.length; ) {
    if (style === 'QUOTE_DOUBLE' && file[at] === '\\') {
      const escaped = escapeAt(file, at)
      for (let copy = 0; copy < escaped.units && unit < value.length; copy++, unit++) offsets.push(at)
      at += escaped.length
      if (escaped.units === 0) skipSpace()
      continue
    }
    if (isSpace(value[unit]) && file[at] !== value[unit]) {
      offsets.push(at)
      unit++
      if (!isSpace(value[unit])) skipSpace()
      continue
    }
    if (!isSpace(value[unit]) && isSpace(file[at])) skipSpace()
    offsets.push(Math.min(at, end))
    if (isSpace(value[unit]) && !isSpace(value[unit + 1]) && isSpace(file[at + 1])) skipSpace()
    else at += style === 'QUOTE_SINGLE' && file[at] === "'" ? 2 : 1
    unit++
  }
  offsets.push(Math.min(at, end))
  return offsets
}

/** `units`: how many UTF-16 units of the value the escape makes; none for an escaped line break. */
function escapeAt(file: string, at: number): { length: number; units: number } {
  const sign = file[at + 1]
  if (sign === 'x') return { length: 4, units: 1 }
  if (sign === 'u') return { length: 6, units: 1 }
  if (sign === 'U') return { length: 10, units: Number.parseInt(file.slice(at + 2, at + 10), 16) > 0xffff ? 2 : 1 }
  if (sign === '\n' || sign === '\r') return { length: 2, units: 0 }
  return { length: 2, units: 1 }
}
