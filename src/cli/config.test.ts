import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { TrailbookError } from '../core/errors.ts'
import type { Globals } from './command.ts'
import { configTemplate } from './commands/init.ts'
import { loadConfig } from './config.ts'
import { allowancesOf, checkOpenable, offlineNamed, openNamed } from './connections.ts'

const variable = (name: string) => `\${env:${name}}`

let cwd: string
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'trailbook-config-'))
})
afterAll(() => rm(cwd, { recursive: true }))

const load = async (text: string | undefined, globals: Partial<Globals> = {}) => {
  const name = `${Math.random()}.yaml`
  if (text !== undefined) await writeFile(join(cwd, name), text)
  return loadConfig({
    cwd,
    env: { HOME_LAKE: '/lakes' },
    globals: {
      lake: undefined,
      format: 'terminal',
      quiet: false,
      config: text === undefined ? undefined : name,
      ...globals,
    },
  })
}

const mistake = async (text: string): Promise<string> => {
  try {
    await load(text)
  } catch (error) {
    if (error instanceof TrailbookError)
      return `${error.code}: ${error.message.replace(/\S*\.yaml/, 'FILE')} ${error.hint}`
  }
  return 'none'
}

describe('the configuration', () => {
  test('works without a file', async () => {
    expect(await load(undefined)).toEqual({
      file: undefined,
      lake: join(cwd, '.trailbook/lake'),
      lakeGiven: false,
      runbooks: [join(cwd, 'runbooks')],
      runbooksGiven: false,
      aliases: [],
      lists: {},
      retentionMs: undefined,
      memory: undefined,
      inventory: undefined,
      sources: {},
      accounts: undefined,
      connections: {},
    })
  })

  test('of a lake may say how long events are kept', async () => {
    expect(await load('lake: { folder: data, retention: 400d }\n')).toMatchObject({
      lake: join(cwd, 'data'),
      retentionMs: 400 * 24 * 60 * 60 * 1000,
    })
    expect(await load('lake: { retention: 26w }\n')).toMatchObject({ lake: join(cwd, '.trailbook/lake') })
    const wanted = 'must be a map with folder (a path) and retention (e.g. 400d)'
    for (const text of ['retention: 400', 'retention: 1h', 'retention: later', 'keep: 400d', 'folder: ""'])
      expect(await mistake(`lake: { ${text} }\n`)).toContain(wanted)
  })

  test('is read from the file, with paths from its folder', async () => {
    expect(
      await load('lake: data\nrunbooks: [mine, /shared]\naliases: my_table\nlists: { roles: [a, b] }\n'),
    ).toMatchObject({
      lake: join(cwd, 'data'),
      runbooks: [join(cwd, 'mine'), '/shared'],
      aliases: ['my_table'],
      lists: { roles: ['a', 'b'] },
    })
  })

  test('takes the lake that was given before that of the file', async () => {
    expect(await load('lake: data\n', { lake: 'other' })).toMatchObject({ lake: join(cwd, 'other'), lakeGiven: true })
  })

  test('fills in environment variables', async () => {
    expect(await load(`lake: ${variable('HOME_LAKE')}/trail\n`)).toMatchObject({ lake: '/lakes/trail' })
  })

  test('says what is expected, with times in UTC', async () => {
    const { inventory } = await load(
      'inventory:\n  accounts: [{ id: "111122223333", from: 2026-01-31 }]\n  trails: [{ name: main, to: "2026-01-31T09:00:00+01:00" }]\n',
    )
    expect(inventory).toMatchObject({
      regions: [],
      accounts: [{ id: '111122223333', from: '2026-01-31T00:00:00Z' }],
      trails: [{ name: 'main', management: 'all', exclude: [], data: [], to: '2026-01-31T08:00:00Z' }],
    })
  })

  test('names every mistake of the inventory with its place', async () => {
    const text =
      'inventory:\n  region: [us-east-1]\n  accounts:\n    - { id: 111122223333 }\n    - { id: "44445555" }\n'
    const error = await load(text).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(TrailbookError)
    const { code, at, message, issues } = error as TrailbookError
    expect([code, at?.line, at?.column, message.replace(/\S*\.yaml/, 'FILE')]).toEqual([
      'CONFIG_VALUE',
      2,
      3,
      'FILE is not right: There is no key region here.',
    ])
    expect(issues.map((issue) => `${issue.at?.line}:${issue.at?.column} ${issue.message}`)).toEqual([
      '4:13 id is 111122223333, where text is needed.',
      '5:13 id is "44445555", which is not an account id of 12 digits.',
    ])
  })

  test('names every mistake of the file in one pass, each with its place', async () => {
    const text = [
      'lakes: data',
      'lake: data',
      `runbooks: [mine, 3, "${variable('NOWHERE')}/x"]`,
      'aliases: [fine, select]',
      'lists:',
      '  roles: [a]',
      '  people: alice',
      'inventory:',
      '  accounts: [{ id: "111122223333", from: "2026-02-30" }]',
      '  trails: [{ name: main, to: "2026-31-12" }]',
      'lake: other',
    ]
    const error = await load(text.join('\n')).catch((reason: unknown) => reason)
    const { at, code, issues } = error as TrailbookError
    const told = [{ at, code }, ...issues].map((one) => `${one.at?.line}:${one.at?.column} ${one.code}`)
    expect(told).toEqual([
      '1:1 CONFIG_UNKNOWN_KEY',
      '3:18 CONFIG_TYPE',
      '3:22 CONFIG_ENV',
      '4:17 CONFIG_ALIAS',
      '7:11 CONFIG_TYPE',
      '9:42 CONFIG_VALUE',
      '10:30 CONFIG_VALUE',
      '11:1 RUNBOOK_DUPLICATE_KEY',
    ])
    expect(at?.file).toMatch(/^[\d.]+yaml$/)
  })

  test('that init writes is the default one', async () => {
    expect({ ...(await load(configTemplate)), file: undefined }).toEqual(await load(undefined))
  })

  test('that init writes shows keys that can be uncommented', async () => {
    const uncommented = configTemplate.replace(/^# (?=[a-z]+:| {2})/gm, '')
    expect(await load(uncommented)).toMatchObject({
      aliases: ['my_trail_table'],
      lists: { automation_roles: [expect.any(String)] },
      sources: { 'main-trail': { url: 's3://my-trail-bucket/AWSLogs/' } },
      accounts: { role: 'trailbook-reader' },
      connections: {
        trail: { engine: 'athena', budget: { scan: '50GB' } },
        insights: { engine: 'logs-insights' },
        store: { engine: 'cloudtrail-lake' },
      },
    })
  })

  test('of a connection that names an unset variable is told to who uses it, and to nobody else', async () => {
    const trino = 'engine: trino, url: "https://trino.example.com", user: u, catalog: c, schema: s'
    const config = await load(
      `connections:\n  one: { ${trino}, password: "${variable('NOWHERE')}" }\n  two: { ${trino} }\n`,
    )
    expect(() => checkOpenable(['two', 'lake'], config)).not.toThrow()
    const told = async (work: () => unknown) => {
      try {
        await work()
        return undefined
      } catch (error) {
        return error as TrailbookError
      }
    }
    const context = { signal: new AbortController().signal }
    const used = await told(() => checkOpenable(['one'], config))
    expect(await told(() => openNamed('one', config, { context }))).toBe(used)
    // Who asks nobody needs no password.
    expect((await offlineNamed('one', config, context)).dialect.name).toBe('trino')
    expect((await allowancesOf('one', config)).grants).toEqual([
      'GRANT SELECT ON "c"."s"."cloudtrail_logs" TO USER "u"',
    ])
    expect(used?.at).toMatchObject({ line: 2, column: 102 })
    expect(used?.message.replace(/\S*\.yaml/, 'FILE')).toBe(
      'In FILE, "connections.one.password" uses the environment variable NOWHERE, which is not set.',
    )
    expect(await mistake(`connections:\n  one: { ${trino}, passwort: "${variable('NOWHERE')}" }\n`)).toContain(
      'There is no key passwort here.',
    )
  })

  test('of a connection that cannot be read without a variable is told to everybody who names it', async () => {
    const config = await load(
      `connections:\n  one: { engine: trino, url: "${variable('NOWHERE')}", user: u, catalog: c, schema: s }\n`,
    )
    await expect(offlineNamed('one', config, { signal: new AbortController().signal })).rejects.toMatchObject({
      code: 'CONFIG_ENV',
    })
  })

  test('of another engine asks for what signing in needs as late', async () => {
    const store = '1a2b3c4d-5e6f-7081-92a3-b4c5d6e7f809'
    const role = 'role: "arn:aws:iam::111122223333:role/reader", region: eu-west-1'
    const external = `externalId: "${variable('NOWHERE')}"`
    const config = await load(
      [
        'connections:',
        `  store: { engine: cloudtrail-lake, eventDataStore: ${store}, ${role}, ${external} }`,
        `  groups: { engine: logs-insights, logGroups: [a], ${role}, ${external} }`,
        `  tables: { engine: athena, database: d, ${role}, ${external} }`,
      ].join('\n'),
    )
    const context = { signal: new AbortController().signal }
    for (const name of ['store', 'groups', 'tables']) {
      expect((await allowancesOf(name, config)).statements).not.toEqual([])
      expect((await offlineNamed(name, config, context)).name).toBe(name)
      await expect(openNamed(name, config, { context })).rejects.toMatchObject({ code: 'CONFIG_ENV' })
    }
  })

  test.each([
    ['lakes: data', 'CONFIG_UNKNOWN_KEY: FILE has an unknown key "lakes". Did you mean lake?'],
    [
      'gateway: {}',
      'CONFIG_UNKNOWN_KEY: FILE has an unknown key "gateway". Known are lake, runbooks, aliases, lists, memory, inventory, accounts, sources, connections.',
    ],
    [
      'lake: [a]',
      'CONFIG_TYPE: In FILE, "lake" must be the path of a folder, or a map with folder and retention. trailbook init writes a commented example.',
    ],
    [
      'lists: [a]',
      'CONFIG_TYPE: In FILE, "lists" must be a map from the name of a list to its values. trailbook init writes a commented example.',
    ],
    [
      'memory: lots',
      'CONFIG_TYPE: In FILE, "memory" must be an amount such as 4GB or 512MB. trailbook init writes a commented example.',
    ],
    [
      `lake: ${variable('NOWHERE')}`,
      'CONFIG_ENV: In FILE, "lake" uses the environment variable NOWHERE, which is not set. Set it, or write the value itself.',
    ],
    ...[
      ['select', 'SELECT is a reserved word of SQL'],
      ['db.Order', 'ORDER is a reserved word of SQL'],
      ['lists', "lists is the schema of trailbook's own tables"],
      ['fragments.mine', "fragments is the schema of trailbook's own tables"],
      ['my-table', 'it is no name of a table'],
      ['a.b.c.d', 'it is no name of a table'],
    ].map(([alias, reason]): [string, string] => [
      `aliases: ["${alias}"]`,
      `CONFIG_ALIAS: In FILE, "${alias}" cannot be an alias: ${reason}. Write the name of a table as SQL takes it without quotes: my_trail_logs or my_database.my_trail_logs.`,
    ]),
    ...(
      [
        ['engine: presto', 'engine cannot be "presto". Known are athena, cloudtrail-lake, logs-insights, trino.'],
        ['engine: trinoo', 'engine cannot be "trinoo". Did you mean trino?'],
        ['url: "https://x"', 'c needs the key engine. Add it.'],
        [
          'engine: trino, url: "http://x", user: u, catalog: c, schema: s, token: geheim',
          'url cannot be an http:// address where a password or token signs in. Write https://, or the password or token would be sent without TLS.',
        ],
        [
          'engine: trino, url: "https://x", user: u, catalog: c, schema: s, token: geheim, password: geheim',
          'token cannot be given beside password. Keep one of them: it is enough to sign in.',
        ],
        [
          'engine: trino, url: "https://u:geheim@x", user: u, catalog: c, schema: s',
          'url cannot be an address with a name or a password in it. Leave them out, for messages repeat addresses.',
        ],
        [
          'engine: athena, region: us-east-1, database: d, endpoint: "http://u:geheim@x/y"',
          'endpoint cannot be an address with a name or a password in it. Leave them out, for messages repeat addresses.',
        ],
        [
          'engine: trino, url: "https://x", user: u, catalog: c, schema: s, password: 4711',
          'password is a number, where text is needed. Put it in quotes.',
        ],
        [
          'engine: athena, region: us-east-1, database: d, reuse: 30d',
          'reuse cannot be more than 7d. Athena keeps results no longer for that: write 7d or less.',
        ],
        [
          'engine: athena, region: us-east-1, database: d, encryption: { option: SSE_KMS }',
          'encryption cannot be so: SSE_KMS and CSE_KMS need a key, and SSE_S3 has none. Add `key` for SSE_KMS and CSE_KMS; leave it out for SSE_S3.',
        ],
      ] as const
    ).map(([settings, told]): [string, string] => [
      `connections: { c: { ${settings} } }`,
      `CONFIG_VALUE: FILE is not right: ${told}`,
    ]),
    [
      '- lake',
      'CONFIG_SYNTAX: FILE cannot be read: it is not a map. It must be a YAML map; trailbook init writes one.',
    ],
  ])('is refused with what to do: %s', async (text, expected) => {
    expect(await mistake(text)).toBe(expected)
  })
})
