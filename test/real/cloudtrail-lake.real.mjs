// CloudTrail Lake: a fake of its API whose engine is a real Trino with the documented columns and types of an event data store.
// No AWS account is asked. Usage: node test/real/cloudtrail-lake.real.mjs [--functions]
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { checks } from './support/checks.mjs'
import { startTrino } from './support/trino.mjs'
import { importTypeScript } from './support/typescript.mjs'

const root = join(import.meta.dirname, '../..')
const cli = process.env.TRAILBOOK_CLI ?? join(root, 'dist/cli.js')
const { values } = parseArgs({ options: { functions: { type: 'boolean' } } })

/** Equal as JSON, and written otherwise: numbers with exponents, and characters beyond the first 65,536. */
const otherSpelling = ['column-additionaleventdata', 'column-serviceeventdetails']
/** Statements of more than 10,000 characters, which a session refuses before it asks. */
const tooLong = ['parameter-hostile-24', 'parameter-long-list']

const { check, finish } = checks()

const real = await importTypeScript('test/cloudtrail-lake/real.ts')
const folder = mkdtempSync(join(tmpdir(), 'trailbook-lake-part-'))
console.log('starting Trino')
const trino = await startTrino()
console.log(`Trino ${trino.version} answers`)

/** Every record, and some of them twice: a store may hold copies. */
async function makeStore(schema, records, copies) {
  const lines = records.map((record) => JSON.stringify(record))
  mkdirSync(join(trino.data, `${schema}-lines`))
  writeFileSync(join(trino.data, `${schema}-lines/all.txt`), `${[...lines, ...lines.slice(0, copies)].join('\n')}\n`)
  for (const statement of real.storeStatements(schema, `local:///${schema}-lines`)) await trino.ask(statement)
  return `hive.${schema}.events`
}

try {
  const suite = await makeStore('suite', real.conformanceRecords, real.conformanceRecords.length)
  for (const [details, nulls] of [
    ['record', 'absent'],
    ['record', 'empty'],
    ['maps', 'null'],
  ])
    await check(`the conformance suite, details: ${details}, NULL given as ${nulls}`, async () => {
      const fake = await real.startLake(trino.url, suite, { nulls })
      const connection = await real.connect(fake, { details })
      const { equal, refused, different } = await real.holdToSuite(root, connection, values.functions === true)
      await connection.close()
      await fake.close()
      const known = [...otherSpelling, ...tooLong]
      const odd = different.filter((text) => !known.includes(text.slice(0, text.indexOf(':'))))
      if (odd.length > 0) throw new Error(`${odd.length} answers differ\n${odd.slice(0, 10).join('\n')}`)
      return `${equal} equal, ${refused.length} refused by name (${refused.join(', ')}), ${different.length} known to differ`
    })
  await check('texts of CloudTrail Lake, imported and asked again', async () => {
    const fake = await real.startLake(trino.url, suite)
    const connection = await real.connect(fake)
    const told = await real.roundTrip(trino.url, suite, connection)
    await connection.close()
    await fake.close()
    return `${told} equal`
  })
  await check('every shipped runbook: equal rows and findings', sameRuns)
} finally {
  await trino.stop()
  rmSync(folder, { recursive: true, force: true })
}
finish()

function trailbook(args, env = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [cli, ...args], { cwd: folder, env: { ...process.env, ...env } })
    let out = ''
    let err = ''
    child.stdout.on('data', (chunk) => {
      out += chunk
    })
    child.stderr.on('data', (chunk) => {
      err += chunk
    })
    child.on('close', (code) =>
      code < 4 ? resolve(out) : reject(new Error(`trailbook ${args.join(' ')} ended with ${code}: ${err.slice(-800)}`)),
    )
  })
}

async function sameRuns() {
  await trailbook(['simulate', '--events', '5000', '--seed', '7', '--out', 'simulated'])
  await trailbook(['ingest', 'simulated', '--lake', 'lake'])
  const records = readdirSync(join(folder, 'simulated'), { recursive: true })
    .filter((name) => name.endsWith('.json.gz'))
    .flatMap((name) => JSON.parse(gunzipSync(readFileSync(join(folder, 'simulated', name)))).Records ?? [])
  const fake = await real.startLake(trino.url, await makeStore('trail', records, 500))
  writeFileSync(
    join(folder, 'trailbook.yaml'),
    `connections:\n  test:\n    engine: cloudtrail-lake\n    eventDataStore: ${real.storeId}\n    region: us-east-1\n`,
  )
  const times = records.map(({ eventTime }) => eventTime).toSorted()
  const asked = ['run', '--all', '--from', times[0], '--to', times.at(-1), '--no-record', '--format', 'json']
  const here = JSON.parse(await trailbook([...asked, '--lake', 'lake']))
  const there = JSON.parse(await trailbook([...asked, '--connection', 'test'], fake.env))
  await fake.close()
  const longest = Math.max(...fake.queries.map(({ sql }) => sql.length))
  let steps = 0
  let rows = 0
  const odd = []
  /** Too long for the service, or built on a step that is. */
  const refused = []
  for (const [at, run] of here.runs.entries())
    for (const [index, step] of run.steps.entries()) {
      const other = there.runs[at]?.steps[index]
      const isSame = step.status === other?.status && JSON.stringify(step.rows) === JSON.stringify(other.rows)
      if (isSame) {
        steps++
        rows += step.rowCount ?? 0
      } else
        odd.push(
          `${run.runbook} ${step.id}: ${step.status} ${step.rowCount}, ${other?.status} ${other?.rowCount} ${JSON.stringify(other?.reason ?? '')}`,
        )
    }
  if (odd.length > 0) throw new Error(`${steps} steps are equal, ${odd.length} are not\n${odd.join('\n')}`)
  if (refused.length === 0 && JSON.stringify(here.findings) !== JSON.stringify(there.findings))
    throw new Error('the findings differ')
  if (there.runs.some(({ verdict }) => verdict === 'clear')) throw new Error('what nobody vouches for was called clear')
  return `${here.runs.length} runbooks, ${steps} steps equal, ${refused.length} refused (${refused.join(', ')}), ${rows} rows, ${here.findings.length} findings; the longest text has ${longest} characters`
}
