// A lake, moto's S3 to publish it to, and a real Trino that reads there for a fake of Athena and the Data Catalog.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { parse } from 'yaml'
import { trailbook } from './cli.mjs'
import { accessKey, awsEnvironment, makeBucket, startMoto } from './moto.mjs'
import { startTrino } from './trino.mjs'
import { importTypeScript } from './typescript.mjs'

export const database = 'trail'
export const view = 'cloudtrail_logs'
export const target = 's3://published/security/lake'

const silent = `format: trailbook/v1
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
`

/** What must have ended well, or with one of these codes. */
export function must({ code, json, stdout, stderr }, codes = [0]) {
  if (!codes.includes(code)) throw new Error(`ended with ${code}: ${stdout}${stderr}`.slice(-1500))
  return json
}

/** @param logs a folder that this simulates logs into */
export async function startPublished(folder, logs, seed) {
  const moto = await startMoto()
  await makeBucket(moto.endpoint, 'published')
  const trino = await startTrino({
    catalogs: {
      hive: {
        'fs.native-s3.enabled': true,
        's3.endpoint': moto.endpoint,
        's3.region': 'us-east-1',
        's3.path-style-access': true,
        's3.aws-access-key': accessKey,
        's3.aws-secret-key': 'none',
      },
    },
  }).catch(async (error) => {
    await moto.stop()
    throw error
  })
  const { publishWorld } = await importTypeScript('test/conformance/athena-publish.ts')
  const world = await publishWorld(trino, database)
  const env = { ...awsEnvironment(world.fake.url), ...world.fake.env, AWS_ENDPOINT_URL_S3: moto.endpoint }
  const config = join(folder, 'trailbook.yaml')
  const common = ['--lake', join(folder, 'lake'), '--config', config, '--format', 'json']
  const cli = (args, more = {}) => trailbook([...args, ...common], { cwd: folder, env, ...more })

  const size = ['--events', '16000', '--days', '3', '--accounts', '5', '--seed', String(seed)]
  must(await trailbook(['simulate', '--out', logs, ...size], { env }))
  const { inventory } = parse(readFileSync(join(logs, 'trailbook.yaml'), 'utf8'))
  const published = { engine: 'athena', region: 'us-east-1', catalog: 'hive', database, table: view, workgroup: 'wg' }
  const connections = {
    published,
    absent: { ...published, database: 'no_such_database' },
    taken: { ...published, table: 'taken' },
    short: { ...published, budget: { scan: '15MB' } },
    wide: { ...published, budget: { scan: '200MB' } },
  }
  writeFileSync(config, JSON.stringify({ inventory, connections }))
  const { window } = JSON.parse(readFileSync(join(logs, 'groundtruth.json'), 'utf8'))
  const ownOf = (id) => `${view}_${id.replace('-', '_')}`
  const runbook = join(folder, 'nothing-happens.yaml')
  writeFileSync(runbook, silent)

  return {
    trino,
    world,
    cli,
    /** Arguments that publish the lake. */
    publish: (...more) => ['lake', 'publish', target, '--athena', 'published', ...more],
    ownOf,
    /** Tables that there should be for snapshots, with the view. */
    tablesOf: (...ids) => [view, ...ids.flatMap((id) => [ownOf(id), `${ownOf(id)}_coverage`])].sort(),
    inCatalog: () => [...world.catalog.tables.keys()].map((key) => key.slice(database.length + 1)).sort(),
    inTrino: async () => (await trino.ask(`SHOW TABLES FROM hive.${database}`)).flat().sort(),
    /** Id of the snapshot that the view shows. */
    async shownNow() {
      const [[text]] = await trino.ask(
        `SELECT view_definition FROM hive.information_schema.views WHERE table_name = '${view}'`,
      )
      return /(\d{10,}_[0-9a-f]+)"?\s*$/.exec(text)[1].replace('_', '-')
    },
    async objectsBelow(key) {
      const headers = {
        authorization: `AWS4-HMAC-SHA256 Credential=${accessKey}/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0`,
      }
      const answer = await fetch(`${moto.endpoint}/published?list-type=2&prefix=security/lake/${key}`, { headers })
      return [...(await answer.text()).matchAll(/<Key>([^<]+)<\/Key>/g)].map(([, found]) => found)
    },
    /** A time within the logs that begins so far through them, in whole hours. */
    windowAt(share, hours = 3) {
      const [from, to] = [Date.parse(window.from), Date.parse(window.to)]
      const start = from + Math.floor(((to - from) * share) / 3_600_000) * 3_600_000
      const iso = (time) => `${new Date(time).toISOString().slice(0, 19)}Z`
      return ['--from', iso(start), '--to', iso(start + hours * 3_600_000)]
    },
    /** Asks for what never happens: the verdict is what coverage allows. @param name undefined for the lake */
    asked: async (name, span) =>
      must(
        await cli(['run', runbook, ...span, '--no-record', ...(name === undefined ? [] : ['--connection', name])]),
        [0, 1, 2, 3],
      ),
    /** Runs runbooks over the lake and over the view, all of the logs; throws where they differ. @returns what it was, in words */
    async sameRuns(...what) {
      const all = ['run', ...what, '--from', window.from, '--to', window.to, '--no-record']
      const here = must(await cli(all), [0, 1, 2])
      const there = must(await cli([...all, '--connection', 'published']), [0, 1, 2])
      return compared(here, there)
    },
    async stop() {
      await world.close()
      await trino.stop()
      await moto.stop()
    },
  }
}

function compared(here, there) {
  let [steps, rows] = [0, 0]
  for (const [at, run] of here.runs.entries()) {
    const other = there.runs[at]
    for (const [index, step] of run.steps.entries()) {
      const its = other.steps[index]
      const parts = ({ id, status, rowCount, rows: found }) => ({ id, status, rowCount, found })
      if (!isDeepStrictEqual(parts(its), parts(step)))
        throw new Error(`${run.runbook} ${step.id}: ${step.status} ${step.rowCount}, ${its?.status} ${its?.rowCount}`)
      steps++
      rows += step.rowCount ?? 0
    }
    if (run.verdict !== other.verdict) throw new Error(`${run.runbook}: ${run.verdict}, ${other.verdict}`)
  }
  for (const part of ['findings', 'verdict', 'complete', 'coverage'])
    if (!isDeepStrictEqual(there[part], here[part]))
      throw new Error(`${part}: ${[here, there].map((one) => JSON.stringify(one[part]).slice(0, 400)).join(' ')}`)
  return `${here.runs.length} runbooks, ${steps} steps, ${rows} rows, ${here.findings.length} findings, ${here.verdict}, judged by ${there.coverage.basis}`
}
