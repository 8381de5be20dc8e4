import { InputFault } from '../../core/event/fault.ts'
import { inflatedBytes } from '../../log-file/inflate.ts'
import { localBytes } from '../../log-file/local-bytes.ts'
import type { Archive } from './archive-entry.ts'
import { createTapes } from './tapes.ts'
import { type TarEntry, takeBody, tarEntries } from './tar.ts'
import { diskInput, streamInput, type TarInput } from './tar-input.ts'

/** A tar archive, gunzipped where it begins as gzip does. Entries of a plain one are found and opened without reading the others. */
export async function tarArchive(path: string): Promise<Archive<TarEntry>> {
  const compressed = await isGzip(path)
  const openInput = async (): Promise<TarInput> =>
    compressed ? streamInput(inflatedBytes(localBytes(path), () => 0)) : diskInput(path)
  const tapes = compressed ? createTapes(openInput) : undefined
  return {
    entries: () => listEntries(openInput),
    async open(entry) {
      if (entry.unreadable !== undefined) throw new InputFault('INPUT_ENTRY_UNREADABLE', { reason: entry.unreadable })
      return tapes?.open(entry) ?? readPart(path, entry)
    },
  }
}

async function* readPart(path: string, { start, size }: TarEntry): AsyncGenerator<Uint8Array, void> {
  const input = await diskInput(path)
  try {
    await input.skip(start)
    yield* takeBody(input, size)
  } finally {
    await input.close()
  }
}

async function isGzip(path: string): Promise<boolean> {
  const input = await diskInput(path)
  try {
    const begin = await input.take(2)
    return begin[0] === 0x1f && begin[1] === 0x8b
  } finally {
    await input.close()
  }
}

async function* listEntries(openInput: () => Promise<TarInput>): AsyncGenerator<TarEntry, void> {
  const input = await openInput()
  const reader = tarEntries(input)
  let found = 0
  try {
    for (;;) {
      const entry = await reader.next().catch((error: unknown) => {
        throw asArchiveFault(error, found)
      })
      if (entry === undefined) break
      found++
      yield entry
    }
  } finally {
    await input.close()
  }
  const reason = reader.damage()
  if (reason !== undefined) throw new InputFault('INPUT_ARCHIVE_DAMAGED', { entries: found, reason })
}

function asArchiveFault(error: unknown, entries: number): unknown {
  if (!(error instanceof InputFault) || !error.code.startsWith('INPUT_GZIP')) return error
  const reason = error.code === 'INPUT_GZIP_TRUNCATED' ? 'its gzip data ends too early' : 'its gzip data is damaged'
  return new InputFault('INPUT_ARCHIVE_DAMAGED', { entries, reason }, { cause: error })
}
