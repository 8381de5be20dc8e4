import { TrailbookError } from '../../core/errors.ts'
import { day } from '../../core/time.ts'
import type { StoryTruth } from '../ground-truth.ts'
import type { SimulateOptions } from '../options.ts'
import type { Organisation } from '../organisation.ts'
import type { World } from '../world.ts'
import { consoleGuessing } from './console-guessing.ts'
import { crossAccountRoleChain } from './cross-account-role-chain.ts'
import { leakedKey } from './leaked-key.ts'
import { loggingSwitchedOff } from './logging-switched-off.ts'
import { persistenceByNewKey } from './persistence-by-new-key.ts'
import { privilegeEscalation } from './privilege-escalation.ts'
import { rootTakeover } from './root-takeover.ts'
import { s3Exfiltration } from './s3-exfiltration.ts'
import { type Story, tell } from './story.ts'
import { unusualRegion } from './unusual-region.ts'

/** In the order in which they begin. */
export const stories: readonly Story[] = [
  consoleGuessing,
  leakedKey,
  privilegeEscalation,
  rootTakeover,
  crossAccountRoleChain,
  s3Exfiltration,
  persistenceByNewKey,
  loggingSwitchedOff,
  unusualRegion,
]

interface Telling {
  readonly world: World
  readonly organisation: Organisation
  readonly options: SimulateOptions
}

/**
 * Puts the chosen stories into the world.
 *
 * @throws TrailbookError SIMULATE_STORY_UNKNOWN
 */
export function tellStories({ world, organisation, options }: Telling): StoryTruth[] {
  return chosen(options.stories).map((story) => {
    const index = stories.indexOf(story)
    // Evenly over the days after the history, away from its ends, whichever are told: a story lies where it lies without the others too.
    const first = world.from + options.history * day
    const span = world.to - first
    const start = first + Math.floor(((index + 0.6) / (stories.length + 0.7)) * span)
    return tell(story, { world, organisation, seed: options.seed, start })
  })
}

function chosen(wanted: SimulateOptions['stories']): readonly Story[] {
  if (wanted === 'all') return stories
  if (wanted === 'none') return []
  for (const id of wanted)
    if (!stories.some((story) => story.id === id))
      throw new TrailbookError('SIMULATE_STORY_UNKNOWN', { id, stories: stories.map((story) => story.id).join(', ') })
  return stories.filter(({ id }) => wanted.includes(id))
}
