// Event history and collecting, by the built command line against the fake AWS: what it says, what it asks, and what it bears.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { checks } from './support/checks.mjs'
import { trailbook } from './support/cli.mjs'

const { is, same, group, finish } = checks()
const root = join(import.meta.dirname, '../..')
const folder = mkdtempSync(join(tmpdir(), 'trailbook-history-'))
const [account, other] = ['111122223333', '444455556666']
const regions = ['us-east-1', 'eu-central-1']
const minute = 60_000
const begun = Date.now()
const ago = (minutes) => `${new Date(begun - minutes * minute).toISOString().slice(0, 19)}Z`

const bundled = join(folder, 'fake-aws.mjs')
await build({
  entryPoints: [join(root, 'test/fake-aws/server.ts')],
  outfile: bundled,
  bundle: true,
  format: 'esm',
  platform: 'node',
  logLevel: 'warning',
})
const { startFakeAws } = await import(pathToFileURL(bundled).href)

const record = (at, minutes, more = {}) => ({
  eventVersion: '1.08',
  eventTime: ago(minutes),
  eventSource: 'ec2.amazonaws.com',
  eventName: 'DescribeInstances',
  awsRegion: regions[at % 2],
  eventID: `00000000-0000-4000-8000-${String(at).padStart(12, '0')}`,
  readOnly: true,
  eventType: 'AwsApiCall',
  eventCategory: 'Management',
  managementEvent: true,
  recipientAccountId: account,
  sourceIPAddress: '192.0.2.10',
  userIdentity: {
    type: 'IAMUser',
    userName: 'alice',
    accountId: account,
    arn: `arn:aws:iam::${account}:user/alice`,
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  },
  ...more,
})
const newKey = {
  eventSource: 'iam.amazonaws.com',
  eventName: 'CreateAccessKey',
  readOnly: false,
  awsRegion: 'us-east-1',
}
const records = Array.from({ length: 1000 }, (_, at) => record(at, 25 + at, at % 100 === 0 ? newKey : {}))

const world = {
  organization: { id: 'o-exampleorgid', management: account },
  accounts: [
    {
      id: account,
      name: 'management',
      trails: [{ name: 'organisation', home: 'us-east-1', bucket: 'trail-bucket', organization: true }],
    },
    { id: other, name: 'production', unit: 'Workloads', roles: ['reader'] },
  ],
}

let lakes = 0
const newLake = () => join(folder, `lake-${lakes++}`)

const plainEnvironment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_')))

/** A fake of its own for each part; `fast` lifts the budget, so that only some wait as AWS would have it. */
const withFake = (name, options, work) => group(name, () => once(options, work))

async function once(options, work) {
  const fast = options.fast ?? true
  const fake = await startFakeAws({ world, records, lookupsPerSecond: fast ? 1e6 : 2, ...options })
  const call = (args, { env = {}, onStart } = {}) =>
    trailbook([...args, ...(fast && args.includes('--from-event-history') ? ['--rate', '500'] : [])], {
      cwd: folder,
      env: { ...plainEnvironment, ...fake.env, ...env },
      onStart,
    })
  const json = async (args, more) => {
    const ended = await call([...args, '--format', 'json'], more)
    return { ...ended, object: JSON.parse(ended.stdout) }
  }
  const lookups = () => fake.calls.filter(({ operation }) => operation === 'LookupEvents')
  try {
    await work({ fake, call, json, lookups })
  } finally {
    await fake.close()
  }
}

const runbook = `format: trailbook/v1
id: new-keys
title: New access keys
objective: Who made an access key?
needs: [management:write]
scope: { window: 12h }
steps:
  - id: keys
    title: Keys
    why: A new key outlives its maker.
    query: |
      SELECT eventTime, actor, recipientAccountId, eventID FROM cloudtrail_logs
      WHERE eventSource = 'iam.amazonaws.com' AND eventName = 'CreateAccessKey'
    expect: None.
    finding: { key: [recipientAccountId, actor] }
`

try {
  writeFileSync(join(folder, 'new-keys.yaml'), runbook)
  writeFileSync(
    join(folder, 'data.yaml'),
    runbook.replace('management:write', 'data:s3').replace('id: new-keys', 'id: data'),
  )

  await withFake('a question that one attribute answers', { fast: false }, async ({ json, lookups }) => {
    const started = Date.now()
    const { object, code, stderr } = await json(['run', 'new-keys.yaml', '--from-event-history', '--no-record'])
    same(
      'it finds what is there',
      object.findings.map(({ count }) => count),
      [8],
    )
    same('its coverage is complete', [object.verdict, object.complete, code], ['findings', true, 1])
    same(
      'only the events of the question are asked for',
      new Set(lookups().map(({ input }) => input.LookupAttributes?.[0]?.AttributeValue)),
      new Set(['CreateAccessKey']),
    )
    is(
      'one page for each Region is enough',
      lookups().length === 2,
      `${lookups().length} requests, ${Date.now() - started} ms`,
    )
    is(
      'it says which events it asked for',
      stderr.replace(/\s+/g, ' ').includes('only events with EventName=CreateAccessKey'),
      stderr.trim(),
    )
  })
  await withFake('a question about everything', { fast: false }, async ({ json, lookups }) => {
    const started = Date.now()
    const { object } = await json([
      'query',
      'SELECT count(*) AS n FROM cloudtrail_logs',
      '--from-event-history',
      '--since',
      '12h',
      '--no-record',
    ])
    same('a question about everything reads everything', object.rows, [{ n: 695 }])
    const seconds = (Date.now() - started) / 1000
    is(
      'it keeps to two requests a second: nothing is refused',
      lookups().every(({ failed }) => failed === undefined),
      `${lookups().length} requests in ${seconds.toFixed(1)} s`,
    )
  })
  await withFake('data events', {}, async ({ json }) => {
    const { object } = await json(['run', 'data.yaml', '--from-event-history', '--no-record'])
    same(
      'data events are never there',
      object.runs[0].coverage.needs.map(({ need, state }) => `${need} ${state}`),
      ['data:s3 unmet'],
    )
    is('its limits are said', object.runs[0].coverage.limits.includes('management events of the last 90 days'))
  })

  await withFake(
    'failures that are borne',
    {
      failures: [
        { kind: 'throttle', operation: 'LookupEvents', after: 2, times: 3 },
        { kind: 'broken', operation: 'LookupEvents', after: 6, times: 2 },
        { kind: 'reset', operation: 'LookupEvents', after: 9, times: 1 },
        { kind: 'repeat', operation: 'LookupEvents', after: 12, times: 1 },
        { kind: 'token', operation: 'LookupEvents', after: 3, times: 1 },
        { kind: 'slow', operation: 'LookupEvents', times: 2, ms: 300 },
      ],
    },
    async ({ json, lookups }) => {
      const { object, code } = await json(['ingest', '--from-event-history', '--since', '24h', '--lake', newLake()])
      same(
        'throttling, errors, cut connections, repeated pages, lost tokens: nothing is lost or doubled',
        [object.events, object.variants, code],
        [1000, 0, 0],
      )
      is(
        'they did happen',
        lookups().filter(({ failed }) => failed !== undefined).length >= 6,
        `${lookups().length} requests`,
      )
    },
  )
  await withFake(
    'a denied Region',
    { failures: [{ kind: 'denied', operation: 'LookupEvents', region: 'eu-central-1' }] },
    async ({ fake, json }) => {
      const lake = newLake()
      const denied = await json(['ingest', '--from-event-history', '--since', '24h', '--lake', lake])
      same(
        'a denied Region is named and the other goes in',
        [denied.object.events, denied.object.quarantinedFiles, denied.code],
        [500, 1, 65],
      )
      is(
        'with the permission',
        denied.object.quarantined[0].reason.includes('cloudtrail:LookupEvents'),
        denied.object.quarantined[0].reason,
      )
      const run = await json(['run', 'new-keys.yaml', '--lake', lake, '--since', '20m', '--no-record'])
      same('and nothing is called clear', [run.object.verdict, run.code], ['inconclusive', 2])
      fake.heal()
      const healed = await json(['ingest', '--from-event-history', '--since', '24h', '--lake', lake])
      same('once it is allowed only that Region is read', [healed.object.events, healed.code], [500, 0])
    },
  )
  await withFake(
    'credentials that expire',
    { failures: [{ kind: 'expired', operation: 'LookupEvents', after: 14 }] },
    async ({ fake, json, call }) => {
      const lake = newLake()
      const args = ['ingest', '--from-event-history', '--since', '24h', '--lake', lake]
      const { code, object } = await json(args)
      same(
        'credentials that expire half-way end it with a plain message',
        [code, object.error?.code],
        [3, 'AWS_CREDENTIALS_EXPIRED'],
      )
      is('that says what to do', object.error.hint.includes('aws sso login'), object.error.hint)
      fake.heal()
      const again = await call(args)
      same('and it goes on', again.code, 0)
      const { object: counted } = await json([
        'query',
        'SELECT count(*) AS n FROM cloudtrail_logs',
        '--lake',
        lake,
        '--no-record',
      ])
      same('to the same events', counted.rows, [{ n: 1000 }])
    },
  )
  await withFake('wrong credentials', {}, async ({ json }) => {
    const wrong = await json(['query', 'SELECT 1', '--from-event-history', '--since', '1h'], {
      env: { AWS_ACCESS_KEY_ID: 'AKIAI44QH8DHBEXAMPLE' },
    })
    same('wrong credentials', [wrong.code, wrong.object.error.code], [3, 'AWS_CREDENTIALS_REFUSED'])
    const none = await json(['query', 'SELECT 1', '--from-event-history', '--since', '1h'], {
      env: { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' },
    })
    same('no credentials', [none.code, none.object.error.code], [3, 'AWS_CREDENTIALS_NONE'])
  })
  await withFake('no Regions', { failures: [{ kind: 'denied', operation: 'ListRegions' }] }, async ({ json }) => {
    const { object, code } = await json(['query', 'SELECT 1', '--from-event-history', '--since', '1h'])
    same(
      'no Regions: --region helps',
      [code, object.error.code, object.error.hint.includes('--region')],
      [3, 'EVENT_HISTORY_NO_REGIONS', true],
    )
    const named = await json([
      'query',
      'SELECT count(*) AS n FROM cloudtrail_logs',
      '--from-event-history',
      '--since',
      '1h',
      '--region',
      'us-east-1',
      '--no-record',
    ])
    same('with --region it goes on', named.code, 0)
  })

  const dense = Array.from({ length: 6000 }, (_, at) => record(at, 25 + at / 5, { awsRegion: 'us-east-1' }))
  await withFake(
    'an interrupted sweep',
    { records: dense, failures: [{ kind: 'slow', operation: 'LookupEvents', ms: 80 }] },
    async ({ json, lookups }) => {
      const lake = newLake()
      const args = ['ingest', '--from-event-history', '--since', '24h', '--region', 'us-east-1', '--lake', lake]
      let watch
      const onStart = (child) => {
        watch = setInterval(() => {
          if (lookups().length < 90) return
          child.kill('SIGINT')
          clearInterval(watch)
        }, 20)
      }
      const first = await json(args, { onStart })
      clearInterval(watch)
      same('Ctrl-C ends it with 130', [first.code, first.object.interrupted], [130, true])
      is('what was read is stored', first.object.events >= 3000 - 100, `${first.object.events} events`)
      const before = lookups().length
      const second = await json(args)
      same('the next one reads the rest', first.object.events + second.object.events, 6000)
      is(
        'and no more than a slice of it twice',
        before + (lookups().length - before) <= 120 + 60,
        `${before} and ${lookups().length - before} requests for 120 pages`,
      )
    },
  )

  await withFake(
    'credentials that expire after hours',
    { records: dense, failures: [{ kind: 'expired', operation: 'LookupEvents', after: 100 }] },
    async ({ fake, call, json }) => {
      const lake = newLake()
      const args = ['ingest', '--from-event-history', '--since', '24h', '--region', 'us-east-1', '--lake', lake]
      const first = await json(args)
      same(
        'it says that it stopped, and why',
        [first.code, first.object.interrupted, first.object.stopped?.code],
        [3, true, 'AWS_CREDENTIALS_EXPIRED'],
      )
      is('what was read is stored', first.object.events >= 3000 - 100, `${first.object.events} events`)
      fake.heal()
      const second = await json(args)
      same('the next one reads the rest', [first.object.events + second.object.events, second.code], [6000, 0])
      fake.fail({ kind: 'expired', operation: 'LookupEvents', after: 100 })
      const { stdout } = await call([...args.slice(0, -1), newLake()])
      is(
        'people are told',
        ['Stopped before the end.', 'aws sso login'].every((text) => stdout.includes(text)),
        stdout,
      )
    },
  )
  await withFake(
    'two sweeps into one lake',
    { failures: [{ kind: 'slow', operation: 'LookupEvents', ms: 50 }] },
    async ({ json }) => {
      const lake = newLake()
      const into = (region) =>
        json(['ingest', '--from-event-history', '--since', '24h', '--region', region, '--lake', lake])
      const both = await Promise.all(regions.map(into))
      same(
        'one waits for the other, and all goes in',
        both.map(({ code, object }) => [code, object.events]),
        [
          [0, 500],
          [0, 500],
        ],
      )
    },
  )
  await withFake('a role of another account', {}, async ({ fake, json, lookups }) => {
    const third = '777788889999'
    const role = `arn:aws:iam::${other}:role/reader`
    const asked = ['--from-event-history', '--since', '24h', '--region', 'us-east-1', '--account-role', role]
    const accounts = ['--account', other, '--account', third]
    const lake = newLake()
    const { code, object } = await json(['ingest', ...asked, ...accounts, '--lake', lake])
    same('is refused for the account that it is not of', [code, object.quarantinedFiles], [65, 1])
    is('and named', object.quarantined[0].reason.includes(`belongs to account ${other}`), object.quarantined[0].reason)
    const window = ['--from', ago(720), '--to', ago(25), '--no-record']
    const run = await json(['query', 'SELECT count(*) AS n FROM cloudtrail_logs', '--lake', lake, ...window])
    const gaps = run.object.coverage.gaps.map((gap) => gap.account)
    same('of which nothing counts as swept', [...new Set(gaps)], [third])
    same('and nobody is asked in its name', [...new Set(lookups().map((one) => one.account))], [other])
    const alone = await json(['ingest', ...asked, '--account', third, '--lake', newLake()])
    same('alone it ends the sweep', [alone.code, alone.object.error.code], [64, 'EVENT_HISTORY_ROLE_ACCOUNT'])
    const file = join(folder, 'partly.json')
    const collected = await json(['collect', 'inventory', '--account-role', role, '--out', file])
    same('collecting asks it of its own account', [collected.code, fake.calls.at(-1).account !== third], [0, true])
  })

  await withFake('collecting', {}, async ({ fake, call, json }) => {
    const file = join(folder, 'inventory.json')
    const { object, code } = await json(['collect', 'inventory', '--account-role', 'reader', '--out', file])
    same(
      'accounts, Regions and trails are written',
      [object.inventory.accounts.length, object.inventory.trails.length, code],
      [2, 1, 0],
    )
    same('as the file has them', JSON.parse(readFileSync(file, 'utf8')), object.inventory)
    writeFileSync(join(folder, 'trailbook.yaml'), 'inventory: ./inventory.json\n')
    const lake = newLake()
    await call(['ingest', '--from-event-history', '--since', '24h', '--lake', lake])
    const run = await json([
      'query',
      'SELECT 1 AS one FROM cloudtrail_logs LIMIT 1',
      '--lake',
      lake,
      '--from',
      ago(720),
      '--to',
      ago(25),
      '--no-record',
    ])
    const { coverage } = run.object
    same(
      'coverage expects them: the member that nobody asked is missing',
      [coverage.expected, coverage.complete, [...new Set(coverage.gaps.map((gap) => gap.account))]],
      ['inventory', false, [other]],
    )
    const whole = await json([
      'query',
      'SELECT count(*) AS n FROM cloudtrail_logs',
      '--from-event-history',
      '--since',
      '12h',
      '--account-role',
      'reader',
      '--no-record',
    ])
    same(
      'a sweep of all its accounts is complete',
      [whole.object.coverage.complete, whole.object.coverage.expected],
      [true, 'inventory'],
    )
    fake.fail({ kind: 'denied', operation: 'AssumeRole' })
    const partly = await json(['collect', 'inventory', '--account-role', 'reader', '--out', file])
    same(
      'an account that denies itself stays unknown',
      [partly.code, partly.object.inventory.accounts.map(({ unknown }) => unknown !== undefined)],
      [65, [false, true]],
    )
    fake.heal()
    const before = fake.calls.length
    const policy = await call(['collect', 'inventory', '--permissions'])
    same(
      'permissions are printed without asking AWS',
      [fake.calls.length - before, JSON.parse(policy.stdout).Version],
      [0, '2012-10-17'],
    )
    rmSync(join(folder, 'trailbook.yaml'))
    writeFileSync(join(folder, 'notes.json'), '{"a":1}')
    const refused = await json(['collect', 'inventory', '--out', join(folder, 'notes.json')])
    same('a file of something else is left alone', [refused.code, refused.object.error.code], [64, 'CLI_FILE_EXISTS'])
  })
} finally {
  rmSync(folder, { recursive: true, force: true })
}
finish()
