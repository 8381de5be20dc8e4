/** The scenario generator: an organisation's ordinary days, with attack stories woven in. */
import { milliseconds, minute } from '../core/time.ts'
import { createActor } from './actor.ts'
import { configurationText } from './configuration.ts'
import { createDelivery } from './deliver.ts'
import { type GroundTruth, organisationTruth } from './ground-truth.ts'
import { checkOptions, type SimulateOptions, simulateDefaults, windowOf } from './options.ts'
import { createOrganisation } from './organisation.ts'
import { quotasOf, rhythmOf } from './quotas.ts'
import type { Sink } from './sink.ts'
import { tellStories } from './stories/stories.ts'
import { createWorld, slotLength } from './world.ts'

export type SimulateRequest = Pick<SimulateOptions, 'events' | 'seed'> & Partial<SimulateOptions>

/** Delivery is this much after the end of what it brings. */
const deliveryLead = 2 * minute

/**
 * Gives log files to the sink in the order of time, then `groundtruth.json` and `trailbook.yaml`. The same options give the
 * same texts, byte for byte, on every machine.
 *
 * Memory does not grow with the number of events: each five minutes are made, delivered and forgotten.
 *
 * @throws TrailbookError SIMULATE_OPTION, SIMULATE_TOO_FEW, SIMULATE_STORY_UNKNOWN
 */
export function simulate(request: SimulateRequest, sink: Sink): GroundTruth {
  const options: SimulateOptions = { ...simulateDefaults, ...request }
  checkOptions(options)
  const window = windowOf(options)
  const world = createWorld(milliseconds(window.from), milliseconds(window.to))
  const organisation = createOrganisation(options)
  const stories = tellStories({ world, organisation, options })
  const rhythm = rhythmOf({ organisation, world, options })
  const quotas = quotasOf(organisation, options.events - world.count() - rhythm.total)
  world.limit(quotas)

  const delivery = createDelivery(options.seed, options.organization)
  const actors = organisation.accounts.map((account) =>
    createActor({ account, organisation, world, seed: options.seed, quota: quotas.get(account.id) ?? 0 }),
  )
  let files = 0
  for (let slot = 0; slot < world.slots; slot++) {
    const start = world.slotStart(slot)
    rhythm.until(start + slotLength)
    for (const actor of actors) actor.until(start + slotLength)
    for (const file of delivery.deliver(world.take(slot), start + slotLength + deliveryLead)) {
      sink.logFile(file)
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
  sink.document('trailbook.yaml', configurationText(organisation, truth))
  return truth
}
