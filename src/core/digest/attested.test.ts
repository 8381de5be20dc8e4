import { describe, expect, it } from 'vitest'
import { attestedBy } from './attested.ts'
import { gapFault, logFault } from './faults.ts'
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
  verdict: by === null ? 'invalid' : 'valid',
  fault: by === null ? logFault('unlisted') : null,
})
const told = (verdict: Partial<PlaceVerdict>, isHeld = (_: LogVerdict) => true): string[] =>
  attestedBy(
    [{ ...place, verdict: 'valid', from: null, to: null, digests: [], logs: [], gaps: [], ...verdict }],
    isHeld,
  ).map(({ from, to, state }) => `${from.slice(11, 16)}-${to.slice(11, 16)} ${state}`)

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
      ['01:00-02:00 verified', '03:45-04:45 verified', '02:00-03:45 quiet'],
    ],
    [
      'a digest that is not valid attests nothing',
      { digests: [digest(1, 1), digest(2, 1, 'unknown'), digest(3, 1)] },
      ['01:00-01:45 verified', '03:00-03:45 verified'],
    ],
    [
      'a gap of another trail takes its time away',
      {
        digests: [digest(1, 1), digest(2, 1), digest(3, 1)],
        gaps: [{ ...gapFault('no-digest'), from: at(2), to: at(3) }],
      },
      ['01:00-01:45 verified', '03:00-03:45 verified'],
    ],
    [
      'a log that no digest lists takes the time before its delivery away',
      { digests: [digest(1, 1), digest(2, 1)], logs: [log(null, 2)] },
      ['01:00-01:45 verified', '02:01-02:45 verified'],
    ],
  ])('%s', (_, verdict, expected) => {
    expect(told(verdict)).toEqual(expected)
  })

  it('what the lake does not hold is not attested', () => {
    const verdict = { digests: [digest(1, 1), digest(2, 1)], logs: [log(1, 1), log(2, 2)] }
    expect(told(verdict, ({ path }) => path !== 'log-2')).toEqual(['01:00-01:45 verified'])
  })
})
