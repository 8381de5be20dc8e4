// Coverage of connections on the real Trino: a published snapshot answers as its lake does, a table that nobody vouches for is counted.
// Usage: node test/real/coverage.real.mjs [--seed <n>]
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual, parseArgs } from 'node:util'
import { parse } from 'yaml'
import { program } from '../kill/support/program.mjs'
import { randomOf } from '../kill/support/random.mjs'
import { startTrino } from './support/trino.mjs'

const root = join(import.meta.dirname, '../..')
const { values } = parseArgs({
  options: { seed: { type: 'string', default: '7' }, questions: { type: 'string', default: '12' } },
})
const path = process.env.TRAILBOOK_CLI ?? join(root, 'dist/cli.js')
if (!existsSync(path)) execFileSync('npm', ['run', 'build'], { cwd: root, stdio: 'inherit' })
const cli = program(path)
const folder = mkdtempSync(join(tmpdir(), 'trailbook-coverage-real-'))
const lake = join(folder, 'lake')
const random = randomOf(Number(values.seed))

console.log('starting Trino')
const trino = await startTrino()
let failed = 0
try {
  const logs = join(folder, 'logs')
  const drawn = ['--events', '6000', '--days', '2', '--accounts', '5', '--stories', 'none', '--seed', values.seed]
  await cli.call(['simulate', '--out', logs, ...drawn])
  const { inventory } = parse(readFileSync(join(logs, 'trailbook.yaml'), 'utf8'))
  const place = {
    engine: 'trino',
    url: trino.url,
    user: 'test',
    catalog: 'hive',
    schema: 'logs',
    location: 'local:///logs',
  }
  const config = join(folder, 'trailbook.yaml')
  const configure = (connections) => writeFileSync(config, JSON.stringify({ inventory, connections }))
  configure({ published: place })
  await cli.call(['ingest', join(logs, 'AWSLogs'), '--lake', lake, '--config', config])
  await cli.call([
    'lake',
    'publish',
    join(trino.data, 'logs'),
    '--trino',
    'published',
    '--lake',
    lake,
    '--config',
    config,
  ])
  const tables = (await trino.ask(`SHOW TABLES FROM hive.logs`)).flat()
  const own = tables.find((name) => /_[0-9a-f]{6}$/.test(name))
  if (!tables.includes(`${own}_coverage`)) throw new Error(`no table of coverage: ${tables}`)
  configure({ published: place, counted: { ...place, table: own }, silent: { ...place, table: own, coverage: 'none' } })

  const runbook = join(folder, 'nothing-happens.yaml')
  writeFileSync(
    runbook,
    `format: trailbook/v1
id: nothing-happens
title: Did something happen that never does?
steps:
  - id: never
    title: Calls that nobody makes
    why: The verdict is then what coverage allows.
    query: |
      SELECT eventTime, eventName, recipientAccountId, eventID FROM cloudtrail_logs WHERE eventName = 'NothingOfTheKind'
    expect: Nothing.
    finding: { per: row, key: [recipientAccountId], severity: low, title: It happened }
`,
  )
  const { window } = JSON.parse(readFileSync(join(logs, 'groundtruth.json'), 'utf8'))
  const start = Date.parse(window.from)
  const iso = (time) => `${new Date(time).toISOString().slice(0, 19)}Z`
  const tally = {}
  for (let at = 0; at < Number(values.questions); at++) {
    const from = start + (2 + random() * 30) * 3_600_000
    const span = ['--from', iso(from), '--to', iso(from + (1 + random() * 20) * 3_600_000)]
    const run = async (...more) =>
      (await cli.run(['run', runbook, ...span, ...more, '--config', config, '--lake', lake])).answer
    const told = { lake: await run() }
    for (const name of ['published', 'counted', 'silent']) told[name] = await run('--connection', name)
    for (const [name, { verdict, coverage }] of Object.entries(told)) {
      const key = `${name}: ${coverage.basis}, ${verdict}`
      tally[key] = (tally[key] ?? 0) + 1
    }
    const isEqual = isDeepStrictEqual(told.published.coverage, told.lake.coverage)
    const isSilent = told.silent.verdict !== 'clear' && told.silent.coverage.basis === 'none'
    const isCounted =
      told.counted.coverage.basis === 'probe' && (told.counted.verdict !== 'clear' || told.lake.verdict === 'clear')
    if (isEqual && isSilent && isCounted) continue
    failed++
    console.log(`FAIL  ${span.join(' ')}: ${JSON.stringify({ isEqual, isSilent, isCounted })}`)
    console.log(JSON.stringify(told.published.coverage).slice(0, 600))
  }
  console.log(tally)
} finally {
  await trino.stop()
  rmSync(folder, { recursive: true, force: true })
}
console.log(failed === 0 ? 'all as it should be' : `${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
