/** Pseudo-random numbers that are the same on every machine: the generator has no other source of chance. */

export interface Random {
  /** A float in [0, 1). */
  next(): number
  /** An integer from 0 to below `limit`. */
  below(limit: number): number
  /** An integer from `low` to `high`, both included. */
  between(low: number, high: number): number
  chance(probability: number): boolean
  pick<Item>(items: readonly Item[]): Item
  hex(length: number): string
  /** Characters of RFC 4648 base32, upper case. */
  base32(length: number): string
  /** Letters and digits. */
  letters(length: number): string
  /** Characters of base64. */
  base64(length: number): string
  uuid(): string
}

const base32Alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
const base64Alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const hexOf = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))
/** Pairs of characters, so that long texts need few draws. */
const base64Pairs = Array.from({ length: 4096 }, (_, n) => base64Alphabet[n >> 6]! + base64Alphabet[n & 63]!)

/**
 * A stream of its own for the labels (sfc32, public domain, by Chris Doty-Humphrey). Streams of different labels do not
 * depend on one another, so that a new source of events leaves those of other accounts and days as they were.
 */
export function createRandom(...labels: readonly (string | number)[]): Random {
  let [a, b, c, counter] = seeds(labels.join('\u0000'))
  const draw = (): number => {
    const sum = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + sum) | 0
    return sum >>> 0
  }
  for (let round = 0; round < 12; round++) draw()
  const next = (): number => draw() / 4294967296
  const below = (limit: number): number => Math.floor(next() * limit)
  return {
    next,
    below,
    between: (low, high) => low + below(high - low + 1),
    chance: (probability) => next() < probability,
    pick: (items) => items[below(items.length)]!,
    hex(length) {
      let text = ''
      while (text.length < length) {
        const n = draw()
        text += hexOf[n & 255]! + hexOf[(n >>> 8) & 255]! + hexOf[(n >>> 16) & 255]! + hexOf[n >>> 24]!
      }
      return text.slice(0, length)
    },
    base32(length) {
      let text = ''
      while (text.length < length) {
        const n = draw()
        for (let shift = 0; shift < 30; shift += 5) text += base32Alphabet[(n >>> shift) & 31]
      }
      return text.slice(0, length)
    },
    letters(length) {
      let text = ''
      while (text.length < length) text += base64Alphabet[below(62)]
      return text
    },
    base64(length) {
      let text = ''
      while (text.length < length) {
        const n = draw()
        text += base64Pairs[n & 4095]! + base64Pairs[(n >>> 12) & 4095]!
      }
      return text.slice(0, length)
    },
    uuid() {
      const [p, q, r, s] = [draw(), draw(), draw(), draw()]
      const variant = ((s >>> 8) & 0x3f) | 0x80
      return `${bytes(p)}-${hexOf[q & 255]}${hexOf[(q >>> 8) & 255]}-4${hexOf[(q >>> 16) & 255]}${((q >>> 28) & 15).toString(16)}-${hexOf[variant]}${hexOf[s & 255]}-${bytes(r)}${hexOf[(s >>> 16) & 255]}${hexOf[s >>> 24]}`
    },
  }
}

const bytes = (n: number): string =>
  hexOf[n & 255]! + hexOf[(n >>> 8) & 255]! + hexOf[(n >>> 16) & 255]! + hexOf[n >>> 24]!

/** Four words from a text (cyrb128, public domain). */
function seeds(text: string): [number, number, number, number] {
  let [p, q, r, s] = [1779033703, 3144134277, 1013904242, 2773480762]
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    p = q ^ Math.imul(p ^ code, 597399067)
    q = r ^ Math.imul(q ^ code, 2869860233)
    r = s ^ Math.imul(r ^ code, 951274213)
    s = p ^ Math.imul(s ^ code, 2716044179)
  }
  p = Math.imul(r ^ (p >>> 18), 597399067)
  q = Math.imul(s ^ (q >>> 22), 2869860233)
  r = Math.imul(p ^ (r >>> 17), 951274213)
  s = Math.imul(q ^ (s >>> 19), 2716044179)
  return [p ^ q ^ r ^ s, q ^ p, r ^ p, s ^ p]
}

/** Picks by weight; weights are computed once. */
export function weighted<Item>(items: readonly (readonly [item: Item, weight: number])[]): (random: Random) => Item {
  const sums: number[] = []
  let total = 0
  for (const [, weight] of items) {
    total += weight
    sums.push(total)
  }
  return (random) => {
    const at = random.next() * total
    const index = sums.findIndex((sum) => at < sum)
    return items[index < 0 ? items.length - 1 : index]![0]
  }
}

/** An index by weights that change from draw to draw. @returns -1 where nothing weighs anything */
export function draw(random: Random, weights: readonly number[]): number {
  let left = random.next() * weights.reduce((sum, weight) => sum + weight, 0)
  return weights.findIndex((weight) => {
    left -= weight
    return left < 0
  })
}
