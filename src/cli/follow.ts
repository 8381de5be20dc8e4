/** `ingest --queue`: what a queue tells of goes in as it comes. */
import { shownPath } from '../authoring/library.ts'
import { followNotifications } from '../compose.ts'
import { exitCodes, TrailbookError } from '../core/errors.ts'
import { labelled, line, span } from '../core/report/lines.ts'
import { plural, visible } from '../core/report/text.ts'
import {
  argumentList,
  type CliContext,
  flag,
  type Given,
  list,
  type OptionSpec,
  type Outcome,
  text,
} from './command.ts'
import type { Config } from './config.ts'
import { type S3Settings, s3Request } from './s3-settings.ts'
import { waitingText } from './waiting.ts'

export const followOptions: readonly OptionSpec[] = [
  {
    flags: '--queue <url>',
    description:
      'read the objects that messages of an SQS queue tell of, of those below the s3://bucket/prefix that are named',
  },
  { flags: '--follow', description: 'with --queue: go on when the queue is empty, until Ctrl-C' },
]

/** @throws TrailbookError CLI_USAGE, AWS_*, LAKE_* */
export async function followQueue(
  given: Given,
  s3: S3Settings | undefined,
  { config, context }: { readonly config: Config; readonly context: CliContext },
): Promise<Outcome | undefined> {
  const queue = text(given, 'queue')
  const forever = flag(given, 'follow')
  if (queue === undefined && !forever) return undefined
  if (queue === undefined) throw unusable('--follow needs a queue that tells of new files')
  const other = notOfQueues.find((option) => isGiven(given, option))
  if (other !== undefined) throw unusable(`--${other} does not go with --queue`)
  const within = argumentList(given, 'path')
  const stranger = within.find((path) => !path.startsWith('s3://'))
  if (stranger !== undefined) throw unusable(`${stranger} is no place that a queue could tell of`)
  // Whoever may write to the queue could name a bucket of their own, and fill the lake with what they like.
  if (within.length === 0) throw unusable('It was not said which places are wanted, and a message may name any bucket')
  const { aws } = s3Request(s3, context)
  const total = await followNotifications(config.lake, {
    queue,
    forever,
    within,
    aws,
    inventory: config.inventory,
    signal: context.signal,
    onWait: given.options.wait === false ? undefined : (owner) => context.note(waitingText(owner)),
    onCommit: ({ messages, files, events, duplicates }) =>
      context.note(
        `${plural(events, 'new event')} from ${plural(files, 'file')} of ${plural(messages, 'message')}; ${plural(duplicates, 'duplicate')} left out`,
      ),
    onLeft: ({ id, reason }) => context.note(`Left in the queue: message ${visible(id)}, ${visible(reason)}`),
  })
  return {
    exitCode: total.left > 0 ? exitCodes.quarantined : exitCodes.clear,
    json: { schema: 'trailbook.follow/v1', ...total },
    lines: (width) => [
      line(
        span(plural(total.events, 'new event'), 'strong'),
        ` in ${plural(total.commits, 'commit')}; ${plural(total.duplicates, 'duplicate')} left out, ${plural(total.messages, 'message')} done`,
      ),
      ...labelled('Lake', shownPath(config.lake, context.cwd), width),
      ...(total.left === 0
        ? []
        : labelled('Left', `${plural(total.left, 'message')} in the queue, each named above`, width)),
    ],
  }
}

/** What a queue's messages say by themselves, or what another reading does. */
const notOfQueues = [
  'source',
  'account',
  'region',
  'since',
  'from',
  'to',
  'include',
  'exclude',
  'forget',
  'keys',
  'from-event-history',
]

const isGiven = (given: Given, option: string): boolean => {
  const name = option.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
  return flag(given, name) || list(given, name).length > 0
}

const unusable = (reason: string): TrailbookError =>
  new TrailbookError('CLI_USAGE', {
    reason,
    advice: 'For example: trailbook ingest --follow --queue <url> s3://my-trail-bucket/AWSLogs',
  })
