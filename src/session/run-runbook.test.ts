import { describe, expect, test } from 'vitest'
import { event, type FakeOptions, fakeEffects, fakePlan, wholeCoverage } from '../../test/support/session-fakes.ts'
import { TrailbookError } from '../core/errors.ts'
import type { Connection } from '../core/ports.ts'
import type { RunEvent } from '../core/run/events.ts'
import type { PlanRequest } from '../core/run/plan.ts'
import { finishRun, runRunbook } from './run-runbook.ts'
import type { RunEffects } from './state.ts'

const changes = `
  - id: changes
    query: SELECT 1
    finding:
      key: [recipientAccountId, actor]
      when: row.outcome == 'succeeded'
      severity: "{{ row.actor == 'mallory' ? 'high' : 'low' }}"
      title: "{{ row.actor }} ran {{ row.eventName }}"
`

interface Given extends FakeOptions {
  readonly plan?: Partial<PlanRequest>
  readonly effects?: Partial<RunEffects>
}

const run = (steps: string, { plan, effects, ...fake }: Given = {}) =>
  finishRun(runRunbook(fakePlan(`steps:${steps}`, plan), fakeEffects(fake, effects)))

const step = (result: Awaited<ReturnType<typeof run>>, id: string) => {
  const found = result.steps.find((candidate) => candidate.id === id)
  if (found === undefined) throw new Error(`no step ${id}`)
  return found
}

describe('a run', () => {
  test('is clear when nothing was found and everything was seen', async () => {
    expect(await run(changes)).toMatchObject({ verdict: 'clear', complete: true, findings: [], doubts: [] })
  })

  test('merges rows of one key into one finding', async () => {
    const rows = [event('e1'), event('e2'), event('e3', { actor: 'bob' }), event('e4', { outcome: 'denied' })]
    const result = await run(changes, { answers: { changes: rows } })
    expect(result.verdict).toBe('findings')
    expect(result.findings).toMatchObject([
      { severity: 'high', title: 'mallory ran AttachRolePolicy', count: 2, eventIds: ['e1', 'e2'], step: 'changes' },
      { severity: 'low', title: 'bob ran AttachRolePolicy', count: 1 },
    ])
  })

  test('is inconclusive when coverage has a gap', async () => {
    expect(await run(changes, { coverage: { ...wholeCoverage, complete: false } })).toMatchObject({
      verdict: 'inconclusive',
      complete: false,
    })
  })

  test('keeps rows up to the limit, counts all of them and is not complete', async () => {
    const rows = Array.from({ length: 7 }, (_, index) => event(`e${index}`, { outcome: 'denied' }))
    const result = await run(changes, { answers: { changes: rows }, plan: { rowLimit: 3 } })
    expect(step(result, 'changes')).toMatchObject({ rowCount: 7, truncated: true })
    expect(step(result, 'changes').rows).toHaveLength(3)
    expect(result).toMatchObject({ verdict: 'inconclusive', doubts: [{ code: 'truncated', step: 'changes' }] })
  })

  test('fails when a step fails, skips what builds on it, and goes on with the rest', async () => {
    const result = await run(
      `${changes}
  - id: keys
    query: SELECT 1
    with: { actors: "{{ steps.changes.rows.map(r, r.actor) }}" }
  - id: after
    each: { rows: keys, by: [actor] }
    trace: { actor: "{{ row.actor }}" }
  - id: other
    query: SELECT 1
`,
      {
        answers: {
          changes: () => {
            throw new Error('out of memory')
          },
          other: [event('e9')],
        },
      },
    )
    expect(result.verdict).toBe('failed')
    expect(result.steps.map(({ id, status }) => [id, status])).toEqual([
      ['changes', 'failed'],
      ['keys', 'skipped'],
      ['after', 'skipped'],
      ['other', 'done'],
    ])
    expect(step(result, 'changes').error?.message).toMatchInlineSnapshot(`"The step "changes" failed: out of memory."`)
    expect(step(result, 'keys').error?.message).toMatchInlineSnapshot(`"It builds on the step "changes", which failed"`)
  })

  test('carries why, expect and reading to the result', async () => {
    const result = await run(`
  - id: calls
    title: Calls
    why: Because.
    query: SELECT 1
    expect: Nothing.
    reading: Slowly.
`)
    expect(step(result, 'calls')).toMatchObject({
      title: 'Calls',
      why: 'Because.',
      expect: 'Nothing.',
      reading: 'Slowly.',
    })
  })

  test('tells its events in sequence, the result last', async () => {
    const events: RunEvent[] = []
    const plan = fakePlan(`steps:${changes}`)
    for await (const told of runRunbook(
      plan,
      fakeEffects({ answers: { changes: [event('e1'), event('e2'), event('e3')] } }),
    ))
      events.push(told)
    expect(events.map((told) => told.type)).toEqual([
      'run-started',
      'step-started',
      'rows',
      'rows',
      'finding',
      'step-finished',
      'run-finished',
    ])
    expect(events.map((told) => told.sequence)).toEqual([1, 2, 3, 4, 5, 6, 7])
  })

  test('stops when it is asked to', async () => {
    const controller = new AbortController()
    const answers = {
      changes: () => {
        controller.abort()
        return [event('e1')]
      },
    }
    const running = finishRun(
      runRunbook(fakePlan(`steps:${changes}`), fakeEffects({ answers }), { signal: controller.signal }),
    )
    await expect(running).rejects.toMatchObject({ code: 'RUN_INTERRUPTED', exitCode: 130 })
  })

  test('says so when nobody can tell what the logs cover', async () => {
    const effects = fakeEffects()
    const connection = { ...effects.connection, coverage: () => Promise.reject(new Error('no ledger')) }
    const result = await finishRun(runRunbook(fakePlan(`steps:${changes}`), { ...effects, connection }))
    expect(result).toMatchObject({ verdict: 'inconclusive', coverage: { complete: false, basis: 'none' } })
    expect(result.doubts.map((doubt) => doubt.message)).toEqual(['What the logs cover could not be told: no ledger'])
  })
})

describe('an error in an expression', () => {
  test.each([
    [
      'condition',
      `when: row.nothing.here == 1`,
      'its condition could not be evaluated: row.nothing.here == 1: No such key: nothing',
    ],
    [
      'severity',
      `severity: "{{ row.nothing.here }}"`,
      'its severity could not be told: row.nothing.here: No such key: nothing',
    ],
    ['severity that is none', `severity: "{{ row.actor }}"`, '"mallory" is no severity'],
    [
      'title',
      `title: "{{ row.nothing.here }}"`,
      'its title could not be filled in: row.nothing.here: No such key: nothing',
    ],
  ])('of a finding keeps it, and the run is not complete: %s', async (_, line, told) => {
    const result = await run(
      `
  - id: calls
    query: SELECT 1
    finding: { key: [recipientAccountId], ${line} }
`,
      { answers: { calls: [event('e1')] } },
    )
    expect(result).toMatchObject({
      verdict: 'findings',
      complete: false,
      doubts: [{ code: 'condition', step: 'calls' }],
    })
    expect(result.findings[0]?.error).toBe(told)
  })

  test('of an action keeps it from being proposed, and the run from being clear', async () => {
    const result = await run(
      `
  - id: calls
    query: SELECT 1
  - id: revoke
    each: { rows: calls, by: [actor] }
    when: row.steps.nobody.answer == 'yes'
    action: iam.revoke-role-sessions
    target: actor
`,
      { answers: { calls: [event('e1')] } },
    )
    expect(step(result, 'revoke')).toMatchObject({ status: 'skipped', error: { code: 'RUN_CONDITION' } })
    expect(result.verdict).toBe('inconclusive')
  })

  test('of a query step does not keep it from being asked', async () => {
    const result = await run(
      `
  - id: calls
    when: params.nothing.here
    query: SELECT 1
`,
      { answers: { calls: [event('e1')] } },
    )
    expect(step(result, 'calls')).toMatchObject({ status: 'done', rowCount: 1 })
    expect(result.verdict).toBe('inconclusive')
  })

  test('of `with` fails the step: NULL would be another question', async () => {
    const result = await run(`
  - id: calls
    query: SELECT 1
    with: { key: "{{ params.nothing.here }}" }
`)
    expect(step(result, 'calls').error?.code).toBe('RUN_TEMPLATE')
  })
})

describe('a step with each', () => {
  const rows = [
    event('e1', { actor: 'alice', outcome: 'denied' }),
    event('e2', { actor: 'alice' }),
    event('e3', { actor: 'bob' }),
    event('e4', { actor: 'bob' }),
  ]
  const perActor = `
  - id: calls
    query: SELECT 1
  - id: more
    each: { rows: calls, by: [actor] }
    when: row.outcome == 'succeeded'
    with: { who: "{{ row.actor }}" }
    query: SELECT 1
`

  test('is done once for every distinct row for which its condition holds', async () => {
    const asked: unknown[] = []
    const result = await run(perActor, {
      answers: {
        calls: rows,
        more: (parameters) => {
          asked.push(parameters.who)
          return [event(`of ${parameters.who}`)]
        },
      },
    })
    expect(asked).toEqual(['alice', 'bob'])
    expect(step(result, 'more').rows.map((row) => row.eventID)).toEqual(['of alice', 'of bob'])
  })

  test('is skipped without rows', async () => {
    const result = await run(perActor)
    expect(step(result, 'more')).toMatchObject({ status: 'skipped', rows: [] })
    expect(result.verdict).toBe('clear')
  })

  test('says when there are more rows than it may take', async () => {
    const many = Array.from({ length: 5 }, (_, index) => event(`e${index}`, { actor: `actor ${index}` }))
    const result = await run(perActor.replace('[actor] }', '[actor], max: 2 }'), { answers: { calls: many } })
    expect(step(result, 'more').overflow).toEqual({ rows: 5, max: 2 })
    expect(result).toMatchObject({ verdict: 'inconclusive', doubts: [{ code: 'overflow', step: 'more' }] })
  })

  test('feeds rows of earlier steps to later queries as lists', async () => {
    let keys: unknown
    await run(
      `
  - id: calls
    query: SELECT 1
  - id: use
    with: { keys: "{{ steps.calls.rows.map(r, r.actor) }}" }
    query: SELECT 1
`,
      {
        answers: {
          calls: rows,
          use: (parameters) => {
            keys = parameters.keys
            return []
          },
        },
      },
    )
    expect(keys).toEqual(['alice', 'alice', 'bob', 'bob'])
  })
})

describe('a question', () => {
  const asking = `
  - id: calls
    query: SELECT 1
  - id: planned
    each: { rows: calls, by: [actor] }
    ask: { type: choice, options: [planned, not planned], question: "Ask {{ row.actor }}" }
  - id: revoke
    each: { rows: calls, by: [actor] }
    when: row.steps.planned.answer == 'not planned'
    action: iam.revoke-role-sessions
    target: actor
`
  const calls = [event('e1', { actor: 'alice' }), event('e2', { actor: 'bob' })]

  test('stays open when nobody is there, and is something to do next', async () => {
    const result = await run(asking, { answers: { calls } })
    expect(step(result, 'planned')).toMatchObject({
      status: 'unanswered',
      rows: [
        { actor: 'alice', answer: null },
        { actor: 'bob', answer: null },
      ],
      todo: [{ title: 'Ask alice' }, { title: 'Ask bob' }],
    })
    expect(step(result, 'revoke')).toMatchObject({ status: 'skipped' })
  })

  test('that was not due for a row says so of it, and is no error in a later condition', async () => {
    const steps = asking
      .replace('    ask:', "    when: row.actor != 'alice'\n    ask:")
      .replace(
        "'not planned'\n",
        "'not planned' || row.steps.planned.status == 'skipped' && row.steps.planned.skipped\n",
      )
    const result = await run(steps, { answers: { calls } })
    expect(step(result, 'planned')).toMatchObject({ status: 'unanswered', rows: [{ actor: 'bob' }] })
    expect(step(result, 'revoke')).toMatchObject({ status: 'not-run', todo: [{ values: { target: 'alice' } }] })
    expect(step(result, 'revoke').error).toBeUndefined()
    expect(result.doubts.filter(({ code }) => code === 'condition')).toEqual([])
  })

  test('that was due for no row is skipped for each, and is no error in a later condition', async () => {
    const steps = asking.replace('    ask:', '    when: row.actor == null\n    ask:')
    const result = await run(steps, { answers: { calls } })
    expect([step(result, 'planned').status, step(result, 'revoke').status]).toEqual(['skipped', 'skipped'])
    expect(step(result, 'revoke').error).toBeUndefined()
    expect(result.doubts).toEqual([])
  })

  test('takes given answers, by row', async () => {
    const answers = { planned: [{ row: { actor: 'bob' }, answer: 'Not planned' }] }
    const result = await run(asking, { answers: { calls }, plan: { answers } })
    expect(step(result, 'planned').rows).toEqual([
      { actor: 'alice', answer: null },
      { actor: 'bob', answer: 'not planned' },
    ])
    expect(step(result, 'revoke').todo).toEqual([
      { title: 'revoke', values: { actor: 'bob', target: 'bob', action: 'iam.revoke-role-sessions' } },
    ])
  })

  test('is put to the person who is there', async () => {
    const asked: string[] = []
    const ask: RunEffects['ask'] = async (question) => {
      asked.push(question.question)
      return 'planned'
    }
    const result = await run(asking, { answers: { calls }, effects: { ask } })
    expect(asked).toEqual(['Ask alice', 'Ask bob'])
    expect(step(result, 'planned').status).toBe('done')
  })

  test('refuses an answer that is none of its options', async () => {
    const running = run(asking, { answers: { calls }, plan: { answers: { planned: 'perhaps' } } })
    await expect(running).rejects.toThrow(TrailbookError)
    await expect(running).rejects.toMatchObject({
      code: 'RUN_ANSWER_INVALID',
      hint: 'Choose one of: planned, not planned.',
    })
  })

  test('that findings depend on keeps the run from being clear while it is open', async () => {
    const result = await run(
      `
  - id: calls
    query: SELECT 1
  - id: planned
    ask: { question: "Was it planned?" }
  - id: judged
    query: SELECT 1
    finding: { key: [recipientAccountId], when: "steps.planned.answer != 'yes'" }
`,
      { answers: { calls } },
    )
    expect(result).toMatchObject({ verdict: 'inconclusive', doubts: [{ code: 'unanswered', step: 'planned' }] })
  })
})

describe('a step that is not carried out yet', () => {
  test('shows what to do, with the values filled in, and what that means', async () => {
    const result = await run(
      `
  - id: calls
    query: SELECT 1
  - id: origin
    title: "Where did {{ row.accessKeyId }} come from?"
    each: { rows: calls, by: [accessKeyId] }
    trace: { accessKeyId: "{{ row.accessKeyId }}", direction: back }
`,
      { answers: { calls: [event('e1'), event('e2')] } },
    )
    expect(step(result, 'origin')).toMatchObject({
      status: 'not-run',
      todo: [
        {
          title: 'Where did ASIAIOSFODNN7EXAMPLE come from?',
          values: { accessKeyId: 'ASIAIOSFODNN7EXAMPLE', direction: 'back' },
        },
      ],
      meaning: expect.stringContaining('was not followed'),
    })
    expect(result.verdict).toBe('clear')
  })

  test('keeps the run from being clear when findings depend on it', async () => {
    const result = await run(`
  - id: state
    read: iam.role
    target: params.role
  - id: calls
    query: SELECT 1
    finding: { key: [recipientAccountId], when: "steps.state.result != null" }
`)
    expect(result).toMatchObject({ verdict: 'inconclusive', doubts: [{ code: 'not-run', step: 'state' }] })
  })

  test("takes a case's fixture in the place of the world", async () => {
    const result = await run(
      `
  - id: calls
    query: SELECT 1
  - id: allowed
    each: { rows: calls, by: [eventID] }
    verify: { event: "{{ row.eventID }}" }
`,
      {
        answers: { calls: [event('e1')] },
        plan: { fixtures: { verify: { allowed: { answer: 'explicitly denied', because: 'an SCP' } } } },
      },
    )
    expect(step(result, 'allowed')).toMatchObject({
      status: 'done',
      rows: [{ eventID: 'e1', answer: 'explicitly denied', because: 'an SCP' }],
    })
  })

  test('never fills in what a row says', async () => {
    const result = await run(
      `
  - id: calls
    query: SELECT 1
  - id: revoke
    each: { rows: calls, by: [actor] }
    action: iam.revoke-role-sessions
    target: actor
`,
      {
        answers: { calls: [event('e1', { actor: '{{ params.secret }}' })] },
        plan: { parameters: { secret: 'hidden' } },
      },
    )
    expect(step(result, 'revoke').todo?.[0]?.values).toMatchObject({ target: '{{ params.secret }}' })
  })
})

describe('an exclusion', () => {
  const exclusion = {
    runbook: 'fake',
    match: "row.actor == 'mallory'",
    owner: 'me',
    reason: 'a test',
    expires: '2026-06-01',
  }

  test('takes rows out and counts them', async () => {
    const answers = { changes: [event('e1'), event('e2', { actor: 'bob' })] }
    const result = await run(changes, { answers, plan: { exclusions: [exclusion] } })
    expect(step(result, 'changes')).toMatchObject({ excluded: 1, rowCount: 1 })
    expect(result.findings).toHaveLength(1)
  })

  test.each([
    ['has expired', { expires: '2026-01-15' }],
    ['is of another runbook', { runbook: 'other' }],
    ['is of another step', { step: 'other' }],
    ['names a column that the step does not have', { match: 'row.nothing.here == 1' }],
  ])('has no effect when it %s', async (_, more) => {
    const result = await run(changes, {
      answers: { changes: [event('e1')] },
      plan: { exclusions: [{ ...exclusion, ...more }] },
    })
    expect(step(result, 'changes')).toMatchObject({ excluded: 0, rowCount: 1 })
  })

  test('that cannot be evaluated excludes nothing and is told', async () => {
    const broken = { ...exclusion, match: 'row.actor.nothing == 1' }
    const result = await run(changes, { answers: { changes: [event('e1')] }, plan: { exclusions: [broken] } })
    expect(result).toMatchObject({ verdict: 'findings', complete: false, doubts: [{ code: 'condition' }] })
  })
})

test('escalations that apply are listed, and nothing is sent', async () => {
  const plan = fakePlan(`steps:${changes}
escalate:
  - { when: "findings.exists(f, f.severity == 'high')", notify: security-oncall, within: 15m, then: security-lead }
  - { when: "run.verdict == 'clear'", notify: nobody }
`)
  const result = await finishRun(runRunbook(plan, fakeEffects({ answers: { changes: [event('e1')] } })))
  expect(result.escalations).toEqual([
    {
      title: 'Tell security-oncall within 15m',
      values: expect.objectContaining({ notify: 'security-oncall', within: '15m' }),
    },
  ])
})

test('a step whose scope has nothing in common with the run sees nothing and says so', async () => {
  const result = await run(
    `
  - id: calls
    scope: { accounts: ["444455556666"] }
    query: SELECT 1
`,
    { answers: { calls: [event('e1')] }, plan: { accounts: ['111122223333'] } },
  )
  expect(result).toMatchObject({ verdict: 'inconclusive', doubts: [{ code: 'coverage', step: 'calls' }] })
  expect(step(result, 'calls').rowCount).toBe(0)
})

test('coverage answers for every scope that queries looked through', async () => {
  const asked: unknown[] = []
  const effects = fakeEffects()
  const connection: Connection = {
    ...effects.connection,
    coverage: async (scope) => {
      asked.push([scope.window.from, scope.accounts])
      return { ...wholeCoverage, complete: !scope.accounts.includes('444455556666') }
    },
  }
  const plan = fakePlan(`steps:
  - { id: one, query: SELECT 1 }
  - { id: two, query: SELECT 1, scope: { accounts: ["111122223333"] } }
  - { id: three, query: SELECT 1, scope: { accounts: ["444455556666"] } }
  - { id: four, query: SELECT 1, scope: { window: 30d } }
`)
  const result = await finishRun(runRunbook(plan, { ...effects, connection }))
  expect(asked).toEqual([
    ['2026-01-08T12:00:00Z', []],
    ['2026-01-08T12:00:00Z', ['111122223333', '444455556666']],
    ['2025-12-16T11:40:00Z', []],
  ])
  expect(result.verdict).toBe('inconclusive')
})

test('coverage answers for all services where a later step asks for one', async () => {
  const asked: (readonly string[])[] = []
  const effects = fakeEffects()
  const connection: Connection = {
    ...effects.connection,
    coverage: async (scope) => {
      asked.push(scope.services)
      // A trail that leaves out the calls of KMS.
      const isWhole = scope.services.length > 0 && !scope.services.includes('kms.amazonaws.com')
      return { ...wholeCoverage, complete: isWhole }
    },
  }
  const plan = fakePlan(`steps:
  - { id: one, query: SELECT 1 }
  - { id: two, query: SELECT 1, scope: { services: [iam.amazonaws.com] } }
  - { id: three, query: SELECT 1, scope: { services: [sts.amazonaws.com, iam.amazonaws.com] } }
  - { id: four, query: SELECT 1, scope: { services: [iam.amazonaws.com, sts.amazonaws.com] } }
`)
  const result = await finishRun(runRunbook(plan, { ...effects, connection }))
  expect(asked).toEqual([[], ['iam.amazonaws.com'], ['iam.amazonaws.com', 'sts.amazonaws.com']])
  expect([result.verdict, result.coverage.complete]).toEqual(['inconclusive', false])
})

describe('a step whose condition looks at a question', () => {
  const steps = `
  - id: calls
    query: SELECT 1
  - id: planned
    each: { rows: calls, by: [actor] }
    ask: { type: choice, options: [planned, not planned], question: Was it planned? }
  - id: revoke
    each: { rows: calls, by: [actor] }
    when: row.steps.planned.answer == 'not planned'
    action: iam.revoke-role-sessions
    target: actor
`

  test.each([
    ['waits for an answer when there is none', {}, { status: 'skipped', waitsFor: 'planned' }],
    ['is not needed when the answer says so', { planned: 'planned' }, { status: 'skipped' }],
    ['is to be done when the answer asks for it', { planned: 'not planned' }, { status: 'not-run' }],
  ])('%s', async (_, answers, expected) => {
    const result = await run(steps, { answers: { calls: [event('e1')] }, plan: { answers } })
    const { status, waitsFor } = step(result, 'revoke')
    expect({ status, ...(waitsFor !== undefined && { waitsFor }) }).toEqual(expected)
  })
})
