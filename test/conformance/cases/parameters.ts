import type { Cell } from '../../../src/core/ports.ts'
import type { ParameterType } from '../../../src/core/sql/compile.ts'
import type { ConformanceCase } from '../case.ts'
import { cases } from './build.ts'

const logs = 'FROM cloudtrail_logs'

/** Texts that would leave their quotes where text is spliced. */
const hostile = [
  "'",
  "''",
  "' OR 1=1 --",
  "'; DROP TABLE x; --",
  '"',
  '\\',
  "\\'",
  '/* */',
  '--',
  '$1',
  ':p',
  '?',
  '{{ x }}',
  '%_',
  'a\0b',
  '\n\r\t',
  '\u0001\\0041',
  "U&'\\0041'",
  '😀é',
  '\u202e\u200b',
  '\ufeffbom',
  'NULL',
  '',
  'x'.repeat(10_000),
]

/** As bytes, so that nothing on the way back can hide a difference. */
const bytes = 'SELECT to_hex(to_utf8(:p)) AS b, length(:p) AS n'

export const parameterCases: readonly ConformanceCase[] = [
  ...hostile.map((value, at) => ({
    id: `parameter-hostile-${at + 1}`,
    area: 'parameters' as const,
    sql: bytes,
    parameters: { p: ['string', value] as const },
  })),
  {
    id: 'parameter-hostile-list',
    area: 'parameters',
    sql: 'SELECT x FROM UNNEST(:p) AS u(x)',
    parameters: { p: ['string[]', hostile.filter((text) => text.length < 100)] },
  },
  ...cases('parameters', {
    'parameter-null': {
      sql: `SELECT count(*) AS n ${logs} WHERE :p IS NULL OR eventName = :p`,
      parameters: { p: ['string', null] },
    },
    'parameter-empty-list': {
      sql: `SELECT count(*) AS n ${logs} WHERE eventName IN (:p)`,
      parameters: { p: ['string[]', []] },
    },
    'parameter-not-in-empty-list': {
      sql: `SELECT count(*) AS n ${logs} WHERE eventName NOT IN (:p)`,
      parameters: { p: ['string[]', []] },
    },
    'parameter-long-list': {
      sql: `SELECT count(*) AS n ${logs} WHERE eventName IN (:p)`,
      parameters: { p: ['string[]', [...Array.from({ length: 2000 }, (_, at) => `No${at}`), 'CreateUser']] },
    },
    ...Object.fromEntries(
      (
        [
          ['integer', 9007199254740991],
          ['integer', '-9223372036854775808'],
          ['number', 0.1],
          ['number', -1e300],
          ['boolean', true],
          ['boolean', false],
          ['account', '111122223333'],
          ['ip', '2001:db8::1'],
          ['arn', 'arn:aws:iam::111122223333:user/alice'],
        ] as readonly (readonly [ParameterType, Cell])[]
      ).map(([type, value], at) => [
        `parameter-${type}-${at + 1}`,
        { sql: 'SELECT :p AS p', parameters: { p: [type, value] as const } },
      ]),
    ),
    'parameter-timestamp': {
      sql: `SELECT count(*) AS n ${logs} WHERE event_time >= :p AND eventTime >= :p`,
      parameters: { p: ['timestamp', '2026-01-11T08:30:00Z'] },
    },
    'parameter-duration': {
      sql: `SELECT count(*) AS n ${logs} WHERE event_time > from_iso8601_timestamp('2026-01-12T12:00:00Z') - :p`,
      parameters: { p: ['duration', '36h'] },
    },
    'parameter-used-often': {
      sql: `SELECT :p AS a, :p || :p AS b ${logs} WHERE eventName = :p OR eventSource LIKE :p`,
      parameters: { p: ['string', 'CreateUser'] },
    },
  }),
]
