import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { stringToSign } from './string-to-sign.ts'

it('the text to sign has a null previous signature as a word', () => {
  const sha256 = createHash('sha256').update('abc').digest('hex')
  expect(stringToSign({ endText: 'a', bucket: 'b', object: 'c', previousSignature: null }, sha256)).toBe(
    'a\nb/c\nba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\nnull',
  )
})
