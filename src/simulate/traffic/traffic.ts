/** All ordinary traffic: who is drawn how often, by account and time of day. */
import type { Account } from '../organisation.ts'
import { draw, type Random } from '../random.ts'
import { applicationCalls, invocations, logDeliveries, nightlyReport, objectTraffic } from './applications.ts'
import { peopleTraffic } from './people.ts'
import { pipelineTraffic } from './pipelines.ts'
import { scannerTraffic } from './scanners.ts'
import type { Source } from './scene.ts'
import { serviceTraffic } from './services.ts'

const sources: readonly Source[] = [
  objectTraffic,
  logDeliveries,
  invocations,
  applicationCalls,
  nightlyReport,
  ...serviceTraffic,
  ...pipelineTraffic,
  ...scannerTraffic,
  ...peopleTraffic,
]

interface Traffic {
  /** Draws a source for the time. */
  choose(random: Random, at: number): Source
  /** How busy the account is at a time: what share of its busiest. */
  activity(at: number): number
}

export function trafficOf(account: Account): Traffic {
  const own = sources.filter(({ share }) => share(account) > 0)
  const weights = (at: number): number[] =>
    own.map(({ share, length, busy }) => (share(account) / length) * (busy?.(at, account) ?? 1))
  const shares = own.map(({ share }) => share(account))
  const most = shares.reduce((sum, share) => sum + share, 0)
  return {
    choose: (random, at) => own[draw(random, weights(at))] ?? own[0]!,
    activity: (at) => own.reduce((sum, { busy }, index) => sum + shares[index]! * (busy?.(at, account) ?? 1), 0) / most,
  }
}
