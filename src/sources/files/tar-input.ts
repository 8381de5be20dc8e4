import { openRegular } from '../../log-file/local-bytes.ts'

/** Bytes that are taken in order; what is skipped need not be read. */
export interface TarInput {
  /** Offset of what comes next. */
  position(): number
  /** So many bytes, fewer only at the end. They are the caller's. */
  take(count: number): Promise<Buffer>
  /** @returns how many were there to be skipped */
  skip(count: number): Promise<number>
  close(): Promise<void>
}

const windowSize = 64 * 1024

/** A file on the local disk, of which only the headers are read. */
export async function diskInput(path: string): Promise<TarInput> {
  const file = await openRegular(path)
  const { size } = await file.stat()
  let position = 0
  let window = Buffer.alloc(0)
  let windowAt = 0
  const fill = async (): Promise<void> => {
    const buffer = Buffer.allocUnsafeSlow(Math.min(windowSize, Math.max(size - position, 0)))
    const { bytesRead } = await file.read(buffer, 0, buffer.length, position)
    window = buffer.subarray(0, bytesRead)
    windowAt = position
  }
  return {
    position: () => position,
    async take(count) {
      const parts: Buffer[] = []
      let missing = count
      while (missing > 0) {
        if (position < windowAt || position >= windowAt + window.length) await fill()
        const part = window.subarray(position - windowAt, position - windowAt + missing)
        if (part.length === 0) break
        parts.push(part)
        position += part.length
        missing -= part.length
      }
      return parts.length === 1 ? parts[0]! : Buffer.concat(parts)
    },
    async skip(count) {
      const possible = Math.min(count, Math.max(size - position, 0))
      position += possible
      return possible
    },
    close: () => file.close(),
  }
}

/** A stream, which goes one way only. */
export function streamInput(stream: AsyncIterable<Uint8Array>): TarInput {
  const source = stream[Symbol.asyncIterator]()
  let position = 0
  let chunk: Uint8Array = new Uint8Array(0)
  let done = false
  /** At most so many bytes, none at the end. */
  const some = async (most: number): Promise<Uint8Array> => {
    while (chunk.length === 0 && !done) {
      const next = await source.next()
      if (next.done) done = true
      else chunk = next.value
    }
    const part = chunk.subarray(0, most)
    chunk = chunk.subarray(part.length)
    position += part.length
    return part
  }
  return {
    position: () => position,
    async take(count) {
      const parts: Uint8Array[] = []
      let missing = count
      while (missing > 0) {
        const part = await some(missing)
        if (part.length === 0) break
        parts.push(part)
        missing -= part.length
      }
      return Buffer.concat(parts)
    },
    async skip(count) {
      let missing = count
      while (missing > 0) {
        const part = await some(missing)
        if (part.length === 0) break
        missing -= part.length
      }
      return count - missing
    },
    async close() {
      done = true
      chunk = new Uint8Array(0)
      await source.return?.()
    },
  }
}
