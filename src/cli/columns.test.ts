import { expect, test } from 'vitest'
import { columnsFor } from './columns.ts'

test.each<[string, number | undefined, string | undefined, number]>([
  ['what COLUMNS says where nobody sees a terminal', undefined, '120', 120],
  ['what COLUMNS says before what the terminal says', 100, '60', 60],
  ['the terminal, without COLUMNS', 100, undefined, 100],
  ['80 where nothing is known', undefined, undefined, 80],
  ['the terminal where COLUMNS is empty', 100, '', 100],
  ['the terminal where COLUMNS is zero', 100, '0', 100],
  ['the terminal where COLUMNS is no number', 100, 'wide', 100],
  ['at least 40', undefined, '10', 40],
  ['at most 160', undefined, '500', 160],
])('the width is %s', (_, columns, asked, width) => {
  expect(columnsFor({ ...(columns !== undefined && { columns }) }, { COLUMNS: asked })).toBe(width)
})
