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
      'read the objects that messages of an SQS queue tell of; s3://bucket/prefix then says which are wanted',
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
  if (queue === undefined) throw unusable('--follow needs a queue that tells of new files', '--queue <url>')
  const within = argumentList(given, 'path')
  const stranger = within.find((path) => !/^s3:\/\//.test(path))
  if (stranger !== undefined || list(given, 'source').length > 0)
    throw unusable(`${stranger ?? '--source'} is no place that a queue could tell of`, 's3://my-trail-bucket/AWSLogs')
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

const unusable = (reason: string, example: string): TrailbookError =>
  new TrailbookError('CLI_USAGE', { reason, advice: `For example: trailbook ingest --follow --queue <url> ${example}` })
