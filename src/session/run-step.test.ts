import { describe, expect, test } from 'vitest'
import { event, type FakeOptions, fakeEffects, fakePlan, wholeCoverage } from '../../test/support/session-fakes.ts'
import type { Runnable } from '../core/run/plan.ts'
import { assembleResult } from '../core/run/result.ts'
import { finishRun, runRunbook } from './run-runbook.ts'
import type { RunEffects } from './state.ts'

const inner = `
id: keys-of
parameters: { actor: { type: string }, days: { type: integer, default: 3 } }
scope: { window: 1d, lookback: 30d }
steps:
  - id: used
    query: SELECT 1
    finding: { key: [recipientAccountId, accessKeyId], severity: high, title: "key of {{ params.actor }}" }
`

const outer = `
steps:
  - id: calls
    query: SELECT 1
  - id: keys
    each: { rows: calls, by: [actor] }
    run: keys-of
    with: { actor: "{{ row.actor }}" }
`

interface Given extends FakeOptions {
  readonly inner?: string
  readonly effects?: Partial<RunEffects>
}

function run(yaml: string, { inner: text = inner, effects, ...fake }: Given = {}) {
  const runbooks = new Map<string, Runnable>([['keys-of', fakePlan(text)]])
  return finishRun(runRunbook(fakePlan(yaml, { runbooks }), fakeEffects(fake, effects)))
}

const calls = [event('e1'), event('e2', { actor: 'bob' }), event('e3')]

describe('a step that runs another runbook', () => {
  test('asks what the logs cover once for runs that ask the same', async () => {
    const asked: unknown[] = []
    const effects = fakeEffects({ answers: { calls, used: [] } })
    const connection: RunEffects['connection'] = {
      ...effects.connection,
      coverage: async (scope, needs) => {
        asked.push([scope.earliest, needs])
        return effects.connection.coverage(scope, needs)
      },
    }
    const result = await run(outer, { answers: { calls, used: [] }, effects: { connection } })
    expect(result.steps[1]).toMatchObject({ rowCount: 2, runs: [{ complete: true }, { complete: true }] })
    // One for the outer query, one for both inner runs.
    expect(asked).toHaveLength(2)
  })

  test('runs it once for each row, with the values of the row', async () => {
    const asked: unknown[] = []
    const result = await run(outer, {
      answers: {
        calls,
        used: (parameters) => {
          asked.push(parameters)
          return []
        },
      },
    })
    expect(asked).toEqual([
      { actor: 'mallory', days: 3 },
      { actor: 'bob', days: 3 },
    ])
    expect(result).toMatchObject({ verdict: 'clear', complete: true })
    expect(result.steps[1]).toMatchObject({
      status: 'done',
      rows: [
        { actor: 'mallory', verdict: 'clear', complete: true, findings: 0 },
        { actor: 'bob', verdict: 'clear', complete: true, findings: 0 },
      ],
    })
  })

  test('makes its findings those of the run, under the id of the runbook that made them', async () => {
    const result = await run(outer, { answers: { calls: [event('e1')], used: [event('e9')] } })
    expect(result.verdict).toBe('findings')
    expect(result.findings).toMatchObject([
      { runbook: 'keys-of', step: 'used', severity: 'high', title: 'key of mallory', eventIds: ['e9'] },
    ])
  })

  test('counts a finding once that two of its runs see in the same event', async () => {
    const result = await run(outer, { answers: { calls, used: [event('e9')] } })
    expect(result.findings).toMatchObject([{ count: 1, eventIds: ['e9'] }])
  })

  test('adds what its runs see in different events', async () => {
    const used = ({ actor }: { readonly [name: string]: unknown }) => [event(`of ${actor}`)]
    const result = await run(outer, { answers: { calls, used } })
    expect(result.findings).toMatchObject([{ count: 2, eventIds: ['of mallory', 'of bob'] }])
  })

  test('is a run of its own in the whole result, named after the step', async () => {
    const result = assembleResult([await run(outer, { answers: { calls, used: [event('e9')] } })])
    expect(result.runs.map(({ runbook, calledBy, verdict }) => ({ runbook, calledBy, verdict }))).toEqual([
      { runbook: 'fake', calledBy: undefined, verdict: 'findings' },
      { runbook: 'keys-of', calledBy: { runbook: 'fake', step: 'keys' }, verdict: 'findings' },
      { runbook: 'keys-of', calledBy: { runbook: 'fake', step: 'keys' }, verdict: 'findings' },
    ])
    expect(result.runs[0]?.steps[1]).not.toHaveProperty('runs')
    expect(result.findings).toHaveLength(1)
  })

  test('lets later steps look at the verdict', async () => {
    const later = `${outer}
  - id: known
    each: { rows: calls, by: [actor] }
    when: row.steps.keys.result.verdict == 'findings'
    ask: { question: "Whose key?" }
`
    const used = ({ actor }: { readonly [name: string]: unknown }) => (actor === 'bob' ? [event('e9')] : [])
    const result = await run(later, { answers: { calls, used } })
    expect(result.steps[2]).toMatchObject({ todo: [{ values: { actor: 'bob' } }] })
  })

  test('makes the run failed when it fails, and keeps what the others found', async () => {
    const used = ({ actor }: { readonly [name: string]: unknown }) => {
      if (actor === 'bob') throw new Error('out of memory')
      return [event('e9')]
    }
    const result = await run(outer, { answers: { calls, used } })
    expect(result).toMatchObject({ verdict: 'failed', findings: [{ runbook: 'keys-of' }] })
    expect(result.steps[1]?.error?.message).toBe('The runbook "keys-of" failed')
  })

  test('hands on its doubts', async () => {
    const doubting = inner.replace(
      /finding: .*/,
      'finding: { key: [recipientAccountId], when: "row.missing == \'x\'" }',
    )
    const result = await run(outer, { inner: doubting, answers: { calls: [event('e1')], used: [event('e9')] } })
    expect(result).toMatchObject({
      verdict: 'findings',
      complete: false,
      doubts: [{ code: 'inner-run', step: 'keys', message: expect.stringContaining('The runbook "keys-of": ') }],
    })
  })

  test('hands on what its events do not cover', async () => {
    const effects = fakeEffects({ answers: { calls: [event('e1')] } })
    let asked = 0
    const connection = {
      ...effects.connection,
      coverage: async () => ({ ...wholeCoverage, complete: asked++ > 0 }),
    }
    const result = await run(outer, { answers: { calls: [event('e1')] }, effects: { connection } })
    expect(asked).toBe(2)
    expect(result).toMatchObject({ verdict: 'inconclusive', coverage: { complete: false } })
  })

  test('passes over a row whose value does not fit, says so, and goes on', async () => {
    const typed = inner.replace('{ type: string }', '{ type: arn }')
    const rows = [event('e1'), event('e2', { actor: 'arn:aws:iam::111122223333:user/bob' })]
    const result = await run(outer, { inner: typed, answers: { calls: rows, used: [event('e9')] } })
    expect(result.steps[1]?.rows).toMatchObject([{ actor: 'arn:aws:iam::111122223333:user/bob', findings: 1 }])
    expect(result).toMatchObject({ complete: false, doubts: [{ code: 'not-run', step: 'keys' }] })
    expect(result.doubts[0]?.message).toMatchInlineSnapshot(
      `"The step "keys" could not run "keys-of" for {"actor":"mallory"}: The parameter actor: "mallory" is not an ARN such as arn:aws:iam::111122223333:user/alice."`,
    )
  })

  test('is done for the first rows of many and tells of the others', async () => {
    const result = await run(outer.replace('by: [actor]', 'by: [actor], max: 1'), { answers: { calls } })
    expect(result).toMatchObject({ verdict: 'inconclusive', doubts: [{ code: 'overflow', step: 'keys' }] })
    expect(result.steps[1]).toMatchObject({ rowCount: 1, overflow: { rows: 2, max: 1 } })
  })

  test('cannot make runs without end: what would multiply is left undone and told', async () => {
    const many = Array.from({ length: 60 }, (_, index) => event(`e${index}`, { actor: `a${index}` }))
    const level = (id: string, steps: string) => [id, fakePlan(`id: ${id}\nsteps:${steps}`)] as const
    const calls = '\n  - { id: calls, query: SELECT 1 }'
    const go = (next: string) => `${calls}\n  - { id: go, each: { rows: calls, by: [actor] }, run: ${next} }`
    const runbooks = new Map<string, Runnable>([level('one', go('two')), level('two', go('end')), level('end', calls)])
    const plan = fakePlan(`steps:${go('one')}`, { runbooks })
    const result = await finishRun(runRunbook(plan, fakeEffects({ answers: { calls: many } })))
    expect(result.verdict).toBe('inconclusive')
    expect(result.doubts.map(({ message }) => message)).toContain(
      'The run made 2000 runs of other runbooks, and no more: the step "go" is left undone',
    )
  }, 60_000)

  test('is left out where its condition is false', async () => {
    const result = await run(outer.replace('run: keys-of', 'when: "false"\n    run: keys-of'), { answers: { calls } })
    expect(result.steps[1]).toMatchObject({ status: 'skipped', rowCount: 0 })
    expect(result.verdict).toBe('clear')
  })

  test('takes answers to its own questions as runbook.step', async () => {
    const asking = `${inner}
  - { id: known, ask: { question: "Known?" } }`
    const plan = fakePlan(outer, {
      runbooks: new Map<string, Runnable>([['keys-of', fakePlan(asking)]]),
      answers: { 'keys-of.known': 'yes' },
    })
    const result = await finishRun(runRunbook(plan, fakeEffects({ answers: { calls: [event('e1')] } })))
    expect(result.steps[1]?.runs?.[0]?.steps[1]).toMatchObject({ status: 'done', rows: [{ answer: 'yes' }] })
  })

  test('looks through the window of the run, with a lookback of its own', async () => {
    const scopes: string[] = []
    const effects = fakeEffects({ answers: { calls: [event('e1')] } })
    const { run: query } = effects.connection
    const connection = {
      ...effects.connection,
      run: (...given: Parameters<typeof query>) => {
        scopes.push(`${given[1].earliest} ${given[1].window.from}`)
        return query(...given)
      },
    }
    await run(outer, { answers: { calls: [event('e1')] }, effects: { connection } })
    expect(scopes).toEqual(['2026-01-08T12:00:00Z 2026-01-08T12:00:00Z', '2025-12-09T12:00:00Z 2026-01-08T12:00:00Z'])
  })
})
