import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { build, folder, json, trailbook, write, writeLog } from './trailbook.ts'

const configured = `connections:
  away: { engine: trino, url: "http://127.0.0.1:1", user: me, catalog: hive, schema: default }
  raw: { engine: athena, region: us-east-1, database: security, workgroup: trailbook, account: "111122223333", output: "s3://results/t/", logs: ["s3://my-trail/AWSLogs/"] }
  locked: { engine: trino, url: "https://127.0.0.1:1", user: me, password: "${'$'}{env:TRAILBOOK_NOT_SET}", catalog: hive, schema: default }
  groups: { engine: logs-insights, region: us-east-1, logGroups: [aws-cloudtrail-logs] }
  counted: { engine: logs-insights, region: us-east-1, logGroups: [aws-cloudtrail-logs], coverage: probe }
sources:
  trail: { url: "s3://my-trail/AWSLogs/" }
`
const window = ['--from', '2026-01-15T00:00:00Z', '--to', '2026-01-16T00:00:00Z']

let cwd: string
beforeAll(() => {
  build()
  cwd = folder()
  write(cwd, 'trailbook.yaml', configured)
  writeLog(cwd, 'logs/bad.json.gz', [
    { eventSource: 'cloudtrail.amazonaws.com', eventName: 'StopLogging', userIdentity: { type: 'Root' } },
  ])
  trailbook(cwd, ['ingest', 'logs'])
})

test('a plan has the digest of the run that carries it out', () => {
  const { object, code } = json(cwd, ['plan', 'root-activity', ...window])
  const ran = json(cwd, ['run', 'root-activity', ...window]).object
  expect(code).toBe(0)
  expect(object.schema).toBe('trailbook.plans/v1')
  expect(object.plans[0].digest).toBe(ran.runs[0].plan)
  expect(object.plans[0].steps[0]).toMatchObject({
    sql: ran.runs[0].steps[0].sql,
    parameters: ran.runs[0].steps[0].parameters,
  })
  expect(object.plans[0].steps[0].estimate).toMatchObject({ files: 1, basis: "from the lake's manifest" })
  expect(object.plans[0].steps[0].estimate.bytes).toBe(ran.runs[0].steps[0].read.bytes)
})

test('offline nobody is asked, and the text is there all the same', () => {
  const { object, code } = json(cwd, [
    'plan',
    'root-activity',
    '--connection',
    'away',
    '--connection',
    'raw',
    '--offline',
    ...window,
  ])
  expect(code).toBe(0)
  expect(object.plans.map(({ engine }: { engine: string }) => engine)).toEqual(['trino', 'athena'])
  for (const { steps, copies } of object.plans) {
    expect(copies).toBeNull()
    expect(steps[0].sql).toContain(`>= '2026-01-15T00:00:00Z'`)
    expect(steps[0]).toMatchObject({ estimate: null, unknown: 'nobody was asked' })
  }
})

test('a password that is not set is missed by who signs in, and by nobody else', () => {
  const locked = ['root-activity', '--connection', 'locked']
  expect(json(cwd, ['plan', ...locked, '--offline', ...window]).code).toBe(0)
  expect(json(cwd, ['permissions', ...locked]).object.grants).toHaveLength(1)
  for (const args of [
    ['plan', ...locked, ...window],
    ['run', ...locked, ...window],
  ]) {
    const { object, code } = json(cwd, args)
    expect([code, object.error.code]).toEqual([64, 'CONFIG_ENV'])
    expect(object.error.message).toContain('"connections.locked.password"')
  }
})

test('a plan of what costs money says that finding out the coverage comes on top, where it was asked for', () => {
  const told = (connection: string) =>
    trailbook(cwd, ['plan', 'root-activity', '--connection', connection, '--offline', ...window]).stdout.split('\n')
  const cost = (connection: string) => told(connection).find((line) => line.startsWith('Cost'))
  expect([cost('groups'), cost('counted')]).toEqual([
    'Cost     unknown beforehand',
    'Cost     unknown beforehand; finding out what the events cover comes on top',
  ])
})

test('notes are as wide as a terminal', () => {
  for (const [columns, most] of [
    ['', 80],
    ['50', 50],
  ] as const) {
    const { stderr } = trailbook(cwd, ['permissions', 'root-activity', '--connection', 'raw'], {
      env: { COLUMNS: columns },
    })
    expect(stderr).toContain('Not carried out by this version')
    const widest = Math.max(...stderr.split('\n').map(({ length }) => length))
    expect([widest <= most, widest > most / 2]).toEqual([true, true])
  }
})

test('steps that an engine would refuse are told by name, and the exit code is that of a failed run', () => {
  const { object, code } = json(cwd, ['plan', 'ec2-terminations', '--connection', 'groups', '--offline', ...window])
  const told = object.plans[0].steps.flatMap((step: { id: string; refused?: { code: string } }) =>
    step.refused ? [step.refused.code] : [],
  )
  expect(code).toBe(told.length > 0 ? 3 : 0)
  for (const refusal of told) expect(refusal).toMatch(/^SQL_|^ENGINE_TEXT_LIMIT$/)
})

test('on a terminal of 80 columns a plan shows texts, values and the command', () => {
  const { stdout } = trailbook(cwd, ['plan', 'root-activity', ...window])
  expect(stdout).toContain('PLAN root-activity on lake (duckdb)')
  expect(stdout).toContain('trailbook run root-activity --from 2026-01-15T00:00:00Z --to 2026-01-16T00:00:00Z')
})

test('a connection that cannot be reached leaves the answer open where the lake gave one', () => {
  const { object, code } = json(cwd, [
    'run',
    'root-activity',
    '--connection',
    'lake',
    '--connection',
    'away',
    ...window,
  ])
  expect(
    object.runs.map(({ connection, verdict }: { connection: string; verdict: string }) => `${connection} ${verdict}`),
  ).toEqual([expect.stringMatching(/^lake (findings|inconclusive)$/), 'away failed'])
  expect(object.verdict).toBe(object.runs[0].verdict)
  expect(code).toBe(object.verdict === 'findings' ? 1 : 2)
  expect(object.complete).toBe(false)
  expect(object.runs[1].doubts[0]).toMatchObject({ code: 'connection' })
  expect(object.kept.map(({ connection }: { connection: string }) => connection)).toEqual(['lake', 'away'])
})

test('alone it is a failure', () => {
  expect(json(cwd, ['run', 'root-activity', '--connection', 'away', ...window]).code).toBe(3)
})

test('every format tells connections apart', () => {
  const files = ['a.txt', 'a.md', 'a.html', 'a.csv', 'a.ndjson', 'a.sarif', 'a.xml']
  const reports = files.flatMap((file) => ['--report', file])
  trailbook(cwd, ['run', 'root-activity', '--connection', 'lake', '--connection', 'away', ...window, ...reports])
  for (const file of files) {
    const text = readFileSync(join(cwd, file), 'utf8')
    expect(text, file).toContain('away')
    expect(text, file).toContain('lake')
  }
})

test('rows of a query bear their origin', () => {
  const sql = 'SELECT count(*) AS calls FROM cloudtrail_logs'
  const { object, code } = json(cwd, ['query', sql, '--connection', 'lake', '--connection', 'away', ...window])
  expect(object.rows).toEqual([{ connection: 'lake', calls: 1 }])
  expect(object.connections[1]).toMatchObject({ name: 'away', error: { code: expect.stringMatching(/^TRINO_/) } })
  expect(code).toBe(2)
})

test('a bundle of evidence is refused for a connection, and a misspelt name before anything is asked', () => {
  expect(json(cwd, ['run', 'root-activity', '--connection', 'away', '--evidence', 'out']).object.error.code).toBe(
    'CLI_CONNECTION_ALONE',
  )
  expect(json(cwd, ['run', 'root-activity', '--connection', 'lake', '--connection', 'awya']).object.error.code).toBe(
    'CLI_CONNECTION_UNKNOWN',
  )
})

test('--max-cost takes dollars, and nothing else', () => {
  expect(json(cwd, ['run', 'root-activity', '--max-cost', 'much']).code).toBe(64)
  expect(json(cwd, ['run', 'root-activity', '--max-cost', '0', ...window]).code).not.toBe(64)
})

/** Known actions of IAM, as the service authorization reference lists them. */
const known =
  /^(athena:(Get(QueryExecution|QueryResults|WorkGroup|DataCatalog)|St(art|op)QueryExecution)|glue:(BatchGetPartition|Get(Database|Partitions?|Table))|lakeformation:GetDataAccess|kms:(Decrypt|GenerateDataKey)|sts:AssumeRole|s3:(AbortMultipartUpload|GetBucketLocation|GetObject|ListBucket|ListBucketMultipartUploads|ListMultipartUploadParts|PutObject)|logs:(StartQuery|StopQuery|GetQueryResults)|cloudtrail:(CancelQuery|DescribeQuery|GetQueryResults|StartQuery))$/
const withoutResource = /^(lakeformation:GetDataAccess|logs:(StopQuery|GetQueryResults))$/

test('permissions prints one policy with known actions, unique Sids, and no resource wider than must be', () => {
  const { stdout, stderr } = trailbook(cwd, [
    'permissions',
    '--all',
    '--connection',
    'raw',
    '--connection',
    'groups',
    '--connection',
    'away',
    '--ingest',
  ])
  const policy = JSON.parse(stdout)
  expect(policy.Version).toBe('2012-10-17')
  const sids = policy.Statement.map(({ Sid }: { Sid: string }) => Sid)
  expect(new Set(sids).size).toBe(sids.length)
  for (const { Sid, Action, Resource } of policy.Statement) {
    expect(Sid).toMatch(/^[A-Za-z0-9]+$/)
    for (const action of Action) expect(action).toMatch(known)
    if (Resource.includes('*')) for (const action of Action) expect(action).toMatch(withoutResource)
  }
  expect(JSON.stringify(policy).length).toBeLessThanOrEqual(6144)
  expect(stderr).toContain('GRANT SELECT ON "hive"."default"."cloudtrail_logs" TO USER "me"')
  expect(stderr).toContain('Not carried out by this version')
})

test('the lake needs no permission', () => {
  const { object } = json(cwd, ['permissions', 'root-activity'])
  expect(object).toMatchObject({ policy: null, grants: [] })
})
