import { expect, test } from 'vitest'
import { csvCell } from './csv.ts'
import { rowsCsv } from './row-reports.ts'

test.each([
  [null, ''],
  ['', '""'],
  ['NULL', 'NULL'],
  [-5, '-5'],
  [true, 'true'],
  ['-12.5', '-12.5'],
  ['90071992547409931', '90071992547409931'],
  ['a,b', '"a,b"'],
  ['say "x"', '"say ""x"""'],
  ['two\nlines', '"two\nlines"'],
  [' blank', '" blank"'],
  ['=1+1', `"'=1+1"`],
  ['+1 555', `"'+1 555"`],
  ['-rm', `"'-rm"`],
  ['@x', `"'@x"`],
  ['\tx', `"'\tx"`],
  ['a;=1', `"a;'=1"`],
  ['\u001b[31m', '\\x1b[31m'],
  [['a', 'b'], '"[""a"",""b""]"'],
  [{ a: null }, '"{""a"":null}"'],
])('the cell %j is written as %s', (cell, expected) => {
  expect(csvCell(cell)).toBe(expected)
})

test('a cell longer than a spreadsheet takes is cut, and says so', () => {
  const cell = csvCell('x'.repeat(69_000))
  expect(cell.length).toBeLessThan(32_767)
  expect(cell).toContain('[cut: 69,000 characters]')
})

test('rows have a head, and lines end as RFC 4180 says', () => {
  const columns = [{ name: 'a' }, { name: 'b' }]
  expect([...rowsCsv({ columns, rows: [{ a: 1, b: null }] })].join('')).toBe('a,b\r\n1,\r\n')
})
