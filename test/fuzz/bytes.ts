/** Damage to bytes, whatever they mean. */
import { gzipSync } from 'node:zlib'
import type { Chance } from './random.ts'

type Damage = (bytes: Buffer, chance: Chance) => Buffer

const span = (bytes: Buffer, chance: Chance, most: number): [number, number] => {
  const from = chance.below(bytes.length + 1)
  return [from, Math.min(bytes.length, from + 1 + chance.below(most))]
}

const spliced = (bytes: Buffer, [from, to]: readonly [number, number], inner: Uint8Array): Buffer =>
  Buffer.concat([bytes.subarray(0, from), inner, bytes.subarray(to)])

const insert = (bytes: Buffer, chance: Chance, inner: Uint8Array): Buffer => {
  const at = chance.below(bytes.length + 1)
  return spliced(bytes, [at, at], inner)
}

const tokens = [
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '"',
  '\\',
  '\n',
  '\r\n',
  '{"Records":[',
  '{}',
  'null',
  'NaN',
  '\u0000',
  '\ufeff',
  '<a>',
  "'",
]

const damages: readonly Damage[] = [
  (bytes, chance) => {
    const copy = Buffer.from(bytes)
    for (let left = 1 + chance.below(8); left > 0 && copy.length > 0; left--)
      copy[chance.below(copy.length)]! ^= 1 << chance.below(8)
    return copy
  },
  (bytes, chance) => bytes.subarray(0, chance.below(bytes.length + 1)),
  (bytes, chance) => bytes.subarray(chance.below(Math.min(64, bytes.length + 1))),
  (bytes, chance) => spliced(bytes, span(bytes, chance, 64), Buffer.alloc(0)),
  (bytes, chance) =>
    insert(bytes, chance, Buffer.from(Array.from({ length: 1 + chance.below(16) }, () => chance.below(256)))),
  (bytes, chance) => insert(bytes, chance, Buffer.from(chance.pick(tokens))),
  (bytes, chance) => {
    const [from, to] = span(bytes, chance, 2000)
    return insert(bytes, chance, bytes.subarray(from, to))
  },
  (bytes, chance) => insert(bytes, chance, Buffer.alloc(1 + chance.below(600))),
  (bytes, chance) => {
    const [from, to] = span(bytes, chance, 200)
    return spliced(bytes, [from, to], Buffer.alloc(to - from, 0xff))
  },
]

export const damage = (bytes: Buffer, chance: Chance): Buffer => chance.pick(damages)(bytes, chance)

/** What else a text file may be wrapped in; all of it may still be read. */
export const wrappings: readonly Damage[] = [
  (bytes) => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes]),
  (bytes) => Buffer.from(bytes.toString('utf8'), 'utf16le'),
  (bytes) => Buffer.concat([bytes, Buffer.from('\r\n\n \t')]),
  (bytes, chance) => Buffer.concat([bytes, Buffer.alloc(1 + chance.below(1000))]),
]

/** Gzip as programs make it, and as none should. */
export const gzips: readonly Damage[] = [
  (bytes) => gzipSync(bytes),
  (bytes) => gzipSync(bytes),
  (bytes) => gzipSync(bytes, { level: 0 }),
  (bytes, chance) => {
    const at = chance.below(bytes.length + 1)
    return Buffer.concat([gzipSync(bytes.subarray(0, at)), gzipSync(bytes.subarray(at))])
  },
  (bytes, chance) => Buffer.concat([gzipSync(bytes), Buffer.alloc(1 + chance.below(1000))]),
  (bytes) => Buffer.concat([gzipSync(Buffer.alloc(0)), gzipSync(bytes)]),
  (bytes) => Buffer.concat([gzipSync(bytes), Buffer.from('behind')]),
  (bytes) => gzipSync(gzipSync(bytes)),
  (bytes, chance) => damage(gzipSync(bytes), chance),
]

const filled = (start: string, unit: string, size: number): Buffer =>
  Buffer.concat([Buffer.from(start), Buffer.alloc(size, unit)])

/** A few KB that become many MB. */
export const bombs: readonly ((chance: Chance) => Buffer)[] = [
  () => gzipSync(filled('', ' ', 100 * 2 ** 20)),
  () => gzipSync(filled('', '\n', 50 * 2 ** 20)),
  () => gzipSync(filled('{"Records":[{"eventID":"', 'a', 64 * 2 ** 20)),
  () => gzipSync(filled('{"Records":[', '{},', 6 * 2 ** 20)),
  () => gzipSync(filled('', '[', 20 * 2 ** 20)),
  () => gzipSync(filled('{"Records":', '[', 20 * 2 ** 20)),
  () => gzipSync(filled('{"Records":[{"resources":[', '{},', 3 * 2 ** 20)),
  () => gzipSync(filled('', '\0', 100 * 2 ** 20)),
  () => gzipSync(filled('{"a":1,"', 'k', 30 * 2 ** 20)),
  () => gzipSync(filled('', '1', 30 * 2 ** 20)),
  () => gzipSync(filled('', '{"a":1}\n', 10 * 2 ** 20)),
]
