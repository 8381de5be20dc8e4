/**
 * Which parts may hold an event, by event day: so that only those parts are compared with what comes in. Holds a few bytes
 * for each event of the days that an ingest touches, and says too much rather than too little.
 */
import type { DuckDBConnection } from '@duckdb/node-api'
import { readParquet } from '../duckdb/parquet.ts'

interface KeyIndex {
  /**
   * Adds the keys of a staged part. @param existing parts that the lake has of the day, by absolute path
   * @returns parts that may hold one of its keys, itself included where one comes twice
   */
  add(date: string, part: string, existing: readonly string[]): Promise<ReadonlySet<string>>
  /** The part lies in another place now, or nowhere. */
  moved(date: string, from: string, to: string | undefined): void
  /** Gives up days that are too many. What was added since the last time is now in the lake: until then nothing else knows it. */
  settle(): void
}

/** So many keys are held; days that were not touched for longest are given up, and read again when they are. */
const mostKeys = 12_000_000

export function createKeyIndex(connection: DuckDBConnection, most = mostKeys): KeyIndex {
  const days = new Map<string, Day>()

  const dayOf = async (date: string, existing: readonly string[]): Promise<Day> => {
    const known = days.get(date)
    if (known !== undefined) {
      days.delete(date)
      days.set(date, known)
      return known
    }
    const day = createDay()
    for (const part of existing) await addPart(connection, day, part)
    days.set(date, day)
    return day
  }

  return {
    async add(date, part, existing) {
      const day = await dayOf(date, existing)
      return addPart(connection, day, part)
    },
    settle() {
      let held = [...days.values()].reduce((total, { size }) => total + size(), 0)
      for (const [oldest, { size }] of days) {
        if (held <= most) break
        held -= size()
        days.delete(oldest)
      }
    },
    moved(date, from, to) {
      days.get(date)?.moved(from, to)
    },
  }
}

type Day = ReturnType<typeof createDay>

/** A row's key is its event id, or its identity where it has none; the account is left to the exact comparison. */
async function addPart(connection: DuckDBConnection, day: Day, part: string): Promise<ReadonlySet<string>> {
  const number = day.part(part)
  const found = new Set<number>()
  const result = await connection.stream(
    `SELECT CAST(h & 4294967295 AS UINTEGER), CAST(h >> 32 AS UINTEGER)
     FROM (SELECT hash(coalesce(eventID, CAST(_hash AS VARCHAR))) AS h FROM ${readParquet([part])})`,
  )
  for (;;) {
    const chunk = await result.fetchChunk()
    if (chunk === null || chunk.rowCount === 0) break
    const [low, high] = [0, 1].map((at) => (chunk.getColumnVector(at) as unknown as { items: Uint32Array }).items) as [
      Uint32Array,
      Uint32Array,
    ]
    for (let row = 0; row < chunk.rowCount; row++) day.add(low[row]!, high[row]!, number, found)
  }
  return day.paths(found)
}

const tableBits = 6
const firstSlots = 256

/** Open addressing, in tables that grow each by itself: doubling one of all keys would take half as much again. */
function createDay() {
  const parts: (string | undefined)[] = []
  const tables = Array.from({ length: 1 << tableBits }, createTable)
  return {
    part: (path: string): number => parts.push(path),
    add(low: number, high: number, part: number, found: Set<number>): void {
      tables[high >>> (32 - tableBits)]!.add(low, high, part, found)
    },
    paths: (numbers: ReadonlySet<number>): ReadonlySet<string> =>
      new Set([...numbers].flatMap((number) => parts[number - 1] ?? [])),
    moved(from: string, to: string | undefined): void {
      const at = parts.indexOf(from)
      if (at >= 0) parts[at] = to
    },
    size: (): number => tables.reduce((total, { size }) => total + size(), 0),
  }
}

function createTable() {
  let slots = firstSlots
  // Part numbers count from 1; 0 is a free slot.
  let owners = new Uint32Array(slots)
  let lows = new Uint32Array(slots)
  let highs = new Uint32Array(slots)
  let used = 0

  const place = (low: number, high: number, part: number): void => {
    let at = low & (slots - 1)
    while (owners[at] !== 0) at = (at + 1) & (slots - 1)
    owners[at] = part
    lows[at] = low
    highs[at] = high
  }

  const grow = (): void => {
    const [oldOwners, oldLows, oldHighs] = [owners, lows, highs]
    slots *= 2
    owners = new Uint32Array(slots)
    lows = new Uint32Array(slots)
    highs = new Uint32Array(slots)
    for (let at = 0; at < oldOwners.length; at++)
      if (oldOwners[at] !== 0) place(oldLows[at]!, oldHighs[at]!, oldOwners[at]!)
  }

  return {
    size: (): number => used,
    /** Adds to `found` the parts that have the key already. */
    add(low: number, high: number, part: number, found: Set<number>): void {
      let mine = false
      for (let at = low & (slots - 1); owners[at] !== 0; at = (at + 1) & (slots - 1)) {
        if (lows[at] !== low || highs[at] !== high) continue
        found.add(owners[at]!)
        mine ||= owners[at] === part
      }
      if (mine) return
      if (used >= slots * 0.75) grow()
      place(low, high, part)
      used++
    },
  }
}
