import { pipeline, Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { InputFault } from '../core/event/fault.ts'

const chunkSize = 256 * 1024

/**
 * Stored bytes, gunzipped where they begin as gzip does, whatever the name says. Gzip files in a row are one stream, as
 * for `zcat`; zero bytes behind the last are padding and any other bytes damage.
 *
 * @param records complete ones so far, for messages
 * @throws InputFault
 */
export async function* inflatedBytes(
  stored: AsyncIterable<Uint8Array>,
  records: () => number,
): AsyncGenerator<Buffer, void> {
  try {
    const source = stored[Symbol.asyncIterator]()
    const begin = await beginning(source)
    const whole = Readable.from(follow(begin, source))
    yield* begin[0] === 0x1f && begin[1] === 0x8b ? pipeline(whole, createGunzip({ chunkSize }), () => {}) : whole
  } catch (error) {
    throw asFault(error, records)
  }
}

/** Chunks joined until there are two bytes, or all there are. */
async function beginning(source: AsyncIterator<Uint8Array>): Promise<Buffer> {
  let begin: Buffer = Buffer.alloc(0)
  while (begin.length < 2) {
    const next = await source.next()
    if (next.done) break
    begin = begin.length === 0 ? asBuffer(next.value) : Buffer.concat([begin, next.value])
  }
  return begin
}

async function* follow(begin: Buffer, source: AsyncIterator<Uint8Array>): AsyncGenerator<Buffer> {
  try {
    if (begin.length > 0) yield begin
    for (;;) {
      const next = await source.next()
      if (next.done) return
      yield asBuffer(next.value)
    }
  } finally {
    await source.return?.()
  }
}

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)

function asFault(error: unknown, records: () => number): unknown {
  if (!(error instanceof Error) || error instanceof InputFault) return error
  const code = (error as NodeJS.ErrnoException).code ?? ''
  const options = { cause: error }
  if (code === 'Z_BUF_ERROR') return new InputFault('INPUT_GZIP_TRUNCATED', { records: records() }, options)
  // The first header was seen before; another one that is wrong stands behind the data.
  const reason = error.message === 'incorrect header check' ? 'other bytes follow the compressed data' : error.message
  if (code.startsWith('Z_')) return new InputFault('INPUT_GZIP_CORRUPT', { records: records(), reason }, options)
  if ('errno' in error) return new InputFault('INPUT_UNREADABLE', { reason: systemReasons[code] ?? code }, options)
  return error
}

const systemReasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENOENT: 'it is no longer there',
  EISDIR: 'it is a folder',
  EIO: 'the disk reports an error',
  ELOOP: 'its symbolic links run in a circle',
  ENAMETOOLONG: 'its path is too long for this system',
  EMFILE: 'too many files are open',
}
