import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { build, folder, json, trailbook, write } from './trailbook.ts'

let cwd: string
beforeAll(() => {
  build()
  cwd = folder()
  trailbook(cwd, ['init'])
  trailbook(cwd, ['new', 'stopped-trail'])
})

describe('init and new', () => {
  test('write what they say, and never over what is there', () => {
    const other = folder()
    expect(json(other, ['init'])).toMatchObject({
      code: 0,
      object: { schema: 'trailbook.init/v1', created: ['trailbook.yaml', 'runbooks'] },
    })
    expect(json(other, ['init'])).toMatchObject({
      code: 64,
      object: { schema: 'trailbook.init/v1', error: { code: 'CLI_FILE_EXISTS' } },
    })
    expect(json(other, ['new', 'a-b'])).toMatchObject({
      code: 0,
      object: { schema: 'trailbook.new/v1', created: ['runbooks/a-b.yaml'] },
    })
    expect(json(other, ['new', 'a-b'])).toMatchObject({ code: 64, object: { error: { code: 'CLI_FILE_EXISTS' } } })
    expect(json(other, ['new', '../x'])).toMatchObject({ code: 64, object: { error: { code: 'CLI_BAD_ID' } } })
  })

  test('give a runbook that is free of lint and whose cases pass', () => {
    expect(json(cwd, ['lint', '--strict'])).toMatchObject({
      code: 0,
      object: { schema: 'trailbook.lint/v1', errors: 0, warnings: 0, issues: [] },
    })
    const tested = json(cwd, ['test'])
    expect(tested.object).toMatchObject({ schema: 'trailbook.test/v1', passed: 3, failed: 0, skipped: 0 })
    expect(tested.code).toBe(0)
  })
})

describe('list and show', () => {
  test('know own runbooks before shipped ones', () => {
    const { object } = json(cwd, ['list'])
    expect(object.schema).toBe('trailbook.list/v1')
    expect(object.runbooks[0]).toEqual({
      id: 'stopped-trail',
      title: 'Stopped trail',
      severity: 'medium',
      tags: ['cloudtrail'],
      attack: [],
      controls: [],
      path: 'runbooks/stopped-trail.yaml',
      issues: 0,
    })
  })

  test('narrow by tag and severity', () => {
    expect(json(cwd, ['list', 'runbooks', '--tag', 'cloudtrail']).object.runbooks).toHaveLength(1)
    expect(json(cwd, ['list', 'runbooks', '--tag', 'nothing']).object.runbooks).toEqual([])
    expect(json(cwd, ['list', 'runbooks', '--severity', 'high']).object.runbooks).toEqual([])
  })

  test('show the runbook as text and as data', () => {
    expect(trailbook(cwd, ['show', 'stopped-trail']).stdout).toContain("AND eventName = 'StopLogging'")
    expect(json(cwd, ['show', 'stopped-trail']).object).toMatchObject({
      schema: 'trailbook.show/v1',
      path: 'runbooks/stopped-trail.yaml',
      runbook: { id: 'stopped-trail', steps: [{ id: 'calls', kind: 'query' }] },
    })
  })

  test('tell what was probably meant', () => {
    expect(json(cwd, ['show', 'stoped-trail'])).toMatchObject({
      code: 64,
      object: {
        schema: 'trailbook.show/v1',
        error: { code: 'CLI_RUNBOOK_UNKNOWN', hint: 'Did you mean stopped-trail? trailbook list shows all.' },
      },
    })
  })
})

describe('lint and test', () => {
  const broken = `format: trailbook/v1
id: broken
title: Broken
severty: high
steps:
  - id: calls
    query: SELECT eventNme FROM cloudtrail_logs WHERE eventName = "StopLogging"
`

  test('report every mistake with its place, and exit with 1', () => {
    const other = folder()
    write(other, 'runbooks/broken.yaml', broken)
    const { code, object } = json(other, ['lint'])
    expect(code).toBe(1)
    expect(object.errors).toBeGreaterThanOrEqual(2)
    const first = object.issues.find((issue: { severity: string }) => issue.severity === 'error')
    expect(first).toMatchObject({
      file: 'runbooks/broken.yaml',
      code: 'RUNBOOK_UNKNOWN_KEY',
      at: { line: 4, column: 1 },
    })
    expect(trailbook(other, ['lint']).stdout).toMatch(/runbooks\/broken\.yaml:4:1 error/)
    expect(json(other, ['test'])).toMatchObject({ code: 1, object: { failed: 1, cases: [{ status: 'failed' }] } })
    expect(json(other, ['run', 'broken', '--logs', '.'])).toMatchObject({
      code: 64,
      object: { schema: 'trailbook.run/v1', error: { code: 'CLI_RUNBOOK_INVALID', at: { line: 4 } } },
    })
  })

  test('tell of lists in trailbook.yaml that no runbook uses, a misspelt one as a mistake', () => {
    const other = folder()
    trailbook(other, ['new', 'stopped-trail'])
    write(
      other,
      'trailbook.yaml',
      'lists:\n  automation_roles: [a]\n  trusted_acounts: [b]\n  queries_read_this: [c]\n',
    )
    const { code, object } = json(other, ['lint'])
    const told = object.issues.map((one: { at: { line: number }; severity: string; code: string; hint: string }) => [
      one.at.line,
      one.severity,
      one.code,
      one.hint.slice(0, 30),
    ])
    expect([code, told]).toEqual([
      1,
      [
        [3, 'error', 'CONFIG_LIST_UNKNOWN', 'Did you mean trusted_accounts?'],
        [4, 'warning', 'CONFIG_LIST_UNKNOWN', 'Known are automation_roles, cr'],
      ],
    ])
  })

  test('mend what can be mended', () => {
    const other = folder()
    const path = write(other, 'runbooks/broken.yaml', broken.replace('eventNme', 'eventName'))
    const { object } = json(other, ['lint', '--fix'])
    expect(object.fixed).toBeGreaterThanOrEqual(1)
    expect(readFileSync(path, 'utf8')).toContain('severity: high')
    expect(object.errors).toBe(0)
  })

  test('say what a failing case expected and got, and exit with 1', () => {
    const other = folder()
    trailbook(other, ['new', 'failing'])
    const path = join(other, 'runbooks/failing.yaml')
    write(
      other,
      'runbooks/failing.yaml',
      readFileSync(path, 'utf8').replace('eventName: GetTrailStatus', 'eventName: StopLogging'),
    )
    const { code, object } = json(other, ['test', 'failing'])
    expect(code).toBe(1)
    expect(object).toMatchObject({ passed: 2, failed: 1 })
    expect(object.cases[2].message).toContain('calls: expected 0 rows, got 1 row')
    expect(trailbook(other, ['test']).stdout).toContain('failed  failing: looking at a trail is not stopping it')
    expect(json(other, ['test', '--case', 'denied'])).toMatchObject({ code: 0, object: { passed: 1, skipped: 2 } })
  })
})

describe('wrong usage', () => {
  test.each([
    [['rnu'], 'trailbook.error/v1', 'CLI_UNKNOWN_COMMAND'],
    [[], 'trailbook.error/v1', 'CLI_NO_COMMAND'],
    [['run'], 'trailbook.run/v1', 'CLI_USAGE'],
    [['list', '--nothing'], 'trailbook.list/v1', 'CLI_USAGE'],
    [['query'], 'trailbook.query/v1', 'CLI_NO_SQL'],
    [['query', 'SELECT 1', '--file', 'x.sql'], 'trailbook.query/v1', 'CLI_TWO_SQL'],
    [['query', '--file', 'missing.sql'], 'trailbook.query/v1', 'CLI_FILE_MISSING'],
    [['ingest', 'missing'], 'trailbook.ingest/v1', 'INPUT_MISSING'],
    [['status'], 'trailbook.status/v1', 'CLI_NO_LAKE'],
    [['run', 'nothing-like-it'], 'trailbook.run/v1', 'CLI_RUNBOOK_UNKNOWN'],
    [['run', './missing.yaml'], 'trailbook.run/v1', 'CLI_FILE_MISSING'],
    [['run', 'stopped-trail', '--param', 'x'], 'trailbook.run/v1', 'CLI_PAIR'],
    [['run', 'stopped-trail', '--param', 'x=1'], 'trailbook.run/v1', 'PARAMETER_UNKNOWN'],
    [['run', 'stopped-trail', '--answer', 'calls=1'], 'trailbook.run/v1', 'RUN_ANSWER_UNKNOWN'],
    [['run', 'stopped-trail', '--account', '1111'], 'trailbook.run/v1', 'CLI_USAGE'],
    [['query', 'SELECT 1', '--region', 'Frankfurt'], 'trailbook.query/v1', 'CLI_USAGE'],
    [['query', 'SELECT 1', '--limit', 'many'], 'trailbook.query/v1', 'CLI_USAGE'],
    [['run', 'stopped-trail', '--since', 'yesterday'], 'trailbook.run/v1', 'RUN_TIME'],
    [['run', 'stopped-trail', '--since', '1d', '--to', '2026-01-01'], 'trailbook.run/v1', 'RUN_WINDOW_BOTH'],
    [['list', '--config', 'missing.yaml'], 'trailbook.list/v1', 'CLI_FILE_MISSING'],
  ])('%j ends with 64 and one JSON object', (args, schema, code) => {
    const ended = json(cwd, args)
    expect(ended.object).toMatchObject({
      schema,
      error: { code, message: expect.any(String), hint: expect.any(String) },
    })
    expect(ended).toMatchObject({ code: 64, stderr: '' })
  })

  test('is told on standard error, with what to do', () => {
    const ended = trailbook(cwd, ['rnu'])
    expect(ended).toEqual({
      code: 64,
      stdout: '',
      stderr: 'Error: There is no command "rnu".\nHint:  Did you mean trailbook run?\n',
    })
  })

  test('in the configuration is told', () => {
    const other = folder()
    write(other, 'trailbook.yaml', 'lakes: x\n')
    expect(json(other, ['list'])).toMatchObject({
      code: 64,
      object: { error: { code: 'CONFIG_UNKNOWN_KEY', hint: 'Did you mean lake?' } },
    })
  })
})

test('help and version go to standard output and end with 0', () => {
  for (const args of [['--help'], ['run', '--help'], ['help', 'run'], ['--version']]) {
    const ended = trailbook(cwd, args)
    expect(ended).toMatchObject({ code: 0, stderr: '' })
    expect(ended.stdout).not.toBe('')
  }
})

test('colours are only for terminals', () => {
  expect(trailbook(cwd, ['list']).stdout).not.toContain('\u001b')
})
