/** The part of composition that reads queues and log groups. */
import { awsClients } from './aws/clients.ts'
import type { AwsSettings } from './aws/settings.ts'
import { TrailbookError } from './core/errors.ts'
import type { LogSource } from './core/event/source.ts'
import { stoppableSource } from './core/event/stoppable-source.ts'
import type { Inventory } from './core/run/inventory.ts'
import { ingest } from './lake/ingest.ts'
import { openLake } from './lake/lake.ts'
import type { LockOwner } from './lake/lock.ts'
import { tidy } from './lake/tidy.ts'
import { openLogGroup } from './sources/cloudwatch/client.ts'
import { parseLogGroup } from './sources/cloudwatch/location.ts'
import { logGroupSource } from './sources/cloudwatch/source.ts'
import type { Choice } from './sources/s3/choice.ts'
import { openS3Source } from './sources/s3/open.ts'
import { type Followed, type FollowOptions, followQueue } from './sources/sqs/follow.ts'
import { sqsQueue } from './sources/sqs/queue.ts'

export interface FollowRequest extends Pick<FollowOptions, 'within' | 'forever' | 'signal' | 'onCommit' | 'onLeft'> {
  /** URL of the queue. */
  readonly queue: string
  readonly aws?: AwsSettings | undefined
  readonly inventory?: Inventory | undefined
  /** Waits for a process that is writing to the lake; without it that is an error. */
  readonly onWait?: ((owner: LockOwner) => void) | undefined
}

/** Reads what the messages of a queue tell of into the lake of a folder. @throws TrailbookError AWS_*, LAKE_* */
export async function follow(
  folder: string,
  { queue, aws = {}, inventory, onWait, ...options }: FollowRequest,
): Promise<Followed> {
  if (!/^https?:\/\/[^/]+\/.+/.test(queue) || !URL.canParse(queue)) throw new TrailbookError('AWS_QUEUE', { queue })
  const clients = await awsClients(aws)
  const client = sqsQueue(queue, clients)
  const buckets = new Map<string, ReturnType<typeof openS3Source>>()
  try {
    return await followQueue({
      ...options,
      queue: client,
      async openBucket(bucket) {
        const opened = buckets.get(bucket) ?? openS3Source({ locations: [`s3://${bucket}`], aws })
        buckets.set(bucket, opened)
        try {
          return (await opened).source
        } catch (error) {
          buckets.delete(bucket)
          throw error
        }
      },
      async ingest(source) {
        const begun = startedOnce(source)
        const done = new AbortController()
        const unlessBegun = abortUnless(begun.started, options.signal, done.signal)
        const stoppable = stoppableSource(begun.source, unlessBegun)
        try {
          const report = await ingest(await openLake(folder), stoppable.source, {
            inventory,
            onWait,
            signal: unlessBegun,
          })
          await tidy(await openLake(folder))
          const { files, events, duplicates, interrupted } = report
          const stopped = stoppable.failure()
          return { files, events, duplicates, whole: !interrupted && stopped === undefined, stopped }
        } finally {
          done.abort()
        }
      },
    })
  } finally {
    client.close()
    clients.close()
    for (const opened of buckets.values()) (await opened.catch(() => undefined))?.close()
  }
}

/** The wish to end does not reach an ingest that has begun, which is committed; one that waits for the lake ends at once. */
function abortUnless(started: () => boolean, signal: AbortSignal, done: AbortSignal): AbortSignal {
  const controller = new AbortController()
  const end = (): void => {
    if (!started()) controller.abort(signal.reason)
  }
  if (signal.aborted) end()
  else signal.addEventListener('abort', end, { once: true, signal: done })
  return controller.signal
}

/** Knows whether a file was opened. */
function startedOnce(source: LogSource): { readonly source: LogSource; readonly started: () => boolean } {
  let started = false
  return {
    source: {
      ...source,
      open(file, options) {
        started = true
        return source.open(file, options)
      },
    },
    started: () => started,
  }
}

interface LogGroupRequest {
  /** `cloudwatch:GROUP@REGION` */
  readonly location: string
  readonly aws?: AwsSettings | undefined
  readonly choice?: Choice | undefined
  readonly signal?: AbortSignal | undefined
}

/** @throws TrailbookError AWS_LOG_GROUP, AWS_NO_LOG_GROUP, AWS_* */
export async function openLogGroupSource({
  location,
  aws,
  choice,
  signal,
}: LogGroupRequest): Promise<{ readonly source: LogSource; readonly close: () => void }> {
  const name = parseLogGroup(location)
  if (name === undefined) throw new TrailbookError('AWS_LOG_GROUP', { location })
  const clients = await awsClients(aws)
  const group = await openLogGroup(name, clients, signal)
  const source = logGroupSource(group, { now: Date.now, window: choice?.window })
  return {
    source,
    close: () => {
      group.close()
      clients.close()
    },
  }
}
