import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { JsonFault, memberOf, parseJson, rawJson, stringValue } from './json.ts'

const accepts = (text: string): boolean => {
  try {
    parseJson(text)
    return true
  } catch (error) {
    if (error instanceof JsonFault) return false
    throw error
  }
}
const builtInAccepts = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

describe('the JSON reader', () => {
  test.each([
    '{}',
    '[]',
    '""',
    '0',
    '-0',
    '1.5e-7',
    'true',
    'null',
    ' [ 1 , 2 ] ',
    '{"a":{"b":[null,false]}}',
    '"\\u00e9\\n\\/"',
    '"\\ud800"',
    '',
    ' ',
    '{',
    '[1,]',
    '{"a":1,}',
    '{a:1}',
    "{'a':1}",
    '01',
    '1.',
    '.5',
    '+1',
    '1e',
    'nul',
    'True',
    '"\\x"',
    '"\\u12g4"',
    '"a',
    '"\t"',
    '[1 2]',
    '{"a" 1}',
    '1 2',
    '[1]]',
    'NaN',
    '\ufeff{}',
    '-',
    '{"a":}',
    '[,1]',
  ])('takes %j exactly when JSON.parse does', (text) => {
    expect(accepts(text)).toBe(builtInAccepts(text))
  })

  test('takes exactly what JSON.parse takes, also after random damage', () => {
    const damaged = fc
      .tuple(
        fc.json(),
        fc.nat(),
        fc.constantFrom('', '"', '\\', ',', ':', '{', '}', '[', ']', '0', '-', 'e', '.', ' ', '\u0000'),
      )
      .map(([text, at, insert]) => {
        const place = at % (text.length + 1)
        return `${text.slice(0, place)}${insert}${text.slice(place + 1)}`
      })
    fc.assert(
      fc.property(fc.oneof(fc.json(), damaged), (text) => accepts(text) === builtInAccepts(text)),
      { numRuns: 2000 },
    )
  })

  test('a string means what JSON.parse says', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        const text = JSON.stringify(value)
        expect(stringValue(text, parseJson(text))).toBe(value)
      }),
    )
  })

  test('of doubled keys memberOf gives the last, members give all', () => {
    const text = '{"a":1,"b":2,"a":3}'
    const node = parseJson(text)
    expect(rawJson(text, memberOf(node, 'a')!)).toBe('3')
    expect(node.members.map(({ name }) => name)).toEqual(['a', 'b', 'a'])
  })

  test('raw text keeps digits, escapes and doubled keys, and drops only white space between tokens', () => {
    const text = '{ "n" : 12345678901234567890 , "s":"a \\u0041  b" ,\n"a":[1.00, 1e5],"a":null }'
    expect(rawJson(text, parseJson(text))).toBe('{"n":12345678901234567890,"s":"a \\u0041  b","a":[1.00,1e5],"a":null}')
  })

  test.each([
    [100, true],
    [101, false],
  ])('%i levels of nesting: accepted %s', (depth, accepted) => {
    expect(accepts(`${'['.repeat(depth)}${']'.repeat(depth)}`)).toBe(accepted)
  })

  test('a million levels are a fault, not a stack overflow', () => {
    expect(() => parseJson('['.repeat(1_000_000))).toThrow(expect.objectContaining({ kind: 'depth' }))
  })

  test.each<[string, string, string]>([
    ['white space', `{"a":${' '.repeat(9_000_000)}1}`, '{"a":1}'],
    ['a string', `{"a" :"${'x'.repeat(9_000_000)}"}`, `{"a":"${'x'.repeat(9_000_000)}"}`],
    ['escapes', `{"a" :"${'\\\\'.repeat(4_000_000)}"}`, `{"a":"${'\\\\'.repeat(4_000_000)}"}`],
    ['digits', `[ ${'7'.repeat(9_000_000)}]`, `[${'7'.repeat(9_000_000)}]`],
  ])('megabytes of %s are read like a few bytes of it', (_, text, expected) => {
    expect(rawJson(text, parseJson(text)) === expected).toBe(true)
  })

  test('raw text is what JSON.parse and JSON.stringify leave of printed JSON', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), (value) => {
        const text = JSON.stringify(value, null, ' \t')
        expect(rawJson(text, parseJson(text))).toBe(JSON.stringify(value))
      }),
    )
  })
})
