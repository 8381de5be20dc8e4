/**
 * Memory of one batch: taken in a row, given back all at once. The first part, up to the mark, lasts as long as the module.
 */
let top: usize = __heap_base
let mark: usize = 0

/** Loads of 16 bytes may read so far beyond what was allocated. */
const slack: usize = 65536

/** @returns 16-byte aligned memory with whatever is in it */
export function allocate(bytes: usize): usize {
  const at = (top + 15) & ~15
  top = at + bytes
  const needed = ((top + slack) >>> 16) + 1
  const pages = <usize>memory.size()
  if (needed > pages) {
    const more = max<usize>(needed - pages, 32)
    if (memory.grow(<i32>more) < 0) unreachable()
  }
  return at
}

/** What was allocated so far stays. */
export function keepForGood(): void {
  mark = top
}

export function freeBatch(): void {
  top = mark
}

export function position(): usize {
  return top
}

/** Gives back what was allocated since. */
export function release(to: usize): void {
  top = to
}
