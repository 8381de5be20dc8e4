// Conversion on a real Trino: raw deliveries with copies and late files become snapshots, in steps and with kills, and hold the
// same rows as a lake of the same records. Usage: node test/real/athena-convert.real.mjs
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import { checks } from './support/checks.mjs'
import { trailbook } from './support/cli.mjs'
import { filesOf } from './support/moto.mjs'
import { startTrino } from './support/trino.mjs'
import { importTypeScript } from './support/typescript.mjs'

const { is, same, finish } = checks()
const folder = mkdtempSync(join(tmpdir(), 'trailbook-convert-'))
const { convertWorld, makeRawTable, publishTable, eventColumnNames, database, rawTable } =
  await importTypeScript('test/conformance/convert.ts')
const target = 's3://trino/converted'
const must = ({ code, stdout, stderr }) => {
  if (code !== 0) throw new Error(`${stdout}${stderr}`.slice(-1500))
}
let trino
let world
try {
  console.log('starting Trino')
  trino = await startTrino()
  must(await trailbook(['simulate', '--out', join(folder, 'logs'), '--events', '4000', '--days', '6', '--seed', '7']))
  const records = filesOf(join(folder, 'logs/AWSLogs'))
    .filter((path) => /CloudTrail\/.*\.json\.gz$/.test(path))
    .flatMap((path) => JSON.parse(gunzipSync(readFileSync(path)).toString()).Records)
  // Events that come a week late, and one whose time nobody can read.
  const days = [...new Set(records.map(({ eventTime }) => eventTime.slice(0, 10)))].sort()
  writeFileSync(join(folder, 'records.json'), JSON.stringify({ Records: records }))
  const lake = join(folder, 'lake')
  must(await trailbook(['ingest', join(folder, 'records.json'), '--lake', lake]))
  must(await trailbook(['lake', 'publish', join(trino.data, 'lake'), '--lake', lake]))
  await publishTable(trino.ask, {
    schema: 'lake',
    table: 'events',
    folder: join(trino.data, 'lake'),
    location: 'local:///lake',
  })
  const distinct = Number((await trino.ask('SELECT count(*) FROM hive.lake.events'))[0][0])

  const place = { schema: database, table: rawTable, folder: join(trino.data, 'raw'), location: 'local:///raw' }
  const delivered = await makeRawTable(trino.ask, records, { ...place, columns: 'whole', days: 'yyyy/MM/dd' })
  console.log(
    `     ${records.length} records, ${delivered} delivered with copies, ${distinct} events; ${days[0]} to ${days.at(-1)}`,
  )
  const of = (name) => [...new Set(records.map((record) => record[name]).filter(Boolean))]
  world = await convertWorld(trino.ask, trino.data, { accounts: of('recipientAccountId'), regions: of('awsRegion') })
  const env = {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^AWS_|proxy$/i.test(name))),
    ...world.env,
  }
  const settings = {
    engine: 'athena',
    region: 'us-east-1',
    catalog: 'hive',
    database,
    table: rawTable,
    workgroup: 'wg',
  }
  const members = Object.entries(settings).map(([name, value]) => `    ${name}: ${JSON.stringify(value)}\n`)
  writeFileSync(join(folder, 'trailbook.yaml'), `connections:\n  raw:\n${members.join('')}`)
  const convert = (args, more = {}) =>
    trailbook(
      ['athena', 'convert', '--connection', 'raw', '--to', target, '--format', 'json', '--max-scan', '1TB', ...args],
      {
        cwd: folder,
        env,
        ...more,
      },
    )
  const view = `hive.${database}.${rawTable}_lake`
  const columns = eventColumnNames.map((name) => `"${name.toLowerCase()}"`).join(', ')
  const missing = async (from, other, where) =>
    Number(
      (
        await trino.ask(
          `SELECT count(*) FROM (SELECT ${columns}, event_date FROM ${from} WHERE ${where} EXCEPT SELECT ${columns}, event_date FROM ${other})`,
        )
      )[0][0],
    )
  const count = async (from, where = 'true') =>
    Number((await trino.ask(`SELECT count(*) FROM ${from} WHERE ${where}`))[0][0])
  const staged = () => world.queries.executions.filter(({ sql }) => sql.startsWith('CREATE TABLE')).length

  const plan = await convert(['--from', days[0], '--until', days[2], '--dry-run'])
  is(
    'a dry run says what it would read, and starts nothing',
    plan.code === 0 && plan.json.expected.bytes > 0 && staged() === 0,
    plan.json ?? plan.stderr,
  )
  const refused = await convert(['--from', days[0], '--until', days[2], '--max-scan', '1MB'])
  same(
    'what is over the budget is refused before it is started',
    [refused.json?.error?.code, staged()],
    ['ATHENA_BUDGET', 0],
  )
  same('the first day must be named', (await convert([])).json?.error?.code, 'CONVERT_FROM')

  const first = await convert(['--from', days[0], '--until', days[2], '--batch', '2'])
  is('three days of delivery are converted', first.code === 0, first.stdout + first.stderr)
  console.log(`     ${first.json?.rows} events of ${first.json?.days} days by ${first.json?.statements} statements`)
  const whole = `event_date < '${days[2]}'`
  same(
    'days that are whole hold the rows of the lake',
    [
      await count(view, whole),
      await missing('hive.lake.events', view, whole),
      await missing(view, 'hive.lake.events', 'true'),
    ],
    [await count('hive.lake.events', whole), 0, 0],
  )

  // Killed as often as it takes statements, each time a little later; a query looks at the view all the while.
  const sizes = new Set([await count(view)])
  let looking = true
  const looks = { count: 0, wrong: 0 }
  const reader = (async () => {
    while (looking) {
      const [[rows, copies]] = await trino.ask(`SELECT count(*), count(DISTINCT "_copy") FROM ${view}`)
      looks.count++
      if (rows !== copies) looks.wrong++
      sizes.add(Number(rows))
      await sleep(50)
    }
  })()
  let kills = 0
  let ended
  const later = new Date(Date.parse(days.at(-1)) + 86_400_000).toISOString().slice(0, 10)
  for (let after = 1; ended === undefined && after < 40; after += 2) {
    let seen = 0
    let child
    world.onStatement = async () => {
      if (++seen === after) {
        // Some die while the statement is under way, some when it has ended and nobody was told.
        if (after % 4 === 1) child.kill('SIGKILL')
        else setTimeout(() => child.kill('SIGKILL'), 400)
      }
    }
    const run = await convert(['--until', later, '--batch', '2'], { onStart: (started) => (child = started) })
    if (run.code === null) kills++
    else ended = run
  }
  world.onStatement = () => {}
  looking = false
  await reader
  is(`${kills} kills, and the conversion ends`, ended?.code === 0 && kills > 3, ended?.stdout ?? ended?.stderr)
  same(`the view showed whole snapshots only (${looks.count} looks, ${sizes.size} states)`, looks.wrong, 0)
  same(
    'all rows are those of the lake, each once',
    [
      await count(view),
      await missing('hive.lake.events', view, 'true'),
      await missing(view, 'hive.lake.events', 'true'),
    ],
    [distinct, 0, 0],
  )
  const texts = world.queries.executions.map(({ sql }) => sql).filter((sql) => sql.startsWith('CREATE TABLE'))
  same('no statement that writes was carried out twice', new Set(texts).size, texts.length)
  const again = await convert(['--until', later])
  is('there is nothing more to do', again.json?.deliveries.length === 0 && again.json.statements === 0, again.json)
  const twice = await convert(['--from', days[0], '--until', days[1], '--again'])
  is(
    'days that are read again bring nothing twice',
    twice.json?.rows === distinct && twice.json.newDays === 0,
    twice.json,
  )

  // A file that comes long after its events.
  const [old] = filesOf(join(trino.data, 'raw')).filter((path) => path.includes(days[0].replaceAll('-', '/')))
  const [, account, region] = /AWSLogs\/(\d+)\/CloudTrail\/([\w-]+)\//.exec(old)
  const lateDay = new Date(Date.parse(later) + 9 * 86_400_000).toISOString().slice(0, 10)
  const lines = readFileSync(old, 'utf8').trim().split('\n').slice(0, 3)
  const lateFolder = `AWSLogs/${account}/CloudTrail/${region}/${lateDay.replaceAll('-', '/')}`
  mkdirSync(join(trino.data, 'raw', lateFolder), { recursive: true })
  const late = lines.map((line, at) => JSON.stringify({ ...JSON.parse(line), eventID: `late-${at}` }))
  writeFileSync(
    join(trino.data, 'raw', lateFolder, 'late.json'),
    `${[...late, ...late, JSON.stringify({ eventID: 'x', eventTime: 'yesterday' })].join('\n')}\n`,
  )
  await trino.ask(
    `CALL hive.system.register_partition(schema_name => '${database}', table_name => '${rawTable}', partition_columns => ARRAY['account', 'region', 'timestamp'], partition_values => ARRAY['${account}', '${region}', '${lateDay.replaceAll('-', '/')}'], location => 'local:///raw/${lateFolder}')`,
  )
  const addition = await convert(['--until', lateDay])
  same(
    'what is delivered nine days late comes to its day',
    [
      addition.json?.rows,
      await count(view, `eventid LIKE 'late-%' AND event_date = '${days[0]}'`),
      addition.json?.newDays,
    ],
    [distinct + late.length, late.length, 1],
  )
  same('a record without a usable time is counted and left out', addition.json?.unusable, 1)
  const tidy = await convert(['--until', lateDay, '--keep', '1', '--older-than', '0s'])
  is('old snapshots go', tidy.code === 0 && tidy.json.removedFolders > 0, tidy.json ?? tidy.stderr)
  same('and the rows stay', await count(view), distinct + late.length)
  const left = (await trino.ask(`SHOW TABLES FROM hive.${database}`)).flat()
  same(
    'no table of a stage is left',
    left.filter((name) => name.includes('_stage_')),
    [],
  )
  is('of snapshots the newest has a table', left.filter((name) => /_lake_\d{10}_/.test(name)).length === 1, left)
  const published = JSON.parse(readFileSync(join(trino.data, 'converted/published.json')))
  const files = published.days.flatMap(({ files: list }) => list)
  console.log(
    `     ${files.length} files for ${published.days.length} days; ${published.conversion.deliveries.length} ranges of days of delivery`,
  )
} catch (error) {
  is('the part runs to its end', false, error.stack)
} finally {
  await world?.close()
  await trino?.stop()
  rmSync(folder, { recursive: true, force: true })
}
finish()
