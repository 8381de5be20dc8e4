import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { contentsOfLake } from './contents.mjs'

/** Several processes that want to write to one lake. */
export async function writersInTurn(world, { cli, folder }) {
  const faults = []
  const lake = join(folder, 'lake-several')
  world.copy(world.lakes.a, lake)
  const args = ['ingest', world.batches.second.folder, '--lake', lake]
  const both = await Promise.all([cli.run(args), cli.run(args), cli.run(['lake', 'compact', '--lake', lake])])
  for (const { code, said, answer } of both)
    if (code !== 0) faults.push(`ended with ${code}: ${said}${JSON.stringify(answer)}`)
  const found = await contentsOfLake(lake)
  if (found.hash !== world.states.ab.hash) faults.push(`two ingests of the same logs make ${found.rows} rows`)
  const { answer } = await cli.run(['lake', 'check', '--lake', lake])
  if (answer?.clean !== true) faults.push(`lake check: ${JSON.stringify(answer?.findings)}`)

  // A third one holds the lock for as long as it is stopped.
  const owner = cli.start(['ingest', world.batches.third.folder, '--lake', lake])
  owner.stdout.resume()
  owner.stderr.resume()
  await sleep(50)
  const locks = await waitForLock(lake, owner.pid)
  if (locks === undefined) faults.push('no lock was taken')
  owner.kill('SIGSTOP')
  // A compaction that finds nothing to do would need no lock.
  const refused = await cli.run([...args, '--no-wait'])
  if (refused.code !== 3 || refused.answer?.error?.code !== 'LAKE_LOCKED')
    faults.push(`--no-wait ended with ${refused.code}: ${JSON.stringify(refused.answer)}`)
  const waiter = cli.start(args)
  let said = ''
  waiter.stderr.on('data', (chunk) => (said += chunk))
  waiter.stdout.resume()
  const closed = new Promise((done) => waiter.on('close', done))
  for (let tries = 0; tries < 200 && !said.includes('Waiting'); tries++) await sleep(25)
  if (!said.includes(`Waiting for process ${owner.pid} on `))
    faults.push(`a waiting writer says ${JSON.stringify(said)}`)
  const asked = performance.now()
  waiter.kill('SIGINT')
  const code = await closed
  if (code !== 130 || performance.now() - asked > 1500)
    faults.push(`Ctrl-C while waiting ended with ${code} after ${Math.round(performance.now() - asked)} ms`)
  // The owner dies: the next one takes over.
  const next = cli.run(['ingest', world.batches.third.folder, '--lake', lake])
  await sleep(600)
  owner.kill('SIGKILL')
  const ended = await next
  if (ended.code !== 0) faults.push(`after its owner died, the lock was not taken over: ${ended.said}`)
  const last = await contentsOfLake(lake)
  if (last.hash !== world.states.abc.hash) faults.push(`after the takeover there are ${last.rows} rows`)
  return faults
}

async function waitForLock(lake, pid) {
  const { readdirSync } = await import('node:fs')
  for (let tries = 0; tries < 400; tries++) {
    const names = readdirSync(join(lake, 'locks')).filter((name) => name.includes(`_${pid}_`))
    if (names.length > 0) return names
    await sleep(5)
  }
  return undefined
}

/** Queries while one process compacts and another vacuums what no query can hold any more. */
export async function queriesDuringUpkeep(world, { cli, folder }) {
  const faults = []
  const lake = join(folder, 'lake-queried')
  world.copy(world.lakes.ab, lake)
  const sql = 'SELECT count(*) AS n, count(DISTINCT eventID) AS ids FROM cloudtrail_logs'
  const expected = (await cli.call(['query', sql, '--lake', lake])).answer.rows
  let over = false
  let count = 0
  const ask = async () => {
    while (!over) {
      const { code, answer, said } = await cli.run(['query', sql, '--lake', lake])
      count++
      if (code !== 0) faults.push(`query ended with ${code}: ${said}${JSON.stringify(answer)}`)
      else if (JSON.stringify(answer.rows) !== JSON.stringify(expected))
        faults.push(`query sees ${JSON.stringify(answer.rows)}`)
    }
  }
  const asking = [ask(), ask()]
  for (let round = 0; round < 3; round++) {
    await cli.call(['lake', 'compact', '--lake', lake])
    await cli.call(['lake', 'publish', join(folder, 'published-queried'), '--lake', lake])
    await cli.call(['lake', 'vacuum', '--lake', lake])
    await cli.call(['ingest', world.batches.second.folder, '--lake', lake])
  }
  over = true
  await Promise.all(asking)
  return { faults, count }
}
