import { InputFault } from '../core/event/fault.ts'
import type { OriginalFile, OriginalRecord } from '../core/evidence/sources.ts'
import { type ReadOptions, readLogFile } from './read-log-file.ts'

/**
 * Takes single records out of a log file as they stand there, byte for byte. The whole file is read, for that is how
 * ordinals and its hash are found, in memory that does not grow with it. An abort throws.
 *
 * @param sha256 of the inflated bytes when the file went into the lake
 */
export async function* originalRecords(
  name: string,
  stored: AsyncIterable<Uint8Array>,
  wanted: { readonly ordinals: ReadonlySet<number>; readonly sha256: string | null },
  options: Pick<ReadOptions, 'signal' | 'limits'> = {},
): AsyncGenerator<OriginalRecord, OriginalFile> {
  let found: OriginalRecord[] = []
  const onItem: ReadOptions['onItem'] = ({ bytes, start, ordinal, records }) => {
    for (let within = 0; within < records.length; within++) {
      if (!wanted.ordinals.has(ordinal + within)) continue
      // The reader's buffer is used again.
      found.push({ ordinal: ordinal + within, offset: start < 0 ? null : start, bytes: Uint8Array.from(bytes), within })
    }
  }
  try {
    for await (const piece of readLogFile(name, stored, { ...options, onItem })) {
      yield* found
      found = []
      if (piece.kind === 'end')
        return { state: piece.sha256 === wanted.sha256 ? 'same' : 'changed', sha256: piece.sha256, reason: null }
    }
  } catch (error) {
    if (!(error instanceof InputFault)) throw error
    yield* found
    const gone =
      error.code === 'INPUT_OBJECT_GONE' || (error.cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT'
    return { state: gone ? 'gone' : 'unreadable', sha256: null, reason: error.message }
  }
  return { state: 'unreadable', sha256: null, reason: 'it has no end' }
}
