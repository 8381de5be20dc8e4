/**
 * A strict JSON reader (RFC 8259) that keeps where every value stands in the text.
 *
 * `JSON.parse` would round integers beyond 2^53, drop all but the last of doubled keys, and recurse without a limit;
 * records must survive all three unchanged.
 */
export interface JsonNode {
  readonly type: 'object' | 'array' | 'string' | 'number' | 'true' | 'false' | 'null'
  /** UTF-16 offsets of the value in the text, quotes and brackets included. */
  readonly start: number
  readonly end: number
  /** Of an object, in their order; doubled keys stay. */
  readonly members: readonly JsonMember[]
  /** Of an array. */
  readonly items: readonly JsonNode[]
  /** Of a string: it has no escapes, so its content is a slice of the text. */
  readonly plain: boolean
}

export interface JsonMember {
  readonly name: string
  readonly value: JsonNode
}

export class JsonFault extends Error {
  readonly kind: 'syntax' | 'depth'

  constructor(kind: 'syntax' | 'depth', message: string) {
    super(message)
    this.name = 'JsonFault'
    this.kind = kind
  }
}

const noMembers: readonly JsonMember[] = []
const noItems: readonly JsonNode[] = []
const numberPattern = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const hexPattern = /[0-9a-fA-F]{4}/y

/** One JSON value with nothing but white space around it. @throws JsonFault */
export function parseJson(text: string, maxDepth = 100): JsonNode {
  let at = 0

  const found = (): string => (at >= text.length ? 'the end' : JSON.stringify(text.slice(at, at + 1)))
  const fail = (expected: string): never => {
    throw new JsonFault('syntax', `expected ${expected}, found ${found()} at character ${at}`)
  }

  const space = (): void => {
    for (;;) {
      const code = text.charCodeAt(at)
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return
      at++
    }
  }

  const string = (): JsonNode => {
    const start = at++
    let plain = true
    for (;;) {
      const code = text.charCodeAt(at)
      if (code === 0x22) break
      if (code === 0x5c) {
        plain = false
        at++
        const mark = text[at]
        if (mark === 'u') {
          hexPattern.lastIndex = at + 1
          if (!hexPattern.test(text)) fail('four hexadecimal digits')
          at += 5
        } else if (mark !== undefined && '"\\/bfnrt'.includes(mark)) at++
        else fail('an escape')
      } else if (code >= 0x20) at++
      else fail('the end of a string')
    }
    at++
    return { type: 'string', start, end: at, members: noMembers, items: noItems, plain }
  }

  const word = (type: 'true' | 'false' | 'null'): JsonNode => {
    if (!text.startsWith(type, at)) fail('a value')
    at += type.length
    return { type, start: at - type.length, end: at, members: noMembers, items: noItems, plain: true }
  }

  const number = (): JsonNode => {
    numberPattern.lastIndex = at
    const start = at
    if (!numberPattern.test(text)) fail('a value')
    at = numberPattern.lastIndex
    return { type: 'number', start, end: at, members: noMembers, items: noItems, plain: true }
  }

  const object = (depth: number): JsonNode => {
    const start = at++
    const members: JsonMember[] = []
    space()
    if (text.charCodeAt(at) === 0x7d) at++
    else
      for (;;) {
        if (text.charCodeAt(at) !== 0x22) fail('a key')
        const name = stringValue(text, string())
        space()
        if (text.charCodeAt(at) !== 0x3a) fail('":"')
        at++
        space()
        members.push({ name, value: value(depth) })
        space()
        const code = text.charCodeAt(at)
        if (code !== 0x2c && code !== 0x7d) fail('"," or "}"')
        at++
        if (code === 0x7d) break
        space()
      }
    return { type: 'object', start, end: at, members, items: noItems, plain: true }
  }

  const array = (depth: number): JsonNode => {
    const start = at++
    const items: JsonNode[] = []
    space()
    if (text.charCodeAt(at) === 0x5d) at++
    else
      for (;;) {
        items.push(value(depth))
        space()
        const code = text.charCodeAt(at)
        if (code !== 0x2c && code !== 0x5d) fail('"," or "]"')
        at++
        if (code === 0x5d) break
        space()
      }
    return { type: 'array', start, end: at, members: noMembers, items, plain: true }
  }

  const value = (depth: number): JsonNode => {
    switch (text.charCodeAt(at)) {
      case 0x7b:
      case 0x5b:
        if (depth >= maxDepth) throw new JsonFault('depth', `nested deeper than ${maxDepth} levels`)
        return text.charCodeAt(at) === 0x7b ? object(depth + 1) : array(depth + 1)
      case 0x22:
        return string()
      case 0x74:
        return word('true')
      case 0x66:
        return word('false')
      case 0x6e:
        return word('null')
      default:
        return number()
    }
  }

  space()
  const root = value(0)
  space()
  if (at < text.length) fail('the end')
  return root
}

/** The content of a string node; lone surrogates stay as they are. */
export function stringValue(text: string, node: JsonNode): string {
  return node.plain
    ? text.slice(node.start + 1, node.end - 1)
    : (JSON.parse(text.slice(node.start, node.end)) as string)
}

/** The last member of that exact name, as `JSON.parse` would give it. */
export function memberOf(node: JsonNode, name: string): JsonNode | undefined {
  for (let i = node.members.length - 1; i >= 0; i--) {
    const member = node.members[i]!
    if (member.name === name) return member.value
  }
  return undefined
}

/** The content of a string member, undefined where it is absent or no string. */
export function stringMember(text: string, node: JsonNode, name: string): string | undefined {
  const value = memberOf(node, name)
  return value?.type === 'string' ? stringValue(text, value) : undefined
}

const whiteSpace = /[\t\n\r ]/

/** The value's own text without the white space between its tokens: digits, escapes, doubled keys and order stay. */
export function rawJson(text: string, node: JsonNode): string {
  const raw = text.slice(node.start, node.end)
  if ((node.type !== 'object' && node.type !== 'array') || !whiteSpace.test(raw)) return raw
  return raw.replace(/("(?:[^"\\]|\\.)*")|[\t\n\r ]+/g, (_, quoted: string | undefined) => quoted ?? '')
}
