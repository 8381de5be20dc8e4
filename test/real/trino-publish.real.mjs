// Trino, the real one, over published snapshots: set up, moved while it reads and everything is killed, and signed in to.
// Usage: node test/real/trino-publish.real.mjs [--seed <n>] [--kills <n>] [--minutes <n>] [--days <n>] [--only setup,kills,…]
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { program } from '../kill/support/program.mjs'
import { checks } from './support/checks.mjs'
import { startTrino } from './support/trino.mjs'
import { endingChecks } from './support/trino-endings.mjs'
import { killWhileTrinoReads } from './support/trino-kills.mjs'
import { setupChecks } from './support/trino-setup-checks.mjs'
import { signIn } from './support/trino-sign-in.mjs'
import { signInChecks } from './support/trino-sign-in-checks.mjs'

const root = join(import.meta.dirname, '../..')
const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    kills: { type: 'string', default: '24' },
    minutes: { type: 'string', default: '3' },
    days: { type: 'string', default: '1200' },
    only: { type: 'string' },
  },
})
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 30))
const path = process.env.TRAILBOOK_CLI ?? join(root, 'dist/cli.js')
if (!existsSync(path)) execFileSync('npm', ['run', 'build'], { cwd: root, stdio: 'inherit' })

const { check, is, finish } = checks()

const folder = mkdtempSync(join(tmpdir(), 'trailbook-trino-publish-'))
const user = 'test'
const password = 'correct horse'
let door
console.log('starting Trino')
const trino = await startTrino({
  settings: (place) => {
    door = signIn({ ...place, user, password })
    return { ...door.settings, 'query.client.timeout': '10s' }
  },
  catalogs: {
    strict: {
      'hive.allow-register-partition-procedure': false,
      'hive.metastore.catalog.dir': 'local:///metastore-strict',
    },
    closed: {
      'hive.non-managed-table-creates-enabled': false,
      'hive.metastore.catalog.dir': 'local:///metastore-closed',
    },
  },
})
console.log(`Trino ${trino.version} answers; seed ${seed}`)

const config = ['--config', join(folder, 'trailbook.yaml')]
/** Writes trailbook.yaml with these connections; what they do not say is as usual. */
function configure(connections) {
  const usual = { engine: 'trino', url: trino.url, user, catalog: 'hive' }
  const all = Object.entries(connections).map(([name, one]) => [
    name,
    { ...usual, schema: name, location: `local:///${name}`, ...one },
  ])
  writeFileSync(join(folder, 'trailbook.yaml'), JSON.stringify({ connections: Object.fromEntries(all) }))
}
const world = { trino, door, folder, config, configure, check, user, password, seed, cli: program(path), path }
const parts = {
  setup: () => setupChecks(world, { days: Number(values.days) }),
  'sign-in': () => signInChecks(world),
  endings: () => endingChecks(world),
  async kills() {
    configure({ kills: {} })
    const kills = Number(values.kills)
    await check(`ingest, compact and publish are killed while Trino reads, seed ${seed}`, () =>
      killWhileTrinoReads({ ...world, kills, minutes: Number(values.minutes) }),
    )
  },
}
try {
  for (const name of values.only?.split(',') ?? Object.keys(parts))
    await parts[name]().catch((error) => is(name, false, error.stack))
} finally {
  await trino.stop()
  rmSync(folder, { recursive: true, force: true })
}
finish()
