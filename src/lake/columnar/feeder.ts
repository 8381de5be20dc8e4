/** Bytes of files that have no local path, on their way to the threads. */
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { SourceEnded } from '../../core/event/fault.ts'
import type { LogFile, LogSource, OpenedFile } from '../../core/event/source.ts'
import { faultOf } from '../reading.ts'
import type { ToWorker } from './messages.ts'

interface FeederOptions {
  readonly source: LogSource
  /** Where large files lie on their way. */
  readonly folder: string
  readonly signal: AbortSignal | undefined
}

/** Of files that have no local path: so many are opened at once, with so many bytes in memory. */
const openAtOnce = 64
const bytesAtOnce = 32 * 2 ** 20
/** Larger files are put on the disk on their way. */
const largestInMemory = 16 * 2 ** 20
/** What a file is taken for whose size is not told. */
const unknownSize = 2 ** 20

/** Opens files, a few ahead of their turn, and gives their bytes to a worker. */
export function createFeeder({ source, folder, signal }: FeederOptions) {
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
      post({
        kind: 'bytes',
        file: id,
        bytes: null,
        fault: signal?.aborted || error instanceof SourceEnded ? null : faultOf(error),
      })
    }
  }

  return {
    /** Told once: of a million objects nothing is kept. */
    metadata(file: number): OpenedFile['metadata'] | undefined {
      const metadata = found.get(file)
      found.delete(file)
      return metadata
    },
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
        // Counted from now on, not only when the bytes are here: 64 large files would come at once.
        const expected = Math.min(largestInMemory, file.size < 0 ? unknownSize : file.size)
        opened++
        held += expected
        under.push(
          give(id, file, post).finally(() => {
            opened--
            held -= expected
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
