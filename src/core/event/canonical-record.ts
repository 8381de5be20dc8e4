import { type JsonMember, type JsonNode, stringValue } from './json.ts'
import { isWellFormed } from './text.ts'

/**
 * The text whose hash is a record's identity: keys sorted, white space gone, strings escaped in one way, numbers by value
 * (`1`, `1.0` and `10e-1` are one number; no digit is lost), and the strings "true" and "false" written as booleans,
 * because exports of one and the same event differ in that. An absent member and a null member stay different, and so do
 * arrays in another order; doubled keys keep their order.
 */
export const canonicalRecord = (text: string, node: JsonNode): string => canonical(text, node, isWellFormed(text))

/** @param asWritten no lone surrogates in the text: a string without escapes is then written canonically already */
function canonical(text: string, node: JsonNode, asWritten: boolean): string {
  switch (node.type) {
    case 'object': {
      let out = '{'
      for (const { name, value } of inOrder(node.members)) {
        if (out.length > 1) out += ','
        out += `${quotedName(name)}:${canonical(text, value, asWritten)}`
      }
      return `${out}}`
    }
    case 'array': {
      let out = '['
      for (const item of node.items) {
        if (out.length > 1) out += ','
        out += canonical(text, item, asWritten)
      }
      return `${out}]`
    }
    case 'string': {
      if (node.plain && asWritten) {
        const raw = text.slice(node.start, node.end)
        return raw === '"true"' ? 'true' : raw === '"false"' ? 'false' : raw
      }
      const value = stringValue(text, node)
      return value === 'true' || value === 'false' ? value : JSON.stringify(value)
    }
    case 'number':
      return canonicalNumber(text.slice(node.start, node.end))
    default:
      return node.type
  }
}

function inOrder(members: readonly JsonMember[]): readonly JsonMember[] {
  for (let at = 1; at < members.length; at++)
    if (members[at - 1]!.name > members[at]!.name)
      return [...members].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
  return members
}

/** The same few hundred names come again in every record. */
const quotedNames = new Map<string, string>()
const rememberedNames = 5000

function quotedName(name: string): string {
  let quoted = quotedNames.get(name)
  if (quoted === undefined) {
    quoted = JSON.stringify(name)
    if (quotedNames.size < rememberedNames && name.length < 100) quotedNames.set(name, quoted)
  }
  return quoted
}

/** Beyond so many digits an exponent stays as it is written: arithmetic with it would take minutes. No genuine number has it. */
const longestExponent = 1000

/** A JSON number as its significant digits and a decimal exponent, e.g. `-12.50` as `-125e-1`. */
export function canonicalNumber(text: string): string {
  const sign = text.startsWith('-') ? '-' : ''
  const mark = Math.max(text.indexOf('e'), text.indexOf('E'))
  const exponent = mark < 0 ? '0' : text.slice(mark + 1)
  const [whole = '', fraction = ''] = text.slice(sign.length, mark < 0 ? undefined : mark).split('.')
  const digits = whole + fraction
  // No patterns: over a long row of zeros they take quadratic time.
  let from = 0
  while (digits[from] === '0') from++
  if (from === digits.length) return '0'
  let to = digits.length
  while (digits[to - 1] === '0') to--
  const significant = digits.slice(from, to)
  if (exponent.length > longestExponent) return `${sign}${digits.slice(from)}.${fraction.length}e${exponent}`
  // BigInt, because an exponent may itself have more digits than a double holds.
  const scale = BigInt(exponent) - BigInt(fraction.length) + BigInt(digits.length - to)
  return scale === 0n ? `${sign}${significant}` : `${sign}${significant}e${scale}`
}
