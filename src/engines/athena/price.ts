/**
 * List prices of most Regions, July 2026: an order of magnitude and not a bill. Athena takes $5 for a TB scanned and at least 10 MB
 * for each query that did not fail; a query that was stopped pays for what it read until then ("Amazon Athena pricing"). S3 takes
 * $0.005 for 1,000 LIST and $0.0004 for 1,000 GET requests, KMS $0.03 for 10,000.
 */
import type { Charge } from '../../core/ports.ts'

const terabyte = 2 ** 40
const leastBilled = 10_000_000

const perUnit: Readonly<Record<Charge['what'], number>> = {
  scan: 5 / terabyte,
  list: 0.005 / 1000,
  get: 0.0004 / 1000,
  kms: 0.03 / 10_000,
}

/** @param amount bytes of a scan, else requests */
export const charge = (what: Charge['what'], amount: number): Charge => ({
  what,
  amount,
  usd: Number((amount * perUnit[what]).toPrecision(6)),
})

export const billedBytes = (scanned: number): number => Math.max(scanned, leastBilled)
