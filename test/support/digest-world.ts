/** A simulated organisation with its digests, and what coverage is told when some of its files are gone or changed. */
import { parse } from 'yaml'
import { attestedBy } from '../../src/core/digest/attested.ts'
import { readDigest, readMetadata } from '../../src/core/digest/digest-file.ts'
import { placeOf } from '../../src/core/digest/digest-name.ts'
import { judgeDigests } from '../../src/core/digest/judge.ts'
import { readPublicKeys } from '../../src/core/digest/public-keys.ts'
import type { VerifySignature } from '../../src/core/digest/signatures.ts'
import type { Digest, StoredDigest, StoredFile } from '../../src/core/digest/types.ts'
import { parseJson } from '../../src/core/event/json.ts'
import { normaliseRecord } from '../../src/core/event/normalise.ts'
import type { CoverageFacts } from '../../src/core/run/coverage-facts.ts'
import { type Inventory, inventoryOf, inventorySchema } from '../../src/core/run/inventory.ts'
import { day, hour, isoTime, minute, second } from '../../src/core/time.ts'
import { signatureCheck } from '../../src/lake/check-signature.ts'
import { createDigestSigner } from '../../src/simulate/digest-signer.ts'
import { createDigests, type DigestOptions } from '../../src/simulate/digests.ts'
import type { Random } from '../../src/simulate/random.ts'
import { type SimulateRequest, simulate } from '../../src/simulate/simulate.ts'
import { logText, type Sink } from '../../src/simulate/sink.ts'
import { type Delivered, factsOf } from './deliveries.ts'

export interface WorldLog {
  readonly path: string
  readonly account: string
  readonly region: string
  readonly delivered: string
  readonly sha256: string
  readonly events: readonly Delivered[]
  /** The digest that lists it. */
  digest: WorldDigest | undefined
}

export interface WorldDigest {
  readonly stored: StoredDigest
  readonly digest: Digest
  readonly account: string
  readonly region: string
}

export interface DigestWorld {
  readonly logs: readonly WorldLog[]
  readonly digests: readonly WorldDigest[]
  readonly inventory: Inventory | undefined
  /** @param without digests at all */
  facts(harm: Harm, without?: boolean): CoverageFacts
}

/** Logs and digests that are gone; logs that lost one event; digests of which a byte was changed. */
export interface Harm {
  readonly gone: ReadonlySet<WorldLog | WorldDigest>
  readonly cut: ReadonlyMap<WorldLog, number>
  readonly changed: ReadonlySet<WorldDigest>
}

export const noHarm: Harm = { gone: new Set(), cut: new Map(), changed: new Set() }

const fileAt = (path: string): StoredFile => ({ path, key: path, exact: true, buckets: null })

export function digestWorld(request: SimulateRequest): DigestWorld {
  return worldOf((sink, digests) => {
    const documents: Record<string, string> = {}
    const document = (name: string, text: string): void => {
      documents[name] = text
    }
    simulate(request, { ...sink, document }, digests)
    const { inventory } = parse(documents['trailbook.yaml']!) as { inventory: { accounts: object[] } }
    const accounts = inventory.accounts.map((account) => ({ ...account, resources: [] }))
    return { keys: documents['keys.json']!, inventory: inventoryOf(inventorySchema.parse({ ...inventory, accounts })) }
  })
}

interface CallRate {
  readonly account: string
  readonly region: string
  /** By day, from 08:00 to 18:00, and at any other time. */
  readonly callsAnHour: readonly [day: number, night: number]
}

/** Calls at random, as often as the rates say, half of them reading, delivered within minutes. */
export function randomWorld(rates: readonly CallRate[], { start, days, random }: RandomOptions): DigestWorld {
  return worldOf((sink, options) => {
    const digests = createDigests({
      ...options,
      bucket: 'amzn-s3-demo-trail-logs',
      trail: 'trail',
      home: 'us-east-1',
      places: rates,
      organization: false,
      from: start,
    })
    const slot = 5 * minute
    for (let from = start; from < start + days * day; from += slot) {
      digests.until(from + slot)
      for (const { account, region, callsAnHour } of rates) {
        const at = Math.floor((from % day) / hour)
        const rate = callsAnHour[at >= 8 && at < 18 ? 0 : 1]
        const records = Array.from({ length: 12 }, () => random.chance((rate * slot) / hour / 12)).flatMap(
          (isCalled) =>
            isCalled
              ? [recordAt(isoTime(from + random.below(slot / second) * second), account, { region, random })]
              : [],
        )
        if (records.length === 0) continue
        const delivered = isoTime(from + slot)
        const name = `${account}_CloudTrail_${region}_${delivered.replaceAll(/[-:]/g, '').slice(0, 13)}Z_${random.letters(16)}.json.gz`
        const folder = `AWSLogs/${account}/CloudTrail/${region}/${delivered.slice(0, 10).replaceAll('-', '/')}`
        const file = { path: `${folder}/${name}`, account, region, delivered, records }
        sink.logFile(file)
        digests.add(file)
      }
    }
    return { keys: digests.finish(), inventory: undefined }
  })
}

interface RandomOptions {
  readonly start: number
  readonly days: number
  readonly random: Random
}

const recordAt = (
  eventTime: string,
  recipientAccountId: string,
  { region, random }: { region: string; random: Random },
) =>
  JSON.stringify({
    eventVersion: '1.08',
    userIdentity: { type: 'AWSService', invokedBy: 'example.amazonaws.com' },
    eventTime,
    eventSource: 'sts.amazonaws.com',
    eventName: 'AssumeRole',
    awsRegion: region,
    eventID: random.uuid(),
    readOnly: random.chance(0.5),
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId,
    eventCategory: 'Management',
  })

type Feed = (
  sink: Pick<Sink, 'logFile'>,
  digests: DigestOptions,
) => { readonly keys: string; readonly inventory: Inventory | undefined }

function worldOf(feed: Feed): DigestWorld {
  const signer = createDigestSigner()
  const logs: WorldLog[] = []
  const digests: WorldDigest[] = []
  const sink: Pick<Sink, 'logFile'> = {
    logFile(file) {
      const { path, account, region, delivered, records } = file
      const events = records.flatMap((text): Delivered[] => {
        const row = normaliseRecord(text, parseJson(text))
        return 'code' in row ? [] : [{ account, region, eventClass: row.eventClass, time: row.time }]
      })
      logs.push({ path, account, region, delivered, sha256: signer.sha256(logText(file)), events, digest: undefined })
    },
  }
  const write: DigestOptions['write'] = ({ path, text, metadata }) => {
    const content = readDigest(text)
    const place = placeOf(path)
    if (content.kind !== 'digest' || place === undefined) throw new Error('the simulation writes digests')
    const stored = { file: fileAt(path), content, sha256: signer.sha256(text), metadata: readMetadata(metadata) }
    digests.push({ stored, digest: content.digest, account: place.account, region: place.region })
  }
  const { keys: keysText, inventory } = feed(sink, { signer, write })
  const byObject = new Map(digests.flatMap((one) => one.digest.logs.map(({ object }) => [object, one] as const)))
  for (const log of logs) log.digest = byObject.get(log.path)
  const keys = readPublicKeys(keysText, 'keys.json')
  const verify = remembering(signatureCheck())
  return {
    logs,
    digests,
    inventory,
    facts({ gone, cut, changed }, without = false) {
      const left = logs.filter((log) => !gone.has(log))
      const { attested, lost } = without
        ? { attested: [], lost: [] }
        : attestedBy(
            judgeDigests(
              {
                digests: digests
                  .filter((one) => !gone.has(one))
                  .map((one) => (changed.has(one) ? { ...one.stored, sha256: '0'.repeat(64) } : one.stored)),
                logs: left.map((log) => ({
                  file: fileAt(log.path),
                  content: { kind: 'hash', sha256: cut.has(log) ? '0'.repeat(64) : log.sha256 },
                })),
                keys,
                range: { from: null, to: null },
                accounts: [],
                regions: [],
              },
              verify,
            ).places,
          )
      const events = left.flatMap((log) => {
        const one = cut.get(log)
        return one === undefined ? log.events : log.events.filter((_, at) => at !== one)
      })
      return factsOf(events, { inventory, attested, damaged: lost, delivered: latest(left) })
    },
  }
}

function latest(logs: readonly WorldLog[]): CoverageFacts['delivered'] {
  const places = new Map<string, { account: string; region: string; at: string }>()
  for (const { account, region, delivered } of logs) {
    const key = `${account} ${region}`
    if ((places.get(key)?.at ?? '') < delivered) places.set(key, { account, region, at: delivered })
  }
  return [...places.values()]
}

/** The same signatures are checked again and again. */
function remembering(verify: VerifySignature): VerifySignature {
  const known = new Map<string, boolean>()
  return (text, signed) => {
    const key = `${text}\n${signed.hex}`
    const before = known.get(key)
    if (before !== undefined) return before
    const fits = verify(text, signed)
    known.set(key, fits)
    return fits
  }
}
