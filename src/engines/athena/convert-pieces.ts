/** Statements that write pieces of a snapshot, and what they wrote. */
import { TrailbookError } from '../../core/errors.ts'
import type { Published, PublishedDay } from '../../core/event/published.ts'
import type { TableShape } from '../../core/sql/table-shape.ts'
import type { CatalogTables } from './catalog-tables.ts'
import type { ConvertEffects } from './convert.ts'
import {
  bucketCount,
  countStatement,
  mergeStatement,
  type Piece,
  pieceOf,
  stageStatement,
  unusableDay,
} from './convert-statements.ts'
import { inDdl, type TablePlace } from './snapshot-statements.ts'
import type { Statements } from './statement.ts'

interface Written {
  readonly piece: Piece
  readonly days: readonly PublishedDay[]
  /** When an earlier run had it read, in milliseconds. */
  readonly earlier?: number | undefined
}

interface Staged {
  readonly written: readonly Written[]
  readonly unusable: number
  /** When the first of its statements was started, where an earlier run did; in milliseconds. */
  readonly earliest?: number | undefined
}

export interface Pieces {
  readonly place: TablePlace
  stage(days: readonly string[]): Promise<Staged>
  /** Event days as they are to be published. */
  merge(staged: Staged): Promise<readonly PublishedDay[]>
}

interface Input {
  readonly shape: TableShape
  readonly place: TablePlace
  readonly sourceId: string
  readonly current: Published | undefined
  readonly tally: { statements: number }
}

/** Statements of earlier runs that did not end well, or whose place is taken. */
const mostAttempts = 20
/** "HIVE_TOO_MANY_OPEN_PARTITIONS: Exceeded limit of 100 open writers for partitions/buckets". */
const datesAtOnce = Math.floor(100 / bucketCount)
const mostShares = 64

/** What reading fewer days at once may help against. */
const tooMuch = new Set(['CONVERT_TOO_MANY_DAYS', 'ATHENA_TIMEOUT', 'ATHENA_RESOURCES'])

export function piecesOf({ shape, place, sourceId, current, tally }: Input, effects: ConvertEffects): Pieces {
  const { statements, store, table } = effects
  const manifest = (current?.manifest ?? 0) + 1

  /** A statement's place and name follow from what it does, so that a run after a kill finds it. */
  const carryOut = async (what: readonly unknown[], text: (piece: Piece) => string): Promise<Written> => {
    for (let attempt = 0; attempt < mostAttempts; attempt++) {
      const piece = pieceOf(manifest, place.table, [sourceId, current?.id, ...what, attempt])
      let earlier: number | undefined
      try {
        const ran = await statements.run(text(piece), { isOnce: true })
        if (ran === undefined) continue
        earlier = ran.earlier
      } catch (error) {
        // Athena forgets tokens after a time: then the table of an earlier run, or its files, stand in the way.
        if ((error as TrailbookError).code === 'CONVERT_EXISTS') continue
        throw error
      }
      tally.statements++
      return { piece, days: await writtenBy(piece), earlier }
    }
    throw new TrailbookError('CONVERT_EXISTS', { reason: `${mostAttempts} places were tried` })
  }

  /** Held against the listing: what is published must lie there. */
  const writtenBy = async (piece: Piece): Promise<readonly PublishedDay[]> => {
    const found = await store.sizes(`snapshots/${piece.id}`)
    const counted = await statements.rows(countStatement(piece, place))
    const days = new Map<string, { name: string; rows: number; bytes: number }[]>()
    for (const [date, path, count] of counted) {
      const name = decodeURIComponent(path ?? '')
        .split('/')
        .at(-1)!
      const bytes = found.get(`snapshots/${piece.id}/event_date=${date}/${name}`)
      if (bytes === undefined)
        throw new TrailbookError('CONVERT_INCOMPLETE', { reason: `${path} is not in the listing` })
      days.set(date!, [...(days.get(date!) ?? []), { name, rows: Number(count), bytes }])
    }
    for (const key of found.keys()) {
      const date = /\/event_date=([^/]+)\//.exec(key)?.[1]
      if (date !== undefined && !days.has(date))
        throw new TrailbookError('CONVERT_INCOMPLETE', { reason: `no row is known of ${key}` })
    }
    return [...days].map(([date, files]) => ({
      date,
      folder: `snapshots/${piece.id}/event_date=${date}`,
      rows: files.reduce((total, { rows }) => total + rows, 0),
      bytes: files.reduce((total, { bytes }) => total + bytes, 0),
      files: files.sort((a, b) => (a.name < b.name ? -1 : 1)),
    }))
  }

  const stageShare = (days: readonly string[], share: { of: number; at: number }): Promise<Written> => {
    const [first, last] = [days[0]!, days.at(-1)!]
    const text = (piece: Piece): string => stageStatement({ shape, piece, place, first, last, share })
    return carryOut(['stage', first, last, share], text)
  }

  /** In halves where it was too much for one statement: of the days, then of the event days that one day of delivery brings. */
  const stageAll = async (days: readonly string[], share = { of: 1, at: 0 }): Promise<readonly Written[]> => {
    try {
      return [await stageShare(days, share)]
    } catch (error) {
      if (!tooMuch.has((error as TrailbookError).code) || share.of * 2 > mostShares) throw error
      if (days.length > 1) {
        const half = Math.ceil(days.length / 2)
        return [...(await stageAll(days.slice(0, half))), ...(await stageAll(days.slice(half)))]
      }
      const of = share.of * 2
      const [one, two] = [share.at, share.at + share.of]
      return [...(await stageAll(days, { of, at: one })), ...(await stageAll(days, { of, at: two }))]
    }
  }

  return {
    place,
    async stage(days) {
      const all = await stageAll(days)
      const unusable = all.flatMap(({ days: list }) => list.filter(({ date }) => date === unusableDay))
      const written = all.map(({ piece, days: list }) => ({
        piece,
        days: list.filter(({ date }) => date !== unusableDay),
      }))
      const earliest = all.flatMap(({ earlier }) => earlier ?? []).sort((a, b) => a - b)[0]
      return { written, unusable: unusable.reduce((total, { rows }) => total + rows, 0), earliest }
    },
    async merge({ written }) {
      const known = new Set((current?.days ?? []).map(({ date }) => date))
      const byDate = new Map<string, PublishedDay[]>()
      for (const { days } of written)
        for (const one of days) byDate.set(one.date, [...(byDate.get(one.date) ?? []), one])
      const alone = [...byDate].filter(([date, days]) => days.length === 1 && !known.has(date)).map(([, [one]]) => one!)
      const dates = [...byDate.keys()].filter((date) => !alone.some((one) => one.date === date)).sort()
      const merged: PublishedDay[] = []
      for (let at = 0; at < dates.length; at += datesAtOnce) {
        const some = dates.slice(at, at + datesAtOnce)
        const base =
          current !== undefined && some.some((date) => known.has(date)) ? await table.prepare(current) : undefined
        const stages = written
          .filter(({ days }) => days.some(({ date }) => some.includes(date)))
          .map(({ piece }) => piece.table)
        const one = await carryOut(['merge', stages, some], (piece) =>
          mergeStatement({ piece, place, base, stages, dates: some }),
        )
        merged.push(...one.days)
      }
      return [...alone, ...merged]
    },
  }
}

/** Tables of stages, of this run and of those that were killed: the files stay where they are published. */
export async function dropStages(
  { place: { database, table } }: Pieces,
  { statements, catalog }: { readonly statements: Statements; readonly catalog: CatalogTables },
): Promise<void> {
  const start = `${table}_stage_`.toLowerCase()
  for (const { name, view } of await catalog.beginning(start))
    if (view === undefined && /^[0-9a-f]{16}$/.test(name.slice(start.length)))
      await statements.run(`DROP TABLE IF EXISTS ${inDdl(database, name)}`)
}
