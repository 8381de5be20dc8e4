/**
 * The subset of regular expressions that Trino (Joni, Java syntax) and RE2 read alike.
 * Look-around, back-references and possessive repetition do not exist in RE2 and are refused.
 */
type RegexCheck =
  | { readonly ok: true; readonly groups: number; readonly optionalGroups: ReadonlySet<number> }
  | { readonly ok: false; readonly reason: string }

const refusedEscapes: Readonly<Record<string, string>> = {
  G: '\\G',
  Z: '\\Z',
  k: 'a back-reference',
  K: '\\K',
  R: '\\R',
  X: '\\X',
  h: '\\h',
  H: '\\H',
  v: '\\v',
  V: '\\V',
  N: '\\N',
  c: 'a control escape',
  e: '\\e',
  u: '\\u',
  Q: '\\Q',
  E: '\\E',
  C: '\\C',
  x: '\\x',
  b: '\\b',
  B: '\\B',
}

/** RE2 repeats at most 1,000 times. */
const maxRepeat = 1000

export function checkRegex(pattern: string): RegexCheck {
  const optionalGroups = new Set<number>()
  const open: { group: number | undefined; from: number; alternation: boolean; inner: number[] }[] = []
  let groups = 0
  let at = 0
  const refuse = (reason: string): RegexCheck => ({ ok: false, reason })
  let topAlternation = false
  const topGroups: number[] = []
  let closed: number[] = []
  while (at < pattern.length) {
    const char = pattern[at]!
    if (char === '\\') {
      const next = pattern[at + 1]
      if (next === undefined) return refuse('it ends with a backslash')
      if (/[1-9]/.test(next)) return refuse('it has a back-reference, which RE2 lacks')
      if (next === '0') return refuse('it has an octal escape')
      const bad = refusedEscapes[next]
      if (bad) return refuse(`it has ${bad}, which engines read differently`)
      if ((next === 'p' || next === 'P') && !/^\\[pP]\{(L|Lu|Ll|N|Nd|P|S|Z)\}/.test(pattern.slice(at)))
        return refuse('it has a character property other than \\p{L}, {Lu}, {Ll}, {N}, {Nd}, {P}, {S}, {Z}')
      if (next === 'p' || next === 'P') at = pattern.indexOf('}', at) - 1
      else if (/[A-Za-z]/.test(next) && !/[dDwWsSAztnrfa]/.test(next)) return refuse(`it has the escape \\${next}`)
      at += 2
      closed = []
      continue
    }
    if (char === '[') {
      const end = classEnd(pattern, at)
      if (typeof end === 'string') return refuse(end)
      at = end
      closed = []
      continue
    }
    if (char === '(') {
      let group: number | undefined
      if (pattern[at + 1] === '?') {
        const flags = /^\(\?[ims]+[:)]/.exec(pattern.slice(at))?.[0]
        if (pattern.startsWith('(?:', at)) at += 2
        else if (flags) {
          if (flags.endsWith(')') && at !== 0) return refuse('it sets flags in the middle; put (?i) first')
          at += flags.length
          if (flags.endsWith(')')) continue
          at -= 1
        } else
          return refuse(
            /^\(\?<?[=!]/.test(pattern.slice(at))
              ? 'it has look-around, which RE2 lacks'
              : /^\(\?P?</.test(pattern.slice(at))
                ? 'it has a named group; number it'
                : 'it has a group that RE2 lacks',
          )
      } else group = ++groups
      open.push({ group, from: at, alternation: false, inner: [] })
      at++
      closed = []
      continue
    }
    if (char === ')') {
      const group = open.pop()
      if (!group) return refuse('it closes a group that is not open')
      closed = group.group === undefined ? group.inner : [group.group, ...group.inner]
      if (group.alternation) for (const inner of group.inner) optionalGroups.add(inner)
      ;(open.at(-1)?.inner ?? topGroups).push(...closed)
      at++
      continue
    }
    if (char === '|') {
      const inside = open.at(-1)
      if (inside) inside.alternation = true
      else topAlternation = true
      at++
      closed = []
      continue
    }
    const repeat = /^(?:[*+?]|\{(\d+)(,(\d*))?\})/.exec(pattern.slice(at))
    if (repeat) {
      if (at === 0 || pattern[at - 1] === '(' || pattern[at - 1] === '|') return refuse('it repeats nothing')
      if (Number(repeat[1] ?? 0) > maxRepeat || Number(repeat[3] ?? 0) > maxRepeat)
        return refuse(`it repeats more than ${maxRepeat} times`)
      if (repeat[0] === '*' || repeat[0] === '?' || repeat[1] === '0')
        for (const group of closed) optionalGroups.add(group)
      at += repeat[0].length
      if (pattern[at] === '+') return refuse('it has a possessive repetition, which RE2 lacks')
      if (pattern[at] === '?') at++
      if (/^[*+?]|^\{\d/.test(pattern.slice(at))) return refuse('it repeats a repetition')
      continue
    }
    if (char === '{') return refuse('it has a { that is no repetition; write \\{')
    at++
    closed = []
  }
  if (open.length > 0) return refuse('a group is not closed')
  if (topAlternation) for (const group of topGroups) optionalGroups.add(group)
  return { ok: true, groups, optionalGroups }
}

/** Offset behind the class that begins at `from`, or why it is refused. */
function classEnd(pattern: string, from: number): number | string {
  let at = from + 1
  if (pattern[at] === '^') at++
  if (pattern[at] === ']') return 'it has an empty character class'
  while (at < pattern.length) {
    const char = pattern[at]!
    if (char === ']') return at + 1
    if (char === '[') return pattern[at + 1] === ':' ? 'it has a POSIX class' : 'it has a [ inside a class; write \\['
    if (char === '&' && pattern[at + 1] === '&') return 'it intersects classes, which RE2 lacks'
    if (char === '\\') {
      if (!/[dDwWsSnrtf\\\][^\-.*+?(){}|/$&~#@'":;,]/.test(pattern[at + 1] ?? ''))
        return `it has the escape \\${pattern[at + 1] ?? ''} in a class`
      if (/[DWS]/.test(pattern[at + 1]!)) return `it has \\${pattern[at + 1]} in a class`
      at++
    }
    at++
  }
  return 'a character class is not closed'
}

/**
 * A checked pattern as RE2 writes it: Java's `\\s` also takes the vertical tab, and with `whole` (where only the fact of a
 * match counts) a final `$` also matches before a last line feed.
 */
export function toRe2(pattern: string, whole = false): string {
  let out = ''
  let inClass = false
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at]!
    if (char === '\\') {
      const next = pattern[++at]!
      out += next === 's' ? (inClass ? '\\s\\v' : '[\\s\\v]') : next === 'S' ? '[^\\s\\v]' : `\\${next}`
      continue
    }
    if (char === '[') inClass = true
    if (char === ']') inClass = false
    out += char === '$' && !inClass && whole ? '(?:\\n?\\z)' : char
  }
  return out
}

/** Whether a checked pattern can match the empty text; JavaScript reads the common subset alike. */
export function matchesEmpty(pattern: string): boolean {
  const flags = /^\(\?([ims]+)\)/.exec(pattern)
  const body = pattern
    .slice(flags?.[0].length ?? 0)
    .replace(/\(\?[ims]+:/g, '(?:')
    .replaceAll('\\A', '^')
    .replaceAll('\\z', '$')
  return new RegExp(body, flags?.[1] ?? '').test('')
}
