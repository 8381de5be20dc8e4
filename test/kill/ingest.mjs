// Kills an ingest at random moments, twenty times, and shows that the next one ends with exactly the events of an undisturbed
// ingest: the same set of hashes, none twice, and the same counts. Needs dist/cli.js (npm run build).
//
// usage: node test/kill/ingest.mjs [--seed n] [--kills n]
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { gzipSync } from 'node:zlib'
import { DuckDBInstance } from '@duckdb/node-api'

const { values } = parseArgs({ options: { seed: { type: 'string' }, kills: { type: 'string', default: '20' } } })
const cli = resolve(import.meta.dirname, '../../dist/cli.js')
if (!existsSync(cli)) {
  console.error('dist/cli.js is not there: npm run build')
  process.exit(64)
}
const seed = Number(values.seed ?? Date.now() % 1_000_000)
const random = mulberry32(seed)
const folder = mkdtempSync(join(tmpdir(), 'trailbook-kill-'))
const logs = join(folder, 'logs')

try {
  const total = writeLogs()
  const undisturbed = join(folder, 'undisturbed')
  const started = performance.now()
  const report = await ingest(undisturbed)
  const duration = performance.now() - started
  const expected = await contents(undisturbed)
  console.log(`seed ${seed}; ${total} records, ${expected.events} events, undisturbed in ${Math.round(duration)} ms`)
  if (report.events !== expected.events || report.records !== total)
    throw new Error(`the undisturbed ingest reports ${JSON.stringify(report)}`)

  let failures = 0
  console.log('kill  after ms  at                commits  then new  events  same')
  for (let kill = 1; kill <= Number(values.kills); kill++) {
    const lake = join(folder, `lake-${kill}`)
    // Every other kill waits for a part that is written and not yet committed: the moment where most can go wrong.
    const nearCommit = kill % 2 === 0
    const after = Math.round(random() * (nearCommit ? 120 : 0.8 * duration))
    const at = await killedIngest(lake, after, nearCommit)
    const commits = manifests(lake)
    const next = await ingest(lake)
    const found = await contents(lake)
    const same =
      found.hash === expected.hash &&
      found.events === expected.events &&
      found.distinct === expected.events &&
      found.orphans === 0
    if (!same) failures++
    console.log(
      [
        String(kill).padEnd(6),
        String(after).padEnd(10),
        at.padEnd(18),
        String(commits).padEnd(9),
        String(next.events).padEnd(10),
        String(found.events).padEnd(8),
        same ? 'yes' : 'NO',
      ].join(''),
    )
    rmSync(lake, { recursive: true, force: true })
  }
  console.log(failures === 0 ? 'every lake is the same' : `${failures} lakes differ (seed ${seed})`)
  process.exitCode = failures === 0 ? 0 : 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** Delivered files of two accounts over three days, with copies of records within and across files, and variants. */
function writeLogs() {
  let total = 0
  const earlier = []
  for (let file = 0; file < 60; file++) {
    const account = file % 2 ? '111122223333' : '444455556666'
    const Records = []
    for (let n = 0; n < 400; n++) {
      const time = new Date(Date.UTC(2026, 0, 29) + (file * 400 + n) * 10_000).toISOString()
      Records.push({
        eventVersion: '1.08',
        userIdentity: {
          type: 'IAMUser',
          accountId: account,
          userName: `user-${n % 17}`,
          accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
        },
        eventTime: `${time.slice(0, 19)}Z`,
        eventSource: n % 3 ? 's3.amazonaws.com' : 'iam.amazonaws.com',
        eventName: n % 3 ? 'GetBucketAcl' : 'CreateUser',
        awsRegion: 'us-east-1',
        sourceIPAddress: `192.0.2.${n % 250}`,
        requestParameters: {
          bucketName: `bucket-${n}`,
          note: createHash('sha256').update(`${file}-${n}`).digest('hex'),
        },
        eventID: `${file}-${n}`,
        readOnly: n % 3 !== 0,
        managementEvent: true,
        eventCategory: 'Management',
        recipientAccountId: account,
      })
    }
    for (let n = 0; n < 20 && earlier.length > 0; n++) Records.push(earlier[Math.floor(random() * earlier.length)])
    Records.push(Records[0], { ...Records[1], userAgent: 'variant' })
    earlier.push(...Records.slice(0, 50))
    total += Records.length
    const day = Records[0].eventTime.slice(0, 10)
    const path = join(logs, 'AWSLogs', account, 'CloudTrail', 'us-east-1', ...day.split('-'))
    mkdirSync(path, { recursive: true })
    const delivered = Records[0].eventTime.replace(/[-:]/g, '').slice(0, 13)
    writeFileSync(
      join(path, `${account}_CloudTrail_us-east-1_${delivered}Z_${String(file).padStart(4, '0')}.json.gz`),
      gzipSync(JSON.stringify({ Records })),
    )
  }
  return total
}

function start(lake) {
  return spawn(process.execPath, [cli, 'ingest', logs, '--lake', lake, '--format', 'json'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TRAILBOOK_BATCH_ROWS: '4000' },
  })
}

async function ingest(lake) {
  const child = start(lake)
  let out = ''
  let error = ''
  child.stdout.on('data', (chunk) => (out += chunk))
  child.stderr.on('data', (chunk) => (error += chunk))
  const code = await new Promise((done) => child.on('close', done))
  if (code !== 0) throw new Error(`ingest ended with ${code} (seed ${seed}): ${out}${error}`)
  return JSON.parse(out)
}

async function killedIngest(lake, after, nearCommit) {
  const child = start(lake)
  child.stdout.resume()
  child.stderr.resume()
  const closed = new Promise((done) => child.on('close', (_, signal) => done(signal)))
  let ended = false
  closed.then(() => (ended = true))
  const parts = () =>
    existsSync(join(lake, 'events'))
      ? readdirSync(join(lake, 'events'), { recursive: true }).filter((name) => name.endsWith('.parquet')).length
      : 0
  if (nearCommit) {
    const wanted = 1 + Math.floor(random() * 8)
    while (!ended && parts() < wanted) await new Promise((done) => setTimeout(done, 2))
  }
  await new Promise((done) => setTimeout(done, after))
  child.kill('SIGKILL')
  return (await closed) === 'SIGKILL' ? (nearCommit ? 'part written' : 'any moment') : 'was done already'
}

function manifestNames(lake) {
  const names = existsSync(join(lake, 'manifest')) ? readdirSync(join(lake, 'manifest')) : []
  return names.filter((name) => /^\d+\.json$/.test(name)).sort()
}

function manifests(lake) {
  return Number(manifestNames(lake).at(-1)?.slice(0, -5) ?? 0)
}

/** What readers see of a lake: the newest manifest's parts; and parquet files that no manifest names. */
async function contents(lake) {
  const manifest = JSON.parse(readFileSync(join(lake, 'manifest', manifestNames(lake).at(-1)), 'utf8'))
  const parts = manifest.events.map(({ path }) => `'${join(lake, path)}'`)
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  const reader = await connection.runAndReadAll(
    `SELECT CAST(_hash AS VARCHAR) FROM read_parquet([${parts.join(', ')}], hive_partitioning = false) ORDER BY 1`,
  )
  const hashes = reader.getRows().map(([hash]) => hash)
  connection.closeSync()
  instance.closeSync()
  const named = [...manifest.events, ...manifest.files, ...manifest.coverage, ...manifest.retired].length
  const files = ['events', 'files', 'coverage'].flatMap((name) =>
    readdirSync(join(lake, name), { recursive: true }).filter((path) => path.endsWith('.parquet')),
  ).length
  return {
    events: hashes.length,
    distinct: new Set(hashes).size,
    hash: createHash('sha256').update(hashes.join('\n')).digest('hex'),
    orphans: files - named,
  }
}

function mulberry32(state) {
  let a = state
  return () => {
    a = (a + 0x6d2b79f5) | 0
    let t = Math.imul(a ^ (a >>> 15), 1 | a)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}
