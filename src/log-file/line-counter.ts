const newline = 0x0a

/** Numbers the lines of a stream of chunks as far as it is asked to; each byte is looked at once. */
export function createLineCounter() {
  let chunk: Buffer = Buffer.alloc(0)
  let line = 1
  let from = 0
  let next = -1
  const advance = (to: number): void => {
    for (;;) {
      if (next < from) {
        const found = chunk.indexOf(newline, from)
        next = found < 0 ? Number.POSITIVE_INFINITY : found
      }
      if (next >= to) return
      line++
      from = next + 1
    }
  }
  return {
    /** Goes on with the next chunk. */
    enter(following: Buffer): void {
      advance(chunk.length)
      chunk = following
      from = 0
      next = -1
    },
    /** The line, from 1, of an offset in the present chunk; offsets never go back. */
    at(offset: number): number {
      advance(offset)
      return line
    },
    endsLine: (): boolean => chunk.length > 0 && chunk[chunk.length - 1] === newline,
  }
}
