import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { InputFault } from '../../core/event/fault.ts'

const chunkSize = 256 * 1024

/**
 * A file's bytes, gunzipped where they begin as gzip does, whatever the name says. Gzip files in a row are one stream, as
 * for `zcat`; zero bytes behind the last are padding and any other bytes damage.
 *
 * @throws InputFault
 */
export async function* inflatedBytes(path: string, records: () => number): AsyncGenerator<Buffer> {
  let source: AsyncIterable<Buffer>
  try {
    const gzip = await beginsAsGzip(path)
    const file = createReadStream(path, { highWaterMark: chunkSize })
    source = gzip ? pipeline(file, createGunzip({ chunkSize }), () => {}) : file
  } catch (error) {
    throw asFault(error, records)
  }
  try {
    yield* source
  } catch (error) {
    throw asFault(error, records)
  }
}

async function beginsAsGzip(path: string): Promise<boolean> {
  const file = await open(path, 'r')
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(2), 0, 2, 0)
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b
  } finally {
    await file.close()
  }
}

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
}
