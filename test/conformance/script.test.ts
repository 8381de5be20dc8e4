import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { main } from '../../scripts/conformance.ts'

const folder = mkdtempSync(join(tmpdir(), 'trailbook-conformance-'))
const config = join(folder, 'trailbook.yaml')
beforeAll(() => {
  writeFileSync(
    config,
    [
      'connections:',
      '  groups: { engine: logs-insights, region: us-east-1, logGroups: [aws-cloudtrail-logs] }',
      '  away: { engine: trino, url: "http://127.0.0.1:1", user: me, catalog: hive, schema: default }',
    ].join('\n'),
  )
})
afterAll(() => rmSync(folder, { recursive: true }))

async function told(args: readonly string[]) {
  const [stdout, stderr]: [string[], string[]] = [[], []]
  const code = await main(args, { log: (text) => stdout.push(text), error: (text) => stderr.push(text) })
  return { code, stdout, stderr }
}

test.each([
  [['--bogus'], 64, 'CLI_USAGE'],
  [[], 64, 'CLI_USAGE'],
  [['--connection', 'lake'], 64, 'CLI_USAGE'],
  [['--connection', 'grups'], 64, 'CLI_CONNECTION_UNKNOWN'],
  [['--connection', 'away', '--area', 'nowhere'], 64, 'CLI_USAGE'],
  [['--connection', 'away', '--config', join(folder, 'none.yaml')], 64, 'CLI_FILE_MISSING'],
  [['--connection', 'away'], 3, 'TRINO_UNREACHABLE'],
])('%j fails with one JSON object where JSON was asked for, and in words elsewhere', async (args, code, name) => {
  const given = args.includes('--config') ? args : ['--config', config, ...args]
  const json = await told([...given, '--format', 'json'])
  expect(json.code).toBe(code)
  expect(json.stdout.map((text) => JSON.parse(text))).toEqual([
    { schema: 'trailbook.conformance/v1', error: expect.objectContaining({ code: name }) },
  ])
  const words = await told(given)
  expect([words.code, words.stdout]).toEqual([code, []])
  expect(words.stderr.at(-1)).toMatch(/^Error: /)
})

test('an engine that takes no events from a statement is not asked, and that is told', async () => {
  const given = ['--config', config, '--connection', 'groups']
  const json = await told([...given, '--format=json'])
  expect([json.code, json.stderr]).toEqual([2, []])
  expect(JSON.parse(json.stdout.join())).toEqual({
    schema: 'trailbook.conformance/v1',
    connection: 'groups',
    engine: 'logs-insights',
    notAsked: 'it reads log groups alone, which take no events from a statement',
  })
  expect((await told(given)).stderr).toHaveLength(1)
})
