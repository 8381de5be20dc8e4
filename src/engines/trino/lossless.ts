/** JSON.parse that keeps integers beyond 2^53 as their digits. */
export const parseLossless = (json: string): unknown => JSON.parse(quoteLongIntegers(json))

const quote = 0x22
const backslash = 0x5c
const minus = 0x2d
const shortest = 16

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39

/** By hand: a pattern that passes over strings overflows the stack when one of them has megabytes. */
function quoteLongIntegers(json: string): string {
  let out = ''
  let from = 0
  let at = 0
  while (at < json.length) {
    const code = json.charCodeAt(at)
    if (code === quote) {
      at = endOfString(json, at)
      continue
    }
    if (!isDigit(code) && code !== minus) {
      at++
      continue
    }
    const start = at
    at++
    let whole = true
    for (; at < json.length; at++) {
      const next = json[at]!
      if (isDigit(next.charCodeAt(0))) continue
      if (!/[.eE+-]/.test(next)) break
      whole = false
    }
    if (!whole || at - start < shortest || Number.isSafeInteger(Number(json.slice(start, at)))) continue
    out += `${json.slice(from, start)}"${json.slice(start, at)}"`
    from = at
  }
  return from === 0 ? json : out + json.slice(from)
}

function endOfString(json: string, start: number): number {
  let end = start
  for (;;) {
    end = json.indexOf('"', end + 1)
    if (end < 0) return json.length
    let slashes = 0
    while (json.charCodeAt(end - 1 - slashes) === backslash) slashes++
    if (slashes % 2 === 0) return end + 1
  }
}
