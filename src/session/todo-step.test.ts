import { describe, expect, test } from 'vitest'
import { event, fakeEffects, fakePlan } from '../../test/support/session-fakes.ts'
import { finishRun, runRunbook } from './run-runbook.ts'

const calls = '  - { id: calls, query: SELECT 1 }\n'
const rows = [event('e1'), event('e2', { actor: 'bob' })]

const run = (steps: string, more: Parameters<typeof fakePlan>[1] = {}, tail = '') =>
  finishRun(runRunbook(fakePlan(`steps:\n${calls}${steps}\n${tail}`, more), fakeEffects({ answers: { calls: rows } })))

const each = 'each: { rows: calls, by: [actor] }'

describe('what to do next', () => {
  test.each([
    [
      'trace',
      `trace: { actor: "{{ row.actor }}", direction: back, lookback: 30d }`,
      { actor: 'mallory', direction: 'back', lookback: '30d' },
    ],
    ['verify', `verify: { event: "{{ row.eventID }}" }`, { actor: 'mallory', event: 'e1' }],
    ['read', 'read: iam.role\n    target: actor', { actor: 'mallory', read: 'iam.role', target: 'mallory' }],
    [
      'action',
      'action: iam.revoke-role-sessions\n    target: actor',
      { actor: 'mallory', action: 'iam.revoke-role-sessions', target: 'mallory' },
    ],
    [
      'action with values',
      'action: iam.tag-user\n    target: actor\n    with: { why: "{{ row.eventName }}" }',
      { action: 'iam.tag-user', with: { why: 'AttachRolePolicy' } },
    ],
    [
      'notify',
      'notify: { channel: owners, message: "{{ row.actor }}!" }',
      { actor: 'mallory', channel: 'owners', message: 'mallory!' },
    ],
    ['watch', 'watch: { step: calls, for: 24h }', { actor: 'mallory', step: 'calls', for: '24h', every: '5m' }],
  ])('of %s is filled in for each row', async (_, step, values) => {
    const result = await run(`  - id: next\n    title: "Next: {{ row.actor }}"\n    ${each}\n    ${step}`)
    const next = result.steps[1]
    expect(next).toMatchObject({
      status: 'not-run',
      todo: [{ title: 'Next: mallory', values }, { title: 'Next: bob' }],
    })
    expect(next?.meaning).toMatch(/\.$/)
    expect(result.verdict).toBe('clear')
  })

  test.each([
    ['action', 'action: iam.revoke-role-sessions\n    target: actor', 0],
    ['notify', 'notify: owners', 0],
    ['watch', 'watch: { step: calls, for: 24h }', 0],
    ['trace', 'trace: { actor: "{{ row.actor }}" }', 2],
    ['verify', 'verify: { event: "{{ row.eventID }}" }', 2],
    ['read', 'read: iam.role\n    target: actor', 2],
  ])('of %s with a condition that cannot be evaluated: only what looks goes ahead', async (_, step, count) => {
    const result = await run(`  - id: next\n    ${each}\n    when: "row.missing == 'x'"\n    ${step}`)
    expect(result.steps[1]?.todo ?? []).toHaveLength(count)
    expect(result).toMatchObject({ verdict: 'inconclusive', doubts: [{ code: 'condition', step: 'next' }] })
  })

  test('is told for the first rows of many, and that there are more', async () => {
    const step = 'each: { rows: calls, by: [actor], max: 1 }\n    action: iam.revoke-role-sessions\n    target: actor'
    const result = await run(`  - id: next\n    ${step}`)
    expect(result.steps[1]).toMatchObject({ todo: [{ values: { target: 'mallory' } }], overflow: { rows: 2, max: 1 } })
    expect(result).toMatchObject({ verdict: 'inconclusive', doubts: [{ code: 'overflow' }] })
  })

  test('takes a target from a parameter, without rows', async () => {
    const result = await run('  - { id: next, action: iam.deactivate-key, target: params.key }', {
      parameters: { key: 'AKIAIOSFODNN7EXAMPLE' },
    })
    expect(result.steps[1]?.todo).toEqual([
      { title: 'next', values: { target: 'AKIAIOSFODNN7EXAMPLE', action: 'iam.deactivate-key' } },
    ])
  })

  test('fills in only the texts of the runbook: a cell stays as it was logged', async () => {
    const hostile = event('e1', { actor: '{{ params.key }}' })
    const plan = fakePlan(
      `steps:\n${calls}  - id: next\n    ${each}\n    notify: { channel: owners, message: "by {{ row.actor }}" }`,
      {
        parameters: { key: 'secret' },
      },
    )
    const result = await finishRun(runRunbook(plan, fakeEffects({ answers: { calls: [hostile] } })))
    expect(result.steps[1]?.todo?.[0]?.values).toMatchObject({
      actor: '{{ params.key }}',
      message: 'by {{ params.key }}',
    })
  })
})

describe('escalation', () => {
  const ladder = (when: string) =>
    `escalate:\n  - { ${when}notify: security-oncall, within: 15m, then: [security-lead, ciso] }`

  test('shows whom to tell, how soon, and who is next', async () => {
    const result = await run('', {}, ladder('when: "run.verdict == \'clear\'", '))
    expect(result.escalations).toEqual([
      {
        title: 'Tell security-oncall within 15m',
        // biome-ignore lint/suspicious/noThenProperty: the format's word; it is never a function, so never awaited
        values: { notify: 'security-oncall', within: '15m', then: ['security-lead', 'ciso'] },
      },
    ])
  })

  test('asks nobody where its condition is false', async () => {
    expect((await run('', {}, ladder('when: "size(findings) > 0", '))).escalations).toEqual([])
  })

  test('tells somebody where its condition cannot be evaluated', async () => {
    const result = await run('', {}, ladder('when: "findings[0].severity == \'high\'", '))
    expect(result.escalations).toHaveLength(1)
    expect(result).toMatchObject({ verdict: 'inconclusive', doubts: [{ code: 'condition' }] })
  })
})
