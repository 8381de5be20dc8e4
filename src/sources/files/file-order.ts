import { join } from 'node:path'
import { parseLogPath } from '../../core/event/log-path.ts'

interface FileOrderOptions {
  /** Files of one page of names. */
  readonly capacity?: number
}

/**
 * Gathers the paths of many files and gives them back early deliveries first, so that a batch holds few days and copies of
 * one event meet early. A million of them take about 100 MB: names lie as UTF-8 behind one another, folders are named once.
 */
export function createFileOrder({ capacity = 65_536 }: FileOrderOptions = {}) {
  const parents: number[] = []
  const folders: string[] = []
  let names = Buffer.allocUnsafeSlow(capacity * 64)
  let used = 0
  let ends = new Float64Array(capacity)
  let places = new Uint32Array(capacity)
  let times = new Float64Array(capacity)
  let count = 0

  const grow = (): void => {
    const size = count * 2
    ends = extended(ends, new Float64Array(size))
    places = extended(places, new Uint32Array(size))
    times = extended(times, new Float64Array(size))
  }

  const folderPath = (folder: number): string => {
    const parent = parents[folder]!
    return parent < 0 ? folders[folder]! : join(folderPath(parent), folders[folder]!)
  }

  const startOf = (at: number): number => (at === 0 ? 0 : ends[at - 1]!)

  const nameOf = (at: number): string => names.toString('utf8', startOf(at), ends[at]!)

  const compareNames = (a: number, b: number): number => names.compare(names, startOf(b), ends[b], startOf(a), ends[a])

  return {
    /** @param parent -1 for a folder that was given, whose name is its whole path */
    addFolder(name: string, parent: number): number {
      folders.push(name)
      parents.push(parent)
      return folders.length - 1
    },
    add(name: string, folder: number): void {
      if (count === ends.length) grow()
      const length = Buffer.byteLength(name)
      if (used + length > names.length) {
        const larger = Buffer.allocUnsafeSlow(Math.max(names.length * 1.5, used + length))
        names.copy(larger, 0, 0, used)
        names = larger
      }
      names.write(name, used)
      used += length
      ends[count] = used
      places[count] = folder
      times[count] = deliveredAt(name)
      count++
    },
    size: (): number => count,
    folderPath,
    /** Takes everything out, by delivery; what has the same delivery, or none, by folder as they were added, and by name. */
    *take(): Generator<string, void> {
      const order = Uint32Array.from({ length: count }, (_, at) => at)
      order.sort((a, b) => times[a]! - times[b]! || places[a]! - places[b]! || compareNames(a, b))
      let last = -1
      let lastPath = ''
      for (const at of order) {
        if (places[at] !== last) {
          last = places[at]!
          lastPath = folderPath(last)
        }
        yield join(lastPath, nameOf(at))
      }
      count = 0
      used = 0
    },
  }
}

function extended<T extends Float64Array | Uint32Array>(from: T, to: T): T {
  to.set(from)
  return to
}

/** A number that grows with the time of delivery in the name; 0 without one. */
function deliveredAt(name: string): number {
  const { delivered } = parseLogPath(name)
  return delivered === undefined ? 0 : Number(delivered.replaceAll(/\D/g, ''))
}
