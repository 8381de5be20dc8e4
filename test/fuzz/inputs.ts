/** The inputs of a fuzz run: each follows from the seed and its number alone. */
import { gzipSync } from 'node:zlib'
import { simulateDefaults } from '../../src/simulate/options.ts'
import { simulate } from '../../src/simulate/simulate.ts'
import { type Member, tarBytes, zipBytes } from '../support/archives.ts'
import { bombs, damage, gzips, wrappings } from './bytes.ts'
import { type Chance, chanceOf } from './random.ts'
import { changeRecord } from './records.ts'

export interface FuzzInput {
  /** File name; the ending tells how it is to be read. */
  readonly name: string
  readonly bytes: Buffer
  /** Of an archive that is whole: what its entries hold. */
  readonly entries?: readonly { readonly path: string; readonly bytes: Buffer }[]
}

/** Records to begin with, as JSON text. */
export function simulatedRecords(seed: number): string[] {
  const records: string[] = []
  simulate(
    { ...simulateDefaults, events: 1500, seed: String(seed), days: 3, accounts: 5 },
    { logFile: (file) => void records.push(...file.records), document: () => {} },
  )
  return records
}

const number = (value: number, length: number): string => value.toString(16).padStart(length, '0')

/** An event id that tells from which input it came, so that no input has another one's events. */
const withOwnId = (text: string, input: number, record: number): string =>
  text.replace(/"eventID":"[^"]*"/, `"eventID":"f0220000-0000-4000-8000-${number(input, 8)}${number(record, 4)}"`)

const forms: readonly ((records: readonly string[]) => string)[] = [
  (records) => `{"Records":[${records.join()}]}`,
  (records) => `{"Records":[${records.join()}]}`,
  (records) => `{"Records":[${records.join()}]}`,
  (records) => records.map((record) => `${record}\n`).join(''),
  (records) => `[${records.join()}]`,
  (records) => `{"Events":[${records.map((record) => JSON.stringify({ CloudTrailEvent: record })).join()}]}`,
  (records) => records.map((record) => `2026-01-31T09:00:00.000Z ${record}\n`).join(''),
  (records) => `{"events":[${records.map((record) => JSON.stringify({ message: record })).join()}]}`,
  (records) =>
    records
      .map(
        (record) =>
          `{"source":"aws.iam","detail-type":"AWS API Call via CloudTrail","account":"111122223333","detail":${record}}\n`,
      )
      .join(''),
]

export function fuzzInput(pool: readonly string[], seed: number, input: number): FuzzInput {
  const chance = chanceOf(Math.imul(seed, 1_000_003) + input)
  const stem = `${String(input).padStart(6, '0')}`
  if (chance.percent(0.4)) return { name: `${stem}.json.gz`, bytes: chance.pick(bombs)(chance) }
  if (chance.percent(8)) return archive(pool, { stem, chance, input })
  const { bytes, gzip } = plainFile(pool, { chance, input, first: 0 })
  return { name: gzip ? deliveredName(stem) : `${stem}.${chance.pick(['json', 'ndjson', 'log'])}`, bytes }
}

const deliveredName = (stem: string): string => `111122223333_CloudTrail_us-east-1_20260131T0910Z_${stem}.json.gz`

interface FileOptions {
  readonly chance: Chance
  readonly input: number
  /** Number of the first record among those of the input. */
  readonly first: number
}

function plainFile(pool: readonly string[], { chance, input, first }: FileOptions): { bytes: Buffer; gzip: boolean } {
  const count = chance.percent(5) ? 0 : 1 + chance.below(chance.percent(10) ? 60 : 5)
  const records = Array.from({ length: count }, (_, at) => withOwnId(chance.pick(pool), input, first + at))
  // An exact copy, or one that differs in its order of keys only, is a duplicate.
  if (count > 0 && chance.percent(10)) records.push(chance.pick(records))
  const changed = records.map((record) => (chance.percent(40) ? changeRecord(record, chance) : record))
  let bytes = Buffer.from(chance.pick(forms)(changed))
  if (chance.percent(40)) bytes = damage(bytes, chance) as typeof bytes
  if (chance.percent(8)) bytes = chance.pick(wrappings)(bytes, chance) as typeof bytes
  const gzip = chance.percent(50)
  return { bytes: gzip ? (chance.pick(gzips)(bytes, chance) as typeof bytes) : bytes, gzip }
}

function archive(
  pool: readonly string[],
  { stem, chance, input }: { readonly stem: string; readonly chance: Chance; readonly input: number },
): FuzzInput {
  const members: (Member & { readonly bytes: Buffer })[] = Array.from({ length: 1 + chance.below(5) }, (_, at) => {
    const { bytes, gzip } = plainFile(pool, { chance, input, first: at * 100 })
    const folder = chance.pick([
      '',
      'AWSLogs/111122223333/CloudTrail/us-east-1/2026/01/31/',
      '../../',
      '/',
      `${'d'.repeat(120)}/`,
    ])
    return { path: `${folder}${stem}-${at}.json${gzip ? '.gz' : ''}`, bytes }
  })
  const form = chance.pick(['tar', 'tar.gz', 'tgz', 'zip'])
  const whole = form === 'zip' ? zipBytes(members) : form === 'tar' ? tarBytes(members) : gzipSync(tarBytes(members))
  if (chance.percent(60)) return { name: `${stem}.${form}`, bytes: whole, entries: members }
  return { name: `${stem}.${form}`, bytes: damage(whole, chance) }
}
