/**
 * The pulse of each account and region: a read, a write and an object call by AWS services, and where invocations are
 * recorded, one of these. So that whoever removes an hour, a region or a class removes something that is missed.
 */
import { minute } from '../../core/time.ts'
import { objectCall } from '../calls/s3.ts'
import { writeCall } from '../calls/simple.ts'
import { assumeRole } from '../calls/sts.ts'
import { selectorsOf } from '../ground-truth.ts'
import { temporaryKey } from '../ids.ts'
import { type Account, accessLogs } from '../organisation.ts'
import { awsService, type Caller, roleSession } from '../principals.ts'
import { createRandom, type Random } from '../random.ts'
import type { Call } from '../record.ts'
import { homeRegion } from '../regions.ts'
import type { World } from '../world.ts'
import { invoke } from './applications.ts'

interface RhythmOptions {
  readonly seed: string
  readonly account: Account
}

/** How many events one pulse of an account has. */
export const pulseLength = (account: Account): number =>
  account.regions.length * 3 + (selectorsOf(account).lambda === 'all' ? 1 : 0)

/** Puts one pulse into the world. @param at when it begins; it lasts less than half an hour */
export function pulse(world: World, at: number, { seed, account }: RhythmOptions): void {
  const random = createRandom(seed, 'rhythm', account.id, at)
  const happen = (region: string, [caller, call]: readonly [Caller, Call], time: number): void => {
    world.happen({ caller, call, account: account.id, region, at: time, reserved: true }, random)
  }
  account.regions.forEach((region, index) => {
    const time = at + (1 + index * 6) * minute + random.below(minute)
    const when = { at: time, random }
    happen(region, configuration(account, when), time)
    happen(region, flowLogs(account, region, when), time + random.below(minute))
    happen(region, accessLog(account, region, when), time + random.below(minute))
  })
  if (selectorsOf(account).lambda === 'all')
    happen(homeRegion, invocation(account), at + 4 * minute + random.below(minute))
}

interface When {
  readonly at: number
  readonly random: Random
}

function configuration(account: Account, { at, random }: When): readonly [Caller, Call] {
  const role = account.roles.configRecorder
  return [
    awsService('config.amazonaws.com'),
    assumeRole({ role, name: 'configRecorder', key: temporaryKey(random), at, random }),
  ]
}

function flowLogs(account: Account, region: string, { at, random }: When): readonly [Caller, Call] {
  const service = 'delivery.logs.amazonaws.com'
  const caller = roleSession(account.roles.flowLogs, {
    name: 'vpc-flow-logs',
    created: at,
    random,
    address: service,
    agent: service,
    invokedBy: service,
  })
  return [
    caller,
    writeCall('logs', 'CreateLogStream', {
      logGroupName: `/vpc/${region}`,
      logStreamName: `eni-0${random.hex(9)}e8a3b1e-all`,
    }),
  ]
}

/** Load balancers write their logs at all hours. */
function accessLog(account: Account, region: string, { random }: When): readonly [Caller, Call] {
  const bucket = account.buckets.find((one) => one.purpose === accessLogs && one.region === region)!
  const key = `elasticloadbalancing/${region}/${random.hex(16)}.log.gz`
  const options = { bucket, account: account.id, key, random, bytes: random.between(800, 40_000) }
  return [awsService('delivery.logs.amazonaws.com'), objectCall('PutObject', false, options)]
}

function invocation(account: Account): readonly [Caller, Call] {
  const workload = account.workloads.find(({ runtime }) => runtime === 'lambda')!
  return [awsService('events.amazonaws.com'), invoke(workload)]
}
