import { crc32 } from 'node:zlib'
import { type Entry, getFileNameLowLevel, openPromise, type ZipFile } from 'yauzl'
import { InputFault } from '../../core/event/fault.ts'
import { openRegular } from '../../log-file/local-bytes.ts'
import type { Archive, ArchiveEntry } from './archive-entry.ts'

interface ZipEntry extends ArchiveEntry {
  readonly inner: Entry
}

/** A zip archive, also with the 64-bit sizes of large ones. */
export async function zipArchive(path: string): Promise<Archive<ZipEntry>> {
  // The library would wait for a pipe.
  await (await openRegular(path)).close()
  return { entries: () => listEntries(path), open: (entry) => openEntry(path, entry) }
}

const open = (path: string): Promise<ZipFile> =>
  openPromise(path, { lazyEntries: true, autoClose: false, decodeStrings: false })

async function* listEntries(path: string): AsyncGenerator<ZipEntry, void> {
  let found = 0
  let stored = 0
  let zip: ZipFile | undefined
  try {
    zip = await open(path)
    for await (const inner of zip.eachEntry()) {
      stored += inner.compressedSize
      if (stored > zip.fileSize) throw new Error('its entries say to be larger than the archive')
      yield zipEntry(inner)
      found++
    }
  } catch (error) {
    throw asFault(error, found)
  } finally {
    zip?.close()
  }
}

/** Errors of the library are plain; those of the system have a number. */
function asFault(error: unknown, entries: number): unknown {
  if (!(error instanceof Error) || error instanceof InputFault || 'errno' in error) return error
  const reason = /End of central directory/i.test(error.message)
    ? 'its directory, which stands at the end, is not there'
    : error.message.replace(/\.$/, '')
  return new InputFault('INPUT_ARCHIVE_DAMAGED', { entries, reason }, { cause: error })
}

function zipEntry(inner: Entry): ZipEntry {
  const { uncompressedSize: size, generalPurposeBitFlag, fileName, extraFields } = inner
  const path = getFileNameLowLevel(generalPurposeBitFlag, fileName as unknown as Buffer, extraFields, false)
  return { path, type: typeOf(inner, path), size, inner }
}

/** Unix keeps the kind of a file in the upper half of its attributes. */
function typeOf({ externalFileAttributes, versionMadeBy }: Entry, path: string): ArchiveEntry['type'] {
  if (path.endsWith('/')) return 'folder'
  const kind = versionMadeBy >>> 8 === 3 ? (externalFileAttributes >>> 28) & 0xf : 8
  if (kind === 0xa) return 'link'
  return kind === 8 || kind === 0 ? 'file' : kind === 4 ? 'folder' : 'special'
}

const unreadable = (reason: string, cause?: unknown): InputFault =>
  new InputFault('INPUT_ENTRY_UNREADABLE', { reason }, { cause })

/** Log files inflate to ten or thirty times their size. More than this of more than that would fill a disk with nothing. */
const bomb = { times: 200, bytes: 64 * 2 ** 20 }

async function openEntry(path: string, { inner }: ZipEntry): Promise<AsyncIterable<Uint8Array>> {
  if (inner.isEncrypted()) throw unreadable('it is encrypted')
  if (!inner.canDecodeFileData()) throw unreadable(`its compression (method ${inner.compressionMethod}) is not known`)
  const { compressedSize, uncompressedSize } = inner
  if (uncompressedSize > bomb.bytes && uncompressedSize > bomb.times * compressedSize)
    throw unreadable(`it inflates to more than ${bomb.times} times its size`)
  return read(path, inner)
}

async function* read(path: string, entry: Entry): AsyncGenerator<Uint8Array, void> {
  let zip: ZipFile | undefined
  let checksum = 0
  try {
    zip = await open(path)
    const stream = await zip.openReadStreamPromise(entry)
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      checksum = crc32(chunk, checksum)
      yield chunk
    }
  } catch (error) {
    if (!(error instanceof Error) || error instanceof InputFault || 'syscall' in error) throw error
    throw unreadable(error.message.replace(/\.$/, ''), error)
  } finally {
    zip?.close()
  }
  if (checksum !== entry.crc32) throw unreadable('its checksum is wrong')
}
