import { InputFault } from '../../core/event/fault.ts'
import { blockSize, readPax, readTarHeader, type TarHeader, text } from './tar-header.ts'
import type { TarInput } from './tar-input.ts'

export interface TarEntry {
  readonly path: string
  readonly type: 'file' | 'folder' | 'link' | 'special'
  readonly size: number
  /** Offset of its bytes in the archive, which need not be there. */
  readonly start: number
  /** Why its bytes are not those of a file. */
  readonly unreadable?: string
}

interface TarEntries {
  /** The next entry; undefined behind the last. @throws InputFault of the stream below */
  next(): Promise<TarEntry | undefined>
  /** What was wrong so far, of which the entries say nothing. */
  damage(): string | undefined
}

/** Names and attributes of one entry. */
const longestExtension = 2 ** 20

/** Zero blocks end an archive, and `cat` joins archives; behind so many nothing is looked for any more. */
const longestGap = 64 * 2 ** 20

/**
 * The entries of a tar archive in order. Where a header is damaged the next one that is whole is looked for, so that the
 * other entries are found. Archives behind one another are read as one.
 */
export function tarEntries(input: TarInput): TarEntries {
  let bodyEnd = 0
  let entries = 0
  let damage: string | undefined
  let global: ReadonlyMap<string, string> = new Map()

  const note = (reason: string): void => {
    damage ??= reason
  }

  /** A header and what stands before it and belongs to it. */
  const next = async (): Promise<TarEntry | undefined> => {
    let longName: string | undefined
    let own: ReadonlyMap<string, string> | undefined
    let zeros = 0
    let lost = false
    for (;;) {
      const gap = bodyEnd - input.position()
      if (gap > 0 && (await input.skip(gap)) < gap) {
        note('it ends within an entry')
        return undefined
      }
      const at = input.position()
      const block = await input.take(blockSize)
      if (block.length < blockSize) {
        if (block.some((byte) => byte !== 0)) note(`it ends within a header at byte ${at}`)
        else if (entries === 0 && zeros === 0) note('it is empty')
        else if (zeros === 0 && !lost) note('it ends without the mark of its end, so that entries may be missing')
        return undefined
      }
      if (isZero(block)) {
        zeros += blockSize
        bodyEnd = at + blockSize
        if (zeros > longestGap) return undefined
        continue
      }
      const header = readTarHeader(block)
      if (header === undefined) {
        note(entries === 0 && at === 0 ? 'it is no tar archive' : `there is no header at byte ${at}`)
        lost = true
        bodyEnd = at + blockSize
        if (entries === 0 && at > longestGap) return undefined
        continue
      }
      const { type } = header
      if (type === 'x' || type === 'g' || type === 'L' || type === 'K') {
        bodyEnd = padded(input.position() + header.size)
        const extension = await takeExtension(header, input)
        const pax = type === 'x' || type === 'g' ? extension && readPax(extension) : undefined
        if (extension === undefined || ((type === 'x' || type === 'g') && pax === undefined))
          note(`the names at byte ${at} cannot be read`)
        else if (type === 'g') global = pax!
        else if (type === 'x') own = pax
        else if (type === 'L') longName = text(extension, 0, extension.length)
        continue
      }
      entries++
      const entry = entryOf(header, { longName, pax: new Map([...global, ...(own ?? [])]), start: input.position() })
      bodyEnd = padded(entry.start + entry.size)
      return entry
    }
  }
  return { next, damage: () => damage }
}

async function takeExtension({ size }: TarHeader, input: TarInput): Promise<Buffer | undefined> {
  if (size > longestExtension) return undefined
  const bytes = await input.take(size)
  return bytes.length < size ? undefined : bytes
}

const padded = (offset: number): number => Math.ceil(offset / blockSize) * blockSize

const isZero = (block: Buffer): boolean => block.every((byte) => byte === 0)

interface EntryParts {
  readonly longName: string | undefined
  readonly pax: ReadonlyMap<string, string>
  readonly start: number
}

function entryOf({ name, size, type }: TarHeader, { longName, pax, start }: EntryParts): TarEntry {
  const paxSize = Number(pax.get('size') ?? Number.NaN)
  const sparse = type === 'S' || [...pax.keys()].some((key) => key.startsWith('GNU.sparse.'))
  return {
    path: pax.get('GNU.sparse.name') ?? pax.get('path') ?? longName ?? name,
    type: types[type] ?? 'file',
    // Links have no bytes, whatever size they tell.
    size: type === '1' || type === '2' ? 0 : Number.isSafeInteger(paxSize) && paxSize >= 0 ? paxSize : size,
    start,
    ...(sparse && { unreadable: 'it is stored with holes (a sparse file)' }),
  }
}

const types: Readonly<Record<string, TarEntry['type']>> = {
  '1': 'link',
  '2': 'link',
  '3': 'special',
  '4': 'special',
  '5': 'folder',
  '6': 'special',
  // Attributes and volume names of GNU and Solaris tar.
  A: 'folder',
  D: 'folder',
  M: 'special',
  V: 'folder',
  X: 'folder',
}

const pieceSize = 256 * 1024

/** So many bytes from where the input stands. @throws InputFault where there are fewer */
export async function* takeBody(input: TarInput, size: number): AsyncGenerator<Buffer, void> {
  let missing = size
  while (missing > 0) {
    const piece = await input.take(Math.min(missing, pieceSize))
    if (piece.length === 0) throw new InputFault('INPUT_ENTRY_UNREADABLE', { reason: 'the archive ends within it' })
    missing -= piece.length
    yield piece
  }
}
