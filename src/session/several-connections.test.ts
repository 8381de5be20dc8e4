import { expect, test } from 'vitest'
import { event, fakeConnection, fakeEffects, fakePlan, fakeQuery } from '../../test/support/session-fakes.ts'
import { TrailbookError } from '../core/errors.ts'
import type { Row } from '../core/ports.ts'
import { unansweredRun, withConnectionDoubt } from '../core/run/connections.ts'
import { assembleResult, type RunbookRun } from '../core/run/result.ts'
import { runQuery } from './query.ts'
import { joinAnswers } from './query-several.ts'
import { finishRun, runRunbook } from './run-runbook.ts'

const steps = `steps:
  - { id: calls, query: SELECT 1, finding: { per: key, key: [recipientAccountId, actor], severity: high, title: "{{ row.actor }}" } }
`

const onConnection = async (name: string, rows: readonly Row[], broken = false): Promise<RunbookRun> => {
  const fake = fakeConnection({ answers: { calls: rows } })
  const connection = {
    ...fake,
    name,
    ...(broken && { run: async () => Promise.reject(new TrailbookError('TRINO_FAULT', { reason: 'gone' })) }),
  }
  const plan = fakePlan(steps, { connection: { name, dialect: fake.dialect } })
  return withConnectionDoubt(await finishRun(runRunbook(plan, { ...fakeEffects(), connection })))
}

test.each([
  ['both clear', [[], []], 'clear', true],
  ['one has findings', [[event('e1')], []], 'findings', true],
  ['one failed, the other found nothing', [[], undefined], 'inconclusive', false],
  ['one failed, the other found something', [[event('e1')], undefined], 'findings', false],
  ['both failed', [undefined, undefined], 'failed', false],
] as const)('%s', async (_, answers, verdict, complete) => {
  const runs = await Promise.all(answers.map((rows, at) => onConnection(`c${at}`, rows ?? [], rows === undefined)))
  expect(assembleResult(runs)).toMatchObject({ verdict, complete })
})

test('findings of one fingerprint are one, with where it was seen; shared events count once', async () => {
  const runs = [
    await onConnection('lake', [event('e1'), event('e2')]),
    await onConnection('athena', [event('e2'), event('e3')]),
  ]
  const [finding, another] = assembleResult(runs).findings
  expect(another).toBeUndefined()
  expect(finding).toMatchObject({ connections: ['lake', 'athena'], count: 2, eventIds: ['e1', 'e2', 'e3'] })
})

test('a failed connection is a doubt that names it, its error and what to do', async () => {
  const result = assembleResult([await onConnection('lake', []), await onConnection('presto', [], true)])
  expect(result.runs[1]?.doubts.map(({ code, message }) => `${code}: ${message}`)).toEqual([
    expect.stringMatching(/^connection: The connection "presto" gave no whole answer: .*gone.*/),
  ])
  expect(result.connections?.map(({ name, verdict }) => [name, verdict])).toEqual([
    ['lake', 'clear'],
    ['presto', 'failed'],
  ])
})

test('a connection that was never open has every query failed', () => {
  const plan = fakePlan(`${steps}  - { id: asked, ask: { question: Why? } }\n`)
  const run = unansweredRun(plan, new TrailbookError('CLI_UNEXPECTED', { reason: 'no route' }))
  expect(run.steps.map(({ status }) => status)).toEqual(['failed', 'skipped'])
  expect(run).toMatchObject({ verdict: 'failed', complete: false, coverage: { complete: false } })
})

test('a part of an answer is not the whole: gaps of one connection stay gaps, whatever the other covers', async () => {
  const [a, b] = [await onConnection('a', []), await onConnection('b', [])]
  const gap = {
    account: '444455556666',
    region: '*',
    eventClass: '*',
    from: b.window.from,
    to: b.window.to,
    state: 'gap' as const,
    reason: 'r',
  }
  const lacking = {
    ...b,
    verdict: 'inconclusive' as const,
    complete: false,
    coverage: { ...b.coverage, complete: false, gaps: [gap] },
  }
  expect(assembleResult([a, lacking])).toMatchObject({
    verdict: 'inconclusive',
    complete: false,
    coverage: { gaps: [gap] },
  })
})

test('one connection alone is told as ever', async () => {
  const result = assembleResult([await onConnection('lake', [event('e1')])])
  expect(result).not.toHaveProperty('connections')
  expect(result.findings[0]).not.toHaveProperty('connections')
})

test('rows of a query bear their origin, in a column that the question has not', async () => {
  const request = { query: fakeQuery('calls', ['connection', 'n']), explicit: { since: '1d' } }
  const answer = async (name: string) => {
    const connection = { ...fakeConnection({ answers: { calls: [{ connection: 'x', n: 1 }] } }), name }
    return { name, result: await runQuery(request, { connection, clock: { now: () => 0 } }).catch(() => undefined) }
  }
  const failed = { name: 'b', error: new TrailbookError('CLI_UNEXPECTED', { reason: 'no route' }) }
  const first = await answer('a')
  const joined = joinAnswers([{ name: 'a', result: first.result! }, failed])
  expect(joined.columns.map(({ name }) => name)).toEqual(['_connection', 'connection', 'n'])
  expect(joined.rows).toEqual([{ _connection: 'a', connection: 'x', n: 1 }])
  expect(joined).toMatchObject({
    coverage: { complete: false },
    connections: [{ name: 'a' }, { name: 'b', error: { code: 'CLI_UNEXPECTED' } }],
  })
  expect(() => joinAnswers([failed])).toThrow('no route')
})
