// Snapshots in S3: the emulator, publishers that are killed at random, publishers at the same moment.
// Usage: node test/real/s3-publish.real.mjs [moto] [kills] [several]; KILLS and SEED are read from the environment
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { manifestOf } from '../kill/support/contents.mjs'
import { randomOf } from '../kill/support/random.mjs'
import { checks } from './support/checks.mjs'
import { trailbook } from './support/cli.mjs'
import { accessKey, awsEnvironment, makeBucket, startMoto } from './support/moto.mjs'
import { importTypeScript } from './support/typescript.mjs'

const { is, same, group, finish } = checks()
const folder = mkdtempSync(join(tmpdir(), 'trailbook-s3-publish-'))
const seed = Number(process.env.SEED ?? Date.now() % 1_000_000)
const kills = Number(process.env.KILLS ?? 40)
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex')

/** What a lake must look like once it is published: SHA-256 by day and name of part. */
function partsOf(lake) {
  const parts = manifestOf(lake).events.map(({ path, date }) => [
    `${date}/${basename(path)}`,
    sha256(readFileSync(join(lake, path))),
  ])
  return Object.fromEntries(parts.sort())
}

try {
  const lakes = ['a', 'b', 'c'].map((name) => join(folder, `lake-${name}`))
  for (const round of lakes.keys()) {
    const out = join(folder, `logs-${round}`)
    await trailbook(['simulate', '--out', out, '--events', '1500', '--days', '4', '--seed', String(round + 1)])
  }
  for (const [at, lake] of lakes.entries())
    for (let round = 0; round <= at; round++) {
      const { code, stderr } = await trailbook(['ingest', join(folder, `logs-${round}`), '--lake', lake])
      if (code !== 0) throw new Error(stderr)
    }
  const wanted = lakes.map(partsOf)

  await group('moto', async () => {
    const moto = await startMoto()
    try {
      const env = awsEnvironment(moto.endpoint)
      await makeBucket(moto.endpoint, 'published')
      const target = 's3://published/trail/lake'
      const publish = (lake, ...more) =>
        trailbook(['lake', 'publish', target, '--lake', lake, '--format', 'json', ...more], { env })
      const headers = {
        authorization: `AWS4-HMAC-SHA256 Credential=${accessKey}/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0`,
      }
      const object = async (key) => {
        const answer = await fetch(`${moto.endpoint}/published/trail/lake/${key}`, { headers })
        return Buffer.from(await answer.arrayBuffer())
      }
      const there = async () => {
        const { days } = JSON.parse((await object('published.json')).toString())
        const found = {}
        for (const { date, folder: at, files } of days)
          for (const { name } of files) found[`${date}/${name}`] = sha256(await object(`${at}/${name}`))
        return Object.fromEntries(Object.entries(found).sort())
      }
      const first = await publish(lakes[0])
      is('a lake is published to the emulator', first.code === 0 && first.json.changed, first.stderr)
      same('all of it lies there, byte for byte', await there(), wanted[0])
      const again = await publish(lakes[0])
      is('nothing is sent twice', again.json?.changed === false && again.json.newDays === 0, again.json)
      const grown = await publish(lakes[1], '--keep', '1', '--older-than', '0s')
      is('what is new is published and what is old goes', grown.json?.changed && grown.json.snapshots === 1, grown.json)
      same('the new state lies there, byte for byte', await there(), wanted[1])
      const nowhere = await trailbook(
        ['lake', 'publish', 's3://no-such-bucket/x', '--lake', lakes[0], '--format', 'json'],
        { env },
      )
      same('a bucket that there is not is named', nowhere.json?.error?.code, 'AWS_NO_BUCKET')
    } finally {
      await moto.stop()
    }
  })

  const { startMemoryS3 } = await importTypeScript('test/support/memory-s3.ts')
  const memory = async (options = {}) => {
    const s3 = await startMemoryS3(options)
    const env = awsEnvironment(s3.url)
    const publishedText = () => s3.objects.get('lake/published.json')?.body.toString()
    const found = () => {
      const text = publishedText()
      if (text === undefined) return undefined
      const parts = JSON.parse(text).days.flatMap(({ date, folder: at, files }) =>
        files.map(({ name }) => [`${date}/${name}`, s3.objects.get(`lake/${at}/${name}`)]),
      )
      return Object.fromEntries(parts.map(([key, object]) => [key, object && sha256(object.body)]).sort())
    }
    const publish = (lake, { onStart, more = [] } = {}) =>
      trailbook(['lake', 'publish', 's3://published/lake', '--lake', lake, '--format', 'json', ...more], {
        env,
        onStart,
      })
    return { s3, publish, found }
  }
  const stateOf = (found) =>
    found === undefined ? 'none' : wanted.findIndex((one) => JSON.stringify(one) === JSON.stringify(found))

  await group('kills', async () => {
    console.log(`     seed ${seed}`)
    const { s3, publish, found } = await memory()
    // A reader that looks whenever anything was asked: between any two requests of the publisher.
    let looks = 0
    let torn = 0
    const seen = new Set()
    s3.options = {
      delayMs: 1,
      fail() {
        looks++
        const state = stateOf(found())
        seen.add(state)
        if (state === -1) torn++
        return undefined
      },
    }
    const random = randomOf(seed)
    let alive = 0
    let wrong = 0
    let before = 'none'
    let lockedOut = 0
    for (let kill = 0; kill < kills; kill++) {
      const at = Math.floor(random() * lakes.length)
      const wait = Math.floor(random() * 12)
      const writes = () => s3.requests.filter(({ method }) => method !== 'GET' && method !== 'HEAD').length
      const begun = writes()
      let ended = false
      const running = publish(lakes[at], {
        more: ['--keep', '1', '--older-than', '5s'],
        async onStart(child) {
          child.on('close', () => (ended = true))
          while (!ended && writes() - begun < wait) await sleep(0.2)
          await sleep(random() * 4)
          if (!ended) alive++
          child.kill('SIGKILL')
        },
      })
      await running
      const middle = stateOf(found())
      if (middle !== before && middle !== at) wrong++
      // Every third is left as it is, so that the next one finds what several left.
      if (kill % 3 === 2) {
        before = middle
        continue
      }
      const next = await publish(lakes[at], { more: ['--keep', '1', '--older-than', '5s'] })
      if (next.code !== 0 || stateOf(found()) !== at) {
        wrong++
        console.log(`     after kill ${kill + 1}: ${next.stderr}`)
      }
      if (/Waiting for/.test(next.stderr)) lockedOut++
      before = at
    }
    same(`no reader saw a state that never was (${looks} looks)`, torn, 0)
    same(`${kills} kills, ${alive} while it ran: the state before or after, and the next publish ends it`, wrong, 0)
    is('both kinds of states were seen', seen.size >= 3, [...seen])
    same('a dead process of this machine keeps nobody waiting', lockedOut, 0)
    await sleep(5000)
    await publish(lakes[0], { more: ['--keep', '1', '--older-than', '0s'] })
    const { days } = JSON.parse(s3.objects.get('lake/published.json').body.toString())
    const named = days.flatMap(({ files }) => files).length
    const left = [...s3.objects.keys()].filter((key) => /event_date=.*\.parquet$/.test(key)).length
    same('the last one leaves nothing of the killed ones', left, named)
    await s3.close()
  })

  await group('several', async () => {
    const { s3, publish, found } = await memory({ delayMs: 2 })
    const refused = await Promise.all(lakes.map((lake) => publish(lake, { more: ['--no-wait'] })))
    const codes = refused.map(({ code, json }) => (code === 0 ? 'published' : json?.error?.code)).sort()
    is(
      'of three at once with --no-wait one wins and the others are told',
      codes.filter((one) => one === 'published').length >= 1 &&
        codes.every((one) => ['published', 'SNAPSHOT_LOCKED'].includes(one)),
      codes,
    )
    is('and what it published is whole', stateOf(found()) >= 0, found())
    const waited = await Promise.all(lakes.map((lake) => publish(lake)))
    same(
      'three that wait come one after the other',
      waited.map(({ code }) => code),
      [0, 0, 0],
    )
    is('and what the last one published is whole', stateOf(found()) >= 0)
    await s3.close()
    const { s3: other, publish: tell } = await memory({ conditions: 'ignore' })
    const told = await tell(lakes[0])
    same('a server that does not know conditions is named', told.json?.error?.code, 'SNAPSHOT_NO_CONDITIONS')
    await other.close()
  })
} finally {
  rmSync(folder, { recursive: true, force: true })
}
finish()
