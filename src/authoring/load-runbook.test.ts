import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { digestOf } from '../core/run/canonical.ts'
import { makePlan, planRecord } from '../core/run/plan.ts'
import { duckdbDialect } from '../core/sql/print/duckdb.ts'
import { trinoDialect } from '../core/sql/print/trino.ts'
import { findRunbooks, readHead } from './library.ts'
import { type LoadedRunbook, type LoadOptions, loadRunbook, sound } from './load-runbook.ts'

let folder = ''
let count = 0

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trailbook-load-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function written(files: Readonly<Record<string, string>>): Promise<string> {
  const root = join(folder, String(count++))
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), text)
  }
  return root
}

async function load(files: Readonly<Record<string, string>>, options: LoadOptions = {}): Promise<LoadedRunbook> {
  const root = await written(files)
  return loadRunbook({ path: join(root, 'main.yaml'), root, found: false }, { cwd: root, ...options })
}

const runbook = (id: string, step: string, head = '') =>
  `format: trailbook/v1\nid: ${id}\ntitle: ${id}\nneeds: [management:write]\n${head}steps:\n${step}\ncases: [{ name: none, expect: { findings: [] } }]\n`

const query = (sql: string) => `  - { id: calls, why: w, expect: e, query: "${sql}" }`

const errors = ({ issues }: LoadedRunbook) =>
  issues.filter(({ severity }) => severity === 'error').map(({ code, at }) => `${at?.file} ${code}`)

describe('fragments', () => {
  const fragment = "SELECT actor, eventID FROM cloudtrail_logs WHERE eventName = 'CreateUser'\n"
  const above = 'SELECT actor FROM fragments.users\n'
  const uses = 'uses: { fragments: [actors] }\n'

  test('are digests in the plan, with those that they read', async () => {
    const loaded = await load({
      'main.yaml': runbook('main', query('SELECT actor FROM fragments.actors'), uses),
      'fragments/users.sql': fragment,
      'fragments/actors.sql': above,
      'fragments/idle.sql': fragment,
    })
    expect(errors(loaded)).toEqual([])
    const plan = makePlan({
      ...sound(loaded, 'main.yaml'),
      parameters: {},
      listValues: {},
      window: { from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' },
      windowOrigin: 'default',
      now: '2026-01-02T00:00:00Z',
      connection: { name: 'x', dialect: duckdbDialect },
    })
    expect(planRecord(plan).fragments).toEqual({ actors: digestOf(above), users: digestOf(fragment) })
  })

  test('see the events through the scope, and nothing of the query round them', async () => {
    const loaded = await load({
      'main.yaml': runbook(
        'main',
        query('WITH users AS (SELECT 1 AS one) SELECT a.actor, u.one FROM fragments.actors a, users u'),
        uses,
      ),
      'fragments/users.sql': fragment,
      'fragments/actors.sql': above,
    })
    expect(errors(loaded)).toEqual([])
    const compiled = loaded.queries.get('calls')?.compile({
      dialect: trinoDialect(),
      scope: {
        window: { from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' },
        earliest: '2026-01-01T00:00:00Z',
        accounts: ['111122223333'],
        regions: [],
        services: [],
      },
      parameters: {},
      lists: {},
    })
    expect(compiled?.text.match(/111122223333/g)).toHaveLength(1)
    expect(compiled?.text).toMatch(/FROM \(\s*SELECT "users"."actor"\s*FROM \(\s*SELECT/)
  })

  test('with a mistake keep those runbooks from running that read them, and no others', async () => {
    const files = { 'fragments/users.sql': 'SELECT actr FROM cloudtrail_logs', 'fragments/actors.sql': above }
    const reading = await load({
      'main.yaml': runbook('main', query('SELECT x FROM fragments.actors'), uses),
      ...files,
    })
    expect(reading.runbook).toBeUndefined()
    expect(errors(reading)).toEqual(['fragments/users.sql SQL_COLUMN_UNKNOWN'])
    const other = await load({ 'main.yaml': runbook('main', query('SELECT 1 AS one')), ...files })
    expect(other.runbook?.id).toBe('main')
    expect(errors(other)).toEqual(['fragments/users.sql SQL_COLUMN_UNKNOWN'])
  })

  test('cannot be made to unfold without end', async () => {
    const doubling = Array.from({ length: 12 }, (_, index) => [
      `fragments/f${index + 1}.sql`,
      `SELECT a.actor FROM fragments.f${index} a JOIN fragments.f${index} b ON a.actor = b.actor`,
    ])
    const loaded = await load({
      'main.yaml': runbook('main', query('SELECT actor FROM fragments.f12'), 'uses: { fragments: [f12] }\n'),
      'fragments/f0.sql': 'SELECT actor FROM cloudtrail_logs',
      ...Object.fromEntries(doubling),
    })
    expect(errors(loaded)[0]).toBe('fragments/f7.sql SQL_TOO_MANY')
  })
})

describe('runbooks that run others', () => {
  const inner = runbook('inner', query('SELECT 1 AS one'))
  const step = (id: string, name = 'other') => `  - { id: ${name}, run: ${id} }`

  test('hold all that they reach, by digest', async () => {
    const loaded = await load({
      'main.yaml': runbook('main', step('middle')),
      'deeper/middle.yaml': runbook('middle', step('inner')),
      'deeper/inner.yaml': inner,
    })
    expect(errors(loaded)).toEqual([])
    expect([...loaded.runbooks].map(([id, { digest }]) => [id, digest])).toEqual([
      ['inner', digestOf(inner)],
      ['middle', digestOf(runbook('middle', step('inner')))],
    ])
  })

  test('take one beside them before one of the library', async () => {
    const library = await written({
      'inner.yaml': runbook('inner', query('SELECT 2 AS two')),
      'far.yaml': runbook('far', query('SELECT 3 AS x')),
    })
    const options = { library: () => findRunbooks(library) }
    const beside = await load({ 'main.yaml': runbook('main', step('inner')), 'inner.yaml': inner }, options)
    expect(beside.runbooks.get('inner')?.digest).toBe(digestOf(inner))
    const shipped = await load({ 'main.yaml': runbook('main', step('far')), 'inner.yaml': inner }, options)
    expect(shipped.runbooks.get('far')?.path).toBe(join(library, 'far.yaml'))
  })

  test('may stand five deep', async () => {
    const chain = (length: number) =>
      Object.fromEntries(
        Array.from({ length }, (_, index) => [
          `r${index}.yaml`,
          index === length - 1
            ? runbook(`r${index}`, query('SELECT 1 AS one'))
            : runbook(`r${index}`, step(`r${index + 1}`)),
        ]),
      )
    expect(errors(await load({ 'main.yaml': runbook('main', step('r0')), ...chain(5) }))).toEqual([])
    const deeper = await load({ 'main.yaml': runbook('main', step('r0')), ...chain(6) })
    expect(deeper.issues.map(({ message }) => message)).toEqual([
      'Runbooks that run runbooks stand more than 5 deep here: main -> r0 -> r1 -> r2 -> r3 -> r4 -> r5.',
    ])
  })

  test('may not run themselves', async () => {
    const loaded = await load({ 'main.yaml': runbook('main', step('main')) })
    expect(loaded.issues.map(({ message }) => message)).toEqual([
      'The runbooks run one another in a circle: main -> main.',
    ])
  })

  test('are loaded once each, also where all of them run one another', async () => {
    const ids = ['main', ...Array.from({ length: 7 }, (_, index) => `r${index}`)]
    const steps = (id: string) => ids.filter((other) => other !== id).map((other) => step(other, `go_${other}`))
    const loaded = await load(Object.fromEntries(ids.map((id) => [`${id}.yaml`, runbook(id, steps(id).join('\n'))])))
    expect(new Set(errors(loaded))).toEqual(new Set(['main.yaml RUNBOOK_RUN_CYCLE']))
  }, 5_000)
})

describe('texts for single engines', () => {
  test('are what the connection of that engine runs', async () => {
    const text = (name: string) => `SELECT actor FROM cloudtrail_logs WHERE eventName = '${name}'`
    const loaded = await load({
      'main.yaml': runbook(
        'main',
        `  - id: calls\n    why: w\n    expect: e\n    query: { sql: "${text('CreateUser')}", trino: "${text('DeleteUser')}" }`,
      ),
    })
    const scope = {
      window: { from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' },
      earliest: '2026-01-01T00:00:00Z',
      accounts: [],
      regions: [],
      services: [],
    }
    const printed = [duckdbDialect, trinoDialect()].map(
      (dialect) => loaded.queries.get('calls')?.compile({ dialect, scope, parameters: {}, lists: {} }).text ?? '',
    )
    expect(printed.map((one) => /CreateUser|DeleteUser/.exec(one)?.[0])).toEqual(['CreateUser', 'DeleteUser'])
  })
})

describe('a file that is too large', () => {
  test('is refused before it is parsed', async () => {
    const huge = `${runbook('main', query('SELECT 1 AS one'))}# ${'x'.repeat(1_000_000)}\n`
    const loaded = await load({ 'main.yaml': huge })
    expect(loaded.runbook).toBeUndefined()
    expect(loaded.issues.map(({ code, message }) => `${code}: ${message}`)).toEqual([
      `RUNBOOK_FILE_SIZE: The file has ${huge.length.toLocaleString('en')} characters; 1,000,000 are allowed.`,
    ])
    expect(await readHead(loaded.path)).toBeUndefined()
  })
})
