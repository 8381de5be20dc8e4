/**
 * Proves that nothing missing is called clear: parts of generated logs are taken out at random, and what is then said to a question
 * that looks there must not be `clear`; whole logs in which nothing happened must mostly be.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { parse } from 'yaml'
import { canonicalJson } from '../src/core/run/canonical.ts'
import type { Coverage } from '../src/core/run/coverage.ts'
import { usualMargin } from '../src/core/run/coverage-probe.ts'
import { type Inventory as InventoryInput, inventoryOf, inventorySchema } from '../src/core/run/inventory.ts'
import { day, isoTime, milliseconds, second, type Window } from '../src/core/time.ts'
import type { GroundTruth } from '../src/simulate/ground-truth.ts'
import { createRandom, type Random } from '../src/simulate/random.ts'
import { type CutLake, openCutLake } from './support/cut-lake.ts'
import {
  bucketArn,
  drawQuestion,
  drawRemoval,
  isInScope,
  type LoggedEvent,
  type Question,
  type Removal,
  removalKinds,
} from './support/removals.ts'
import { cli, trailbook, verdictOf } from './support/run-cut-logs.ts'

/** Of the questions over whole logs. */
const clearShare = 0.95

/** Classes that the generated trail records everywhere. */
const needs = [
  ['management:write'],
  ['management:read'],
  ['management:read', 'management:write'],
  ['data:s3'],
  ['management:write', 'data:s3'],
]

interface Logs {
  readonly folder: string
  readonly truth: GroundTruth
  readonly lake: CutLake
  readonly inventory: InventoryInput
  readonly buckets: readonly string[]
  /** From the first event to the last. */
  readonly span: Window
  readonly isBrief: boolean
}

export async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: 'string' },
      removals: { type: 'string', default: '1000' },
      real: { type: 'string', default: '100' },
      probes: { type: 'string', default: '200' },
      events: { type: 'string', default: '30000' },
      show: { type: 'boolean', default: false },
    },
  })
  if (!existsSync(cli)) throw new Error(`${cli} is not there: npm run build`)
  const seed = values.seed ?? String(Date.now() % 1_000_000)
  const random = createRandom('no-false-clear', seed)
  const work = mkdtempSync(join(tmpdir(), 'trailbook-no-false-clear-'))
  const started = Date.now()
  console.log(`seed ${seed}`)
  try {
    const large = await makeLogs(work, 'week', ['--events', values.events, '--seed', seed, '--stories', 'none'])
    const brief = ['--events', '6000', '--days', '1', '--accounts', '5']
    const small = await makeLogs(work, 'day', [...brief, '--seed', seed, '--stories', 'none'])
    const real = Number(values.real)
    const judged = await removals(large, { random, count: Number(values.removals) - real, show: values.show })
    const probes = Number(values.probes)
    const probed = await removals(large, { random, count: probes, isProbed: true, show: values.show })
    const wholeProbed = await wholeShare(large, { random, count: probes / 2, isProbed: true, show: values.show })
    const differing = await differences(large, { random, count: probes, show: values.show })
    const ran = await runRemovals(small, work, { random, count: real, show: values.show })
    const anyTime = await removals(large, { random, count: 100, kind: 'hours', anyTime: true, show: values.show })
    const whole = await wholeShare(large, { random, count: 150, show: values.show })
    const wholeRan = await runWhole(small, work, { random, count: 20, show: values.show })

    console.log(
      `\n${large.lake.events.length} and ${small.lake.events.length} events; ${Math.round((Date.now() - started) / 1000)} s\n`,
    )
    console.log('removed                     judged by ledgers  run by the CLI     probed')
    console.log('                            false clear of     false clear of     false clear of')
    for (const kind of removalKinds)
      console.log(
        `${kind.padEnd(28)}${tell(judged, kind).padEnd(19)}${tell(ran, kind).padEnd(19)}${tell(probed, kind)}`,
      )
    console.log(`${'hours from any second on'.padEnd(28)}${tell(anyTime, 'hours')}`)
    console.log(
      `\nclear where nothing is missing: ${percent(whole)} judged, ${percent(wholeRan)} run, ${percent(wholeProbed)} probed`,
    )
    console.log(`published snapshots that answer otherwise than their lake: ${differing} of ${probes}`)
    const wrong = [judged, ran, anyTime, probed]
      .flatMap((tally) => [...tally.values()])
      .reduce((sum, { wrong }) => sum + wrong, 0)
    // Of ten, one that is not clear is no share.
    const low = [whole, wholeRan, wholeProbed].some(({ clear, of }) => clear < Math.floor(of * clearShare))
    console.log(
      wrong === 0 && !low && differing === 0
        ? '\nno false clear'
        : `\nFAILED: ${wrong} false clear${low ? ', and too few clear answers' : ''}`,
    )
    large.lake.close()
    small.lake.close()
    return wrong === 0 && !low && differing === 0 ? 0 : 1
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

type Tally = Map<Removal['kind'], { of: number; wrong: number }>
interface Share {
  readonly clear: number
  readonly of: number
}

const tell = (tally: Tally, kind: Removal['kind']): string => {
  const { of = 0, wrong = 0 } = tally.get(kind) ?? {}
  return `${String(wrong).padStart(11)} ${String(of).padStart(4)}`
}
const percent = ({ clear, of }: Share): string => `${((100 * clear) / Math.max(1, of)).toFixed(1)} % of ${of}`

async function makeLogs(work: string, name: string, options: readonly string[]): Promise<Logs> {
  const folder = join(work, name)
  await trailbook(['simulate', '--out', folder, ...options])
  const truth = JSON.parse(readFileSync(join(folder, 'groundtruth.json'), 'utf8')) as GroundTruth
  await trailbook(['ingest', join(folder, 'AWSLogs'), '--lake', join(work, `${name}-lake`)])
  const scratch = join(work, `${name}-scratch`)
  mkdirSync(scratch)
  const lake = await openCutLake(join(work, `${name}-lake`), scratch)
  const { inventory: given } = parse(readFileSync(join(folder, 'trailbook.yaml'), 'utf8')) as { inventory: unknown }
  const buckets = [...new Set(lake.events.flatMap(({ bucket }) => bucket ?? []))].sort()
  const times = lake.events.map(({ time }) => time).sort((a, b) => a - b)
  const span = { from: isoTime(times[0]!), to: isoTime(times.at(-1)! + second) }
  const inventory = inventoryWith(inventorySchema.parse(given), lake.events, span)
  return { folder, truth, lake, inventory, buckets, span, isBrief: truth.options.days < 3 }
}

/** What the organisation writes down of itself, with the buckets that are used every day. */
function inventoryWith(written: InventoryInput, events: readonly LoggedEvent[], span: Window): InventoryInput {
  const times = new Map<string, number[]>()
  for (const { account, bucket, time } of events) {
    if (bucket === null) continue
    const key = `${account} ${bucketArn(bucket)}`
    const known = times.get(key)
    if (known === undefined) times.set(key, [milliseconds(span.from), time])
    else known.push(time)
  }
  const daily = [...times].filter(([, own]) => {
    const sorted = [...own, milliseconds(span.to)].sort((a, b) => a - b)
    return sorted.every((time, at) => at === 0 || time - sorted[at - 1]! < day)
  })
  return {
    ...written,
    accounts: written.accounts.map((account) => ({
      ...account,
      resources: daily
        .flatMap(([key]) => (key.startsWith(account.id) ? [key.slice(account.id.length + 1)] : []))
        .sort(),
    })),
  }
}

/** The selectors as they are known once one bucket is no longer among them. */
function announced(written: InventoryInput, { bucket }: Removal, buckets: readonly string[]): InventoryInput {
  if (bucket === undefined) return written
  const { since } = bucket
  const others = buckets.map(bucketArn).filter((arn) => arn !== bucket.arn)
  return {
    ...written,
    trails: written.trails.flatMap((trail) => [
      ...(since === undefined ? [] : [{ ...trail, to: since }]),
      {
        ...trail,
        ...(since !== undefined && { from: since }),
        data: trail.data.map((data) =>
          data.service === 's3' ? { ...data, resources: others.map((arn) => `${arn}/`) } : data,
        ),
      },
    ]),
  }
}

interface DrawOptions {
  readonly random: Random
  readonly count: number
  readonly show: boolean
  readonly kind?: Removal['kind']
  readonly anyTime?: boolean
  /** By counting the events of a table instead of reading the ledgers of a lake. */
  readonly isProbed?: boolean
}

interface Case {
  readonly removal: Removal
  readonly question: Question
  readonly removed: readonly LoggedEvent[]
  readonly inventory: InventoryInput
}

/** Draws until the question looks at something that is gone. */
function drawCase(logs: Logs, options: DrawOptions, at: number): Case {
  const { random, anyTime = false } = options
  const { truth, lake, buckets, inventory } = logs
  const kind = options.kind ?? removalKinds[at % removalKinds.length]!
  for (;;) {
    const removal = drawRemoval({ random, truth, buckets, kind, anyTime })
    const removed = lake.events.filter(removal.hits)
    for (let attempt = 0; attempt < 20; attempt++) {
      const question = drawQuestion(random, logs, needs)
      if (!isInScope(question, removed)) continue
      // Half of the time the known selectors tell of it. Else the silence does, of buckets that are used every day.
      const isDaily = inventory.accounts.some(({ resources }) => resources.includes(removal.bucket?.arn ?? ''))
      const isTold = random.chance(0.5) || !isDaily || (logs.isBrief && removal.bucket?.since !== undefined)
      const known = isTold ? announced(inventory, removal, buckets) : inventory
      return { removal, question, removed, inventory: known }
    }
  }
}

const add = (tally: Tally, kind: Removal['kind'], wrong: boolean): void => {
  const known = tally.get(kind) ?? { of: 0, wrong: 0 }
  tally.set(kind, { of: known.of + 1, wrong: known.wrong + (wrong ? 1 : 0) })
}

const say = ({ removal, question }: Pick<Case, 'question'> & { removal?: Removal }, said: string): void =>
  console.log(`${said}: ${removal?.text ?? 'nothing removed'}; asked ${JSON.stringify(question)}`)

/** By the ledgers alone: what they would be without the removed events. */
async function removals(logs: Logs, options: DrawOptions): Promise<Tally> {
  const tally: Tally = new Map()
  for (let at = 0; at < options.count; at++) {
    const one = drawCase(logs, options, at)
    const { complete } = await said(logs, one, options)
    if (complete) say(one, 'FALSE CLEAR')
    add(tally, one.removal.kind, complete)
  }
  return tally
}

/** A probe counts so many days before and after what is asked for; the fewer, the more often the edges matter. */
const margins = [1, 2, 8].map((days) => days * day)

const said = (
  { lake }: Logs,
  { question, removed, inventory }: Omit<Case, 'removal'>,
  { isProbed = false, random }: DrawOptions,
): Promise<Coverage> =>
  isProbed
    ? lake.probed(question, removed, {
        inventory: inventoryOf(inventory),
        margin: removed.length === 0 ? usualMargin : random.pick(margins),
      })
    : lake.coverage(question, removed, inventoryOf(inventory))

async function wholeShare(logs: Logs, options: DrawOptions): Promise<Share> {
  const { random, count, show } = options
  let clear = 0
  for (let at = 0; at < count; at++) {
    const question = drawQuestion(random, logs, needs)
    const coverage = await said(logs, { question, removed: [], inventory: logs.inventory }, options)
    if (coverage.complete) clear++
    else if (show) say({ question }, `not clear (${coverage.gaps[0]?.reason})`)
  }
  return { clear, of: count }
}

/** How often a published snapshot's answer is not its lake's, of removals and, every fifth time, of whole logs. */
async function differences(logs: Logs, options: DrawOptions): Promise<number> {
  let differing = 0
  for (let at = 0; at < options.count; at++) {
    const { question, removed, inventory } = drawCase(logs, options, at)
    const gone = at % 5 === 4 ? [] : removed
    const expected = options.random.chance(0.8) ? inventoryOf(inventory) : undefined
    const lake = await logs.lake.coverage(question, gone, expected)
    const published = await logs.lake.published(question, gone, expected)
    if (canonicalJson(lake) !== canonicalJson(published)) differing++
    if (canonicalJson(lake) !== canonicalJson(published) && options.show) say({ question }, 'otherwise')
  }
  return differing
}

/** The whole way: log files without the removed records, read and asked by the command line. */
async function runRemovals(logs: Logs, work: string, options: DrawOptions): Promise<Tally> {
  const tally: Tally = new Map()
  const cases = Array.from({ length: options.count }, (_, at) => drawCase(logs, options, at))
  await inParallel(cases, async (one, at) => {
    const verdict = await verdictOf(logs, one, join(work, `run-${at}`))
    if (verdict === 'clear') say(one, 'FALSE CLEAR')
    add(tally, one.removal.kind, verdict === 'clear')
  })
  return tally
}

async function runWhole(logs: Logs, work: string, { random, count, show }: DrawOptions): Promise<Share> {
  let clear = 0
  const questions = Array.from({ length: count }, () => drawQuestion(random, logs, needs))
  await inParallel(questions, async (question, at) => {
    const verdict = await verdictOf(
      logs,
      { question, removed: [], inventory: logs.inventory },
      join(work, `whole-${at}`),
    )
    if (verdict === 'clear') clear++
    else if (show) say({ question }, verdict)
  })
  return { clear, of: count }
}

async function inParallel<T>(items: readonly T[], work: (item: T, at: number) => Promise<void>): Promise<void> {
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const at = next++
      await work(items[at]!, at)
    }
  }
  await Promise.all([worker(), worker()])
}
