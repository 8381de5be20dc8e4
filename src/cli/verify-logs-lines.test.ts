import { expect, it } from 'vitest'
import { gapFault, logFault } from '../core/digest/faults.ts'
import { toText } from '../core/report/lines.ts'
import { chainLines } from './verify-logs-lines.ts'

const place = { account: '111122223333', region: 'eu-west-1', organization: null }
const layout = { width: 100, shown: (path: string) => path.replace('/home/', '') }

it('says what is wrong where', () => {
  const log = {
    ...place,
    path: '/home/a.json.gz',
    object: 'AWSLogs/a.json.gz',
    bucket: null,
    sha256: null,
    digest: null,
    delivered: null,
    first: null,
    last: null,
    verdict: 'invalid',
    fault: logFault('unlisted'),
  } as const
  const gap = { ...gapFault('no-digest'), from: '2026-03-01T01:00:00Z', to: '2026-03-01T02:00:00Z' }
  const result = {
    verdict: 'invalid',
    range: { from: null, to: null },
    others: 1,
    keys: 1,
    places: [
      {
        ...place,
        verdict: 'invalid',
        from: '2026-03-01T00:00:00Z',
        to: '2026-03-01T03:00:00Z',
        digests: [],
        logs: [log],
        gaps: [gap],
      },
    ],
  } as const
  expect(toText(chainLines(result, layout))).toMatchInlineSnapshot(`
    "Not valid  0 of 0 digests and 0 of 1 log file valid
    There are no digests of this time and scope, so nothing proves the log files.

    Not valid  111122223333 eu-west-1, delivered 2026-03-01T00:00:00Z to 2026-03-01T03:00:00Z
      - 2026-03-01T01:00:00Z to 2026-03-01T02:00:00Z: No digest speaks of this time: the chain ends and
        another one begins.
      - a.json.gz: No digest lists it.
    1 other file had neither the name nor the folder of a log file, and was left out."
  `)
})

it('says what lacks where nothing can be told', () => {
  const result = { verdict: 'unknown', range: { from: null, to: null }, others: 0, keys: 0, places: [] } as const
  expect(toText(chainLines(result, layout))).toMatchInlineSnapshot(`
    "Cannot tell  0 of 0 digests and 0 of 0 log files valid
    There are no digests of this time and scope, so nothing proves the log files.
    No keys are known: --keys takes what aws cloudtrail list-public-keys prints, also of trailbook
    ingest."
  `)
})
