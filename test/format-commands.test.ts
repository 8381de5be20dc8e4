/** What the commands that check runbooks say of files beside them. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Given } from '../src/cli/command.ts'
import { lintCommand } from '../src/cli/commands/lint.ts'
import { testCommand } from '../src/cli/commands/test.ts'
import { quietContext } from './support/cli-context.ts'

const runbook = `format: trailbook/v1
id: users
title: Users
needs: [management:write]
steps:
  - id: users
    why: New users need an owner.
    expect: None.
    query: SELECT actor, recipientAccountId, eventID FROM cloudtrail_logs WHERE eventName = 'CreateUsr'
    finding: { key: [recipientAccountId, actor] }
cases:
  - { name: A user is made, given: [{ eventName: CreateUsr }], expect: { findings: 1 } }
  - { name: nobody is made, expect: { findings: [] } }
`

const exclusion = (more: string) =>
  `- { runbook: users, match: "row.actor == 'x'", owner: identity-team, reason: Known., ${more} }\n`

let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trailbook-commands-'))
  await mkdir(join(folder, 'runbooks'))
  await writeFile(join(folder, 'runbooks/users.yaml'), runbook)
  const exclusions = exclusion('expires: 2026-01-01') + exclusion('expires: 2026-02-01, step: user')
  await writeFile(join(folder, 'runbooks/exclusions.yaml'), exclusions)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const context = () => quietContext(folder, '2026-01-15T12:00:00Z')

const given = (options: Given['options'] = {}): Given => ({ arguments: { paths: [] }, options })

describe('lint', () => {
  it('tells of exclusions that do nothing, each in its own file, and of names that no event has', async () => {
    const { exitCode, json } = await lintCommand.action(given(), context())
    expect(exitCode).toBe(1)
    const { issues } = json as unknown as {
      issues: { file: string; code: string; severity: string; message: string }[]
    }
    expect(
      issues.map(({ file, code, severity, message }) => `${file} ${severity} ${code}: ${message}`),
    ).toMatchInlineSnapshot(`
      [
        "runbooks/users.yaml warning LINT_EVENT_UNKNOWN: CreateUsr is no event of any service that is known.",
        "runbooks/exclusions.yaml warning EXCLUSION_EXPIRED: The exclusion of identity-team in users ended on 2026-01-01 and has no effect.",
        "runbooks/exclusions.yaml error EXCLUSION_UNFIT: The exclusion fits no step of users: there is no step user.",
      ]
    `)
  })
})

describe('test', () => {
  it('refuses a part of a name that no case has', async () => {
    await rm(join(folder, 'runbooks/exclusions.yaml'))
    await expect(testCommand.action(given({ case: 'nowhere' }), context())).rejects.toMatchObject({
      code: 'CLI_NO_CASE',
      exitCode: 64,
      message: 'No case has a name that holds "nowhere".',
    })
  })

  it('runs the cases whose names hold the part, whatever their case', async () => {
    const { exitCode, json } = await testCommand.action(given({ case: 'a USER' }), context())
    expect(exitCode).toBe(0)
    expect(json).toMatchObject({ passed: 1, failed: 0, skipped: 1 })
  })
})
