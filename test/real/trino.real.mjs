// Trino, the real one: its Hive connector reads what `lake publish` wrote, and must answer as DuckDB does.
// Usage: node test/real/trino.real.mjs [--record] [--seed <n>] [--queries <n>]
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startTrino } from './support/trino.mjs'
import { importTypeScript } from './support/typescript.mjs'

const root = join(import.meta.dirname, '../..')
const { values } = parseArgs({
  options: { record: { type: 'boolean' }, seed: { type: 'string' }, queries: { type: 'string', default: '2000' } },
})
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 30))
const cli = join(root, 'dist/cli.js')
if (!existsSync(cli)) execFileSync('npm', ['run', 'build'], { cwd: root, stdio: 'inherit' })

let passed = 0
let failed = 0
async function check(name, work) {
  const started = Date.now()
  try {
    const told = await work()
    passed++
    console.log(
      `ok    ${name}${told === undefined ? '' : `: ${told}`} (${((Date.now() - started) / 1000).toFixed(1)} s)`,
    )
  } catch (error) {
    failed++
    console.log(`FAIL  ${name}: ${error.message}`)
  }
}

const real = await importTypeScript('test/conformance/real.ts')
const folder = mkdtempSync(join(tmpdir(), 'trailbook-trino-part-'))
console.log('starting Trino')
const trino = await startTrino()
console.log(`Trino ${trino.version} answers`)
const settings = (schema) => ({
  name: 'test',
  url: trino.url,
  user: 'test',
  catalog: 'hive',
  schema,
  table: 'cloudtrail_logs',
})

/** Runs the command line, and gives what it printed. */
function trailbook(args, codes = [0]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  })
  if (!codes.includes(status))
    throw new Error(`trailbook ${args.join(' ')} ended with ${status}: ${stderr.slice(-800)}`)
  return stdout
}

async function publish(schema, logs) {
  const lake = join(folder, `lake-${schema}`)
  trailbook(['ingest', logs, '--lake', lake])
  trailbook(['lake', 'publish', join(trino.data, schema), '--lake', lake])
  await real.publishTable(trino.ask, {
    schema,
    table: 'cloudtrail_logs',
    folder: join(trino.data, schema),
    location: `local:///${schema}`,
  })
  return lake
}

try {
  if (values.record) {
    console.log(`${await real.record(root, settings('suite'))} answers are recorded: look at the difference`)
  } else {
    await run()
  }
} finally {
  await trino.stop()
  rmSync(folder, { recursive: true, force: true })
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1

async function run() {
  mkdirSync(join(folder, 'suite'))
  writeFileSync(join(folder, 'suite/records.json'), JSON.stringify({ Records: real.conformanceRecords }))
  await check('a published snapshot of the suite becomes a table', async () => {
    await publish('suite', 'suite')
    await trino.ask('CREATE TABLE hive.suite.not_events (a varchar)')
  })
  for (const where of ['inline', 'table'])
    await check(
      `the conformance suite, events ${where === 'inline' ? 'in the statements' : 'in Parquet'}`,
      async () => {
        const { passed: right, failures } = await real.holdToSuite(root, settings('suite'), where)
        if (failures.length > 0)
          throw new Error(`${failures.length} answers differ\n${failures.slice(0, 10).join('\n')}`)
        return `${right} answers`
      },
    )
  for (const [name, work] of real.behaviourChecks(settings('suite'), trino.ask)) await check(name, work)
  await check('every shipped runbook: equal rows and findings', sameRuns)
  await check(`random queries, seed ${seed}`, async () => {
    const told = await real.compareRandomQueries(settings('suite'), { seed, wanted: Number(values.queries) })
    const { differences, ...counts } = told
    if (counts.serverFaults > counts.equal / 50) throw new Error(`Trino fails too often: ${JSON.stringify(counts)}`)
    if (differences.length > 0) throw new Error(`${JSON.stringify(counts)}\n${differences.join('\n')}`)
    return JSON.stringify(counts)
  })
}

/** The same simulated events, once in the lake and once in the table. */
async function sameRuns() {
  trailbook(['simulate', '--events', '5000', '--seed', '7', '--out', 'simulated'])
  const lake = await publish('trail', 'simulated')
  const connection = Object.entries(settings('trail')).filter(([name]) => name !== 'name')
  const members = connection.map(([name, value]) => `    ${name}: ${JSON.stringify(value)}\n`).join('')
  writeFileSync(join(folder, 'trailbook.yaml'), `connections:\n  test:\n    engine: trino\n${members}`)
  const [{ first, last } = {}] = JSON.parse(
    trailbook([
      'query',
      'SELECT min(eventTime) AS first, max(eventTime) AS last FROM cloudtrail_logs',
      '--lake',
      lake,
      '--format',
      'json',
    ]),
  ).rows
  const asked = ['run', '--all', '--from', first, '--to', last, '--no-record', '--format', 'json']
  const here = JSON.parse(trailbook([...asked, '--lake', lake], [0, 1, 2]))
  const there = JSON.parse(trailbook([...asked, '--connection', 'test'], [0, 1, 2]))
  let steps = 0
  let rows = 0
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
  if (there.coverage.complete || there.runs.some(({ verdict }) => verdict === 'clear'))
    throw new Error('what nobody vouches for was called clear')
  return `${here.runs.length} runbooks, ${steps} steps, ${rows} rows, ${here.findings.length} findings`
}

function equal(one, other) {
  return JSON.stringify(one) === JSON.stringify(other)
}
