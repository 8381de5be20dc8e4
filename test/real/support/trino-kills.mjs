// Ingest, compact and publish are killed at random moments while Trino reads the view that publish moves.
import { cpSync, existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { contentsOfLake } from '../../kill/support/contents.mjs'
import { randomOf } from '../../kill/support/random.mjs'
import { writeBatch } from './event-batches.mjs'
import { snapshotStates, sumInTrino } from './snapshot-states.mjs'
import { startReaders } from './trino-readers.mjs'

const grace = '15s'

/**
 * @param cli `program` of the kill tests
 * @param config arguments that name trailbook.yaml
 * @param minutes a busy machine gets fewer kills rather than more time
 * @returns what happened in words; throws where something was not whole
 */
export async function killWhileTrinoReads({ trino, cli, folder, config, seed, kills, minutes }) {
  const random = randomOf(seed)
  const view = 'hive.kills.cloudtrail_logs'
  const lake = join(folder, 'lake-kills')
  const target = join(trino.data, 'kills')
  let batches = 0
  const inLake = ['--lake', lake, ...config]
  const operations = {
    ingest: () => ['ingest', writeBatch(join(folder, 'batches'), { batch: batches++, random }), ...inLake],
    compact: () => ['lake', 'compact', ...inLake],
    publish: () => ['lake', 'publish', target, '--trino', 'kills', '--keep', '1', '--older-than', grace, ...inLake],
  }
  const states = await snapshotStates(target)
  const shown = async () => (await trino.ask(sumInTrino(view)))[0].join(' ')
  await cli.call(operations.ingest())
  await cli.call(operations.ingest())
  const { ms: usual } = await cli.call(operations.publish())
  await states.look()

  const readers = startReaders(trino.ask, view)
  const faults = []
  const counts = { ingest: 0, compact: 0, publish: 0, alive: 0, between: 0, mended: 0 }
  const publishWhole = async () => {
    const { answer } = await cli.call(operations.publish())
    await states.look()
    const wanted = states.stateOf(states.newest())
    const got = await shown()
    if (got !== wanted) faults.push(`after a whole publish the view shows ${got} where ${wanted} was published`)
    const { rows } = await contentsOfLake(lake)
    if (rows !== answer.rows) faults.push(`the lake has ${rows} events, the snapshot ${answer.rows}`)
    await consistent(trino, target, faults)
  }
  try {
    const until = Date.now() + minutes * 60_000
    for (let kill = 0; kill < kills && Date.now() < until; kill++) {
      const roll = random()
      const name = roll < 0.55 ? 'publish' : roll < 0.8 ? 'ingest' : 'compact'
      // Else there would be nothing to publish.
      if (name === 'publish') await cli.call(operations.ingest())
      const args = operations[name]()
      const near = name === 'publish' && random() < 0.7
      const folders = () => (existsSync(join(target, 'snapshots')) ? readdirSync(join(target, 'snapshots')).length : 0)
      const before = folders()
      const wait = near
        ? { sign: () => folders() > before, after: random() * usual * 0.8 }
        : { after: random() * usual * 1.1 }
      const alive = await cli.killed(args, wait)
      counts[name]++
      if (alive) counts.alive++
      await states.look()
      const now = await shown()
      if (!states.whole.has(now))
        faults.push(`kill ${kill + 1} of ${name}: the view shows ${now}, which no snapshot is`)
      if (name === 'publish' && alive && now !== states.stateOf(states.newest())) counts.between++
      if (name === 'ingest') await cli.call(args)
      // Some faults show only where several kills follow one another.
      if (random() < 0.5) {
        await publishWhole()
        counts.mended++
      }
      if (faults.length + readers.faults.length > 5) break
      if ((kill + 1) % 10 === 0) console.log(`      ${kill + 1} kills, ${readers.answers.length} answers`)
    }
    await publishWhole()
  } finally {
    await readers.end()
  }
  await states.look()
  for (const { name, state } of readers.answers)
    if (!states.whole.has(state)) faults.push(`${name}: ${state} is no snapshot's state`)
  // The grace time over, nothing of old snapshots is left.
  await sleep(Number.parseInt(grace, 10) * 1000 + 1000)
  await publishWhole()
  const tables = (await trino.ask('SHOW TABLES FROM hive.kills')).filter(([name]) => !name.endsWith('_coverage')).length
  const snapshots = readdirSync(join(target, 'snapshots'))
  if (tables !== 2) faults.push(`${tables} tables are left instead of the view and one more`)
  if (snapshots.filter((id) => existsSync(join(target, 'snapshots', id, 'snapshot.json'))).length !== 1)
    faults.push(`descriptions of ${snapshots.length} snapshots are left`)
  faults.push(...(await sameAsUndisturbed({ cli, folder, lake, batches, config })))
  faults.push(...readers.faults)
  // Else nothing was shown.
  if (counts.alive === 0) faults.push(`no kill met a running process: ${JSON.stringify(counts)}`)
  if (faults.length > 0) throw new Error(`${faults.length} faults\n       ${faults.slice(0, 10).join('\n       ')}`)
  const seen = new Set(readers.answers.map(({ state }) => state)).size
  return `${JSON.stringify(counts)}; ${readers.answers.length} answers of ${seen} of ${states.whole.size} snapshots`
}

/** Every snapshot that has a table in Trino is there. */
async function consistent(trino, target, faults) {
  for (const [name] of await trino.ask('SHOW TABLES FROM hive.kills')) {
    if (name === 'cloudtrail_logs') continue
    const id = name.replace(/^cloudtrail_logs_(\d+)_([0-9a-f]+)_[0-9a-f]+(_coverage)?$/, '$1-$2')
    if (!existsSync(join(target, 'snapshots', id, 'snapshot.json')))
      faults.push(`Trino has the table ${name}, and its snapshot is gone`)
  }
}

/** All batches in a lake of their own, nobody disturbing. */
async function sameAsUndisturbed({ cli, folder, lake, batches, config }) {
  const all = join(folder, 'batches-all')
  for (let batch = 0; batch < batches; batch++)
    cpSync(join(folder, 'batches', `batch-${batch}`), all, { recursive: true })
  const calm = join(folder, 'lake-calm')
  await cli.call(['ingest', all, '--lake', calm, ...config])
  const [one, other] = [await contentsOfLake(lake), await contentsOfLake(calm)]
  return one.rows === other.rows && one.distinct === other.distinct
    ? []
    : [`the lake has ${one.rows} events (${one.distinct}), an undisturbed one ${other.rows} (${other.distinct})`]
}
