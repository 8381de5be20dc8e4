// `lake publish s3://… --athena`: snapshots lie in moto's S3, and a real Trino reads them there for a fake of Athena and the Data
// Catalog. A published view answers as its lake does, coverage and all. Usage: node test/real/athena-publish.real.mjs
// SEED is read from the environment.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { randomOf } from '../kill/support/random.mjs'
import { killPublishing } from './support/athena-kills.mjs'
import { database, must, startPublished } from './support/athena-published.mjs'
import { refusalChecks } from './support/athena-refusals.mjs'
import { checks } from './support/checks.mjs'
import { writeBatch } from './support/event-batches.mjs'
import { filesOf } from './support/moto.mjs'

const { is, same, check, finish } = checks()
const folder = mkdtempSync(join(tmpdir(), 'trailbook-athena-publish-'))
const seed = Number(process.env.SEED ?? 7)
const random = randomOf(seed)
const logs = join(folder, 'logs')
const seen = {}
let lake
try {
  console.log(`starting Trino; seed ${seed}`)
  lake = await startPublished(folder, logs, seed)
  const { world, trino, cli, publish, ownOf, tablesOf, inCatalog, inTrino, shownNow, asked, windowAt, sameRuns } = lake
  let batch = 0
  const ingest = async () =>
    must(await cli(['ingest', writeBatch(join(folder, 'batches'), { batch: batch++, random, events: 30 })]))

  // The third day comes later; four hours of one account and Region never do.
  const files = filesOf(join(logs, 'AWSLogs')).filter((path) => /CloudTrail\/.*\.json\.gz$/.test(path))
  const dayOf = (path) => /\/(\d{4}\/\d\d\/\d\d)\/[^/]+$/.exec(path)[1]
  const days = [...new Set(files.map(dayOf))].sort()
  const isLost = (path) => /111122223333_CloudTrail_us-east-1_\d{8}T0[5-8]/.test(path) && dayOf(path) === days[1]
  const kept = files.filter((path) => !isLost(path))
  must(await cli(['ingest', ...kept.filter((path) => dayOf(path) < days[2])]))

  /** Words of the lake and of the view to the same questions. */
  const sameSilence = async () => {
    const verdicts = {}
    for (let at = 0; at < 6; at++) {
      const span = windowAt(random(), 1 + Math.floor(random() * 6))
      const [here, there] = [await asked(undefined, span), await asked('published', span)]
      const isSame = there.verdict === here.verdict && isDeepStrictEqual(there.coverage, here.coverage)
      if (there.coverage.basis !== 'ledger' || !isSame)
        throw new Error(`${span}: ${[here, there].map((one) => JSON.stringify(one.coverage).slice(0, 500)).join(' ')}`)
      verdicts[here.verdict] = (verdicts[here.verdict] ?? 0) + 1
      seen[here.verdict] = true
    }
    return JSON.stringify(verdicts)
  }

  let first
  await check('a lake is published to S3, with a view of Athena over it', async () => {
    first = must(await cli(publish()))
    same('registered are the snapshot, its coverage and the view', inCatalog(), tablesOf(first.id))
    same('and Trino has the same', await inTrino(), tablesOf(first.id))
    return `${first.rows} events of ${first.days} days by ${world.queries.executions.length} statements`
  })
  await check('published again it changes nothing, and says nothing to Athena', async () => {
    const before = world.queries.executions.length
    const again = must(await cli(publish()))
    if (again.changed || again.tables[0].changed || world.queries.executions.length !== before)
      throw new Error(JSON.stringify(again))
  })
  await check('--dry-run prints what was executed', async () => {
    const { statements } = must(await cli(publish('--dry-run')))
    const executed = world.queries.executions.map(({ sql }) => sql)
    if (!isDeepStrictEqual(statements, executed))
      throw new Error(JSON.stringify({ statements, executed }).slice(0, 900))
    return `${statements.length} statements`
  })
  // All of them go by way of the API in athena.real.mjs; here are some of each kind.
  await check('runbooks: rows, findings, verdict and coverage are those of the lake', () =>
    sameRuns('iam-policy-change', 'root-activity', 'console-login-guessing', 'unauthorised-access-attempts'),
  )
  await check('questions to which nothing is the answer: coverage word for word that of the lake', sameSilence)

  let second
  await check('more events: the view moves, and the old tables stay for the grace time', async () => {
    must(await cli(['ingest', ...kept.filter((path) => dayOf(path) >= days[2])]))
    second = must(await cli(publish('--keep', '1')))
    same('both have their tables', inCatalog(), tablesOf(first.id, second.id))
    same('the view shows the new one', await shownNow(), second.id)
    return `${first.rows} and ${second.rows} events`
  })
  await check('and then answers as the lake does now', sameSilence)
  await check('after the grace time the old tables go, the files with them', async () => {
    await sleep(1500)
    const { tables } = must(await cli(publish('--keep', '1', '--older-than', '1s')))
    same('one snapshot was let go', tables[0].removed, 1)
    same('tables in the catalog', inCatalog(), tablesOf(second.id))
    same('tables behind it', await inTrino(), tablesOf(second.id))
    const left = (await lake.objectsBelow('snapshots/')).filter((key) => key.includes('/coverage/'))
    same('files of coverage', left, [`security/lake/snapshots/${second.id}/coverage/${second.id}.parquet`])
  })
  await check('runbooks again', () => sameRuns('api-usage-against-own-past', 'logging-and-detection-tampering'))

  const basis = async () => (await asked('published', windowAt(0.5))).coverage.basis
  await check('a snapshot that was shown before its coverage was registered gets it by the next publish', async () => {
    const name = `${ownOf(second.id)}_coverage`
    await trino.ask(`DROP TABLE hive.${database}.${name}`)
    world.catalog.tables.delete(`${database}.${name}`)
    same('without it nobody vouches', await basis(), 'none')
    const again = must(await cli(publish('--keep', '1', '--older-than', '1s')))
    if (again.changed || !again.tables[0].changed) throw new Error(JSON.stringify(again))
    same('with it the ledger does', await basis(), 'ledger')
  })
  await check('killed at any statement: a whole snapshot before and after, and the next one ends it', () =>
    killPublishing(lake, ingest),
  )

  await check('a view that moves while a run asks it vouches for nothing', async () => {
    await ingest()
    let isMoved = false
    world.onStatement = async (sql) => {
      if (isMoved || !/^\s*SELECT/i.test(sql)) return
      isMoved = true
      must(await cli(publish()))
    }
    const told = await asked('published', windowAt(0.5))
    world.onStatement = () => {}
    const reason = told.coverage.gaps[0]?.reason
    if (!isMoved || told.verdict === 'clear' || !/pointed at another snapshot/.test(reason))
      throw new Error(JSON.stringify(told.coverage).slice(0, 400))
    return reason
  })
  await check('reading the coverage is one query of the connection, within its budget', async () => {
    const before = world.queries.executions.length
    const wide = await asked('wide', windowAt(0.5))
    const ledgers = world.queries.executions.slice(before).filter(({ sql }) => /_coverage"/.test(sql))
    if (wide.coverage.basis !== 'ledger' || ledgers.length !== 1) throw new Error(JSON.stringify(wide.coverage))
    const charged = wide.cost.charges.filter((one) => one.for === 'coverage').map(({ amount }) => amount)
    same('at least 10 MB are charged, and told apart', charged, [10_000_000])
    const short = await asked('short', windowAt(0.5))
    const reason = short.coverage.gaps[0]?.reason ?? ''
    if (short.verdict === 'clear' || !/budget of the connection "short"/.test(reason))
      throw new Error(JSON.stringify(short.coverage).slice(0, 400))
    return `${ledgers[0].scanned} bytes scanned; where the budget is used up: ${reason}`
  })

  await ingest()
  await refusalChecks(lake, check)
  await check('a coverage that may not be looked up is told, and is not clear', async () => {
    // The view may be looked at to open it, and once more; its coverage may not.
    world.fake.fail({ kind: 'denied', service: 'glue', operation: 'GetTable', after: 2 })
    const told = await asked('published', windowAt(0.5))
    world.fake.heal()
    const reason = told.coverage.gaps[0]?.reason
    if (told.verdict === 'clear' || !/could not be looked up: .*glue:GetTable on table \S+_coverage/.test(reason))
      throw new Error(JSON.stringify(told.coverage).slice(0, 400))
    return reason
  })
  await check('and the next publish goes through', async () => {
    const next = must(await cli(publish('--keep', '1', '--older-than', '0s')))
    same('the view shows it', await shownNow(), next.id)
  })
  is('questions were clear, and inconclusive', seen.clear && seen.inconclusive, seen)
} catch (error) {
  is('the part runs to its end', false, error.stack)
} finally {
  await lake?.stop()
  rmSync(folder, { recursive: true, force: true })
}
finish()
