import { InputFault } from '../../core/event/fault.ts'
import { type TarEntry, takeBody } from './tar.ts'
import type { TarInput } from './tar-input.ts'

/** Readers of one archive that stand at different places of it. */
const mostTapes = 4

/** An entry as large as a delivered log file can be is taken as a whole, so that its tape is free for the next one. */
const smallEntry = 16 * 2 ** 20

/** A tape that nobody asked for so long is closed: its archive has been read. */
const idleMilliseconds = 10_000

interface Tape {
  readonly input: TarInput
  busy: boolean
  timer?: NodeJS.Timeout
}

/**
 * Opens entries of an archive that can only be read forwards. Entries that are asked for in the order of the archive are read
 * in one pass; of several readers at a time each has a tape of its own.
 */
export function createTapes(openInput: () => Promise<TarInput>) {
  const tapes = new Set<Tape>()
  let queue: Promise<unknown> = Promise.resolve()

  const close = async (tape: Tape): Promise<void> => {
    tapes.delete(tape)
    clearTimeout(tape.timer)
    await tape.input.close()
  }

  const free = (tape: Tape): void => {
    tape.busy = false
    // The one that was not asked for the longest stands first.
    tapes.delete(tape)
    tapes.add(tape)
    tape.timer = setTimeout(() => void close(tape).catch(() => {}), idleMilliseconds).unref()
  }

  /** A tape that has not yet passed the place, the nearest first. */
  const tapeFor = async (start: number): Promise<Tape> => {
    const idle = [...tapes].filter(({ busy }) => !busy)
    const before = idle.filter(({ input }) => input.position() <= start)
    const nearest = before.sort((a, b) => b.input.position() - a.input.position())[0]
    if (nearest !== undefined) return nearest
    if (tapes.size >= mostTapes && idle[0] !== undefined) await close(idle[0])
    const tape: Tape = { input: await openInput(), busy: false }
    tapes.add(tape)
    return tape
  }

  const start = async (entry: TarEntry): Promise<AsyncIterable<Uint8Array>> => {
    const tape = await tapeFor(entry.start)
    tape.busy = true
    clearTimeout(tape.timer)
    try {
      await tape.input.skip(entry.start - tape.input.position())
      if (entry.size > smallEntry) return streamed(tape, entry.size)
      const bytes = await tape.input.take(entry.size)
      if (bytes.length < entry.size) throw endsWithin()
      free(tape)
      return once(bytes)
    } catch (error) {
      await close(tape)
      throw cutOff(error)
    }
  }

  async function* streamed(tape: Tape, size: number): AsyncGenerator<Uint8Array, void> {
    let whole = false
    try {
      yield* takeBody(tape.input, size)
      whole = true
    } catch (error) {
      throw cutOff(error)
    } finally {
      if (whole) free(tape)
      else await close(tape)
    }
  }

  return {
    /** @throws InputFault */
    open(entry: TarEntry): Promise<AsyncIterable<Uint8Array>> {
      const opened = queue.then(() => start(entry))
      queue = opened.catch(() => {})
      return opened
    },
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
  if (bytes.length > 0) yield bytes
}

const endsWithin = (): InputFault => new InputFault('INPUT_ENTRY_UNREADABLE', { reason: 'the archive ends within it' })

/** What the compression of the archive came to, said of the entry. */
const cutOff = (error: unknown): unknown => {
  if (!(error instanceof InputFault)) return error
  if (error.code === 'INPUT_GZIP_TRUNCATED') return endsWithin()
  if (error.code !== 'INPUT_GZIP_CORRUPT') return error
  return new InputFault(
    'INPUT_ENTRY_UNREADABLE',
    { reason: 'the gzip data of the archive is damaged' },
    { cause: error },
  )
}
