import { describe, expect, it } from 'vitest'
import { attestedBy } from './attested.ts'
import { digestFault, gapFault, logFault } from './faults.ts'
import type { DigestVerdict, PlaceVerdict } from './judge.ts'
import type { LogVerdict } from './logs.ts'

const place = { account: '111122223333', region: 'eu-west-1', organization: null }
const at = (hour: number): string => `2026-03-01T${String(hour).padStart(2, '0')}:00:00Z`
const digest = (from: number, logs: number, verdict: DigestVerdict['verdict'] = 'valid'): DigestVerdict => ({
  ...place,
  path: `digest-${from}`,
  object: `digest-${from}`,
  bucket: 'logs',
  trail: 'trail',
  trailKey: '111122223333/eu-west-1/trail',
  begins: false,
  backfill: false,
  from: at(from),
  to: at(from + 1),
  logs,
  verdict,
  faults: [],
})
const log = (by: number | null, hour: number): LogVerdict => ({
  ...place,
  path: `log-${hour}`,
  object: `log-${hour}`,
  bucket: null,
  sha256: null,
  digest: by === null ? null : `digest-${by}`,
  delivered: at(hour),
  first: null,
  last: null,
  verdict: by === null ? 'invalid' : 'valid',
  fault: by === null ? logFault('unlisted') : null,
})
const placed = (verdict: Partial<PlaceVerdict>): PlaceVerdict => ({
  ...place,
  verdict: 'valid',
  from: null,
  to: null,
  digests: [],
  logs: [],
  gaps: [],
  ...verdict,
})
const short = ({ from, to }: { from: string | null; to: string | null }): string =>
  `${from?.slice(11, 16)}-${to?.slice(11, 16)}`
const told = (verdict: Partial<PlaceVerdict>): string[] => {
  const { attested, lost } = attestedBy([placed(verdict)])
  return [...attested.map((row) => `${short(row)} ${row.state}`), ...lost.map((row) => `${short(row)} ${row.reason}`)]
}
const bad = (by: number, hour: number, more: Partial<LogVerdict> = {}): LogVerdict => ({
  ...log(by, hour),
  verdict: 'invalid',
  fault: logFault('missing', { by: `digest-${by}` }),
  ...more,
})
const second = (from: number, logs: number, more: Partial<DigestVerdict> = {}): DigestVerdict => ({
  ...digest(from, logs),
  trailKey: '111122223333/eu-west-1/second',
  ...more,
})

describe('attestedBy', () => {
  it.each<[string, Partial<PlaceVerdict>, string[]]>([
    [
      'digests in a row attest until a delivery before their end',
      { digests: [digest(1, 2), digest(2, 1)] },
      ['01:00-02:45 verified'],
    ],
    [
      'empty digests are quiet, but for what the next one may still bring',
      { digests: [digest(1, 1), digest(2, 0), digest(3, 0), digest(4, 1)] },
      ['01:00-02:00 verified', '02:00-03:45 quiet', '03:45-04:45 verified'],
    ],
    [
      'a digest that cannot be proven attests nothing, and loses nothing',
      { digests: [digest(1, 1), digest(2, 1, 'unknown'), digest(3, 1)] },
      ['01:00-01:45 verified', '03:00-03:45 verified'],
    ],
    [
      'the time of a digest that is not valid is lost',
      {
        digests: [digest(1, 1), { ...digest(2, 1, 'invalid'), faults: [digestFault('unsigned')] }, digest(3, 1)],
      },
      [
        '01:00-01:45 verified',
        '03:00-03:45 verified',
        '01:45-03:00 The digest digest-2 is not valid: its metadata has no signature.',
      ],
    ],
    [
      'the time between digests is lost',
      {
        digests: [digest(1, 1), digest(3, 1)],
        gaps: [{ ...gapFault('no-digest'), from: at(2), to: at(3) }],
      },
      [
        '01:00-01:45 verified',
        '03:00-03:45 verified',
        '01:45-03:00 Log files may be missing here. No digest speaks of this time: the chain ends and another one begins.',
      ],
    ],
    [
      'a gap that nobody can judge loses nothing',
      { digests: [digest(1, 1)], gaps: [{ ...gapFault('goes-back'), from: null, to: at(1) }] },
      ['01:00-01:45 verified'],
    ],
    [
      'a log that no digest lists takes the time before its delivery',
      { digests: [digest(1, 1), digest(2, 1)], logs: [log(null, 2)] },
      [
        '01:00-01:45 verified',
        '02:01-02:45 verified',
        '01:45-02:01 The log file log-2 is not valid: no digest lists it.',
      ],
    ],
    [
      'a missing log takes the time of its events, however late it came',
      {
        digests: [digest(1, 1), digest(2, 1), digest(3, 1)],
        logs: [bad(3, 3, { first: '2026-03-01T01:10:00Z', last: '2026-03-01T01:20:00Z' })],
      },
      [
        '01:00-01:10 verified',
        '01:20-03:45 verified',
        '01:10-01:20 The log file log-3 is not valid: it is not here, and digest-3 lists it.',
      ],
    ],
    [
      'a missing log of which no more is known takes all that its digest may speak of',
      { digests: [digest(1, 1), digest(2, 1), digest(3, 1)], logs: [bad(2, 2)] },
      [
        '01:00-01:45 verified',
        '03:00-03:45 verified',
        '01:45-03:00 The log file log-2 is not valid: it is not here, and digest-2 lists it.',
      ],
    ],
    [
      'log files of another kind that no digest lists say nothing',
      { digests: [digest(1, 1)], logs: [{ ...log(null, 1), verdict: 'unknown', fault: logFault('other-kind') }] },
      ['01:00-01:45 verified'],
    ],
    ['a place without digests is not judged', { logs: [{ ...log(null, 1), verdict: 'unknown' }] }, []],
    [
      'of two trails both must attest',
      { digests: [digest(1, 1), digest(2, 0), digest(3, 1), second(2, 1), second(3, 1)] },
      ['02:00-03:45 verified'],
    ],
    [
      'before its first digest a new trail is not asked',
      { digests: [digest(1, 0), digest(2, 0), digest(3, 1), second(3, 1, { begins: true })] },
      ['01:00-02:45 quiet', '02:45-03:45 verified'],
    ],
  ])('%s', (_, verdict, expected) => {
    expect(told(verdict)).toEqual(expected)
  })
})
