/** How CloudTrail delivers: many small files, mostly within minutes, a few late. */
import { day, hour, isoTime, minute } from '../core/time.ts'
import { organizationId } from './ids.ts'
import { createRandom, type Random } from './random.ts'
import type { LogFile } from './sink.ts'
import type { Batch } from './world.ts'

/** A delivery writes further files when one has so many records. */
const recordsPerFile = 300

interface Delivery {
  /** Files of one slot. @param at when they are regularly delivered */
  deliver(batches: readonly Batch[], at: number): LogFile[]
}

export function createDelivery(seed: string, organization: boolean): Delivery {
  return {
    deliver: (batches, at) =>
      batches.flatMap((batch) => {
        const random = createRandom(seed, 'delivery', batch.account, batch.region, at)
        return split(batch.records, random).map((records) => {
          const delivered = at + lateness(random)
          return {
            path: pathOf(batch, delivered, { random, organization }),
            account: batch.account,
            region: batch.region,
            delivered: isoTime(delivered),
            records,
          }
        })
      }),
  }
}

/** Now and then a few records travel in a file of their own, and large deliveries are several files. */
function split(records: readonly string[], random: Random): (readonly string[])[] {
  const files: (readonly string[])[] = []
  let at = 0
  while (at < records.length) {
    const left = records.length - at
    const size =
      left > 3 && random.chance(0.12) ? random.between(1, 3) : Math.min(left, random.between(40, recordsPerFile))
    files.push(records.slice(at, at + size))
    at += size
  }
  return files
}

/** Beyond the two to seven minutes that all wait. */
function lateness(random: Random): number {
  const at = random.next()
  if (at < 0.94) return 0
  if (at < 0.985) return 5 * minute
  if (at < 0.9965) return 10 * minute
  return at < 0.9996 ? hour + 5 * minute : day + 10 * minute
}

interface PathOptions {
  readonly random: Random
  readonly organization: boolean
}

function pathOf({ account, region }: Batch, delivered: number, { random, organization }: PathOptions): string {
  const time = isoTime(delivered)
  const compact = time.slice(0, 16).replaceAll(/[-:]/g, '')
  const folder = organization ? `AWSLogs/${organizationId}` : 'AWSLogs'
  return `${folder}/${account}/CloudTrail/${region}/${time.slice(0, 10).replaceAll('-', '/')}/${account}_CloudTrail_${region}_${compact}Z_${random.letters(16)}.json.gz`
}
