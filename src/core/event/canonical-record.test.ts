import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalNumber, canonicalRecord } from './canonical-record.ts'
import { parseJson } from './json.ts'

const canonical = (text: string): string => canonicalRecord(text, parseJson(text))

describe('the canonical record', () => {
  test.each([
    ['{"b":1,"a":2}', '{"a":2,"b":1}'],
    [' { "a" : [ 1 , 2 ] } ', '{"a":[1,2]}'],
    ['{"readOnly":"true","x":"false"}', '{"readOnly":true,"x":false}'],
    ['{"a":"\\u0041\\/"}', '{"a":"A/"}'],
    ['{"a":1.0,"b":10e-1,"c":-0}', '{"a":1,"b":1,"c":0}'],
    ['{"a":1,"a":2}', '{"a":1,"a":2}'],
  ])('%s and %s are one', (a, b) => {
    expect(canonical(a)).toBe(canonical(b))
  })

  test.each([
    ['{"a":null}', '{}'],
    ['{"a":9007199254740993}', '{"a":9007199254740992}'],
    ['{"a":0.1}', '{"a":0.10000000000000001}'],
    ['{"a":[1,2]}', '{"a":[2,1]}'],
    ['{"a":"1"}', '{"a":1}'],
    ['{"a":"True"}', '{"a":true}'],
    ['{"A":1}', '{"a":1}'],
    ['{"a":1,"a":2}', '{"a":2,"a":1}'],
    ['{"a":"\\ud800"}', '{"a":"\\ud801"}'],
    ['{"a":""}', '{"a":null}'],
  ])('%s and %s are two', (a, b) => {
    expect(canonical(a)).not.toBe(canonical(b))
  })

  test.each([
    ['0', '0'],
    ['-0.00', '0'],
    ['1200', '12e2'],
    ['-12.50', '-125e-1'],
    ['1E3', '1e3'],
    ['1e99999999999999999999', '1e99999999999999999999'],
  ])('the number %s is written %s', (text, expected) => {
    expect(canonicalNumber(text)).toBe(expected)
  })

  test.each([
    ['exponent digits', `1e${'9'.repeat(8_000_000)}`],
    ['zeros before the last digit', `1${'0'.repeat(8_000_000)}1`],
    ['zeros', `0.${'0'.repeat(8_000_000)}`],
  ])('millions of %s take no time to speak of', (_, text) => {
    const started = performance.now()
    canonicalNumber(text)
    // Ample for a busy machine; work that grows with the square of the digits takes hours.
    expect(performance.now() - started).toBeLessThan(15_000)
  })

  test('beyond a thousand digits of exponent, numbers are told apart', () => {
    const long = '9'.repeat(1001)
    expect(canonicalNumber(`1e${long}`)).toBe(canonicalNumber(`1E${long}`))
    expect(canonicalNumber(`1e${long}`)).not.toBe(canonicalNumber(`2e${long}`))
    expect(canonicalNumber(`1.5e${long}`)).not.toBe(canonicalNumber(`15e${long}`))
  })

  test('does not change with the order of keys or with white space', () => {
    const shuffle = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(shuffle)
      if (value === null || typeof value !== 'object') return value
      return Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([name, member]) => [name, shuffle(member)]),
      )
    }
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        expect(canonical(JSON.stringify(shuffle(value), null, 3))).toBe(canonical(JSON.stringify(value)))
      }),
    )
  })
})
