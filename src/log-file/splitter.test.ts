import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createSplitter } from './splitter.ts'

/** Items as `context text`, the text cut in pieces at the given places. */
function split(text: string | Buffer, cuts: readonly number[] = [], maxItemBytes = 1 << 20): string[] {
  const bytes = Buffer.from(text)
  const items: string[] = []
  const splitter = createSplitter({
    maxItemBytes,
    onItem: (item, context) => items.push(`${context} ${item.toString('utf8')}`),
    records: () => items.length,
  })
  let from = 0
  for (const cut of [...cuts].map((at) => at % (bytes.length + 1)).sort((a, b) => a - b)) {
    splitter.push(bytes.subarray(from, cut))
    from = cut
  }
  splitter.push(bytes.subarray(from))
  splitter.end()
  return items
}

const outcome = (text: string | Buffer, cuts: readonly number[] = []): string[] => {
  try {
    return split(text, cuts)
  } catch (error) {
    return [(error as { code: string }).code]
  }
}

const forms: [string, string, string[]][] = [
  [
    'a delivered file',
    '{"Records":[{"a":1},{"a":"]}\\"["}]}',
    ['Records {"a":1}', 'Records {"a":"]}\\"["}', 'skeleton {"Records":[]}'],
  ],
  [
    'one printed in lines',
    '{\r\n  "Records" : [\r\n    {"a": [1, {}]} ,\r\n {}\r\n ]\r\n}\r\n',
    ['Records {"a": [1, {}]}', 'Records {}', 'skeleton {\r\n  "Records" : []\r\n}'],
  ],
  ['empty Records', '{"Records":[]}', ['skeleton {"Records":[]}']],
  [
    'Records behind other members',
    '{"a":{"Records":[1]},"Records":[2],"b":[3]}',
    ['Records 2', 'skeleton {"a":{"Records":[1]},"Records":[],"b":[3]}'],
  ],
  [
    'two containers',
    '{"Records":[1],"Records":[2]}',
    ['Records 1', 'Records 2', 'skeleton {"Records":[],"Records":[]}'],
  ],
  [
    'elements that are no objects',
    '{"Records":[1,"a",null,[2],true]}',
    ['Records 1', 'Records "a"', 'Records null', 'Records [2]', 'Records true', 'skeleton {"Records":[]}'],
  ],
  ['a container that is no array', '{"Records":null}', ['value {"Records":null}']],
  ['a record with such a key', '{"eventName":"x","Records":[1]}', ['value {"eventName":"x","Records":[1]}']],
  ['a bare array', ' [ {"a":1} , {"b":2} ] ', ['element {"a":1}', 'element {"b":2}']],
  ['an empty array', '[]', []],
  ['one record', '{"a":1}', ['value {"a":1}']],
  ['one a line', '{"a":1}\n{"b":2}\r\n\n{"c":3}', ['value {"a":1}', 'value {"b":2}', 'value {"c":3}']],
  ['one behind another', '{"a":1}{"b":2}[3]', ['value {"a":1}', 'value {"b":2}', 'element 3']],
  [
    'files one a line',
    '{"Records":[1]}\n{"Records":[2]}\n',
    ['Records 1', 'skeleton {"Records":[]}', 'Records 2', 'skeleton {"Records":[]}'],
  ],
  [
    'CloudWatch Logs exports',
    '2026-01-31T09:00:00.123Z {"a":1}\n2026-01-31T09:00:01Z {"b":2}\n',
    ['line {"a":1}', 'line {"b":2}'],
  ],
  ['a byte order mark', '\ufeff{"a":1}', ['value {"a":1}']],
  ['scalars', '"a" true -1 null', ['value "a"', 'value true', 'value -1', 'value null']],
  ['nothing', '', []],
  ['white space', ' \r\n\t ', []],
]

const faulty: [string, string | Buffer, string][] = [
  ['text', 'hello', 'INPUT_NOT_JSON'],
  ['HTML', '<html>', 'INPUT_NOT_JSON'],
  ['UTF-16', Buffer.from('\ufeff{}', 'utf16le'), 'INPUT_NOT_JSON'],
  ['a number', '42', 'INPUT_NOT_JSON'],
  ['CSV', '1,2,3\n', 'INPUT_NOT_JSON'],
  ['a time and text', '2026-01-31T09:00:00Z START\n', 'INPUT_NOT_JSON'],
  ['cut in a record', '{"Records":[{"a":1},{"a', 'INPUT_JSON_INVALID'],
  ['cut behind a record', '{"Records":[{"a":1}', 'INPUT_JSON_INVALID'],
  ['cut behind a comma', '[1,', 'INPUT_JSON_INVALID'],
  ['no comma', '[1 2]', 'INPUT_JSON_INVALID'],
  ['a comma too many', '[1,]', 'INPUT_JSON_INVALID'],
  ['commas between values', '{"a":1},{"b":2}', 'INPUT_JSON_INVALID'],
  ['text behind a record', '{"a":1}\nhello', 'INPUT_JSON_INVALID'],
  ['closed twice', '[1]]', 'INPUT_JSON_INVALID'],
  ['a line without its record', '2026-01-31T09:00:00Z {"a":1}\n2026-01-31T09:00:00Z', 'INPUT_JSON_INVALID'],
]

describe('the splitter', () => {
  test.each(forms)('splits %s', (_, text, expected) => {
    expect(split(text)).toEqual(expected)
  })

  test.each(faulty)('refuses %s', (_, text, code) => {
    expect(outcome(text)).toEqual([code])
  })

  test('gives the same items wherever the bytes are cut', () => {
    const texts = fc.constantFrom(
      ...forms.map(([, text]) => text),
      ...faulty.map(([, text]) => text),
      '{"Records":[{"é":"\u{1f600}"}]}',
    )
    fc.assert(
      fc.property(texts, fc.array(fc.nat(200), { maxLength: 12 }), (text, cuts) => {
        expect(outcome(text, cuts)).toEqual(outcome(text))
      }),
      { numRuns: 1000 },
    )
  })

  test('gives every element of any array of JSON values, byte by byte', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue({ maxDepth: 3 }), { maxLength: 6 }), (values) => {
        const text = JSON.stringify({ Records: values })
        const cuts = Array.from({ length: Buffer.byteLength(text) }, (_, at) => at)
        const items = split(text, cuts).slice(0, -1)
        expect(items.map((item) => JSON.parse(item.slice('Records '.length)))).toEqual(
          JSON.parse(JSON.stringify(values)),
        )
      }),
    )
  })

  test('a value that is too large is refused before it is complete', () => {
    expect(() => split(`{"Records":[{"a":1},"${'x'.repeat(500)}"]}`, [], 100)).toThrow(
      expect.objectContaining({ code: 'INPUT_RECORD_TOO_LARGE' }),
    )
  })

  test('says after how many records and where the damage is', () => {
    expect(() => split('{"Records":[{"a":1},{"a":2};')).toThrowErrorMatchingInlineSnapshot(
      `[InputFault: The JSON is invalid after 2 complete records: expected "," or "]", found ";" at byte 27.]`,
    )
  })
})
