// Athena: its API by our fake with a real Trino that carries out the queries, and by moto, which carries out none.
// Usage: node test/real/athena.real.mjs [--cli <bundle>]
import { execFile, execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { checks } from './support/checks.mjs'
import { awsEnvironment, filesOf, fillBucket, makeBucket, startMoto } from './support/moto.mjs'
import { startTrino } from './support/trino.mjs'
import { importTypeScript } from './support/typescript.mjs'

const root = join(import.meta.dirname, '../..')
const { values } = parseArgs({ options: { cli: { type: 'string' } } })
const cli = resolve(values.cli ?? join(root, 'dist/cli.js'))
if (!existsSync(cli)) execFileSync('npm', ['run', 'build'], { cwd: root, stdio: 'inherit' })

const { check, finish } = checks()

const real = await importTypeScript('test/conformance/athena.ts')
const folder = mkdtempSync(join(tmpdir(), 'trailbook-athena-part-'))
let environment = awsEnvironment('http://127.0.0.1:9')

/** Runs the command line without blocking: the fake lives in this process. */
const told = (args) =>
  new Promise((resolve) => {
    const options = { cwd: folder, env: environment, maxBuffer: 2 ** 28 }
    execFile(process.execPath, [cli, ...args], options, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : error.code, stdout, stderr }),
    )
  })

async function trailbook(args, codes = [0]) {
  const { code, stdout, stderr } = await told(args)
  if (!codes.includes(code)) throw new Error(`trailbook ${args.join(' ')} ended with ${code}: ${stderr.slice(-800)}`)
  return stdout
}

const json = async (args, codes) => JSON.parse(await trailbook([...args, '--format', 'json'], codes))

/** Settings of the connection "athena" in trailbook.yaml. */
function configure(settings) {
  const members = Object.entries({ engine: 'athena', region: 'us-east-1', ...settings })
  const text = members.map(([name, value]) => `    ${name}: ${JSON.stringify(value)}\n`).join('')
  writeFileSync(join(folder, 'trailbook.yaml'), `connections:\n  athena:\n${text}`)
}

await trailbook(['simulate', '--events', '5000', '--seed', '7', '--out', 'simulated'])
try {
  await overTrino()
  await overMoto()
} finally {
  rmSync(folder, { recursive: true, force: true })
}
finish()

async function overTrino() {
  console.log('starting Trino')
  const trino = await startTrino()
  let over
  try {
    mkdirSync(join(folder, 'suite'))
    writeFileSync(join(folder, 'suite/records.json'), JSON.stringify({ Records: real.conformanceRecords }))
    for (const [schema, logs] of Object.entries({ suite: 'suite', trail: 'simulated' })) {
      const lake = join(folder, `lake-${schema}`)
      await trailbook(['ingest', logs, '--lake', lake])
      await trailbook(['lake', 'publish', join(trino.data, schema), '--lake', lake])
      const place = {
        schema,
        table: 'cloudtrail_logs',
        folder: join(trino.data, schema),
        location: `local:///${schema}`,
      }
      await real.publishTable(trino.ask, place)
    }
    over = await real.athenaOverTrino(trino.url, ['suite', 'trail'])
    environment = { ...awsEnvironment(over.fake.url), ...over.fake.env }
    Object.assign(process.env, over.fake.env)
    const aws = { region: 'us-east-1', endpoint: over.fake.url }
    await check('the conformance suite by way of the API, cells as text', async () => {
      const connection = await real.openAthenaConnection({ database: 'suite', aws })
      const { passed: right, skipped, failures } = await real.holdAthenaToSuite(root, connection)
      await connection.close()
      if (failures.length > 0) throw new Error(`${failures.length} answers differ\n${failures.slice(0, 10).join('\n')}`)
      return `${right} answers, ${skipped} skipped`
    })
    configure({ catalog: 'hive', database: 'trail', workgroup: 'wg', coverage: 'none' })
    await check('every shipped runbook: equal rows and findings', sameRuns)
    await check('Ctrl-C ends the query, on Athena and behind it', () => interrupted(over, trino))
    await check('a budget ends a run when it is used up', () => outOfBudget(over))
  } finally {
    await over?.fake.close()
    await trino.stop()
  }
}

/** The same simulated events, once in the lake and once in the table. */
async function sameRuns() {
  const lake = join(folder, 'lake-trail')
  const span = 'SELECT min(eventTime) AS first, max(eventTime) AS last FROM cloudtrail_logs'
  const [{ first, last }] = (await json(['query', span, '--lake', lake])).rows
  const asked = ['run', '--all', '--from', first, '--to', last, '--no-record']
  const here = await json([...asked, '--lake', lake], [0, 1, 2])
  const there = await json([...asked, '--connection', 'athena'], [0, 1, 2])
  let [steps, rows] = [0, 0]
  for (const [at, run] of here.runs.entries())
    for (const [index, step] of run.steps.entries()) {
      const other = there.runs[at]?.steps[index]
      if (step.status !== other?.status || step.rowCount !== other.rowCount || !equal(step.rows, other.rows))
        throw new Error(
          `${run.runbook} ${step.id}: ${step.status} ${step.rowCount}, ${other?.status} ${other?.rowCount}`,
        )
      steps++
      rows += step.rowCount ?? 0
    }
  if (!equal(here.findings, there.findings)) throw new Error('the findings differ')
  if (there.runs.some(({ verdict }) => verdict === 'clear')) throw new Error('what nobody vouches for was called clear')
  return `${here.runs.length} runbooks, ${steps} steps, ${rows} rows, ${here.findings.length} findings`
}

function equal(one, other) {
  return JSON.stringify(one) === JSON.stringify(other)
}

async function interrupted({ queries }, trino) {
  const before = queries.executions.length
  const long =
    'SELECT count(*) AS n FROM cloudtrail_logs AS a CROSS JOIN cloudtrail_logs AS b CROSS JOIN cloudtrail_logs AS c'
  const args = ['query', long, '--connection', 'athena', '--from', '2020-01-01T00:00:00Z']
  const child = spawn(process.execPath, [cli, ...args], { cwd: folder, env: environment, stdio: 'ignore' })
  const ended = new Promise((resolve) => child.on('close', resolve))
  while (queries.executions[before]?.state !== 'RUNNING') await sleep(20)
  await sleep(500)
  child.kill('SIGINT')
  const code = await ended
  const { state } = queries.executions[before]
  if (code !== 130 || state !== 'CANCELLED') throw new Error(`exit code ${code}, state ${state}`)
  for (let tries = 0; ; tries++) {
    const [[running]] = await trino.ask(
      "SELECT count(*) FROM system.runtime.queries WHERE state = 'RUNNING' AND query LIKE '%CROSS JOIN%' AND query NOT LIKE '%system.runtime%'",
    )
    if (running === 0) return `exit code ${code}, state ${state}`
    if (tries > 50) throw new Error('it still runs on Trino')
    await sleep(100)
  }
}

async function outOfBudget({ queries }) {
  configure({ catalog: 'hive', database: 'trail', workgroup: 'wg', coverage: 'none', budget: { scan: '35MB' } })
  const before = queries.executions.length
  const { code, stdout } = await told([
    'run',
    '--all',
    '--since',
    '30d',
    '--no-record',
    '--connection',
    'athena',
    '--format',
    'json',
  ])
  const asked = queries.executions.length - before
  if (code !== 3 || !stdout.includes('ATHENA_BUDGET')) throw new Error(`exit code ${code}: ${stdout.slice(0, 300)}`)
  // Each is billed as 10 MB: the fourth does not fit in.
  if (asked > 4) throw new Error(`${asked} queries were asked`)
  return `${asked} queries asked, then refused`
}

async function overMoto() {
  const moto = await startMoto()
  environment = awsEnvironment(moto.endpoint)
  try {
    await makeBucket(moto.endpoint, 'trail-logs')
    await fillBucket(moto.endpoint, 'trail-logs', join(folder, 'simulated'), (key) => /AWSLogs\/.*$/.exec(key)?.[0])
    const logs = ['s3://trail-logs/AWSLogs/']
    configure({
      database: 'security',
      workgroup: 'trailbook',
      output: 's3://trail-results/athena/',
      account: '111122223333',
      logs,
    })
    const setup = ['athena', 'setup', '--connection', 'athena']
    await check('moto: setup prints, and asks nothing', async () => {
      const { applied, statements, policy } = await json(setup)
      if (applied || statements.length !== 2) throw new Error('it applied something')
      return `${policy.Statement.length} statements of policy`
    })
    const states = async (args, codes) =>
      (await json([...setup, ...args], codes)).pieces.map(({ name, state }) => `${name} ${state}`)
    await check('moto: setup makes everything once', async () => {
      const first = await states(['--apply'])
      const second = await states(['--apply'])
      if (!first.every((one) => one.endsWith(' made')) || !second.every((one) => one.endsWith(' same')))
        throw new Error(`${first.join(', ')}; then ${second.join(', ')}`)
      return first.join(', ')
    })
    await check('moto: setup tells what differs, and changes it only when told to', async () => {
      const told = await states(['--apply', '--first-day', '2024-01-01'], [1])
      const changed = await states(['--apply', '--change', '--first-day', '2024-01-01'])
      const after = await states(['--apply', '--first-day', '2024-01-01'])
      const table = (list) =>
        list
          .find((one) => one.startsWith('table'))
          ?.split(' ')
          .at(-1)
      const seen = [told, changed, after].map(table).join(', ')
      if (seen !== 'differs, changed, same') throw new Error(seen)
      return seen
    })
    await check('moto: a query through the SDK, answered by what was queued', () => queued(moto))
    await check('moto: an estimate is what lies there', () => estimated(moto))
  } finally {
    await moto.stop()
  }
}

async function queued(moto) {
  const column = {
    CatalogName: 'hive',
    SchemaName: '',
    TableName: '',
    Name: 'n',
    Label: 'n',
    Type: 'bigint',
    Precision: 19,
    Scale: 0,
    Nullable: 'UNKNOWN',
    CaseSensitive: false,
  }
  const row = (value) => ({ Data: [{ VarCharValue: value }] })
  const results = [{ rows: [row('n'), row('9007199254740993')], column_info: [column] }]
  const accounts = ['123456789012']
  for (const account_id of accounts)
    await fetch(`${moto.endpoint}/moto-api/static/athena/query-results`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ account_id, region: 'us-east-1', results }),
    })
  configure({
    database: 'security',
    workgroup: 'trailbook',
    coverage: 'none',
    accounts: ['111122223333'],
    regions: ['us-east-1'],
  })
  const { rows } = await json([
    'query',
    'SELECT count(*) AS n FROM cloudtrail_logs',
    '--connection',
    'athena',
    '--since',
    '1d',
  ])
  if (rows[0]?.n !== '9007199254740993') throw new Error(JSON.stringify(rows))
  return rows[0].n
}

async function estimated(moto) {
  Object.assign(process.env, awsEnvironment(moto.endpoint))
  const files = filesOf(join(folder, 'simulated')).filter((file) => /AWSLogs\/.*\/CloudTrail\/.*\.json\.gz$/.test(file))
  const parts = files.map((file) => /AWSLogs\/(\d{12})\/CloudTrail\/([^/]+)\/(\d{4}\/\d\d\/\d\d)\//.exec(file))
  if (parts.some((one) => one === null)) throw new Error(`a file lies elsewhere: ${files[parts.indexOf(null)]}`)
  const all = (at) => [...new Set(parts.map((one) => one[at]))].sort()
  const connection = await real.openAthenaConnection({
    catalog: 'AwsDataCatalog',
    database: 'security',
    workgroup: 'trailbook',
    accounts: all(1),
    regions: all(2),
    aws: { region: 'us-east-1', endpoint: moto.endpoint },
  })
  const days = all(3)
  const day = (text, hours) =>
    `${new Date(Date.parse(text.replaceAll('/', '-')) + hours * 3_600_000).toISOString().slice(0, 19)}Z`
  const [from, to] = [day(days[0], 24), day(days[2] ?? days[0], 30)]
  const scope = { window: { from, to }, earliest: from, accounts: [], regions: [], services: [] }
  const { bytes, files: count, basis } = await connection.estimate({ text: '', bindings: [], columns: [] }, scope)
  const [first, last] = [day(from.slice(0, 10), -24).slice(0, 10), day(to.slice(0, 10), 24).slice(0, 10)]
  const wanted = files.filter((_, at) => {
    const delivered = parts[at][3].replaceAll('/', '-')
    return delivered >= first && delivered <= last
  })
  const size = wanted.reduce((sum, file) => sum + statSync(file).size, 0)
  await connection.close()
  if (bytes !== size || count !== wanted.length)
    throw new Error(`${count} of ${wanted.length} files, ${bytes} of ${size} bytes`)
  return `${bytes} bytes ${basis}`
}
