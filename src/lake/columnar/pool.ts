/** The threads that read log files. */
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { LogFile, LogSource, OpenedFile } from '../../core/event/source.ts'
import { createFeeder } from './feeder.ts'
import { createMailbox, type Mailbox } from './mailbox.ts'
import type { FromWorker, Portion, ToWorker, WorkerSettings } from './messages.ts'
import { workerFiles } from './worker-file.ts'

interface PoolOptions extends Pick<WorkerSettings, 'folder' | 'batchRows' | 'batchBytes'> {
  readonly source: LogSource
  readonly signal: AbortSignal | undefined
}

/** What a worker says of one portion, in order, ending with `done`. */
export interface PortionResult {
  readonly messages: AsyncIterable<FromWorker>
  /** Answers `stopped`: files up to this one stay. */
  keep(file: number): void
  /** What came with a file beside its bytes, if it was opened here. */
  beside(file: number): Omit<OpenedFile, 'bytes'> | undefined
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

  const slots: Slot[] = []
  /** An idle thread, else a new one, else the one with the shortest queue. */
  const choose = (): Slot => {
    const least = slots.reduce<Slot | undefined>(
      (a, b) => (a === undefined || b.queue.length < a.queue.length ? b : a),
      undefined,
    )
    if (least !== undefined && (least.queue.length === 0 || slots.length === size)) return least
    const slot = start(slots.length)
    slots.push(slot)
    return slot
  }
  const onAbort = (): void => void Atomics.store(stop, 0, 1)
  if (options.signal?.aborted) onAbort()
  options.signal?.addEventListener('abort', onAbort)

  return {
    async submit(portion, files) {
      let slot: Slot
      for (;;) {
        if (broken !== undefined) throw broken
        slot = choose()
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
        beside: feeder.beside,
      }
    },
    async close() {
      options.signal?.removeEventListener('abort', onAbort)
      await Promise.all(slots.map(({ worker }) => worker.terminate()))
    },
  }
}
