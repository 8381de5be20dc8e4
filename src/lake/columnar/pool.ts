/** The threads that read log files, and the feeding of those that have no local path. */
import { open, rm } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { LogFile, LogSource, OpenedFile } from '../../core/event/source.ts'
import { faultOf } from '../reading.ts'
import type { FromWorker, Portion, ToWorker, WorkerSettings } from './messages.ts'
import { workerFiles } from './worker-file.ts'

export interface PoolOptions extends Pick<WorkerSettings, 'folder' | 'batchRows' | 'batchBytes'> {
  readonly source: LogSource
  readonly signal: AbortSignal | undefined
}

/** What a worker says of one portion, in order, ending with `done`. */
export interface PortionResult {
  readonly messages: AsyncIterable<FromWorker>
  /** Answers `stopped`: files up to this one stay. */
  keep(file: number): void
  /** What came with a file beside its bytes, if it was opened here. */
  metadata(file: number): OpenedFile['metadata'] | undefined
}

export interface WorkerPool {
  /** Resolves when a worker has it, which may be after others are done. */
  submit(portion: Portion, files: ReadonlyMap<number, LogFile>): Promise<PortionResult>
  close(): Promise<void>
}

/** More threads than this wait for the disk and for the one that merges. */
const mostWorkers = 4
/** Portions that a worker has: one that it reads, one that waits. */
const ahead = 2
/** Of files that have no local path: so many are opened at once, with so many bytes in memory. */
const openAtOnce = 64
const bytesAtOnce = 32 * 2 ** 20
/** Larger files are put on the disk on their way. */
const largestInMemory = 16 * 2 ** 20

interface Slot {
  readonly worker: Worker
  readonly queue: Portion[]
  /** Files are fed in order. */
  feeding: Promise<void>
}

export const workerCount = (): number => Math.max(1, Math.min(mostWorkers, availableParallelism()))

export async function createPool(options: PoolOptions): Promise<WorkerPool> {
  const { program, scanner } = await workerFiles()
  const size = workerCount()
  const stop = new Int32Array(new SharedArrayBuffer(4))
  const results = new Map<number, Mailbox<FromWorker>>()
  const feeder = createFeeder(options)
  let broken: Error | undefined
  let wake: () => void = () => {}
  let freed = new Promise<void>((resolve) => {
    wake = resolve
  })

  const breakDown = (error: Error): void => {
    broken ??= error
    for (const mailbox of results.values()) mailbox.fail(broken)
    wake()
  }

  const start = (number: number): Slot => {
    const { folder, batchRows, batchBytes } = options
    const settings: WorkerSettings = { scanner, folder, worker: number, batchRows, batchBytes, stop }
    const worker = new Worker(program, {
      workerData: settings,
      execArgv: [],
      resourceLimits: { maxYoungGenerationSizeMb: 64 },
    })
    const slot: Slot = { worker, queue: [], feeding: Promise.resolve() }
    worker.on('message', (message: FromWorker) => {
      if (message.kind === 'failed') {
        const { message: said, code, stack } = message.error
        breakDown(Object.assign(new Error(said), code !== undefined && { code }, stack !== undefined && { stack }))
        return
      }
      const portion = message.kind === 'parts' ? message.staged.portion : message.portion
      if (message.kind === 'file') feeder.done(message.outcome.id)
      results.get(portion)?.put(message)
      if (message.kind !== 'done') return
      slot.queue.shift()
      wake()
      freed = new Promise((resolve) => {
        wake = resolve
      })
    })
    worker.on('error', breakDown)
    return slot
  }

  const slots = Array.from({ length: size }, (_, number) => start(number))
  const onAbort = (): void => void Atomics.store(stop, 0, 1)
  if (options.signal?.aborted) onAbort()
  options.signal?.addEventListener('abort', onAbort)

  return {
    async submit(portion, files) {
      let slot: Slot
      for (;;) {
        if (broken !== undefined) throw broken
        slot = slots.reduce((a, b) => (b.queue.length < a.queue.length ? b : a))
        if (slot.queue.length < ahead) break
        await freed
      }
      const mailbox = createMailbox<FromWorker>()
      results.set(portion.number, mailbox)
      slot.queue.push(portion)
      const post = (message: ToWorker, transfer: ArrayBuffer[] = []): void => slot.worker.postMessage(message, transfer)
      post({ kind: 'portion', portion })
      const strange = portion.files.filter(({ path }) => path === null)
      slot.feeding = slot.feeding.then(() =>
        feeder.feed(
          strange.map(({ id }) => [id, files.get(id)!]),
          post,
        ),
      )
      slot.feeding.catch(breakDown)
      return {
        messages: mailbox.until(
          ({ kind }) => kind === 'done',
          () => results.delete(portion.number),
        ),
        keep: (file) => post({ kind: 'keep', file }),
        metadata: feeder.metadata,
      }
    },
    async close() {
      options.signal?.removeEventListener('abort', onAbort)
      await Promise.all(slots.map(({ worker }) => worker.terminate()))
    },
  }
}

/** Opens files, a few ahead of their turn, and gives their bytes to a worker. */
function createFeeder({ source, folder, signal }: PoolOptions) {
  let held = 0
  let opened = 0
  const sizes = new Map<number, { bytes: number; spool: string | undefined }>()
  const found = new Map<number, OpenedFile['metadata']>()
  /** Portions of several workers may wait at the same time. */
  let waiting: (() => void)[] = []
  const room = (): void => {
    const woken = waiting
    waiting = []
    for (const wake of woken) wake()
  }

  const give = async (id: number, file: LogFile, post: (message: ToWorker, transfer?: ArrayBuffer[]) => void) => {
    try {
      if (signal?.aborted) {
        post({ kind: 'bytes', file: id, bytes: null, fault: null })
        return
      }
      const { bytes, metadata } = await source.open(file, signal === undefined ? {} : { signal })
      if (metadata !== null) found.set(id, metadata)
      const content = await collect(bytes, join(folder, `spool-${id}`))
      if (typeof content === 'string') {
        sizes.set(id, { bytes: 0, spool: content })
        post({ kind: 'spooled', file: id, path: content })
        return
      }
      held += content.length
      sizes.set(id, { bytes: content.length, spool: undefined })
      post({ kind: 'bytes', file: id, bytes: content, fault: null }, [content.buffer as ArrayBuffer])
    } catch (error) {
      post({ kind: 'bytes', file: id, bytes: null, fault: signal?.aborted ? null : faultOf(error) })
    }
  }

  return {
    metadata: (file: number) => found.get(file),
    async feed(
      files: readonly (readonly [number, LogFile])[],
      post: (message: ToWorker, transfer?: ArrayBuffer[]) => void,
    ): Promise<void> {
      const under: Promise<void>[] = []
      for (const [id, file] of files) {
        while (opened >= openAtOnce || held >= bytesAtOnce)
          await new Promise<void>((resolve) => {
            waiting.push(resolve)
          })
        opened++
        under.push(
          give(id, file, post).finally(() => {
            opened--
            room()
          }),
        )
      }
      await Promise.all(under)
    },
    /** The worker is done with a file. */
    done(id: number): void {
      const size = sizes.get(id)
      if (size === undefined) return
      sizes.delete(id)
      held -= size.bytes
      if (size.spool !== undefined) void rm(size.spool, { force: true })
      room()
    },
  }
}

/** The bytes in one piece, or the path to which they were written. */
async function collect(bytes: AsyncIterable<Uint8Array>, spool: string): Promise<Uint8Array | string> {
  const pieces: Uint8Array[] = []
  let size = 0
  const iterator = bytes[Symbol.asyncIterator]()
  for (;;) {
    const next = await iterator.next()
    if (next.done) {
      const whole = new Uint8Array(size)
      let at = 0
      for (const piece of pieces) {
        whole.set(piece, at)
        at += piece.length
      }
      return whole
    }
    pieces.push(Uint8Array.from(next.value))
    size += next.value.length
    if (size > largestInMemory) break
  }
  const file = await open(spool, 'w')
  try {
    for (const piece of pieces) await file.writeFile(piece)
    for (;;) {
      const next = await iterator.next()
      if (next.done) return spool
      await file.writeFile(next.value)
    }
  } catch (error) {
    await rm(spool, { force: true })
    throw error
  } finally {
    await file.close()
  }
}

interface Mailbox<T> {
  put(message: T): void
  fail(error: Error): void
  until(last: (message: T) => boolean, onEnd: () => void): AsyncGenerator<T>
}

function createMailbox<T>(): Mailbox<T> {
  const messages: T[] = []
  let error: Error | undefined
  let arrived: () => void = () => {}
  return {
    put(message) {
      messages.push(message)
      arrived()
    },
    fail(reason) {
      error = reason
      arrived()
    },
    async *until(last, onEnd) {
      for (let at = 0; ; ) {
        if (error !== undefined) throw error
        if (at < messages.length) {
          const message = messages[at]!
          messages[at++] = undefined!
          yield message
          if (last(message)) {
            onEnd()
            return
          }
        } else {
          messages.length = 0
          at = 0
          await new Promise<void>((resolve) => {
            arrived = resolve
          })
        }
      }
    },
  }
}
