import { expect, test } from 'vitest'
import { markdownCode, markdownText } from './markdown-text.ts'

test.each([
  ['plain words', 'plain words'],
  ['arn:aws:iam::111122223333:role/ci', 'arn:aws:iam::111122223333:role/ci'],
  ['*bold*', '&#42;bold&#42;'],
  ['<b>', '&#60;b&#62;'],
  ['@octocat', '@<!-- -->octocat'],
  ['see #12', 'see #<!-- -->12'],
  ['# heading', '&#35; heading'],
  ['- item', '&#45; item'],
  ['1. item', '&#49;. item'],
  ['https://evil.example', 'https<!-- -->://evil.example'],
  ['www.evil.example', 'www<!-- -->.evil.example'],
  ['[x](y)', '&#91;x&#93;&#40;y&#41;'],
  ['two\nlines', 'two lines'],
  ['שלום', '\u2068שלום\u2069'],
])('running text %j is written as %s', (given, expected) => {
  expect(markdownText(given)).toBe(expected)
})

test.each([
  ['alice', '`alice`'],
  ['<b> @x #1 *y*', '`<b> @x #1 *y*`'],
  ['a|b', '<code>a&#124;b</code>'],
  ['tick `', '<code>tick &#96;</code>'],
  ['', ''],
])('a value %j is written as %s', (given, expected) => {
  expect(markdownCode(given)).toBe(expected)
})
