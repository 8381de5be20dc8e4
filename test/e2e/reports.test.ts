import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { build, folder, trailbook, write, writeLog } from './trailbook.ts'

const root = {
  eventSource: 'signin.amazonaws.com',
  eventName: 'ConsoleLogin',
  userIdentity: { type: 'Root' },
  responseElements: { ConsoleLogin: 'Success' },
  userAgent: '=HYPERLINK("https://evil.example")\u001b[2J',
}

let cwd: string
beforeAll(() => {
  build()
  cwd = folder()
  writeLog(cwd, 'logs/root.json.gz', [root, { eventSource: 'iam.amazonaws.com', eventName: 'ListUsers' }])
})

const run = (...more: readonly string[]) =>
  trailbook(cwd, ['run', 'root-activity', '--logs', 'logs', '--no-record', ...more])

describe('a run', () => {
  test.each([
    ['ndjson', /^\{"type":"answer",/],
    ['csv', /^record,runbook,/],
    ['markdown', /^## 🔴 FINDINGS\n/],
    ['html', /^<!DOCTYPE html>\n/],
    ['sarif', /^\{"\$schema":"https:\/\/docs\.oasis-open\.org\//],
    ['junit', /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<testsuites /],
  ])('is given as %s', (format, start) => {
    const ended = run('--format', format)
    expect(ended).toMatchObject({ code: 1, stdout: expect.stringMatching(start) })
    expect(ended.stdout).not.toContain('\u001b')
  })

  test('is written into several files beside the answer, which stays as it is', () => {
    const ended = run('--report', 'html=a.html', '--report', 'b.sarif', '--format', 'json')
    expect(JSON.parse(ended.stdout).schema).toBe('trailbook.run/v1')
    expect(ended.stderr).toContain('Wrote a.html (html).')
    expect(readFileSync(join(cwd, 'a.html'), 'utf8')).toMatch(/<\/html>\n$/)
    const sarif = JSON.parse(readFileSync(join(cwd, 'b.sarif'), 'utf8'))
    expect(sarif.runs[0].results.length).toBeGreaterThan(0)
    expect(readdirSync(cwd).filter((name) => name.endsWith('.tmp'))).toEqual([])
  })

  test('that cannot be written where it was asked for is refused before anything is read', () => {
    expect(run('--report', 'none/a.html')).toMatchObject({ code: 3, stdout: '' })
  })
})

describe('a query', () => {
  const query = (...more: readonly string[]) =>
    trailbook(cwd, [
      'query',
      'SELECT eventName, userAgent FROM cloudtrail_logs ORDER BY eventName',
      '--logs',
      'logs',
      ...more,
    ])

  test('gives rows as CSV that no spreadsheet takes for formulas, and says beside it what was looked through', () => {
    const ended = query('--format', 'csv')
    expect(ended.stdout).toMatch(
      /^eventName,userAgent\r\nConsoleLogin,"'=HYPERLINK\(""https:\/\/evil\.example""\)\\x1b\[2J"\r\n/,
    )
    expect(ended.stderr).toContain('2 rows; clear through')
  })

  test('cannot be a SARIF, and what it can be is told', () => {
    const ended = query('--format', 'sarif')
    expect(ended.code).toBe(64)
    expect(ended.stderr.replace(/\s+/g, ' ')).toContain(
      'Allowed choices are terminal, json, ndjson, csv, markdown, html.',
    )
  })
})

test('errors are JSON for ndjson, and words on standard error for every other format', () => {
  const asked = (format: string) => trailbook(cwd, ['run', 'no-such-runbook', '--format', format])
  expect(JSON.parse(asked('ndjson').stdout).error.code).toBe('CLI_RUNBOOK_UNKNOWN')
  expect(asked('html')).toMatchObject({ code: 64, stdout: '', stderr: expect.stringContaining('Error:') })
})

test('cases are JUnit, and mistakes of lint are SARIF', () => {
  expect(trailbook(cwd, ['test', 'root-activity', '--format', 'junit']).stdout).toContain(
    '<testsuite name="root-activity"',
  )
  const lint = trailbook(cwd, ['lint', 'root-activity', '--format', 'sarif'])
  expect(JSON.parse(lint.stdout).runs[0].tool.driver.name).toBe('Trailbook lint')
})

test('completion offers no id that is none: a shell would take it for its own words', () => {
  const other = folder()
  for (const [name, id] of [
    ['a', '"$(touch gone)"'],
    ['b', '--all'],
    ['c', 'fine-id'],
  ])
    write(other, `runbooks/${name}.yaml`, `format: trailbook/v1\nid: ${id}\ntitle: T\n`)
  const { stdout } = trailbook(other, ['completion', '--words', '--', 'run', ''])
  expect(stdout).toContain('fine-id\tT')
  expect(stdout).not.toMatch(/touch|--all/)
})

test('completion knows commands, options and runbooks', () => {
  const next = (...typed: readonly string[]) => trailbook(cwd, ['completion', '--words', '--', ...typed]).stdout
  expect(next('ru')).toContain('run\tRun runbooks')
  expect(next('run', 'root')).toContain('root-activity\t')
  expect(next('run', '--fail-on', 'cr')).toBe('critical\n')
})
