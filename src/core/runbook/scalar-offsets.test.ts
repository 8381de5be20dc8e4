import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isScalar, parseDocument, Scalar, stringify } from 'yaml'
import { type ScalarStyle, scalarOffsets } from './scalar-offsets.ts'

const styles: ScalarStyle[] = ['PLAIN', 'QUOTE_SINGLE', 'QUOTE_DOUBLE', 'BLOCK_LITERAL', 'BLOCK_FOLDED']

/** The file's sign at each place must be the value's, but for what YAML writes differently. */
function expectAligned(file: string): void {
  const node = parseDocument(file).getIn(['a', 'b'], true)
  if (!isScalar(node) || typeof node.value !== 'string' || !node.range) return
  const { value } = node
  const offsets = scalarOffsets({
    value,
    file,
    start: node.range[0],
    end: node.range[1],
    style: node.type as ScalarStyle,
  })
  expect(offsets).toHaveLength(value.length + 1)
  for (let unit = 0; unit < value.length; unit++) {
    if (/\s/.test(value[unit] as string)) continue
    const at = offsets[unit] as number
    expect([value[unit], '\\'], `${unit} of ${JSON.stringify(value)} in ${JSON.stringify(file)}`).toContain(file[at])
    if (unit > 0) expect(at).toBeGreaterThanOrEqual(offsets[unit - 1] as number)
  }
}

describe('scalarOffsets', () => {
  it('finds every character of any text in any style', () => {
    const sign = fc.constantFrom('a', 'b', "'", '"', '\\', ' ', '\n', ':', '#', 'é', '😀', '\t', '-', '%')
    fc.assert(
      fc.property(
        fc.string({ unit: sign, maxLength: 40 }),
        fc.constantFrom(...styles),
        fc.integer({ min: 20, max: 80 }),
        (text, style, lineWidth) => {
          const scalar = new Scalar(text)
          scalar.type = style
          expectAligned(stringify({ a: { b: scalar } }, { lineWidth }))
        },
      ),
      { numRuns: 1_000 },
    )
  })

  it.each([
    ['Windows line ends', 'a:\r\n  b: |\r\n    x\r\n    yz\r\n'],
    ['an indentation indicator', 'a:\n  b: |2\n      x\n    y\n'],
    ['a comment in the header', 'a:\n  b: >- # why 2\n    x y\n    z\n\n    w\n'],
    ['a plain text over two lines', 'a:\n  b: x y\n    z\n'],
    ['escapes', 'a:\n  b: "\\u0041 \\x42\\\n    \\U0001F600 c"\n'],
  ])('copes with %s', (_, file) => expectAligned(file))
})
