import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalJson } from '../run/canonical.ts'
import { type CheckpointBody, faultsAgainst } from './checkpoint.ts'
import { type Deed, entryLine, hashOf, type LedgerEntry, nextEntry, readEntry } from './entry.ts'
import { createVerifier } from './verify.ts'

const deed = (action: Deed['action'], details: Deed['details'] = {}): Deed => ({
  time: '2026-01-15T12:00:00Z',
  actor: 'os:alice@laptop',
  action,
  details,
})

/** A ledger of so many entries; `salt` makes another one of the same length. */
function chain(length: number, salt = ''): LedgerEntry[] {
  const entries = [nextEntry(undefined, deed('ledger.opened', { ledger: `name${salt}` }))]
  while (entries.length < length)
    entries.push(nextEntry(entries.at(-1), deed('query', { sql: `SELECT ${entries.length}`, salt })))
  return entries
}

const textOf = (entries: readonly LedgerEntry[]): string => entries.map(entryLine).join('')

function verify(text: string, checkpoint?: CheckpointBody) {
  let hashAt: string | undefined
  const verifier = createVerifier((entry) => {
    if (entry.seq === checkpoint?.seq) hashAt = entry.hash
  })
  const lines = text.split('\n')
  const rest = lines.pop() ?? ''
  for (const line of lines) verifier.line(line)
  const report = verifier.end(rest)
  return { ...report, against: checkpoint === undefined ? [] : faultsAgainst(checkpoint, report, hashAt) }
}

const checkpointOf = (entries: readonly LedgerEntry[], ledger = 'name'): CheckpointBody => {
  const { seq, hash } = entries.at(-1)!
  return { schema: 'trailbook.checkpoint/v1', ledger, seq, hash, time: '2026-01-15T12:00:00Z' }
}

const kinds = (text: string): string[] => verify(text).faults.map(({ kind, entry }) => `${kind} ${entry}`)

/** A ledger and a place in it. */
const placed = fc
  .integer({ min: 2, max: 12 })
  .chain((length) => fc.record({ entries: fc.constant(chain(length)), at: fc.integer({ min: 0, max: length - 1 }) }))

describe('entries', () => {
  test('are canonical JSON as RFC 8785 has it: sorted by UTF-16 code units, numbers and escapes as ECMAScript writes them', () => {
    // The examples of RFC 8785, sections 3.2.2 and 3.2.3.
    const value = JSON.parse(
      '{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}',
    )
    expect(canonicalJson(value)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    )
    const sorted = { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\ud83d\ude00': 5, '\u0080': 6, '\u00f6': 7 }
    expect(Object.values(JSON.parse(canonicalJson(sorted).replace(/"1":4,/, '')))).toEqual([2, 6, 7, 1, 5, 3])
  })

  test('count from 1, name the one before, and are read back from their line', () => {
    const [first, second] = chain(2) as [LedgerEntry, LedgerEntry]
    expect([first.seq, second.seq, second.prev]).toEqual([1, 2, first.hash])
    expect(readEntry(entryLine(second).trimEnd())).toEqual({ ok: true, entry: second })
  })

  test('of a hash for another purpose are another hash', () => {
    const { hash, ...rest } = chain(1)[0]!
    expect(hashOf(rest)).toBe(hash)
    expect(hashOf({ ...rest, seq: 2 })).not.toBe(hash)
  })
})

describe('an untouched ledger', () => {
  test('is intact, and tells its name, length, head and times', () => {
    const entries = chain(5)
    expect(verify(textOf(entries), checkpointOf(entries.slice(0, 3)))).toEqual({
      entries: 5,
      ledger: 'name',
      head: { seq: 5, hash: entries[4]?.hash },
      first: '2026-01-15T12:00:00Z',
      last: '2026-01-15T12:00:00Z',
      faults: [],
      faultCount: 0,
      against: [],
    })
  })
})

describe('tampering', () => {
  test('with any one byte is found at its entry', () => {
    fc.assert(
      fc.property(placed, fc.nat(), fc.integer({ min: 1, max: 127 }), ({ entries }, where, by) => {
        const bytes = Buffer.from(textOf(entries))
        const at = where % bytes.length
        bytes[at]! ^= by
        const line = 1 + [...bytes.subarray(0, at)].filter((byte) => byte === 10).length
        const { faults } = verify(bytes.toString('utf8'))
        expect(faults.length).toBeGreaterThan(0)
        expect(faults[0]?.entry).toBe(line)
      }),
      { numRuns: 500 },
    )
  })

  test('by taking entries out of the middle is found, and which are missing', () => {
    fc.assert(
      fc.property(placed, fc.integer({ min: 1, max: 4 }), ({ entries, at }, count) => {
        fc.pre(at + count < entries.length)
        const left = entries.filter((_, index) => index < at || index >= at + count)
        expect(kinds(textOf(left))).toEqual([`missing ${at + 1}`])
      }),
    )
  })

  test('by taking an entry out and numbering the others anew, hashes and all, breaks the link', () => {
    fc.assert(
      fc.property(placed, ({ entries, at }) => {
        fc.pre(at > 0 && at + 1 < entries.length)
        const forged = entries.toSpliced(at, 1).map((entry, index) => {
          const { hash: _, ...rest } = { ...entry, seq: index + 1 }
          return { ...rest, hash: hashOf(rest) }
        })
        expect(kinds(textOf(forged))[0]).toBe(`link ${at + 1}`)
      }),
    )
  })

  test('by changing an entry with a new hash of its own breaks the link to the next', () => {
    fc.assert(
      fc.property(placed, ({ entries, at }) => {
        fc.pre(at + 1 < entries.length)
        const { hash: _, ...rest } = { ...entries[at]!, actor: 'os:mallory@laptop' }
        const forged = entries.with(at, { ...rest, hash: hashOf(rest) })
        expect(kinds(textOf(forged))).toEqual([`link ${at + 2}`])
      }),
    )
  })

  test('by exchanging two entries is found at the first of them', () => {
    fc.assert(
      fc.property(placed, fc.nat(), ({ entries, at }, step) => {
        const other = at + 1 + (step % entries.length)
        fc.pre(other < entries.length)
        const swapped = entries.with(at, entries[other]!).with(other, entries[at]!)
        const found = kinds(textOf(swapped))
        expect(found[0]).toBe(`missing ${at + 1}`)
        expect(found).toContain(`order ${at + 1}`)
      }),
    )
  })

  test('by writing an entry twice, or one from another ledger in between, is found', () => {
    fc.assert(
      fc
        .property(placed, ({ entries, at }) => {
          expect(kinds(textOf(entries.toSpliced(at, 0, entries[at]!)))).toContain(`order ${at + 1}`)
          const stranger = chain(entries.length, 'x')[at]!
          expect(kinds(textOf(entries.with(at, stranger)))[0]).toBe(at === 0 ? 'link 2' : `link ${at + 1}`)
        })
        .beforeEach(() => {}),
    )
  })

  test('by cutting off the end shows in the last line, or only against a checkpoint', () => {
    fc.assert(
      fc.property(placed, fc.nat(), ({ entries }, cut) => {
        const text = textOf(entries)
        const left = text.slice(0, cut % text.length)
        const report = verify(left, checkpointOf(entries))
        const whole = left.split('\n').length - 1
        expect(report.faults.map(({ kind }) => kind)).toEqual(left === '' || left.endsWith('\n') ? [] : ['torn'])
        expect(report.against).toMatchObject([{ kind: 'truncated', entry: whole + 1 }])
      }),
    )
  })

  test('by writing the end anew, or all of it, shows only against a checkpoint', () => {
    fc.assert(
      fc.property(placed, ({ entries, at }) => {
        fc.pre(at > 0)
        let forged = entries.slice(0, at)
        while (forged.length < entries.length + 2)
          forged = [...forged, nextEntry(forged.at(-1), deed('query', { forged: true }))]
        expect(verify(textOf(forged)).faults).toEqual([])
        expect(verify(textOf(forged), checkpointOf(entries)).against).toMatchObject([
          { kind: 'forked', entry: entries.length },
        ])
        expect(verify(textOf(chain(entries.length, '2')), checkpointOf(entries)).against).toMatchObject([
          { kind: 'other-ledger' },
        ])
      }),
    )
  })

  test('is told in sentences', () => {
    const entries = chain(6)
    const text = textOf(entries)
    const told = (tampered: string, checkpoint?: CheckpointBody) => {
      const { faults, against } = verify(tampered, checkpoint)
      return [...against, ...faults].map(({ message }) => message)
    }
    expect(told(text.replace('SELECT 2', 'SELECT 9'))).toMatchInlineSnapshot(`
      [
        "Entry 3 was changed: what stands on line 3 does not have its hash",
      ]
    `)
    expect(told(textOf(entries.toSpliced(2, 2)))).toMatchInlineSnapshot(`
      [
        "Entries 3 to 4 are missing: entry 5 follows on line 3",
      ]
    `)
    expect(
      told(textOf([...entries.slice(0, 2), entries[3]!, entries[2]!, ...entries.slice(4)])),
    ).toMatchInlineSnapshot(`
      [
        "Entry 3 is missing: entry 4 follows on line 3",
        "Entry 3 stands on line 4, where entry 5 belongs",
      ]
    `)
    expect(told(`${textOf(entries.slice(0, 2))}hello\n${textOf(entries.slice(3))}`)).toMatchInlineSnapshot(`
      [
        "Line 3 is no entry of a ledger; entry 3 belongs there",
      ]
    `)
    expect(told(text.slice(0, -20))).toMatchInlineSnapshot(`
      [
        "The last line has no end (256 bytes): its writer was stopped while writing entry 6, or the file was cut",
      ]
    `)
    expect(told(textOf(entries.slice(0, 3)), checkpointOf(entries))).toMatchInlineSnapshot(`
      [
        "The ledger ends with entry 3; the checkpoint saw 6: entries 4 to 6 are gone",
      ]
    `)
    expect(told(textOf(chain(6, '2')), checkpointOf(entries))).toMatchInlineSnapshot(`
      [
        "The checkpoint is of the ledger name; this one is name2: it is another, or was begun anew",
      ]
    `)
  })
})
