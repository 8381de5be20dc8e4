// Kills ingest, compact, publish, vacuum and retain with SIGKILL at random moments and shows each time that nothing is lost and
// nothing doubled, that `lake check` is content, and that the next run ends with exactly what an undisturbed one ends with;
// that a process which reads the published snapshots all the while sees whole states only; that a full disk does no harm;
// that queries never fail while a lake is compacted and vacuumed; and that writers wait for one another.
//
// usage: node test/kill/all.mjs [--seed n] [--kills n] [--cli dist/cli.js]
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { contentsOfLake, contentsOfTarget } from './support/contents.mjs'
import { fullDisk } from './support/full-disk.mjs'
import { operationsOf, publishing } from './support/operations.mjs'
import { program } from './support/program.mjs'
import { randomOf } from './support/random.mjs'
import { queriesDuringUpkeep, writersInTurn } from './support/several.mjs'
import { watchTarget } from './support/watch-target.mjs'
import { makeWorld } from './support/world.mjs'

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    kills: { type: 'string', default: '200' },
    cli: { type: 'string', default: resolve(import.meta.dirname, '../../dist/cli.js') },
  },
})
if (!existsSync(values.cli)) {
  console.error(`${values.cli} is not there: npm run build`)
  process.exit(64)
}
const seed = Number(values.seed ?? Date.now() % 1_000_000)
const kills = Number(values.kills)
const cli = program(resolve(values.cli))
const folder = mkdtempSync(join(tmpdir(), 'trailbook-kill-'))
const started = performance.now()
let passed = 0
let failed = 0
let world
let publisher
const target = join(folder, 'published')
const report = (name, faults, more = '') => {
  if (faults.length === 0) passed++
  else failed++
  if (faults.length > 0 || more !== '')
    console.log(
      `${faults.length === 0 ? 'ok  ' : 'FAIL'} ${name}${more}${faults.map((fault) => `\n       ${fault}`).join('')}`,
    )
}

try {
  world = await makeWorld(folder, { call: cli.call, random: randomOf(seed) })
  console.log(
    `seed ${seed}: ${world.states.ab.rows} events in ${world.parts.ab} parts; ${JSON.stringify(Object.fromEntries(Object.entries(world.milliseconds).map(([name, ms]) => [name, `${Math.round(ms)} ms`])))}`,
  )
  mkdirSync(target)
  const whole = new Map(Object.entries(world.states).map(([name, { hash }]) => [hash, name]))
  const watch = watchTarget(target, whole)
  const operations = operationsOf(world)
  publisher = publishing(world, target)
  const counts = new Map()
  const count = (name, key) => counts.set(name, { ...counts.get(name), [key]: (counts.get(name)?.[key] ?? 0) + 1 })
  for (let kill = 0; kill < kills; kill++) {
    const random = randomOf(seed * 1000 + kill)
    const turn = kill % (operations.length + 1)
    const operation = operations[turn]
    const name = operation?.name ?? 'publish'
    const { faults, alive, near } =
      operation === undefined ? await killPublish(random) : await killOperation(operation, random, kill)
    count(name, 'kills')
    if (alive) count(name, 'alive')
    if (near) count(name, 'near')
    report(`kill ${kill + 1} of ${name}`, faults)
    if ((kill + 1) % 25 === 0)
      console.log(`     ${kill + 1} kills, ${Math.round((performance.now() - started) / 1000)} s`)
  }
  const { reads, seen, wrong } = await watch.end()
  for (const [name, { kills: all, alive = 0, near = 0 }] of counts)
    console.log(
      `     ${name.padEnd(8)} ${all} kills, ${alive} while it ran, ${near} of them after it had written something`,
    )
  report(
    'a reader of the published snapshots saw whole states only',
    wrong.slice(0, 5),
    `: ${reads} reads, ${[...seen].map(([name, times]) => `${name} ${times}`).join(', ')}`,
  )
  report(
    'two writers take turns',
    await writersInTurn(world, { cli, folder }),
    ': the second waits and says so; Ctrl-C ends the waiting; --no-wait fails',
  )
  const queries = await queriesDuringUpkeep(world, { cli, folder })
  report('queries go on during compact, publish and vacuum', queries.faults, `: ${queries.count} queries`)
  for (const { name, faults, more } of await fullDisk(world, { cli, folder, script: import.meta.filename }))
    report(name, faults, more)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
console.log(`${Math.round((performance.now() - started) / 1000)} s, seed ${seed}`)
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1

/** Every other kill waits until something is written: the moments where most can go wrong. */
async function killOperation({ from, args, usual, sign, between, after, also }, random, kill) {
  const lake = join(folder, `lake-${kill}`)
  world.copy(from, lake)
  const near = random() < 0.5
  const wait = near ? { sign: sign(lake, random), after: random() * 60 } : { after: random() * usual * 1.1 }
  const alive = await cli.killed(args(lake), wait)
  const faults = []
  const middle = await contentsOfLake(lake)
  if (!between(middle)) faults.push(`after the kill: ${middle.rows} rows, ${middle.distinct} of them distinct`)
  // Parts that were not committed may lie about until the next writer comes.
  faults.push(...(await checked(lake, ['orphan'])).map((fault) => `after the kill: ${fault}`))
  await cli.call(args(lake))
  const end = await contentsOfLake(lake)
  if (!after(end)) faults.push(`after the next run: ${end.rows} rows, ${end.distinct} of them distinct`)
  faults.push(...(await checked(lake)).map((fault) => `after the next run: ${fault}`))
  const more = also?.(lake)
  if (more !== undefined) faults.push(`after the next run: ${more}`)
  if (faults.length === 0) rmSync(lake, { recursive: true, force: true })
  return { faults, alive, near: near && alive }
}

async function killPublish(random) {
  const { args, sign, between, after } = publisher.next()
  const near = random() < 0.6
  const wait = near ? { sign: sign(), after: random() * 25 } : { after: random() * 450 }
  const alive = await cli.killed(args, wait)
  const faults = []
  if (!between(await contentsOfTarget(target)))
    faults.push('after the kill: the snapshot is neither the old nor the new one')
  await cli.call(args)
  if (!after(await contentsOfTarget(target))) faults.push('after the next run: the snapshot is not what the lake holds')
  return { faults, alive, near: near && alive }
}

/** What `lake check` finds, save of these kinds. */
async function checked(lake, allowed = []) {
  const { code, answer, said } = await cli.run(['lake', 'check', '--lake', lake])
  if (answer?.findings === undefined) return [`lake check ended with ${code}: ${JSON.stringify(answer)}${said}`]
  return answer.findings
    .filter(({ kind }) => !allowed.includes(kind))
    .map(({ path, message }) => `${path ?? ''} ${message}`)
}
