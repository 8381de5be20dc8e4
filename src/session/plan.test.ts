import { expect, test } from 'vitest'
import { fakePlan } from '../../test/support/session-fakes.ts'
import { planDigest, planRecord } from '../core/run/plan.ts'

const steps = `steps:
  - { id: calls, query: SELECT 1 }
  - { id: more, query: SELECT 1, with: { actors: "{{ steps.calls.rows.map(r, r.actor) }}" } }
  - { id: asked, ask: { question: Why? } }
scope: { window: 7d, lookback: 1d }
`

test('a plan holds what can be known before the first row', () => {
  expect(
    planRecord(fakePlan(steps, { parameters: { who: 'mallory' }, accounts: ['111122223333'] })),
  ).toMatchInlineSnapshot(`
    {
      "connection": "fake",
      "exclusions": "4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945",
      "fragments": {},
      "lists": {},
      "parameters": {
        "who": "mallory",
      },
      "runbook": {
        "digest": "0000000000000000000000000000000000000000000000000000000000000000",
        "id": "fake",
      },
      "runbooks": {},
      "schema": "trailbook.plan/v1",
      "scope": {
        "accounts": [
          "111122223333",
        ],
        "earliest": "2026-01-07T12:00:00Z",
        "regions": [],
        "services": [],
        "window": {
          "from": "2026-01-08T12:00:00Z",
          "to": "2026-01-15T11:40:00Z",
        },
      },
      "steps": [
        {
          "id": "calls",
          "kind": "query",
          "parameters": {
            "who": "mallory",
          },
          "sql": "calls",
        },
        {
          "id": "more",
          "kind": "query",
          "parameters": {},
          "sql": null,
        },
        {
          "id": "asked",
          "kind": "ask",
          "parameters": {},
          "sql": null,
        },
      ],
    }
  `)
})

test('its digest changes with everything that changes the answer', () => {
  const digests = [
    fakePlan(steps),
    fakePlan(steps, { parameters: { who: 'mallory' } }),
    fakePlan(steps, { regions: ['eu-central-1'] }),
    fakePlan(steps, { digest: '1'.repeat(64) }),
    fakePlan(steps, { fragments: { changes: '1'.repeat(64) } }),
    fakePlan(steps, { fragments: { changes: '2'.repeat(64) } }),
    fakePlan(steps, { runbooks: new Map([['other', fakePlan(steps)]]) }),
    fakePlan(steps, { runbooks: new Map([['other', fakePlan(steps, { digest: '1'.repeat(64) })]]) }),
    fakePlan(steps, { window: { from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' } }),
  ].map(planDigest)
  expect(new Set(digests).size).toBe(digests.length)
  expect(planDigest(fakePlan(steps))).toBe(digests[0])
})
