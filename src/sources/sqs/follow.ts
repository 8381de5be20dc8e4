/** From messages of a queue to commits of a lake: a message is deleted when what it tells of is stored, and not before. */
import type { LogSource } from '../../core/event/source.ts'
import { isLogFileName } from '../../log-file/log-file-name.ts'
import { type NotifiedObject, readNotification } from './notification.ts'
import { locationOf, notifiedSource, type OpenBucket } from './objects.ts'

export interface QueueMessage {
  readonly id: string
  /** By which this receipt of it is deleted or kept hidden. */
  readonly handle: string
  readonly body: string
}

export interface Queue {
  receive(request: {
    readonly waitSeconds: number
    readonly visibilitySeconds: number
    readonly signal?: AbortSignal
  }): Promise<readonly QueueMessage[]>
  remove(messages: readonly QueueMessage[]): Promise<void>
  /** Hides messages from other readers for so long from now on. */
  extend(messages: readonly QueueMessage[], seconds: number): Promise<void>
  close(): void
}

/** What one commit came to. */
export interface Commit {
  readonly messages: number
  readonly files: number
  readonly events: number
  readonly duplicates: number
  /** Messages that stay in the queue, since not all of what they tell of could be had. */
  readonly left: readonly LeftMessage[]
}

export interface LeftMessage {
  readonly id: string
  readonly reason: string
}

/** Ingests and commits. */
type IngestSource = (source: LogSource) => Promise<{
  readonly files: number
  readonly events: number
  readonly duplicates: number
  /** It came to its last file. */
  readonly whole: boolean
  /** Why it did not, where it was not told to end. */
  readonly stopped: Error | undefined
}>

export interface FollowOptions {
  readonly queue: Queue
  readonly openBucket: OpenBucket
  readonly ingest: IngestSource
  /** Places that are wanted, as `s3://bucket/prefix`; a message that tells of another one is left. All are where none is given. */
  readonly within: readonly string[]
  /** Goes on when the queue is empty. */
  readonly forever: boolean
  /** Ends it after the commit that is being made. */
  readonly signal: AbortSignal
  readonly onCommit: (commit: Commit) => void
  /** Messages come again: each is told of once. */
  readonly onLeft: (message: LeftMessage) => void
  readonly timing?: Partial<Timing>
}

interface Timing {
  /** How long one request waits for messages. */
  readonly waitSeconds: number
  readonly visibilitySeconds: number
  /** A batch is ingested when it has so many objects, or has been gathered for so long. */
  readonly objects: number
  readonly gatherMilliseconds: number
}

const usual: Timing = { waitSeconds: 20, visibilitySeconds: 120, objects: 1000, gatherMilliseconds: 5000 }

export interface Followed {
  readonly commits: number
  readonly messages: number
  readonly events: number
  readonly duplicates: number
  readonly left: number
}

interface Task {
  readonly message: QueueMessage
  readonly objects: readonly NotifiedObject[]
}

/**
 * Reads a queue until it is empty, or for ever. A message that cannot be understood, or tells of an object that cannot be
 * had, is named and left: it comes again, and the queue's own rule sends it to its dead-letter queue in the end.
 *
 * @throws TrailbookError AWS_*, LAKE_*: nothing is deleted then that is not stored
 */
export async function followQueue({ queue, ingest, signal, forever, ...options }: FollowOptions): Promise<Followed> {
  const timing = { ...usual, ...options.timing }
  const told = toldOnce(options.onLeft)
  let [commits, messages, events, duplicates] = [0, 0, 0, 0]
  while (!signal.aborted) {
    const batch = await gather(queue, { timing, signal, forever })
    if (batch.length === 0) {
      if (forever) continue
      break
    }
    const stopHiding = keepHidden(queue, batch, timing.visibilitySeconds)
    try {
      const { tasks, others } = understand(batch, options.within)
      for (const left of others) told.tell(left)
      const done = await work(tasks, { ingest, openBucket: options.openBucket })
      for (const left of done.left) told.tell(left)
      await queue.remove(done.complete)
      const commit: Commit = { ...done.counts, messages: done.complete.length, left: [...others, ...done.left] }
      if (tasks.length > 0) {
        commits++
        messages += commit.messages
        events += commit.events
        duplicates += commit.duplicates
        options.onCommit(commit)
      }
      if (done.stopped !== undefined) throw done.stopped
    } finally {
      stopHiding()
    }
  }
  return { commits, messages, events, duplicates, left: told.count() }
}

interface GatherOptions {
  readonly timing: Timing
  readonly signal: AbortSignal
  readonly forever: boolean
}

/** Messages of some seconds; none where the queue is empty or the work is to end. */
async function gather(queue: Queue, { timing, signal, forever }: GatherOptions): Promise<readonly QueueMessage[]> {
  const { visibilitySeconds } = timing
  const found: QueueMessage[] = []
  const until = Date.now() + timing.gatherMilliseconds
  while (found.length < timing.objects && !signal.aborted) {
    // A queue that only seems empty has its messages on servers that a short look does not ask.
    const waitSeconds = found.length > 0 ? 1 : forever ? timing.waitSeconds : Math.min(timing.waitSeconds, 2)
    const some = await queue.receive({ waitSeconds, visibilitySeconds, signal }).catch((error: unknown) => {
      if (signal.aborted) return []
      throw error
    })
    found.push(...some)
    if (some.length === 0 || Date.now() >= until) break
  }
  return found
}

function understand(
  batch: readonly QueueMessage[],
  within: readonly string[],
): { readonly tasks: readonly Task[]; readonly others: readonly LeftMessage[] } {
  const tasks: Task[] = []
  const others: LeftMessage[] = []
  for (const message of batch) {
    const notification = readNotification(message.body)
    if (notification.kind === 'unknown') {
      others.push({ id: message.id, reason: notification.reason })
      continue
    }
    const stranger = notification.objects.find((object) => !isWithin(locationOf(object), within))
    if (stranger !== undefined)
      others.push({ id: message.id, reason: `${locationOf(stranger)} is not among the given places` })
    else
      tasks.push({
        message,
        objects: notification.objects.filter(({ key }) => isLogFileName(key.slice(key.lastIndexOf('/') + 1))),
      })
  }
  return { tasks, others }
}

const isWithin = (location: string, places: readonly string[]): boolean =>
  places.length === 0 ||
  places.some((place) => location === place || location.startsWith(place.endsWith('/') ? place : `${place}/`))

interface Done {
  readonly complete: readonly QueueMessage[]
  readonly left: readonly LeftMessage[]
  readonly counts: Pick<Commit, 'files' | 'events' | 'duplicates'>
  readonly stopped: Error | undefined
}

async function work(
  tasks: readonly Task[],
  { ingest, openBucket }: Pick<FollowOptions, 'ingest' | 'openBucket'>,
): Promise<Done> {
  const objects = tasks.flatMap(({ objects: some }) => some)
  const everything = tasks.map(({ message }) => message)
  if (objects.length === 0)
    return { complete: everything, left: [], counts: { files: 0, events: 0, duplicates: 0 }, stopped: undefined }
  const { source, missed, close } = notifiedSource(objects, openBucket)
  const { stopped, whole, ...counts } = await ingest(source).finally(close)
  // Where it stopped half-way nobody knows which files are in: all messages come again, and what is in counts once.
  if (!whole) return { complete: [], left: [], counts, stopped }
  const reasonOf = ({ objects: some }: Task): string | undefined =>
    some.map(missed).find((reason) => reason !== undefined)
  const left = tasks.flatMap((task) => {
    const reason = reasonOf(task)
    return reason === undefined ? [] : [{ id: task.message.id, reason }]
  })
  const complete = tasks.filter((task) => reasonOf(task) === undefined).map(({ message }) => message)
  return { complete, left, counts, stopped: undefined }
}

/** Messages stay hidden as long as they are worked on. @returns ends that */
function keepHidden(queue: Queue, messages: readonly QueueMessage[], seconds: number): () => void {
  const timer = setInterval(
    // Where it fails they come again, which costs time and nothing else.
    () => void queue.extend(messages, seconds).catch(() => {}),
    (seconds * 1000) / 3,
  )
  return () => clearInterval(timer)
}

const rememberedMessages = 10_000

function toldOnce(tell: (message: LeftMessage) => void) {
  const seen = new Set<string>()
  let count = 0
  return {
    tell(message: LeftMessage): void {
      if (seen.has(message.id)) return
      if (seen.size >= rememberedMessages) seen.clear()
      seen.add(message.id)
      count++
      tell(message)
    },
    count: () => count,
  }
}
