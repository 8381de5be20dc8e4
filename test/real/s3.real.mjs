// Buckets of a real S3 server: every layout, selective and repeated reading, a server that dies, refusals, roles, speed.

import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { build } from 'esbuild'
import { bundling } from '../../scripts/bundling.mjs'
import { checks } from './support/checks.mjs'
import { trailbook } from './support/cli.mjs'
import { awsEnvironment, deleteObject, filesOf, fillBucket, makeBucket, putObject, startMoto } from './support/moto.mjs'
import { startProxy } from './support/proxy.mjs'

const { is, same, group, finish } = checks()
const folder = mkdtempSync(join(tmpdir(), 'trailbook-s3-'))
const ended = []
let lakes = 0
const newLake = () => join(folder, `lake-${lakes++}`)

/** Every event of a lake, as text that two lakes can be compared by. */
async function content(lake) {
  const sql =
    'SELECT eventid, eventtime, eventname, awsregion, recipientaccountid, requestparameters FROM cloudtrail_logs ORDER BY 1, 2, 3, 4, 5'
  const { stdout } = await trailbook([
    'query',
    '--no-record',
    '--limit',
    '100000',
    '--lake',
    lake,
    '--format',
    'ndjson',
    sql,
  ])
  return stdout
}
const logsOnly = (key) => (key.startsWith('AWSLogs/') ? key : undefined)

try {
  const large = join(folder, 'large')
  const small = join(folder, 'small')
  const simulate = async (out, ...args) => {
    const { code, stderr } = await trailbook(['simulate', '--out', out, ...args])
    if (code !== 0) throw new Error(stderr)
  }
  await simulate(large, '--events', '3000', '--days', '3', '--seed', '7')
  await simulate(small, '--events', '200', '--days', '1', '--accounts', '5', '--stories', 'none')
  const local = { large: newLake(), small: newLake() }
  for (const [name, lake] of Object.entries(local))
    await trailbook(['ingest', join(folder, name, 'AWSLogs'), '--lake', lake])
  const wanted = { large: await content(local.large), small: await content(local.small) }
  const fileCount = filesOf(join(large, 'AWSLogs')).length

  let moto = await startMoto()
  ended.push(() => moto.stop())
  const proxy = await startProxy(moto.endpoint)
  ended.push(() => proxy.stop())
  const env = awsEnvironment(proxy.endpoint)
  const ingest = (args, options = {}) =>
    trailbook(['ingest', '--format', 'json', ...args], { env: { ...env, ...options.env }, cwd: options.cwd })

  await makeBucket(moto.endpoint, 'trail')
  await fillBucket(moto.endpoint, 'trail', large, logsOnly)

  await group('whole bucket', async () => {
    const lake = newLake()
    proxy.reset()
    const { code, json } = await ingest(['s3://trail', '--lake', lake])
    same('a bucket is read to its end', [code, json?.files, json?.events], [0, fileCount, 3000])
    same('each object is fetched once', proxy.count('get'), fileCount)
    is('a lake from a bucket equals one from the same files on disk', (await content(lake)) === wanted.large)
    proxy.reset()
    const again = await ingest(['s3://trail', '--lake', lake])
    same('a second run fetches nothing', [proxy.count('get'), again.json?.events, again.json?.files], [0, 0, fileCount])
    await putObject(moto.endpoint, 'trail', 'AWSLogs/late.json', '{"Records":[]}')
    proxy.reset()
    await ingest(['s3://trail', '--lake', lake])
    same('what came since is fetched, and only that', proxy.count('get'), 1)
    await deleteObject(moto.endpoint, 'trail', 'AWSLogs/late.json')
    const events = join(folder, 'evidence')
    const bundle = await trailbook(
      [
        'run',
        'root-activity',
        '--lake',
        lake,
        '--no-record',
        '--from',
        '2026-01-08',
        '--to',
        '2026-01-11',
        '--evidence',
        events,
      ],
      { env },
    )
    proxy.reset()
    const verified = await trailbook(['evidence', 'verify', events, '--sources', '--lake', lake], { env })
    is(
      'evidence holds the bytes that lie in the bucket',
      verified.code === 0,
      bundle.stderr + verified.stdout + verified.stderr,
    )
  })

  await group('layouts', async () => {
    const org = 'o-abc1234567'
    const layouts = {
      'below a prefix': (key) => `logs/main/${key}`,
      "an organisation's trail": (key) => key.replace('AWSLogs/', `AWSLogs/${org}/`),
      'Control Tower from 3.0 on': (key) => `${org}/${key.replace('AWSLogs/', `AWSLogs/${org}/`)}`,
      'Control Tower before 3.0': (key) => `${org}/${key}`,
      GovCloud: (key) => key.replaceAll('us-east-1', 'us-gov-west-1'),
      China: (key) => key.replaceAll('eu-west-1', 'cn-north-1'),
      'folders of no layout': (key) => `export/${basename(key)}`,
    }
    for (const [at, [name, rename]] of Object.entries(layouts).entries()) {
      await makeBucket(moto.endpoint, `layout-${at}`)
      await fillBucket(moto.endpoint, `layout-${at}`, small, (key) => logsOnly(key) && rename(key))
      // Markers of folders, and what CloudTrail writes to see whether it may.
      await putObject(moto.endpoint, `layout-${at}`, rename('AWSLogs/111122223333/CloudTrail/us-east-1/'), '')
      const lake = newLake()
      const { code } = await ingest([`s3://layout-${at}`, '--lake', lake])
      is(`${name}: all of it`, code === 0 && (await content(lake)) === wanted.small, `exit code ${code}`)
    }
    const lake = newLake()
    for (const rename of [layouts["an organisation's trail"], layouts['Control Tower before 3.0'], (key) => key])
      await fillBucket(moto.endpoint, 'layout-0', small, (key) => logsOnly(key) && rename(key))
    const { json } = await ingest(['s3://layout-0', '--lake', lake])
    same('several layouts in one bucket: copies count once', [json?.events, json?.records], [200, 800])
    is('several layouts in one bucket: the same lake', (await content(lake)) === wanted.small)
  })

  await group('selective', async () => {
    const keys = filesOf(join(large, 'AWSLogs')).map((path) => path.slice(large.length + 1))
    const [, account, , region] = keys[0].split('/')
    const expected = keys.filter((key) => key.includes(`/${account}/CloudTrail/${region}/2026/01/09/`))
    proxy.reset()
    const { json } = await ingest([
      ...['s3://trail', '--account', account, '--region', region, '--lake', newLake()],
      ...['--from', '2026-01-09', '--to', '2026-01-09T23:00:00Z', '--exclude', '**/2026/01/10/**'],
    ])
    same(
      'one account, Region and day: only its objects are fetched',
      [json?.files, proxy.count('get')],
      [expected.length, expected.length],
    )
    is(
      'and few listings are needed for it',
      proxy.count('list') <= 5,
      proxy.asked.filter(({ kind }) => kind === 'list'),
    )
    const foreign = proxy.asked.filter(
      ({ kind, url }) => kind === 'list' && /AWSLogs\/\d{12}/.test(url) && !url.includes(account),
    )
    same('no other account is asked about', foreign, [])
    const single = keys.at(-1)
    proxy.reset()
    const one = await ingest([`s3://trail/${single}`, '--lake', newLake()])
    same('a single object', [one.json?.files, proxy.count('get')], [1, 1])
  })

  await group('interrupted', async () => {
    const lake = newLake()
    const halved = new Set()
    proxy.reset(({ kind, url, nth }) => {
      if (kind !== 'get' || nth % 10 !== 0 || halved.has(url)) return
      halved.add(url)
      return 'half'
    })
    await ingest(['s3://trail', '--lake', lake])
    is(
      `bodies that are cut off are fetched on from there (${halved.size} of them)`,
      halved.size > 50 && (await content(lake)) === wanted.large,
    )

    const expiring = newLake()
    const few = { TRAILBOOK_BATCH_ROWS: '200' }
    proxy.reset(({ kind, nth }) =>
      kind === 'get' && nth > 500
        ? {
            status: 400,
            body: '<Error><Code>ExpiredToken</Code><Message>The provided token has expired.</Message></Error>',
          }
        : undefined,
    )
    const stopped = await ingest(['s3://trail', '--lake', expiring], { env: few })
    same(
      'expired credentials end it with their code',
      [stopped.code, stopped.json?.stopped?.code],
      [3, 'AWS_CREDENTIALS_EXPIRED'],
    )
    is('and say how to sign in again', stopped.json?.stopped?.hint.includes('aws sso login'), stopped.json?.stopped)
    is('what was read before is stored', stopped.json?.events > 200, stopped.json?.events)
    proxy.reset()
    const resumed = await ingest(['s3://trail', '--lake', expiring], { env: few })
    is('another run goes on from there', resumed.code === 0 && proxy.count('get') < fileCount - 400, proxy.count('get'))
    is('and ends with the same lake', (await content(expiring)) === wanted.large)

    const dying = newLake()
    let killed
    proxy.reset(({ kind, nth }) => {
      if (kind === 'get' && nth === 600) killed = moto.stop('SIGKILL')
    })
    const dead = await ingest(['s3://trail', '--lake', dying], { env: few })
    await killed
    same('a server that dies ends it with a code', [dead.code, dead.json?.stopped?.code], [3, 'AWS_UNREACHABLE'])
    moto = await startMoto({ port: moto.port })
    await makeBucket(moto.endpoint, 'trail')
    await fillBucket(moto.endpoint, 'trail', large, logsOnly)
    proxy.reset()
    const back = await ingest(['s3://trail', '--lake', dying], { env: few })
    is(
      'when it is back, another run reads the remainder',
      back.code === 0 && proxy.count('get') < fileCount,
      proxy.count('get'),
    )
    is('nothing is lost and nothing doubled', (await content(dying)) === wanted.large)

    const vanishing = newLake()
    proxy.reset(({ kind, nth }) =>
      kind === 'get' && nth === 5
        ? { status: 404, body: '<Error><Code>NoSuchKey</Code><Message>gone</Message></Error>' }
        : undefined,
    )
    const gone = await ingest(['s3://trail', '--lake', vanishing])
    same(
      'an object that vanished is named',
      [gone.code, gone.json?.quarantined?.map(({ code }) => code)],
      [65, ['INPUT_OBJECT_GONE']],
    )
    proxy.reset(({ kind, nth }) =>
      kind === 'get' && nth % 3 === 0 && nth < 20
        ? {
            status: 503,
            body: '<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>',
          }
        : undefined,
    )
    const slowed = newLake()
    const slow = await ingest(['s3://trail/AWSLogs', '--lake', slowed, '--from', '2026-01-10'])
    same('answers that ask for patience are tried again', [slow.code, slow.json?.quarantinedFiles], [0, 0])
    proxy.reset()
  })

  await group('wrong names', async () => {
    const failure = async (args, more) => {
      const { code, json } = await ingest([...args, '--lake', newLake()], { env: more })
      return [code, json?.error?.code]
    }
    same('a bucket that there is not', await failure(['s3://no-such-bucket']), [64, 'AWS_NO_BUCKET'])
    same('a prefix that there is not', await failure(['s3://trail/AWSLog']), [64, 'AWS_NO_OBJECTS'])
    same('no name of a bucket', await failure(['s3://']), [64, 'AWS_LOCATION'])
    const nobody = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' }
    same('no credentials', await failure(['s3://trail'], nobody), [3, 'AWS_CREDENTIALS_NONE'])
    same('no server', await failure(['s3://trail', '--endpoint', 'http://127.0.0.1:1']), [3, 'AWS_UNREACHABLE'])
  })

  await group('another Region', async () => {
    await makeBucket(moto.endpoint, 'far-away', 'eu-west-1')
    await fillBucket(moto.endpoint, 'far-away', small, logsOnly)
    const lake = newLake()
    const { code } = await ingest(['s3://far-away', '--lake', lake])
    is('a bucket of another Region is found', code === 0 && (await content(lake)) === wanted.small)
  })

  await group('permissions', () => permissions(ended, small, wanted.small))
  await group('speed', () => speed())

  async function permissions(ended, small, all) {
    const guarded = await startMoto()
    ended.push(() => guarded.stop())
    const at = guarded.endpoint
    await makeBucket(at, 'trail')
    await fillBucket(at, 'trail', small, logsOnly)
    const call = async (service, parameters) => {
      const answer = await fetch(at, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          authorization: `AWS4-HMAC-SHA256 Credential=x/20260101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`,
        },
        body: new URLSearchParams({ Version: service === 'iam' ? '2010-05-08' : '2011-06-15', ...parameters }),
      })
      const text = await answer.text()
      if (!answer.ok) throw new Error(text)
      return text
    }
    const policy = (...statements) => JSON.stringify({ Version: '2012-10-17', Statement: statements })
    const allow = (Action, Resource = '*') => ({ Effect: 'Allow', Action, Resource })
    await call('iam', { Action: 'CreateUser', UserName: 'jo' })
    const key = await call('iam', { Action: 'CreateAccessKey', UserName: 'jo' })
    const part = (name) => new RegExp(`<${name}>(.*?)</${name}>`).exec(key)[1]
    const trust = policy({ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' })
    const role = await call('iam', { Action: 'CreateRole', RoleName: 'reader', AssumeRolePolicyDocument: trust })
    const arn = /<Arn>(.*?)<\/Arn>/.exec(role)[1]
    await call('iam', {
      Action: 'PutRolePolicy',
      RoleName: 'reader',
      PolicyName: 'read',
      PolicyDocument: policy(allow(['s3:ListBucket', 's3:GetObject'])),
    })
    const permit = (...statements) =>
      call('iam', { Action: 'PutUserPolicy', UserName: 'jo', PolicyName: 'p', PolicyDocument: policy(...statements) })
    const enforce = (on) => fetch(`${at}/moto-api/reset-auth`, { method: 'POST', body: on ? '0' : '1000000000' })
    const jo = {
      ...awsEnvironment(at),
      AWS_ACCESS_KEY_ID: part('AccessKeyId'),
      AWS_SECRET_ACCESS_KEY: part('SecretAccessKey'),
    }
    const asJo = async (statements, args) => {
      await enforce(false)
      await permit(...statements)
      await enforce(true)
      return trailbook(['ingest', '--format', 'json', 's3://trail', '--lake', newLake(), ...args], { env: jo })
    }
    const refused = await asJo([allow('ec2:DescribeRegions')], [])
    same('without permission', [refused.code, refused.json?.error?.code], [3, 'AWS_ACCESS_DENIED'])
    is('the permission is named', refused.json?.error?.message.includes('s3:ListBucket'), refused.json?.error)
    const unread = await asJo([allow('s3:ListBucket')], [])
    is(
      'where only listing is allowed, reading is what is named',
      JSON.stringify(unread.json).includes('s3:GetObject'),
      unread.stdout.slice(0, 300),
    )
    const noRole = await asJo([allow('s3:ListBucket')], ['--role-arn', arn])
    same('a role that may not be assumed', [noRole.code, noRole.json?.error?.code], [3, 'AWS_ROLE_REFUSED'])
    const lake = newLake()
    const assumed = await asJo([allow('sts:AssumeRole')], ['--role-arn', arn, '--external-id', 'x', '--lake', lake])
    is('a role that may', assumed.code === 0 && (await content(lake)) === all, assumed.stdout + assumed.stderr)
    const cwd = join(folder, 'configured')
    mkdirSync(cwd)
    writeFileSync(
      join(cwd, 'trailbook.yaml'),
      `lake: ./lake\nsources:\n  main:\n    url: s3://trail/AWSLogs/\n    role: ${arn}\n    sessionName: nightly\n    concurrency: 8\n`,
    )
    const named = await trailbook(['ingest', '--source', 'main', '--format', 'json'], { env: jo, cwd })
    is(
      'a source of the configuration, with its role',
      named.code === 0 && (await content(join(cwd, 'lake'))) === all,
      named.stdout,
    )
  }

  async function speed() {
    const out = join(import.meta.dirname, '../../node_modules/.cache/real/fetch-all.mjs')
    await build({
      entryPoints: [join(import.meta.dirname, 'support/fetch-all.ts')],
      outfile: out,
      ...bundling,
    })
    const objects = 10_000
    const tiny = spawn(process.execPath, [join(import.meta.dirname, 'support/tiny-s3.mjs'), String(objects)], {
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    })
    ended.push(() => tiny.kill())
    const port = await new Promise((resolve) => tiny.stdout.once('data', (chunk) => resolve(Number(chunk))))
    const measure = (endpoint) =>
      new Promise((resolve) => {
        const child = spawn(process.execPath, [out, 's3://trail'], {
          env: awsEnvironment(endpoint),
          stdio: ['ignore', 'pipe', 'inherit'],
        })
        child.stdout.once('data', (chunk) => resolve(JSON.parse(chunk)))
        child.once('close', () => resolve({}))
      })
    // Of a second of the process's own time: how busy the machine is otherwise says nothing of the reader.
    const rates = []
    for (let tries = 0; tries < 3 && !rates.some(({ own }) => own >= 1000); tries++) {
      const { files, filesPerSecond, cpu } = await measure(`http://127.0.0.1:${port}`)
      if (files === objects)
        rates.push({ own: Math.round(files / ((cpu.user + cpu.system) / 1e6)), wall: filesPerSecond })
    }
    is(
      `at least 1,000 small files a second of processor time: ${rates.map(({ own, wall }) => `${own} (${wall} by the clock)`).join(', ')}`,
      rates.some(({ own }) => own >= 1000),
    )
    const { filesPerSecond } = await measure(moto.endpoint)
    console.log(`     from the emulator, which is the slower of the two: ${filesPerSecond} files a second`)
  }
} catch (error) {
  is('the test itself', false, error.stack)
} finally {
  for (const end of ended.reverse()) await end()
  rmSync(folder, { recursive: true, force: true })
}
finish()
