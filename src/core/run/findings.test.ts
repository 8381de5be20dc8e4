import { describe, expect, test } from 'vitest'
import { bySeverity, eventIdsOf, findingKey, fingerprint, mergeSightings, type Sighting } from './findings.ts'

const row = (id: string, more = {}) => ({ eventID: id, actor: 'mallory', recipientAccountId: '111122223333', ...more })
const sighting = (id: string, more: Partial<Sighting> = {}): Sighting => ({
  severity: 'low',
  title: `seen ${id}`,
  key: { actor: 'mallory' },
  row: row(id),
  ...more,
})

describe('a fingerprint', () => {
  test('is SHA-256 over the canonical JSON of runbook, step and key', () => {
    expect(fingerprint('root-use', 'calls', { actor: 'root', account: '111122223333' })).toBe(
      '959af79f2309b9f1d5ce20e8e982fccb3f6b1e11b1bd7eaf36834a6175728adf',
    )
  })

  test('does not depend on the order of the key, but on everything else', () => {
    const one = fingerprint('r', 's', { a: 1, b: 'x' })
    expect(fingerprint('r', 's', { b: 'x', a: 1 })).toBe(one)
    const others = [
      fingerprint('r2', 's', { a: 1, b: 'x' }),
      fingerprint('r', 's2', { a: 1, b: 'x' }),
      fingerprint('r', 's', { a: '1', b: 'x' }),
      fingerprint('r', 's', { a: 1, b: null }),
      fingerprint('r', 's', { a: 1 }),
    ]
    expect(new Set([one, ...others]).size).toBe(6)
  })
})

describe('the key of a finding', () => {
  test.each([
    ['its columns', 'key', ['actor'], { actor: 'mallory' }],
    ['its columns whatever their case', 'key', ['ACTOR'], { ACTOR: 'mallory' }],
    ['null where a column is missing', 'key', ['nobody'], { nobody: null }],
    ['the event id, per row', 'row', [], { eventID: 'e1' }],
    ['the event id beside its columns, per row', 'row', ['actor'], { eventID: 'e1', actor: 'mallory' }],
    ['nothing, per step', 'step', [], {}],
  ] as const)('is %s', (_, per, columns, expected) => {
    expect(findingKey(per, columns, row('e1'))).toEqual(expected)
  })

  test('is the whole row, per row, where the query gives no event id', () => {
    expect(findingKey('row', [], { actor: 'a', calls: 3 })).toEqual({ actor: 'a', calls: 3 })
  })
})

test('event ids come from eventID and from an array eventIDs', () => {
  expect(eventIdsOf({ eventID: 'a' })).toEqual(['a'])
  expect(eventIdsOf({ eventids: ['a', null, 'b'], eventID: 'c' })).toEqual(['a', 'b', 'c'])
  expect(eventIdsOf({ eventID: null })).toEqual([])
})

describe('sightings of one key', () => {
  test('become one finding with count, highest severity, its title and row, and all event ids', () => {
    const [finding, ...others] = mergeSightings('r', 's', [
      sighting('e1'),
      sighting('e2', { severity: 'high' }),
      sighting('e3', { severity: 'medium' }),
      sighting('e2', { severity: 'high', title: 'again' }),
    ])
    expect(others).toEqual([])
    expect(finding).toMatchObject({
      severity: 'high',
      title: 'seen e2',
      count: 4,
      eventIds: ['e1', 'e2', 'e3'],
      moreEventIds: false,
      row: row('e2'),
    })
  })

  test('list at most 100 event ids and say that there are more', () => {
    const [finding] = mergeSightings(
      'r',
      's',
      Array.from({ length: 130 }, (_, index) => sighting(`e${index}`)),
    )
    expect(finding).toMatchObject({ count: 130, moreEventIds: true })
    expect(finding?.eventIds).toHaveLength(100)
  })

  test('keep the error of any of them', () => {
    const [finding] = mergeSightings('r', 's', [sighting('e1'), sighting('e2', { error: 'no such key' })])
    expect(finding?.error).toBe('no such key')
  })

  test('stay apart from those of other keys', () => {
    const findings = mergeSightings('r', 's', [sighting('e1'), sighting('e2', { key: { actor: 'eve' } })])
    expect(findings.map((finding) => finding.count)).toEqual([1, 1])
    expect(bySeverity(findings).map((finding) => finding.title)).toEqual(['seen e1', 'seen e2'])
  })
})
