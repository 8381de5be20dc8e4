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
const hexPattern = /[0-9a-fA-F]{4}/y

/** One JSON value with nothing but white space around it. @throws JsonFault */
export function parseJson(text: string, maxDepth = 100): JsonNode {
  let at = 0

  const found = (): string => (at >= text.length ? 'the end' : JSON.stringify(text.slice(at, at + 1)))
  const fail = (expected: string): never => {
    throw new JsonFault('syntax', `expected ${expected}, found ${found()} at character ${at}`)
  }

  const space = (): void => {
    while (isSpace(text.charCodeAt(at))) at++
  }

  /** Passes over a string; true when it has no escapes. */
  const skipString = (): boolean => {
    at++
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
    return plain
  }

  const string = (): JsonNode => {
    const start = at
    const plain = skipString()
    return { type: 'string', start, end: at, members: noMembers, items: noItems, plain }
  }

  const key = (): string => {
    if (text.charCodeAt(at) !== 0x22) fail('a key')
    const start = at
    const plain = skipString()
    return plain ? text.slice(start + 1, at - 1) : (JSON.parse(text.slice(start, at)) as string)
  }

  const word = (type: 'true' | 'false' | 'null'): JsonNode => {
    if (!text.startsWith(type, at)) fail('a value')
    at += type.length
    return { type, start: at - type.length, end: at, members: noMembers, items: noItems, plain: true }
  }

  /** By hand: a pattern could overflow the stack over millions of digits. */
  const number = (): JsonNode => {
    const start = at
    const end = endOfNumber(text, at)
    if (end === start) fail('a value')
    at = end
    return { type: 'number', start, end, members: noMembers, items: noItems, plain: true }
  }

  const object = (depth: number): JsonNode => {
    const start = at++
    const members: JsonMember[] = []
    space()
    if (text.charCodeAt(at) === 0x7d) at++
    else
      for (;;) {
        const name = key()
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

/** The value's own text without the white space between its tokens: digits, escapes, doubled keys and order stay. */
export function rawJson(text: string, node: JsonNode): string {
  const raw = text.slice(node.start, node.end)
  return node.type === 'object' || node.type === 'array' ? withoutSpace(raw) : raw
}

/** By hand: a pattern for strings and runs of white space overflows the stack when one of them has megabytes. */
function withoutSpace(json: string): string {
  let out = ''
  let from = 0
  let at = 0
  while (at < json.length) {
    const code = json.charCodeAt(at)
    if (code === 0x22) at = endOfString(json, at)
    else if (isSpace(code)) {
      out += json.slice(from, at)
      do at++
      while (isSpace(json.charCodeAt(at)))
      from = at
    } else at++
  }
  return from === 0 ? json : out + json.slice(from)
}

/** Behind the closing quote of the string that begins there; the text is known to be JSON. */
function endOfString(json: string, start: number): number {
  let end = json.indexOf('"', start + 1)
  while (isEscaped(json, end)) end = json.indexOf('"', end + 1)
  return end + 1
}

function isEscaped(json: string, at: number): boolean {
  let slashes = 0
  while (json.charCodeAt(at - 1 - slashes) === 0x5c) slashes++
  return slashes % 2 === 1
}

const isSpace = (code: number): boolean => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09

const isDigitAt = (text: string, at: number): boolean => {
  const code = text.charCodeAt(at)
  return code >= 0x30 && code <= 0x39
}

function skipDigits(text: string, start: number): number {
  let at = start
  while (isDigitAt(text, at)) at++
  return at
}

/** Behind the longest number that begins there; the start itself where none does. */
function endOfNumber(text: string, start: number): number {
  let at = text.charCodeAt(start) === 0x2d ? start + 1 : start
  if (!isDigitAt(text, at)) return start
  at = text.charCodeAt(at) === 0x30 ? at + 1 : skipDigits(text, at)
  if (text.charCodeAt(at) === 0x2e && isDigitAt(text, at + 1)) at = skipDigits(text, at + 1)
  const mark = text.charCodeAt(at)
  if (mark !== 0x65 && mark !== 0x45) return at
  const sign = text.charCodeAt(at + 1)
  const digits = sign === 0x2b || sign === 0x2d ? at + 2 : at + 1
  return isDigitAt(text, digits) ? skipDigits(text, digits) : at
}
