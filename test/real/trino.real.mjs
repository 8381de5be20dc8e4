// Trino, the real one: its Hive connector reads what `lake publish` wrote, and the records of trails as they were delivered, and
// must answer as DuckDB does.
// Usage: node test/real/trino.real.mjs [--record] [--seed <n>] [--queries <n>] [--cli <file>]
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { checks } from './support/checks.mjs'
import { startTrino } from './support/trino.mjs'
import { importTypeScript } from './support/typescript.mjs'

const root = join(import.meta.dirname, '../..')
const { values } = parseArgs({
  options: {
    record: { type: 'boolean' },
    seed: { type: 'string' },
    queries: { type: 'string', default: '2000' },
    cli: { type: 'string' },
  },
})
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 30))
const cli = values.cli ?? join(root, 'dist/cli.js')
if (!existsSync(cli)) execFileSync('npm', ['run', 'build'], { cwd: root, stdio: 'inherit' })

const { check, finish } = checks()

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
finish()

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
  await rawTables()
  for (const [name, work] of real.behaviourChecks(settings('suite'), trino.ask)) await check(name, work)
  await check('every shipped runbook: equal rows and findings', sameRuns)
  await check(`random queries, seed ${seed}`, () => compared(settings('suite'), Number(values.queries)))
}

/** A trail's own tables: copies in and across files and days, days in every form that partitions have. */
async function rawTables() {
  const rawSettings = (table) => ({ ...settings('raw'), table })
  const make = (table, records, options) =>
    real.makeRawTable(trino.ask, records, {
      schema: 'raw',
      table,
      folder: join(trino.data, table),
      location: `local:///${table}`,
      ...options,
    })
  const held = async (table, where, some) => {
    const { passed: right, failures } = await real.holdToSuite(root, rawSettings(table), where, some)
    if (failures.length > 0) throw new Error(`${failures.length} answers differ\n${failures.slice(0, 10).join('\n')}`)
    return `${right} answers`
  }
  const days = { slashes: 'yyyy/MM/dd', hyphens: 'yyyy-MM-dd', dates: 'date', three_columns: 'year/month/day' }
  for (const [table, form] of Object.entries(days))
    await check(`a raw table by account, Region and day as ${form}`, async () => {
      const count = await make(table, real.conformanceRecords, { columns: 'whole', days: form })
      return `${count} rows; ${await real.opensOnlyItsDays(rawSettings(table))}`
    })
  await check('the conformance suite, raw table', () => held('slashes', 'table'))
  await check("the conformance suite, raw table, in the text of Athena's dialect", () =>
    held('slashes', 'table-as-athena'),
  )
  const inScope = ({ area }) => area === 'scope'
  for (const table of Object.keys(days).slice(1))
    await check(`the cases of scope, raw table with ${table}`, () => held(table, 'table', inScope))
  await check('the documented columns alone', async () => {
    await make('documented', real.conformanceRecords, { columns: 'documented', days: 'yyyy/MM/dd' })
    return real.holdDocumented(rawSettings('documented'))
  })
  await check('a raw table in Parquet', async () => {
    await trino.ask(
      `CREATE TABLE hive.raw.parquet WITH (format = 'PARQUET', partitioned_by = ARRAY['account', 'region', 'dt']) AS SELECT * FROM hive.raw.hyphens WHERE dt < '2026-03-01'`,
    )
    return held('parquet', 'table', ({ area }) => ['records', 'scope', 'virtual columns', 'structures'].includes(area))
  })
  await check('other content under one event id, and records without an id', () =>
    real.variantsStay(trino.ask, rawSettings('variants'), join(trino.data, 'variants')),
  )
  await check(`random queries over a raw table, seed ${seed}`, () => compared(rawSettings('slashes'), 200))
}

async function compared(table, wanted) {
  const { differences, ...counts } = await real.compareRandomQueries(table, { seed, wanted })
  if (counts.serverFaults > counts.equal / 50) throw new Error(`Trino fails too often: ${JSON.stringify(counts)}`)
  if (differences.length > 0) throw new Error(`${JSON.stringify(counts)}\n${differences.join('\n')}`)
  return JSON.stringify(counts)
}

/** The same simulated events, once in the lake, once in a table of its snapshot and once in a raw table with copies. */
async function sameRuns() {
  trailbook(['simulate', '--events', '5000', '--seed', '7', '--out', 'simulated'])
  const lake = await publish('trail', 'simulated')
  const copied = await real.makeRawTable(trino.ask, await real.recordsOf(join(folder, 'simulated')), {
    schema: 'raw',
    table: 'trail',
    folder: join(trino.data, 'raw-trail'),
    location: 'local:///raw-trail',
    columns: 'whole',
    days: 'yyyy/MM/dd',
  })
  const connections = { test: settings('trail'), raw: { ...settings('raw'), table: 'trail' } }
  const members = Object.entries(connections).map(([name, { name: _, ...members }]) => {
    const lines = Object.entries(members).map(([member, value]) => `    ${member}: ${JSON.stringify(value)}\n`)
    return `  ${name}:\n    engine: trino\n${lines.join('')}`
  })
  writeFileSync(join(folder, 'trailbook.yaml'), `connections:\n${members.join('')}`)
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
  const told = Object.keys(connections).map((name) =>
    sameAs(here, JSON.parse(trailbook([...asked, '--connection', name], [0, 1, 2])), name),
  )
  return `${told[0]}; once more over ${copied} rows of a raw table`
}

function sameAs(here, there, name) {
  let steps = 0
  let rows = 0
  for (const [at, run] of here.runs.entries())
    for (const [index, step] of run.steps.entries()) {
      const other = there.runs[at]?.steps[index]
      if (step.status !== other?.status || step.rowCount !== other.rowCount || !equal(step.rows, other.rows))
        throw new Error(
          `${name}: ${run.runbook} ${step.id}: ${step.status} ${step.rowCount}, ${other?.status} ${other?.rowCount}`,
        )
      steps++
      rows += step.rowCount ?? 0
    }
  if (!equal(here.findings, there.findings)) throw new Error(`${name}: the findings differ`)
  if (there.coverage.complete || there.runs.some(({ verdict }) => verdict === 'clear'))
    throw new Error(`${name}: what nobody vouches for was called clear`)
  return `${here.runs.length} runbooks, ${steps} steps, ${rows} rows, ${here.findings.length} findings`
}

function equal(one, other) {
  return JSON.stringify(one) === JSON.stringify(other)
}
