import type { Charge } from '../../core/ports.ts'

/** List price of a gigabyte scanned, July 2026: an order of magnitude and not a bill. Ended queries pay for what they scanned. */
const usdPerGigabyte = 0.005
const gigabyte = 1_000_000_000

export const scanCharge = (bytes: number): Charge => ({
  what: 'scan',
  amount: bytes,
  usd: Number(((bytes / gigabyte) * usdPerGigabyte).toPrecision(6)),
})
