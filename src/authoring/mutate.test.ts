import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CaseEngine, openCaseEngine } from '../compose.ts'
import { loadRunbook } from './load-runbook.ts'
import { mutantsOf, runMutants } from './mutate.ts'

const runbook = `format: trailbook/v1
id: new-users
title: New users
steps:
  - id: created
    query: |
      SELECT eventID, recipientAccountId
      FROM cloudtrail_logs
      WHERE eventName = 'CreateUser'
        AND outcome = 'succeeded'
cases:
  - name: a user is created
    given: [{ eventName: CreateUser }, { eventName: DeleteUser }]
    expect: { created: { rows: 1 } }
`

let engine: CaseEngine
const folder = mkdtempSync(join(tmpdir(), 'trailbook-mutate-'))
beforeAll(async () => {
  engine = await openCaseEngine()
})
afterAll(async () => {
  await engine.close()
  rmSync(folder, { recursive: true })
})

describe('mutation testing', () => {
  it('makes one mutant for each predicate, in the text of the file', () => {
    const mutants = mutantsOf(runbook)
    expect(mutants.map(({ text, ...rest }) => rest)).toMatchInlineSnapshot(`
      [
        {
          "line": 9,
          "predicate": "eventName = 'CreateUser'",
          "replacement": "TRUE",
          "step": "created",
        },
        {
          "line": 10,
          "predicate": "outcome = 'succeeded'",
          "replacement": "TRUE",
          "step": "created",
        },
      ]
    `)
    expect(mutants[1]!.text).toContain("AND (TRUE OR (outcome = 'succeeded'))\ncases:")
  })

  it('tells the predicate that no case would miss, and the case that misses the other', async () => {
    const path = join(folder, 'new-users.yaml')
    writeFileSync(path, runbook)
    const file = { path, root: folder, found: false }
    const outcomes = []
    for await (const { line, step, ...rest } of runMutants(file, await loadRunbook(file), {
      load: {},
      effects: engine,
    }))
      outcomes.push(rest)
    expect(outcomes).toMatchInlineSnapshot(`
      [
        {
          "by": "a user is created",
          "predicate": "eventName = 'CreateUser'",
          "replacement": "TRUE",
          "runbook": "new-users",
          "status": "killed",
        },
        {
          "predicate": "outcome = 'succeeded'",
          "replacement": "TRUE",
          "runbook": "new-users",
          "status": "survived",
        },
      ]
    `)
  })
})
