/**
 * What digests add to coverage: how much more often an answer about whole logs is clear with them, by how busy the account and Region
 * are; and that nothing is clear where a log file, an event or a digest was taken away, by the command line.
 */
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { gunzipSync, gzipSync } from 'node:zlib'
import { judgeCoverage } from '../src/core/run/coverage.ts'
import { isoTime, milliseconds, minute } from '../src/core/time.ts'
import { createRandom, type Random } from '../src/simulate/random.ts'
import { noHarm, randomWorld } from '../test/support/digest-world.ts'
import { cli, runbookFor, trailbook } from './support/run-cut-logs.ts'

export async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: 'string', default: '7' },
      questions: { type: 'string', default: '400' },
      real: { type: 'string', default: '12' },
    },
  })
  if (!existsSync(cli)) throw new Error(`${cli} is not there: npm run build`)
  const random = createRandom('digest-coverage', values.seed)
  showShares(random, Number(values.questions))
  const wrong = await runHarmed(random, values.seed, Number(values.real))
  console.log(wrong === 0 ? '\nno false clear' : `\nFAILED: ${wrong} false clear`)
  return wrong === 0 ? 0 : 1
}

/** Calls an hour by day and at night: one that speaks less often than twelve times is judged by its rhythm with difficulty. */
const rates = [
  [24, 24],
  [24, 12],
  [24, 6],
  [12, 2],
  [6, 1],
  [2, 0.2],
] as const

/** Some hours of the night and of any time, in one Region each; calls come at random. */
function showShares(random: Random, questions: number): void {
  const days = 14
  const start = milliseconds('2026-01-08T00:00:00Z')
  const account = '111122223333'
  const regions = ['us-east-1', 'us-east-2', 'us-west-1', 'us-west-2', 'eu-west-1', 'eu-west-2']
  const world = randomWorld(
    rates.map((callsAnHour, at) => ({ account, region: regions[at]!, callsAnHour })),
    { start, days, random },
  )
  const facts = [world.facts(noHarm, true), world.facts(noHarm)]
  console.log(`whole logs of ${days} days; ${questions} questions each about 1 to 8 hours; clear without digests, and with them
`)
  console.log('calls an hour by day, at night      asked of nights      asked of any time')
  for (const [at, [byDay, byNight]] of rates.entries()) {
    const region = regions[at]!
    const shares = [true, false].map((isNight) => {
      const clear = [0, 0]
      for (let count = 0; count < questions; count++) {
        const length = random.between(60, 8 * 60)
        const first = isNight
          ? random.between(1, days - 1) * 24 * 60 + random.below(8 * 60 - length + 1)
          : random.below((days * 24 - 1) * 60 - length)
        const window = { from: isoTime(start + first * minute), to: isoTime(start + (first + length) * minute) }
        for (const [which, one] of facts.entries()) {
          const scope = { window, accounts: [account], regions: [region] }
          const { gaps } = judgeCoverage(one, scope, ['management:read', 'management:write'])
          // That the global Region is left out of the scope is no matter here.
          if (gaps.every((gap) => gap.region !== region)) clear[which]!++
        }
      }
      return clear.map((one) => `${((100 * one) / questions).toFixed(0)} %`.padStart(6)).join('  ')
    })
    console.log(
      `${String(byDay).padStart(20)}, ${String(byNight).padEnd(10)}  ${shares.map((one) => one.padStart(18)).join('   ')}`,
    )
  }
}

const kinds = ['a log file', 'an event', 'a digest and its log files', 'a digest and one log file'] as const

/** A day's logs with digests, of which something is taken away; then ingest and run as anybody does. @returns false clears */
async function runHarmed(random: Random, seed: string, count: number): Promise<number> {
  const work = mkdtempSync(join(tmpdir(), 'trailbook-digest-coverage-'))
  try {
    const whole = join(work, 'whole')
    await trailbook(
      ['simulate', '--digests', '--events', '4000', '--days', '1', '--accounts', '5', '--stories', 'none'].concat([
        '--seed',
        seed,
        '--out',
        whole,
      ]),
    )
    const digests = filesBelow(whole).filter((path) => /CloudTrail-Digest_.*\.json\.gz$/.test(path))
    let wrong = 0
    for (let at = 0; at < count; at++) {
      const kind = kinds[at % kinds.length]!
      const own = join(work, `case-${at}`)
      cpSync(whole, own, { recursive: true })
      const lost = harm(own, { kind, digests, random })
      const from = milliseconds(lost.time) - random.below(3 * 60) * minute
      const question = {
        window: { from: isoTime(from), to: isoTime(from + random.between(181, 480) * minute) },
        needs: [lost.eventClass],
        lookback: 0,
      }
      writeFileSync(
        join(own, 'nothing-happens.yaml'),
        runbookFor({ ...question, earliest: '', accounts: [], regions: [] }),
      )
      await trailbook(['ingest', 'AWSLogs', '--keys', 'keys.json'], own)
      const run = ['run', 'nothing-happens.yaml', '--format', 'json', '--account', lost.account]
      const text = await trailbook([...run, '--from', question.window.from, '--to', question.window.to], own)
      const { verdict } = JSON.parse(text) as { verdict: string }
      if (verdict === 'clear') {
        wrong++
        console.log(`FALSE CLEAR: ${kind} gone with ${JSON.stringify(lost)}; asked ${JSON.stringify(question)}`)
      }
      rmSync(own, { recursive: true, force: true })
    }
    console.log(`\n${kinds.join(', ')} taken away, by the command line: false clear ${wrong} of ${count}`)
    return wrong
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

interface Lost {
  readonly account: string
  readonly time: string
  readonly eventClass: string
}

interface HarmOptions {
  readonly kind: (typeof kinds)[number]
  /** Paths within the folder. */
  readonly digests: readonly string[]
  readonly random: Random
}

interface LoggedRecord {
  readonly eventTime: string
  readonly readOnly: boolean
  readonly managementEvent: boolean
  readonly recipientAccountId: string
}

/** @returns an event that is gone */
function harm(folder: string, { kind, digests, random }: HarmOptions): Lost {
  const isWholeDigest = kind === 'a digest and its log files' || kind === 'a digest and one log file'
  for (;;) {
    const digest = random.pick(digests)
    const { logFiles, digestStartTime } = read(folder, digest) as {
      logFiles: { s3Object: string }[]
      digestStartTime: string
    }
    // The first and the last digest may be missing from any copy: see docs/adr/0016-digests-in-the-lake.md.
    const isInside = digestStartTime > '2026-01-08T00:30' && digestStartTime < '2026-01-08T20:30'
    if (logFiles.length === 0 || !isInside) continue
    const logs = logFiles.map(({ s3Object }) => s3Object)
    const log = random.pick(logs)
    const { Records } = read(folder, log) as { Records: LoggedRecord[] }
    const earliest = isoTime(milliseconds(digestStartTime) - 15 * minute)
    const at = random.below(Records.length)
    const event = Records[at]!
    if (!event.managementEvent || (isWholeDigest && event.eventTime < earliest)) continue
    if (kind === 'an event') {
      const left = Records.filter((_, place) => place !== at)
      writeFileSync(join(folder, log), gzipSync(JSON.stringify({ Records: left })))
    } else for (const gone of kind === 'a digest and its log files' ? logs : [log]) rmSync(join(folder, gone))
    if (isWholeDigest) rmSync(join(folder, digest))
    const eventClass = event.readOnly ? 'management:read' : 'management:write'
    return { account: event.recipientAccountId, time: event.eventTime, eventClass }
  }
}

const read = (folder: string, path: string): unknown =>
  JSON.parse(gunzipSync(readFileSync(join(folder, path))).toString())

const filesBelow = (folder: string): string[] => readdirSync(folder, { recursive: true, encoding: 'utf8' })
