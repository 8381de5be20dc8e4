import { type JsonNode, stringValue } from './json.ts'

/**
 * The text whose hash is a record's identity: keys sorted, white space gone, strings escaped in one way, numbers by value
 * (`1`, `1.0` and `10e-1` are one number; no digit is lost), and the strings "true" and "false" written as booleans,
 * because exports of one and the same event differ in that. An absent member and a null member stay different, and so do
 * arrays in another order; doubled keys keep their order.
 */
export function canonicalRecord(text: string, node: JsonNode): string {
  switch (node.type) {
    case 'object': {
      const members = node.members.length > 1 ? sorted(node) : node.members
      let out = '{'
      for (const { name, value } of members) {
        if (out.length > 1) out += ','
        out += `${JSON.stringify(name)}:${canonicalRecord(text, value)}`
      }
      return `${out}}`
    }
    case 'array':
      return `[${node.items.map((item) => canonicalRecord(text, item)).join(',')}]`
    case 'string': {
      const value = stringValue(text, node)
      return value === 'true' || value === 'false' ? value : JSON.stringify(value)
    }
    case 'number':
      return canonicalNumber(text.slice(node.start, node.end))
    default:
      return node.type
  }
}

const sorted = (node: JsonNode) => [...node.members].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))

/** A JSON number as its significant digits and a decimal exponent, e.g. `-12.50` as `-125e-1`. */
export function canonicalNumber(text: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? []
  const digits = `${whole}${fraction}`.replace(/^0+/, '')
  if (digits === '') return '0'
  const significant = digits.replace(/0+$/, '')
  // BigInt, because an exponent may itself have more digits than a double holds.
  const scale = BigInt(exponent) - BigInt(fraction.length) + BigInt(digits.length - significant.length)
  return scale === 0n ? `${sign}${significant}` : `${sign}${significant}e${scale}`
}
