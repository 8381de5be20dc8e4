/** Bytes of files that have no local path, on their way to the threads. */
import { type FileHandle, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
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
/** What a file may take in memory whose size is not told, or is told too small. */
const unknownSize = 4 * 2 ** 20
const leastSize = 2 ** 16
/** As much of a file as is counted for it is held; what is larger goes by way of the disk. */
const allowance = (size: number): number =>
  size < 0 ? unknownSize : Math.max(leastSize, Math.min(largestInMemory, size))

/** Opens files, a few ahead of their turn, and gives their bytes to a worker. */
export function createFeeder({ source, folder, signal }: FeederOptions) {
  let held = 0
  let opened = 0
  const sizes = new Map<number, { bytes: number; spool: string | undefined }>()
  const found = new Map<number, Omit<OpenedFile, 'bytes'>>()
  /** Portions of several workers may wait at the same time. */
  let waiting: (() => void)[] = []
  const room = (): void => {
    const woken = waiting
    waiting = []
    for (const wake of woken) wake()
  }
  // A thread that has stopped gives nothing back.
  signal?.addEventListener('abort', room, { once: true })

  const give = async (id: number, file: LogFile, post: (message: ToWorker, transfer?: ArrayBuffer[]) => void) => {
    try {
      if (signal?.aborted) {
        post({ kind: 'bytes', file: id, bytes: null, fault: null })
        return
      }
      const { bytes, ...beside } = await source.open(file, signal === undefined ? {} : { signal })
      const content = await collect(bytes, { most: allowance(file.size), spool: join(folder, `spool-${id}`) })
      found.set(id, beside)
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
    /** Told once: of a million objects nothing is kept. */
    beside(file: number): Omit<OpenedFile, 'bytes'> | undefined {
      const beside = found.get(file)
      found.delete(file)
      return beside
    },
    async feed(
      files: readonly (readonly [number, LogFile])[],
      post: (message: ToWorker, transfer?: ArrayBuffer[]) => void,
    ): Promise<void> {
      const under: Promise<void>[] = []
      for (const [id, file] of files) {
        while (!signal?.aborted && (opened >= openAtOnce || held >= bytesAtOnce))
          await new Promise<void>((resolve) => {
            waiting.push(resolve)
          })
        // Counted from now on, not only when the bytes are here: 64 large files would come at once.
        const expected = allowance(file.size)
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
async function collect(
  bytes: AsyncIterable<Uint8Array>,
  { most, spool }: { readonly most: number; readonly spool: string },
): Promise<Uint8Array | string> {
  const pieces: Uint8Array[] = []
  let size = 0
  let file: FileHandle | undefined
  try {
    for await (const piece of bytes) {
      size += piece.length
      if (file !== undefined) await file.writeFile(piece)
      else pieces.push(Uint8Array.from(piece))
      if (file !== undefined || size <= most) continue
      file = await open(spool, 'w')
      for (const held of pieces.splice(0)) await file.writeFile(held)
    }
  } catch (error) {
    await file?.close()
    await rm(spool, { force: true })
    throw error
  }
  await file?.close()
  if (file !== undefined) return spool
  const whole = new Uint8Array(size)
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}
