import { describe, expect, it } from 'vitest'
import { TrailbookError } from '../errors.ts'
import { readPublicKeys } from './public-keys.ts'

// MD5 of the bytes "key".
const fingerprint = '3c6e0b8a9c15224a8228b9a98ca1531d'
const key = {
  Value: 'a2V5',
  ValidityStartTime: 0,
  ValidityEndTime: '1970-01-02T00:00:00+00:00',
  Fingerprint: fingerprint,
}
const read = { fingerprint, value: 'a2V5', from: 0, to: 86_400_000 }

const messageOf = (content: string): string => {
  try {
    return JSON.stringify(readPublicKeys(content, 'keys.json'))
  } catch (error) {
    return error instanceof TrailbookError ? error.message : String(error)
  }
}

describe('readPublicKeys', () => {
  it('reads what the AWS CLI prints, of one Region or of several', () => {
    const list = { PublicKeyList: [key] }
    expect(readPublicKeys(JSON.stringify(list), 'keys.json')).toEqual([read])
    expect(readPublicKeys(JSON.stringify([list, list]), 'keys.json')).toEqual([read, read])
  })

  it.each([
    ['{', 'keys.json holds no public keys: it is no JSON.'],
    ['{}', 'keys.json holds no public keys: it has no PublicKeyList as AWS prints it.'],
    [
      JSON.stringify({ PublicKeyList: [{ ...key, Fingerprint: 'ab' }] }),
      'The key ab in keys.json does not have this fingerprint.',
    ],
  ])('refuses %s', (content, message) => {
    expect(messageOf(content)).toBe(message)
  })
})
