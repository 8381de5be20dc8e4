import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { quietContext } from '../../../test/support/cli-context.ts'
import { startFakeTrino } from '../../../test/support/fake-trino.ts'
import type { TrailbookError } from '../../core/errors.ts'
import { publishedColumns, publishedText } from '../../core/event/published.ts'
import { toText } from '../../core/report/lines.ts'
import { createLake } from '../../lake/lake.ts'
import type { Outcome } from '../command.ts'
import { parseArguments } from '../program.ts'

let cwd = ''
let fake: Awaited<ReturnType<typeof startFakeTrino>>
beforeAll(async () => {
  fake = await startFakeTrino()
  cwd = await mkdtemp(join(tmpdir(), 'trailbook-trino-cli-'))
  await createLake(join(cwd, 'lake'))
  const usual = { engine: 'trino', url: fake.url, user: 'me', catalog: 'hive', schema: 'sec', table: 'logs' }
  const connections = { warehouse: { ...usual, location: 's3://b/lake' }, bare: usual }
  await writeFile(join(cwd, 'trailbook.yaml'), JSON.stringify({ connections }))
  const id = '0000000001-abc1'
  const day = { date: '2026-01-31', folder: `snapshots/${id}/event_date=2026-01-31`, rows: 1, bytes: 1, files: [] }
  await mkdir(join(cwd, 'target'))
  await writeFile(
    join(cwd, 'target/published.json'),
    publishedText({
      schema: 'trailbook.published/v1',
      id,
      manifest: 1,
      at: '2026-02-01T00:00:00Z',
      rows: 1,
      bytes: 1,
      days: [day],
      columns: publishedColumns,
    }),
  )
})
afterAll(async () => {
  fake.close()
  await rm(cwd, { recursive: true })
})

async function call(...typed: string[]): Promise<Outcome> {
  const parsed = await parseArguments(typed)
  if (parsed.kind !== 'call') throw new Error(parsed.text)
  const globals = { lake: 'lake', format: 'terminal' as const, config: undefined, quiet: false }
  return parsed.command.action(parsed.given, quietContext(cwd, '2026-11-21T12:00:00Z', { globals }))
}
const refusal = (...typed: string[]): Promise<string> =>
  call(...typed).then(
    () => 'none',
    ({ code, message }: TrailbookError) => `${code}: ${message}`,
  )
const setup = ['trino', 'setup', '--connection', 'warehouse', '--from', 'target']

describe('trailbook trino setup', () => {
  test('prints statements, each with its semicolon, and asks nobody', async () => {
    const outcome = await call(...setup)
    const printed = toText(outcome.lines(80))
    expect(printed.match(/^(CREATE|CALL)[^;]*;$/gm)).toHaveLength(4)
    expect(printed).toContain(`location => 's3://b/lake/snapshots/0000000001-abc1/event_date=2026-01-31')`)
    expect(outcome.json).toMatchObject({ schema: 'trailbook.trino-setup/v1', applied: false, days: 1 })
    expect(fake.statements).toEqual([])
  })

  test('executes them with --apply', async () => {
    const first = await call(...setup, '--apply')
    expect(toText(first.lines(80)).split('\n')[0]).toBe('hive.sec.logs shows snapshot 0000000001-abc1')
    expect(first.json).toMatchObject({ applied: true, changed: true })
    expect(fake.views.get('logs')).toMatch(/^hive\.sec\.logs_0000000001_abc1_/)
    const again = await call(...setup, '--apply')
    expect(toText(again.lines(80)).split('\n')[0]).toBe('hive.sec.logs showed snapshot 0000000001-abc1 already')
  })

  test.each<[string[], string]>([
    [['trino', 'tidy'], 'CLI_USAGE: trino does not know "tidy".'],
    [['trino', 'setup'], 'CLI_USAGE: trino setup needs to know which connection.'],
    [['trino', 'setup', '--connection', 'no'], 'CLI_CONNECTION_UNKNOWN'],
    [
      ['trino', 'setup', '--connection', 'bare', '--from', 'target'],
      'CLI_USAGE: It is not said where Trino finds the snapshots of target.',
    ],
    [[...setup, '--location', '/mnt/x'], `CLI_USAGE: "/mnt/x" is no location of a catalog's file system.`],
    [
      ['trino', 'setup', '--connection', 'warehouse', '--from', 'lake'],
      'TRINO_NO_SNAPSHOT: There is no published snapshot in lake.',
    ],
    [['lake', 'publish', 'x', '--location', 's3://b/x'], 'CLI_USAGE: --location belongs to --trino.'],
    [['lake', 'publish', 'x', '--trino', 'no'], 'CLI_CONNECTION_UNKNOWN'],
    [['lake', 'compact', '--trino', 'warehouse'], 'CLI_USAGE: lake compact has no option --trino.'],
  ])('%j is refused', async (typed, reason) => {
    expect(await refusal(...typed)).toContain(reason)
  })
})
