import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cellText, isRightToLeft, shorten, visible } from './text.ts'

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
    ['\u3164filler\uffa0', '\\u3164filler\\uffa0'],
    ['data\ufe01\u{e0101}', 'data\\ufe01\\u{e0101}'],
    ['\ufffe\ufdd0', '\\ufffe\\ufdd0'],
    ['e\u0301', 'e\u0301'],
    ['\u0301x', '\\u0301x'],
    ['a\u0300\u0301\u0302\u0303\u0304\u0305', 'a\u0300\u0301\u0302\u0303\\u0304\\u0305'],
    ['شُكْرًا', 'شُكْرًا'],
    ['Zürich 漢字 🙂', 'Zürich 漢字 🙂'],
  ])('of %j is %s', (given, expected) => {
    expect(visible(given)).toBe(expected)
  })

  test('never holds a character that acts on a terminal', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(visible(text)).not.toMatch(
          /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufffe\uffff]/,
        )
      }),
    )
  })
})

test('NULL, empty text and structures can be told apart', () => {
  expect([null, '', 'x', 3, { a: [1] }].map((cell) => cellText(cell))).toEqual(['NULL', '', 'x', '3', '{"a":[1]}'])
})

test('no more of a long cell is looked at than is asked for', () => {
  expect(cellText('x'.repeat(70_000), 100)).toHaveLength(100)
})

test('a text that is too long ends with how long it was, and is not cut within a character', () => {
  expect(shorten('abcdef', 6)).toBe('abcdef')
  expect(shorten('abcdefg', 3)).toBe('abc… [cut: 7 characters]')
  expect(shorten('ab🙂defg', 3)).toBe('ab… [cut: 8 characters]')
})

test.each([
  ['שלום', true],
  ['العربية', true],
  ['Zürich 漢字 🙂', false],
])('%s is right to left: %s', (text, expected) => {
  expect(isRightToLeft(text)).toBe(expected)
})
