import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cellText, cut, visible, width, wrap } from './text.ts'

describe('visible text', () => {
  test.each([
    ['a\u001b[31mb', 'a\\x1b[31mb'],
    ['line\r\nbreak\t', 'line\\r\\nbreak\\t'],
    ['\u009b2J', '\\x9b2J'],
    ['abc\u202egnp.exe', 'abc\\u202egnp.exe'],
    ['\u2066x\u2069', '\\u2066x\\u2069'],
    ['zero\u200bwidth\ufeff', 'zero\\u200bwidth\\ufeff'],
    ['\u{e0041}', '\\u{e0041}'],
    ['\ud800', '\\ud800'],
    ['Zürich 漢字 🙂', 'Zürich 漢字 🙂'],
  ])('of %j is %s', (given, expected) => {
    expect(visible(given)).toBe(expected)
  })

  test('never holds a character that acts on a terminal', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(visible(text)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/)
      }),
    )
  })
})

test('a cut text is never wider than asked', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 30 }), (text, columns) => {
      expect(width(cut(visible(text), columns))).toBeLessThanOrEqual(columns)
    }),
  )
})

test('a wrapped text keeps its words and its lines fit', () => {
  expect(wrap('one two three four', 9)).toEqual(['one two', 'three', 'four'])
  expect(wrap('a-very-long-word here', 6)).toEqual(['a-very', '-long-', 'word', 'here'])
  expect(wrap('first\n\nsecond\n', 20)).toEqual(['first', '', 'second'])
})

test('NULL, empty text and structures can be told apart', () => {
  expect([null, '', 'x', 3, { a: [1] }].map(cellText)).toEqual(['NULL', '', 'x', '3', '{"a":[1]}'])
})
