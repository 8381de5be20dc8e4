import { describe, expect, test } from 'vitest'
import { event, fakeEffects, fakePlan } from '../../test/support/session-fakes.ts'
import type { RunbookRun } from '../core/run/result.ts'
import type { Expect } from '../core/runbook/schema-case.ts'
import { finishRun, runRunbook } from '../session/run-runbook.ts'
import { differences, isSubset } from './compare.ts'

const rows = [event('e1'), event('e2', { actor: 'bob' })]
const answered = (): Promise<RunbookRun> =>
  finishRun(
    runRunbook(
      fakePlan(`
steps:
  - id: calls
    query: SELECT 1
    finding: { key: [recipientAccountId, actor], severity: high, title: "{{ row.actor }} did it" }
`),
      fakeEffects({ answers: { calls: rows } }),
    ),
  )

describe('a case', () => {
  const passing: readonly [string, object][] = [
    ['the number of rows', { calls: { rows: 2 } }],
    ['rows as subsets, in any order', { calls: { rows: [{ actor: 'bob' }, { actor: 'mallory' }] } }],
    ['a wide row beside a narrow one', { calls: { rows: [{ outcome: 'succeeded' }, { actor: 'mallory' }] } }],
    ['the number of findings', { findings: 2 }],
    ['findings as subsets', { findings: [{ severity: 'high', row: { actor: 'bob' } }, { step: 'calls' }] }],
    ['verdict and completeness', { verdict: 'findings', complete: true }],
  ]
  test.each(passing)('passes by %s', async (_, expected) => {
    expect(differences(expected as Expect, await answered())).toEqual([])
  })

  test('says what it expected and what it got', async () => {
    const run = await answered()
    const failing = {
      calls: { rows: 1 },
      findings: [{ severity: 'high' }, { severity: 'low' }],
      verdict: 'clear',
    }
    expect(differences(failing as unknown as Expect, run).join('\n')).toMatchInlineSnapshot(`
      "calls: expected 1 row, got 2 rows
          {"eventID":"e1","recipientAccountId":"111122223333","actor":"mallory","eventName":"AttachRolePolicy","outcome":"succeeded","accessKeyId":"ASIAIOSFODNN7EXAMPLE"}
          {"eventID":"e2","recipientAccountId":"111122223333","actor":"bob","eventName":"AttachRolePolicy","outcome":"succeeded","accessKeyId":"ASIAIOSFODNN7EXAMPLE"}
      findings: none is like {"severity":"low"}; got
          {"severity":"high","step":"calls","title":"mallory did it","count":1}
          {"severity":"high","step":"calls","title":"bob did it","count":1}
      verdict: expected clear, got findings"
    `)
    expect(differences({ findings: [] } as unknown as Expect, run).join('\n')).toMatchInlineSnapshot(`
      "findings: expected 0 findings, got 2 findings
          {"severity":"high","step":"calls","title":"mallory did it","count":1}
          {"severity":"high","step":"calls","title":"bob did it","count":1}"
    `)
    expect(
      differences({ calls: { rows: [{ actor: 'bob' }, { actor: 'eve' }] } }, run).join('\n'),
    ).toMatchInlineSnapshot(`
      "calls: no row is like {"actor":"eve"}; got
          {"eventID":"e1","recipientAccountId":"111122223333","actor":"mallory","eventName":"AttachRolePolicy","outcome":"succeeded","accessKeyId":"ASIAIOSFODNN7EXAMPLE"}
          {"eventID":"e2","recipientAccountId":"111122223333","actor":"bob","eventName":"AttachRolePolicy","outcome":"succeeded","accessKeyId":"ASIAIOSFODNN7EXAMPLE"}"
    `)
  })
})

test.each([
  [{ a: 1 }, { a: 1, b: 2 }, true],
  [{ a: null }, { b: 2 }, true],
  [{ a: { b: 1 } }, { a: { b: 1, c: 2 } }, true],
  [[1, 2], [1, 2], true],
  [[1], [1, 2], false],
  [{ a: 1 }, { a: '1' }, false],
  [{ a: '' }, { a: null }, false],
])('%j is in %j: %s', (part, whole, expected) => {
  expect(isSubset(part, whole)).toBe(expected)
})
