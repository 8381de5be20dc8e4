import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { visible } from './text.ts'
import { cut, fill, width, wrap } from './width.ts'

describe('columns of a terminal', () => {
  test.each([
    ['plain', 5],
    ['Zürich', 6],
    ['e\u0301', 1],
    ['漢字', 4],
    ['한국', 4],
    ['ﾊﾝｶｸ', 4],
    ['ｆｕｌｌ', 8],
    ['🙂', 2],
    ['✅', 2],
    ['🇩🇪', 2],
    ['𠮷', 2],
    ['שלום', 4],
    ['…', 1],
  ])('%s takes %i', (text, columns) => {
    expect(width(text)).toBe(columns)
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

test('a filled text loses nothing, and only its last line is not full', () => {
  expect(fill('a  b漢字c', 4)).toEqual(['a  b', '漢字', 'c'])
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 2, max: 30 }), (text, columns) => {
      const lines = fill(visible(text), columns)
      expect(lines.join('')).toBe(visible(text))
      for (const line of lines) expect(width(line)).toBeLessThanOrEqual(columns)
    }),
  )
})
