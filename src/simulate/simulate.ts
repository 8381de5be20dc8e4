/** The scenario generator: an organisation's ordinary days, with attack stories woven in. */
import { milliseconds, minute } from '../core/time.ts'
import { createActor } from './actor.ts'
import { configurationText } from './configuration.ts'
import { createDelivery } from './deliver.ts'
import { createDigests, type DigestOptions } from './digests.ts'
import { type GroundTruth, organisationTruth } from './ground-truth.ts'
import { checkOptions, type SimulateOptions, simulateDefaults, windowOf } from './options.ts'
import { createOrganisation } from './organisation.ts'
import { quotasOf, rhythmOf } from './quotas.ts'
import { homeRegion } from './regions.ts'
import type { Sink } from './sink.ts'
import { organisationTrail } from './stories/logging-switched-off.ts'
import { tellStories } from './stories/stories.ts'
import { bucketFor } from './traffic/scene.ts'
import { createWorld, slotLength } from './world.ts'

export type SimulateRequest = Pick<SimulateOptions, 'events' | 'seed'> & Partial<SimulateOptions>

/** Delivery is this much after the end of what it brings. */
const deliveryLead = 2 * minute

/** Whether it can be made at all, before anything is. @throws TrailbookError SIMULATE_* as `simulate` does */
export function checkSimulation(request: SimulateRequest): void {
  setUp(request)
}

function setUp(request: SimulateRequest) {
  const options: SimulateOptions = { ...simulateDefaults, ...request }
  checkOptions(options)
  const window = windowOf(options)
  const world = createWorld(milliseconds(window.from), milliseconds(window.to))
  const organisation = createOrganisation(options)
  const stories = tellStories({ world, organisation, options })
  const rhythm = rhythmOf({ organisation, world, options })
  const quotas = quotasOf(organisation, options.events - world.count() - rhythm.total)
  return { options, window, world, organisation, stories, rhythm, quotas }
}

/**
 * Gives log files to the sink in the order of time, then `groundtruth.json` and `trailbook.yaml`. The same options give the
 * same texts, byte for byte, on every machine.
 *
 * With a signer there are digests of every hour, too, and `keys.json`.
 *
 * Memory does not grow with the number of events: each five minutes are made, delivered and forgotten.
 *
 * @throws TrailbookError SIMULATE_OPTION, SIMULATE_TOO_FEW, SIMULATE_STORY_UNKNOWN
 */
export function simulate(request: SimulateRequest, sink: Sink, digestOptions?: DigestOptions): GroundTruth {
  const { options, window, world, organisation, stories, rhythm, quotas } = setUp(request)
  world.limit(quotas)

  const delivery = createDelivery(options.seed, options.organization)
  const actors = organisation.accounts.map((account) =>
    createActor({ account, organisation, world, seed: options.seed, quota: quotas.get(account.id) ?? 0 }),
  )
  const digests =
    digestOptions &&
    createDigests({
      ...digestOptions,
      bucket: bucketFor(organisation.account('security'), 'trail-logs').name,
      trail: organisationTrail,
      home: homeRegion,
      places: organisation.accounts.flatMap(({ id, regions }) => regions.map((region) => ({ account: id, region }))),
      organization: options.organization,
      from: world.from,
    })
  let files = 0
  for (let slot = 0; slot < world.slots; slot++) {
    const start = world.slotStart(slot)
    rhythm.until(start + slotLength)
    for (const actor of actors) actor.until(start + slotLength)
    digests?.until(start + slotLength + deliveryLead)
    for (const file of delivery.deliver(world.take(slot), start + slotLength + deliveryLead)) {
      sink.logFile(file)
      digests?.add(file)
      files++
    }
  }
  const { seed, ...others } = options
  const truth: GroundTruth = {
    schema: 'trailbook.groundtruth/v1',
    seed,
    options: others,
    window,
    events: world.count(),
    files,
    organisation: organisationTruth(organisation),
    stories,
  }
  sink.document('groundtruth.json', `${JSON.stringify(truth, null, 2)}\n`)
  if (digests !== undefined) sink.document('keys.json', digests.finish())
  sink.document('trailbook.yaml', configurationText(organisation, truth))
  return truth
}
