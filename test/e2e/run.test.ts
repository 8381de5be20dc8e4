import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { build, folder, json, start, trailbook, write, writeLog } from './trailbook.ts'

/** Events of the cases' own time: 2026-01-15 around 10:40 UTC. */
const stopped = {
  eventSource: 'cloudtrail.amazonaws.com',
  eventName: 'StopLogging',
  userIdentity: { type: 'IAMUser', userName: 'mallory' },
}
const denied = { ...stopped, errorCode: 'AccessDenied', userIdentity: { type: 'IAMUser', userName: 'bob' } }
const harmless = { eventSource: 'cloudtrail.amazonaws.com', eventName: 'GetTrailStatus' }

const asking = `format: trailbook/v1
id: asking
title: Asking
needs: [management:write]
parameters:
  who: { type: string, optional: true }
steps:
  - id: calls
    title: Calls
    why: Because.
    query: |
      SELECT eventTime, eventName, actor, outcome, recipientAccountId, eventID FROM cloudtrail_logs
      WHERE eventName = 'StopLogging' AND (:who IS NULL OR actor LIKE :who)
    expect: None.
    finding: { per: row, key: [recipientAccountId], severity: low, title: "{{ row.actor }} stopped it" }
  - id: planned
    title: Was it planned?
    each: { rows: calls, by: [actor] }
    ask: { type: choice, options: [planned, not planned], question: "Ask {{ row.actor }}" }
  - id: origin
    title: Where did it come from?
    each: { rows: calls, by: [actor] }
    trace: { actor: "{{ row.actor }}" }
  - id: contain
    title: Stop it
    each: { rows: calls, by: [actor] }
    when: row.steps.planned.answer == 'not planned'
    action: iam.revoke-role-sessions
    target: actor
cases:
  - { name: one, given: [{ eventSource: cloudtrail.amazonaws.com, eventName: StopLogging }], expect: { findings: 1 } }
`

let cwd: string
beforeAll(() => {
  build()
  cwd = folder()
  trailbook(cwd, ['new', 'stopped-trail'])
  write(cwd, 'runbooks/asking.yaml', asking)
  writeLog(cwd, 'logs/bad.json.gz', [stopped, denied, harmless])
  writeLog(cwd, 'quiet/good.json.gz', [
    harmless,
    { ...harmless, eventName: 'DescribeTrails' },
    { ...harmless, eventName: 'AddTags', readOnly: false },
  ])
  writeLog(cwd, 'denied/bad.json.gz', [denied, harmless])
})

const run = (...args: string[]) => json(cwd, ['run', ...args])

describe('run over logs', () => {
  test('finds what is there and ends with 1', () => {
    const { code, object } = run('stopped-trail', '--logs', 'logs')
    expect(code).toBe(1)
    expect(object).toMatchObject({
      schema: 'trailbook.run/v1',
      verdict: 'findings',
      findings: [
        {
          severity: 'high',
          runbook: 'stopped-trail',
          step: 'calls',
          count: 1,
          title: expect.stringContaining('mallory ran StopLogging'),
        },
        { severity: 'medium', title: expect.stringContaining('(denied)') },
      ],
      runs: [
        {
          runbook: 'stopped-trail',
          verdict: 'findings',
          windowOrigin: 'logs',
          steps: [{ id: 'calls', kind: 'query', status: 'done', rowCount: 2, excluded: 0, truncated: false }],
        },
      ],
    })
    expect(object.findings[0].fingerprint).toMatch(/^[0-9a-f]{64}$/)
    expect(object.findings[0].eventIds).toEqual([object.findings[0].row.eventID])
    expect(object.coverage.window).toEqual(object.runs[0].window)
  })

  test('leaves nothing behind without a lake', () => {
    expect(existsSync(join(cwd, '.trailbook'))).toBe(false)
  })

  test('of the same logs gives the same fingerprints', () => {
    const prints = () =>
      run('stopped-trail', '--logs', 'logs').object.findings.map(
        (finding: { fingerprint: string }) => finding.fingerprint,
      )
    expect(prints()).toEqual(prints())
  })

  test('takes a file, a folder, several, and an id', () => {
    for (const what of [['runbooks/stopped-trail.yaml'], ['stopped-trail']])
      expect(run(...what, '--logs', 'logs').object.runs).toHaveLength(1)
    for (const what of [['runbooks'], ['stopped-trail', 'asking']])
      expect(run(...what, '--logs', 'logs').object.runs).toHaveLength(2)
  })

  test('takes the logs before the runbook too', () => {
    expect(json(cwd, ['run', '--logs', 'logs', 'stopped-trail']).code).toBe(1)
    expect(json(cwd, ['run', '--logs', 'logs', 'runbooks/stopped-trail.yaml']).code).toBe(1)
  })

  test('that hold nothing of it is clear and ends with 0, and says through when', () => {
    const { code, object } = run('stopped-trail', '--logs', 'quiet')
    expect(code).toBe(0)
    expect(object).toMatchObject({
      verdict: 'clear',
      complete: true,
      findings: [],
      coverage: { complete: true, gaps: [] },
    })
    expect(object.coverage.through).toBe(object.coverage.window.to)
  })

  test('that cannot be carried out has failed and ends with 3', () => {
    write(
      cwd,
      'failing.yaml',
      asking.replace('SELECT eventTime,', 'SELECT CAST(eventName AS integer) AS number, eventTime,'),
    )
    const { code, object } = run('failing.yaml', '--logs', 'logs')
    expect(code).toBe(3)
    const [calls, planned] = object.runs[0].steps
    expect(object).toMatchObject({ verdict: 'failed', complete: false })
    expect(calls).toMatchObject({
      status: 'failed',
      rows: [],
      error: { code: expect.stringMatching(/^ENGINE_/), message: expect.any(String) },
    })
    expect(planned).toMatchObject({
      status: 'skipped',
      error: { message: 'It builds on the step "calls", which failed' },
    })
    expect(trailbook(cwd, ['run', 'failing.yaml', '--logs', 'logs']).stdout).toMatch(
      /^FAILED {2}1 step could not be carried out\./,
    )
    expect(
      json(cwd, ['query', 'SELECT CAST(eventName AS integer) AS n FROM cloudtrail_logs', '--logs', 'logs']),
    ).toMatchObject({
      code: 3,
      object: { schema: 'trailbook.query/v1', error: { code: expect.stringMatching(/^ENGINE_/) } },
    })
  })

  test('outside the window of the logs is inconclusive', () => {
    const { code, object } = run('stopped-trail', '--logs', 'logs', '--from', '2026-01-20', '--to', '2026-01-21')
    expect(code).toBe(2)
    expect(object).toMatchObject({
      verdict: 'inconclusive',
      complete: false,
      runs: [{ windowOrigin: 'explicit', window: { from: '2026-01-20T00:00:00Z' } }],
    })
  })

  test('looks only at what the scope lets through', () => {
    expect(run('stopped-trail', '--logs', 'logs', '--account', '444455556666').object.findings).toEqual([])
    expect(run('stopped-trail', '--logs', 'logs', '--region', 'us-east-1').object.findings).toHaveLength(2)
  })

  test('with --fail-on lets lower findings pass, never what could not be seen', () => {
    const { code, object } = run('stopped-trail', '--logs', 'denied', '--fail-on', 'high')
    expect(object.verdict).toBe('findings')
    expect(code).toBe(object.complete ? 0 : 2)
    expect(run('stopped-trail', '--logs', 'denied', '--fail-on', 'medium').code).toBe(1)
  })

  test('of which a part cannot be read is not complete', () => {
    const other = folder()
    trailbook(other, ['new', 'stopped-trail'])
    writeLog(other, 'logs/good.json.gz', [harmless])
    write(other, 'logs/broken.json', '{"Records": [')
    const { code, object, stderr } = json(other, ['run', 'stopped-trail', '--logs', 'logs'])
    expect(code).toBe(2)
    expect(object.runs[0].doubts).toContainEqual({
      code: 'quarantined',
      message: '1 file or record of the given logs could not be read',
    })
    expect(stderr).toContain('broken.json')
    expect(json(other, ['query', 'SELECT count(*) AS n FROM cloudtrail_logs', '--logs', 'logs']).code).toBe(65)
    expect(json(other, ['run', 'stopped-trail', '--logs', 'logs', '--quiet']).stderr).toBe('')
  })
})

describe('questions and parameters', () => {
  test('what nobody answers stays open, and what is not carried out is shown', () => {
    const { object } = run('asking', '--logs', 'denied')
    const [calls, planned, origin, contain] = object.runs[0].steps
    expect(calls.rowCount).toBe(1)
    expect(planned).toMatchObject({
      status: 'unanswered',
      rows: [{ answer: null }],
      todo: [{ title: expect.stringContaining('Ask arn:') }],
    })
    expect(origin).toMatchObject({
      status: 'not-run',
      todo: [{ values: { direction: 'both' } }],
      meaning: expect.any(String),
    })
    expect(contain).toMatchObject({ status: 'skipped', rows: [] })
  })

  test('answers come from the command line', () => {
    const { object } = run('asking', '--logs', 'denied', '--answer', 'planned=not planned')
    const [, planned, , contain] = object.runs[0].steps
    expect(planned).toMatchObject({ status: 'done', rows: [{ answer: 'not planned' }] })
    expect(contain.todo).toEqual([
      {
        title: 'Stop it',
        values: expect.objectContaining({ action: 'iam.revoke-role-sessions', target: expect.stringContaining('bob') }),
      },
    ])
    expect(run('asking', '--logs', 'denied', '--answer', 'planned=perhaps')).toMatchObject({
      code: 64,
      object: { error: { code: 'RUN_ANSWER_INVALID' } },
    })
  })

  test('a runbook of a folder that lacks a parameter is left out, one that is named is not', () => {
    const other = folder()
    write(
      other,
      'books/asking.yaml',
      asking.replace(', optional: true', '').replace('{ name: one,', '{ name: one, parameters: { who: "%" },'),
    )
    trailbook(other, ['new', 'stopped-trail'])
    writeLog(other, 'logs/bad.json.gz', [denied])
    const { code, object } = json(other, ['run', 'books', 'runbooks', '--logs', 'logs'])
    expect(code).toBe(1)
    expect(object).toMatchObject({
      runs: [{ runbook: 'stopped-trail' }],
      skipped: [{ runbook: 'asking', reason: expect.stringContaining('who') }],
    })
    expect(trailbook(other, ['run', 'books', 'runbooks', '--logs', 'logs']).stdout).toContain('- asking: ')
    expect(json(other, ['run', 'books/asking.yaml', '--logs', 'logs'])).toMatchObject({
      code: 64,
      object: { error: { code: 'PARAMETER_MISSING' } },
    })
    expect(json(other, ['run', 'books', 'runbooks', '--logs', 'logs', '--param', 'who=%']).object.runs).toHaveLength(2)
  })

  test('a broken runbook of a folder stops no other, is told with its mistakes, and makes the answer failed', () => {
    const other = folder()
    trailbook(other, ['new', 'stopped-trail'])
    write(
      other,
      'runbooks/broken.yaml',
      asking.replace('id: asking', 'id: broken').replace('title: Asking', 'titel: Asking'),
    )
    writeLog(other, 'logs/bad.json.gz', [stopped])
    for (const what of ['runbooks', '--all']) {
      const { code, object } = json(other, ['run', what, '--logs', 'logs'])
      expect(code).toBe(3)
      expect(object).toMatchObject({
        verdict: 'failed',
        complete: false,
        findings: expect.arrayContaining([expect.objectContaining({ runbook: 'stopped-trail' })]),
        skipped: expect.arrayContaining([
          {
            runbook: 'broken',
            reason: 'runbooks/broken.yaml has a mistake.',
            mistakes: [
              expect.objectContaining({
                code: 'RUNBOOK_UNKNOWN_KEY',
                at: expect.objectContaining({ file: 'runbooks/broken.yaml', line: 3, column: 1 }),
              }),
            ],
          },
        ]),
      })
    }
    const { stdout } = trailbook(other, ['run', 'runbooks', '--logs', 'logs'])
    expect(stdout).toMatch(/^FAILED {2}1 runbook could not be run for mistakes in it\. 1 finding so far\./)
    expect(stdout).toContain('runbooks/broken.yaml:3:1 error RUNBOOK_UNKNOWN_KEY')
    expect(stdout).toContain('titel: Asking')
    expect(trailbook(other, ['run', 'runbooks', '--logs', 'logs', '--format', 'junit']).stdout).toContain(
      '<error type="broken" message="runbooks/broken.yaml has a mistake.">',
    )
    // Named itself it is a wrong call.
    expect(json(other, ['run', 'broken', '--logs', 'logs'])).toMatchObject({
      code: 64,
      object: { error: { code: 'CLI_RUNBOOK_INVALID' } },
    })
  })

  test('parameters narrow the query', () => {
    expect(run('asking', '--logs', 'logs', '--param', 'who=%bob').object.findings).toHaveLength(1)
    expect(run('asking', '--logs', 'logs').object.findings).toHaveLength(2)
  })
})

describe('the lake', () => {
  let other: string
  beforeAll(() => {
    other = folder()
    trailbook(other, ['new', 'stopped-trail'])
    writeLog(other, 'logs/bad.json.gz', [stopped, denied, harmless])
  })

  test('is filled by ingest, once', () => {
    expect(json(other, ['ingest', 'logs'])).toMatchObject({
      code: 0,
      object: {
        schema: 'trailbook.ingest/v1',
        files: 1,
        records: 3,
        events: 3,
        duplicates: 0,
        quarantinedRecords: 0,
        quarantined: [],
        coverage: {},
      },
    })
    expect(json(other, ['ingest', 'logs']).object).toMatchObject({ events: 0 })
    expect(readdirSync(join(other, '.trailbook'))).toEqual(['lake'])
  })

  test('tells what it holds', () => {
    const { code, object } = json(other, ['status'])
    expect(code).toBe(0)
    expect(object).toMatchObject({
      schema: 'trailbook.status/v1',
      lake: { events: 3, files: 1, first: expect.any(String), last: expect.any(String) },
      coverage: {},
    })
    expect(trailbook(other, ['status']).stdout).toContain('3 from 1 file')
  })

  test('answers queries and runs', () => {
    const { code, object } = json(other, [
      'query',
      'SELECT eventName, count(*) AS calls FROM cloudtrail_logs GROUP BY eventName ORDER BY calls DESC',
    ])
    expect(code).toBe(0)
    expect(object).toMatchObject({
      schema: 'trailbook.query/v1',
      columns: [
        { name: 'eventName', type: 'varchar' },
        { name: 'calls', type: 'bigint' },
      ],
      rows: [
        { eventName: 'StopLogging', calls: 2 },
        { eventName: 'GetTrailStatus', calls: 1 },
      ],
      rowCount: 2,
      truncated: false,
      coverage: {},
      statistics: { elapsedMs: expect.any(Number) },
    })
    expect(
      json(other, ['run', 'stopped-trail', '--from', '2026-01-15', '--to', '2026-01-16']).object.findings,
    ).toHaveLength(2)
  })

  test('may lie elsewhere', () => {
    expect(json(other, ['ingest', 'logs', '--lake', 'second']).object.events).toBe(3)
    expect(json(other, ['status'], { env: { TRAILBOOK_LAKE: 'second' } }).object.lake.events).toBe(3)
    write(other, 'mine.yaml', 'lake: second\n')
    expect(json(other, ['status', '--config', 'mine.yaml']).object.lake.events).toBe(3)
  })

  test('gets the logs of a run when it is named', () => {
    expect(json(other, ['run', 'stopped-trail', '--logs', 'logs', '--lake', 'third']).code).toBe(1)
    expect(json(other, ['status', '--lake', 'third']).object.lake.events).toBe(3)
  })

  test('says what could not be read, takes the rest, and ends with 65', () => {
    writeLog(other, 'mixed/good.json.gz', [harmless])
    write(other, 'mixed/bad.json', '{"Records": [')
    const { code, object } = json(other, ['ingest', 'mixed', '--lake', 'fourth'])
    expect(code).toBe(65)
    expect(object).toMatchObject({
      events: 1,
      quarantined: [
        { file: expect.stringContaining('bad.json'), code: expect.any(String), reason: expect.any(String) },
      ],
    })
    expect(object.records).toBe(object.events + object.duplicates + object.quarantinedRecords)
  })
})

describe('configuration', () => {
  test('gives aliases and lists to runbooks and queries', () => {
    const other = folder()
    writeLog(other, 'logs/bad.json.gz', [stopped, denied, harmless])
    write(
      other,
      'trailbook.yaml',
      'aliases: [my_trail]\nlists:\n  trusted: ["arn:aws:iam::111122223333:user/mallory"]\nrunbooks: mine\n',
    )
    const runbook = asking
      .replace('needs:', 'uses: { lists: [trusted] }\nneeds:')
      .replace('FROM cloudtrail_logs', 'FROM my_trail')
      .replace('severity: low,', 'severity: low, when: "!(row.actor in lists.trusted)",')
    write(other, 'mine/asking.yaml', runbook)
    expect(json(other, ['lint']).object.errors).toBe(0)
    expect(json(other, ['run', 'asking', '--logs', 'logs']).object.findings).toMatchObject([
      { title: expect.stringContaining('bob') },
    ])
    expect(
      json(other, [
        'query',
        'SELECT count(*) AS n FROM my_trail WHERE actor IN (SELECT value FROM lists.trusted)',
        '--logs',
        'logs',
      ]).object.rows,
    ).toEqual([{ n: 1 }])
    write(
      other,
      'mine/exclusions.yaml',
      '- { runbook: asking, match: "row.outcome == \'denied\'", owner: me, reason: known, expires: 2099-01-01 }\n',
    )
    expect(json(other, ['run', 'asking', '--logs', 'logs']).object).toMatchObject({
      findings: [],
      runs: [{ steps: [{ excluded: 1 }, {}, {}, {}] }],
    })
  })
})

describe('query', () => {
  const query = (...args: string[]) => json(cwd, ['query', ...args, '--logs', 'logs'])
  const sql = 'SELECT eventName FROM cloudtrail_logs ORDER BY eventName'

  test('reads its SQL from a file and from standard input', () => {
    write(cwd, 'q.sql', sql)
    expect(query('--file', 'q.sql').object.rowCount).toBe(3)
    expect(json(cwd, ['query', '-', '--logs', 'logs'], { input: sql }).object.rowCount).toBe(3)
  })

  test('keeps as many rows as it should and counts all', () => {
    expect(query(sql, '--limit', '1').object).toMatchObject({
      rowCount: 3,
      truncated: true,
      rows: [{ eventName: 'GetTrailStatus' }],
    })
  })

  test('refuses wrong SQL with its place, before any log is read', () => {
    const { code, object } = json(cwd, ['query', 'SELECT eventNme FROM cloudtrail_logs', '--logs', 'logs'])
    expect(code).toBe(64)
    expect(object).toMatchObject({
      schema: 'trailbook.query/v1',
      error: { code: expect.stringMatching(/^SQL_/), at: { line: 1, column: 8 } },
    })
  })

  test('prints a table', () => {
    expect(trailbook(cwd, ['query', sql, '--logs', 'logs']).stdout).toMatch(
      /^eventName\s*\nGetTrailStatus\nStopLogging\nStopLogging\n\n3 rows; /,
    )
  })
})

describe('the process', () => {
  test('does not mind a reader that stops reading', async () => {
    write(cwd, 'wide.sql', 'SELECT * FROM cloudtrail_logs, UNNEST(sequence(1, 3000)) AS t (n)')
    const child = start(cwd, ['query', '--file', 'wide.sql', '--logs', 'logs', '--format', 'json'])
    let stderr = ''
    child.stderr.on('data', (part) => {
      stderr += part
    })
    child.stdout.once('data', () => child.stdout.destroy())
    const code = await new Promise((resolve) => child.on('close', resolve))
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })

  test('stops a query that takes longer than --timeout, and the run has failed', () => {
    const loops = ['t', 'u', 'v'].map((name) => `CROSS JOIN UNNEST(sequence(1, 9999)) AS ${name} (n${name})`).join(' ')
    const long = `SELECT count(*) AS n FROM cloudtrail_logs ${loops} WHERE nt + nu + nv = 1`
    expect(json(cwd, ['query', long, '--logs', 'logs', '--timeout', '1s'])).toMatchObject({
      code: 3,
      object: { error: { code: 'ENGINE_TIME_LIMIT' } },
    })
    write(cwd, 'long.yaml', `format: trailbook/v1\nid: long\ntitle: Long\nsteps:\n  - id: calls\n    query: ${long}\n`)
    expect(json(cwd, ['run', 'long.yaml', '--logs', 'logs', '--timeout', '1s'])).toMatchObject({
      code: 3,
      object: { verdict: 'failed', runs: [{ steps: [{ status: 'failed', error: { code: 'ENGINE_TIME_LIMIT' } }] }] },
    })
  }, 20_000)

  test('stops at Ctrl-C with 130 and says so', async () => {
    const child = start(cwd, ['query', '-', '--logs', 'logs', '--format', 'json'])
    let stdout = ''
    child.stdout.on('data', (part) => {
      stdout += part
    })
    child.stdin.write(
      'SELECT count(*) AS n FROM cloudtrail_logs a, UNNEST(sequence(1, 9999)) AS t (n), UNNEST(sequence(1, 9999)) AS u (m), UNNEST(sequence(1, 9999)) AS v (o) WHERE n + m + o = 1',
    )
    child.stdin.end()
    await new Promise((resolve) => setTimeout(resolve, 2500))
    child.kill('SIGINT')
    const code = await new Promise((resolve) => child.on('close', resolve))
    expect(code).toBe(130)
    expect(JSON.parse(stdout)).toMatchObject({ schema: 'trailbook.query/v1', error: { code: 'RUN_INTERRUPTED' } })
  }, 20_000)

  test('of ingest stops at Ctrl-C, says what is stored, and goes on later', async () => {
    const other = folder()
    for (let file = 0; file < 500; file += 1) {
      const events = Array.from({ length: 40 }, (_, index) => ({ ...harmless, eventID: `${file}-${index}` }))
      writeLog(other, `logs/${file}.json.gz`, events)
    }
    const child = start(other, ['ingest', 'logs', '--format', 'json'])
    let stdout = ''
    child.stdout.on('data', (part) => {
      stdout += part
    })
    while (!existsSync(join(other, '.trailbook/lake/trailbook-lake.json')))
      await new Promise((resolve) => setTimeout(resolve, 5))
    child.kill('SIGINT')
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(130)
    const stopped = JSON.parse(stdout)
    expect(stopped).toMatchObject({ schema: 'trailbook.ingest/v1', interrupted: true })
    expect(stopped.events).toBeLessThan(20_000)
    const { object } = json(other, ['ingest', 'logs'])
    expect(object.events + stopped.events).toBe(20_000)
    expect(json(other, ['status']).object.lake.events).toBe(20_000)
  })

  test('shows a run in words on the terminal', () => {
    const { stdout, code } = trailbook(cwd, ['run', 'stopped-trail', '--logs', 'logs'])
    expect(code).toBe(1)
    expect(stdout).toMatch(/^FINDINGS {2}2 findings: 1 high, 1 medium\./)
    expect(stdout).toContain('Window ')
    expect(stdout).toMatch(/clear through|nothing in this window is covered/)
    expect(stdout).not.toContain('\u001b')
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([])
  })
})
