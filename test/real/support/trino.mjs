// A real Trino server as a process of its own: one node, Hive connector, file metastore, local files, loopback only.
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { provide } from './provision.mjs'
import { ensureTrino, version } from './trino-install.mjs'
import { ensureJava } from './trino-java.mjs'

const cache = join(import.meta.dirname, '../../../node_modules/.cache/real')
/** From a cold start on two busy cores. */
const longestStart = 300_000

const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })

/**
 * @param settings further lines of config.properties, or a function of the folder that holds `etc` and of the free port
 * @param catalogs further catalogs by name: lines that differ from those of `hive`
 * @returns url; data: the folder that `local:///` names; ask(sql): the rows; stop()
 */
export async function startTrino({ settings = {}, catalogs = {} } = {}) {
  const java = provide('a Java that Trino starts on', () => ensureJava(cache))
  const home = provide(`Trino ${version}`, () => ensureTrino(cache))
  const folder = mkdtempSync(join(tmpdir(), 'trailbook-trino-'))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const data = join(folder, 'data')
  const further = typeof settings === 'function' ? settings({ folder, home, port: await freePort() }) : settings
  writeSettings(folder, home, { port, data, url, settings: further, catalogs })
  const memory = ['-Xmx2G', '-XX:+UseG1GC']
  const child = spawn(
    java,
    [
      ...memory,
      '--add-modules=jdk.incubator.vector',
      '--enable-native-access=ALL-UNNAMED',
      '--sun-misc-unsafe-memory-access=allow',
      '-Dfile.encoding=UTF-8',
      '-Duser.timezone=UTC',
      `-Dconfig=${join(folder, 'etc/config.properties')}`,
      '-cp',
      `${join(home, 'lib/*')}:${join(home, 'classes')}`,
      'StartTrino',
      version,
    ],
    { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  let log = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      log = (log + chunk).slice(-6000)
    })
  const ended = new Promise((resolve) => child.on('close', resolve))
  const stop = async () => {
    child.kill('SIGKILL')
    await ended
    rmSync(folder, { recursive: true, force: true })
  }
  process.once('exit', () => child.kill('SIGKILL'))
  const until = Date.now() + longestStart
  for (;;) {
    const info = await fetch(`${url}/v1/info`).then(
      (answer) => answer.json(),
      () => undefined,
    )
    if (info?.starting === false) break
    if (child.exitCode !== null || Date.now() > until) {
      await stop()
      throw new Error(`Trino did not start: ${log}`)
    }
    await sleep(250)
  }
  return { url, data, version, ask: (sql) => ask(url, sql), stop }
}

function writeSettings(folder, home, { port, data, url, settings, catalogs }) {
  mkdirSync(join(folder, 'etc/catalog'), { recursive: true })
  mkdirSync(data)
  const write = (path, values) =>
    writeFileSync(
      join(folder, 'etc', path),
      Object.entries(values)
        .map(([name, value]) => `${name}=${value}\n`)
        .join(''),
    )
  write('config.properties', {
    coordinator: true,
    'node-scheduler.include-coordinator': true,
    'node.environment': 'test',
    'node.id': 'one',
    'node.internal-address': '127.0.0.1',
    'node.bind-ip': '127.0.0.1',
    'http-server.http.port': port,
    'discovery.uri': url,
    'plugin.dir': join(home, 'plugin'),
    'catalog.config-dir': join(folder, 'etc/catalog'),
    'query.max-memory': '1GB',
    ...settings,
  })
  const hive = {
    'connector.name': 'hive',
    'hive.metastore': 'file',
    'hive.metastore.catalog.dir': 'local:///metastore',
    'hive.metastore.user': 'test',
    'hive.security': 'allow-all',
    'hive.allow-register-partition-procedure': true,
    'hive.non-managed-table-writes-enabled': true,
    'fs.native-local.enabled': true,
    'local.location': data,
  }
  for (const [name, changed] of Object.entries({ hive: {}, ...catalogs }))
    write(`catalog/${name}.properties`, { ...hive, ...changed })
}

/** For setting up and looking behind the scenes; what is tested speaks to the server itself. */
async function ask(url, sql) {
  const headers = { 'X-Trino-User': 'test', 'X-Trino-Client-Capabilities': 'PARAMETRIC_DATETIME' }
  const rows = []
  let page = await (await fetch(`${url}/v1/statement`, { method: 'POST', headers, body: sql })).json()
  for (;;) {
    if (page.error) throw new Error(`${page.error.errorName}: ${page.error.message}\n${sql.slice(0, 500)}`)
    rows.push(...(page.data ?? []))
    if (!page.nextUri) return rows
    page = await (await fetch(page.nextUri, { headers })).json()
  }
}
