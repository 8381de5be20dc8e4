// `trailbook trino setup` and `lake publish --trino` on a server, calm and killed.
import { linkSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { randomOf } from '../../kill/support/random.mjs'
import { writeBatch } from './event-batches.mjs'
import { snapshotStates, sumInTrino } from './snapshot-states.mjs'

export async function setupChecks(world, { days }) {
  const { trino, folder, config, configure, check, cli, seed } = world
  const random = randomOf(seed)
  configure({
    calm: {},
    other: { schema: 'calm', table: 'moved' },
    many: {},
    half: {},
    strict: { catalog: 'strict', location: 'local:///calm' },
    closed: { catalog: 'closed', location: 'local:///calm' },
    system: { catalog: 'system', location: 'local:///calm' },
    nowhere: { catalog: 'nowhere', location: 'local:///calm' },
    taken: { schema: 'calm', table: 'taken', location: 'local:///calm' },
    'taken-view': { schema: 'calm', table: 'taken_view', location: 'local:///calm' },
    misplaced: { location: 'local:///no-such-folder' },
    'other-system': { location: 's3://no-such-file-system/lake' },
    silent: { url: 'http://127.0.0.1:9', location: 'local:///calm' },
  })
  const lake = join(folder, 'lake-calm-setup')
  const target = join(trino.data, 'calm')
  const publish = ['lake', 'publish', target, '--lake', lake, ...config]
  const setup = (connection, ...more) => [
    'trino',
    'setup',
    '--connection',
    connection,
    '--from',
    target,
    ...more,
    ...config,
  ]
  const stateIn = async (view) => (await trino.ask(sumInTrino(view)))[0].join(' ')
  const ingest = async (batch) =>
    cli.call(['ingest', writeBatch(join(folder, 'calm'), { batch, random }), '--lake', lake, ...config])
  const states = await snapshotStates(target)
  await ingest(0)
  await ingest(1)
  await cli.call(publish)
  await states.look()

  await check('setup prints what would be executed, and executes nothing', async () => {
    const { answer } = await cli.call(setup('calm'))
    const partitions = answer.statements.filter((statement) => statement.includes('register_partition')).length
    if (answer.applied || partitions !== answer.days || !answer.statements.at(-1).startsWith('CREATE OR REPLACE VIEW'))
      throw new Error(JSON.stringify(answer))
    if ((await trino.ask(`SHOW SCHEMAS FROM hive LIKE 'calm'`)).length > 0) throw new Error('there is a schema')
    return `${answer.statements.length} statements`
  })
  await check('setup --apply makes it a table; done again it changes nothing', async () => {
    const first = (await cli.call(setup('calm', '--apply'))).answer
    const second = (await cli.call(setup('calm', '--apply'))).answer
    const state = await stateIn('hive.calm.cloudtrail_logs')
    if (!first.changed || second.changed || state !== states.stateOf(states.newest()))
      throw new Error(`${first.changed} ${second.changed} ${state}`)
    return state
  })
  await check('what it prints does the same by hand', async () => {
    const { answer } = await cli.call(setup('other', '--location', 'local:///calm'))
    for (const statement of answer.statements) await trino.ask(statement)
    const state = await stateIn('hive.calm.moved')
    if (state !== states.stateOf(states.newest())) throw new Error(state)
  })
  await check('publish --trino moves the view; the old table stays for the grace time, and then goes', async () => {
    await ingest(2)
    const moved = (await cli.call([...publish, '--trino', 'calm', '--keep', '1'])).answer
    const tables = async () =>
      (await trino.ask('SHOW TABLES FROM hive.calm')).filter(([name]) =>
        /^cloudtrail_logs_.*(?<!_coverage)$/.test(name),
      ).length
    await states.look()
    const state = await stateIn('hive.calm.cloudtrail_logs')
    if (state !== states.stateOf(moved.id) || (await tables()) !== 2)
      throw new Error(`${state}, ${await tables()} tables`)
    await sleep(1500)
    const later = (await cli.call([...publish, '--trino', 'calm', '--keep', '1', '--older-than', '1s'])).answer
    if (later.tables[0].removed !== 1 || later.tables[0].changed || (await tables()) !== 1)
      throw new Error(JSON.stringify(later))
    if ((await stateIn('hive.calm.cloudtrail_logs')) !== state) throw new Error('it shows something else')
  })
  await trino.ask('CREATE TABLE hive.calm.taken (a varchar)')
  await trino.ask('CREATE VIEW hive.calm.taken_view AS SELECT 1 AS a')
  for (const [connection, code] of [
    ['strict', 'TRINO_PROCEDURE_OFF'],
    ['closed', 'TRINO_EXTERNAL_OFF'],
    ['system', 'TRINO_NOT_HIVE'],
    ['nowhere', 'TRINO_NO_CATALOG'],
    ['taken', 'TRINO_NAME_TAKEN'],
    ['taken-view', 'TRINO_NAME_TAKEN'],
    ['misplaced', 'TRINO_LOCATION'],
    ['other-system', 'TRINO_LOCATION'],
    ['silent', 'TRINO_UNREACHABLE'],
  ])
    await check(`setup over the connection ${connection}: ${code}`, async () => {
      const { answer, said } = await cli.run(setup(connection, '--apply'))
      if (answer?.error?.code !== code) throw new Error(`${JSON.stringify(answer)}${said}`)
    })
  await check('a publish whose table cannot be moved writes nothing', async () => {
    await ingest(3)
    const before = readFileSync(join(target, 'published.json'), 'utf8')
    const { answer } = await cli.run([...publish, '--trino', 'taken'])
    if (answer?.error?.code !== 'TRINO_NAME_TAKEN') throw new Error(JSON.stringify(answer))
    if (readFileSync(join(target, 'published.json'), 'utf8') !== before) throw new Error('published.json was changed')
  })
  await check('setup killed at random moments is mended by the next one', async () => {
    const many = await manyDays(trino.data, { from: 'calm', to: 'half', days: 120 })
    const args = ['trino', 'setup', '--connection', 'half', '--from', join(trino.data, 'half'), '--apply', ...config]
    let alive = 0
    for (let kill = 0; kill < 6; kill++) if (await cli.killed(args, { after: 350 + random() * 900 })) alive++
    await cli.call(args)
    const [[n]] = await trino.ask('SELECT count(*) FROM hive.half.cloudtrail_logs')
    const [[d]] = await trino.ask('SELECT count(DISTINCT event_date) FROM hive.half.cloudtrail_logs')
    if (n !== many.rows || d !== 120) throw new Error(`${n} rows of ${d} days instead of ${many.rows} of 120`)
    return `6 kills, ${alive} while it ran`
  })
  await check(`a snapshot of ${days} days`, async () => {
    const many = await manyDays(trino.data, { from: 'calm', to: 'many', days })
    const args = ['trino', 'setup', '--connection', 'many', '--from', join(trino.data, 'many'), '--apply', ...config]
    const { ms } = await cli.call(args)
    const again = await cli.call(args)
    const [[n]] = await trino.ask('SELECT count(*) FROM hive.many.cloudtrail_logs')
    if (n !== many.rows) throw new Error(`${n} rows instead of ${many.rows}`)
    return `set up in ${(ms / 1000).toFixed(1)} s, looked at again in ${(again.ms / 1000).toFixed(1)} s`
  })
  const sum = sumInTrino('hive.many.cloudtrail_logs')
  /** Starts to read all days, and carries something out once the server runs that. */
  const whileReading = async (work) => {
    let isOver = false
    const asked = trino.ask(sum).then(
      ([row]) => row.join(' '),
      ({ message }) => message.split(':')[0],
    )
    asked.finally(() => {
      isOver = true
    })
    const running = `SELECT 1 FROM system.runtime.queries WHERE state = 'RUNNING' AND query LIKE 'SELECT count(*) AS n, CAST%hive.many%'`
    while (!isOver && (await trino.ask(running)).length === 0);
    await work()
    return { early: !isOver, got: await asked }
  }
  const [own] = (await trino.ask('SHOW TABLES FROM hive.many'))
    .flat()
    .filter((name) => name.startsWith('cloudtrail_logs_') && !name.endsWith('_coverage'))
  const many = join(trino.data, 'many')
  const setupMany = ['trino', 'setup', '--connection', 'many', '--from', many, '--apply', ...config]
  await check('a query that is under way while the view moves ends with the snapshot it began with', async () => {
    const wanted = await stateIn('hive.many.cloudtrail_logs')
    await manyDays(trino.data, { from: 'calm', to: 'many', days: 3, id: '0000000002-0123456789' })
    const { early, got } = await whileReading(() => cli.call(setupMany))
    const [[left]] = await trino.ask('SELECT count(DISTINCT event_date) FROM hive.many.cloudtrail_logs')
    if (got !== wanted || left !== 3) throw new Error(`it saw ${got} instead of ${wanted}; then ${left} days`)
    return early ? 'it moved while the query ran' : 'the query had ended before: take more days'
  })
  await check('a query whose table is dropped while it runs ends whole or fails, and files stay', async () => {
    const direct = `hive.many."${own}"`
    await trino.ask(`CREATE OR REPLACE VIEW hive.many.cloudtrail_logs AS SELECT * FROM ${direct}`)
    const wanted = await stateIn('hive.many.cloudtrail_logs')
    const { early, got } = await whileReading(() => trino.ask(`DROP TABLE ${direct}`))
    if (got !== wanted && got !== 'HIVE_PARTITION_DROPPED_DURING_QUERY') throw new Error(`it saw ${got}, not ${wanted}`)
    const files = readdirSync(join(many, 'snapshots'), { recursive: true }).filter((name) => name.endsWith('.parquet'))
    if (files.length !== days + 3) throw new Error(`${files.length} files are left`)
    const { answer } = await cli.run([
      'query',
      'SELECT count(*) AS n FROM cloudtrail_logs',
      '--since',
      '3000d',
      '--connection',
      'many',
      ...config,
    ])
    if (answer?.error?.code !== 'TRINO_DATA') throw new Error(`a query then: ${JSON.stringify(answer)}`)
    await cli.call(setupMany)
    const [[left]] = await trino.ask('SELECT count(DISTINCT event_date) FROM hive.many.cloudtrail_logs')
    if (left !== 3) throw new Error(`setup did not mend it: ${left} days`)
    return `${early ? 'dropped while it ran' : 'it had ended before'}: ${got === wanted ? 'whole' : got}`
  })
}

/** A snapshot of many days, each with the same file. */
async function manyDays(data, { from, to, days, id = '0000000001-0123456789' }) {
  const published = JSON.parse(readFileSync(join(data, from, 'published.json'), 'utf8'))
  const [first] = published.days
  const file = first.files[0]
  const made = Array.from({ length: days }, (_, at) => {
    const date = new Date(Date.UTC(2021, 0, 1) + at * 86_400_000).toISOString().slice(0, 10)
    const folder = `snapshots/${id}/event_date=${date}`
    mkdirSync(join(data, to, folder), { recursive: true })
    linkSync(join(data, from, first.folder, file.name), join(data, to, folder, file.name))
    return { date, folder, rows: file.rows, bytes: file.bytes, files: [file] }
  })
  const rows = days * file.rows
  writeFileSync(join(data, to, 'published.json'), JSON.stringify({ ...published, id, rows, days: made }))
  return { rows }
}
