/** Snapshots of a lake for engines that do not know its manifest. */
import { canonicalJson } from '../run/canonical.ts'
import { fromColumnType, typeName } from '../sql/types.ts'
import type { IsoTime } from '../time.ts'
import { eventColumns } from './columns.ts'
import { technicalColumns } from './snapshot.ts'

export interface PublishedDay {
  /** The event day, `YYYY-MM-DD`. */
  readonly date: string
  /** Where its files lie, below the target: `snapshots/<id>/event_date=<day>`. The id is that of the snapshot that brought them. */
  readonly folder: string
  readonly rows: number
  readonly bytes: number
  readonly files: readonly { readonly name: string; readonly rows: number; readonly bytes: number }[]
}

/**
 * One whole state of a lake. `published.json` in the target is the newest one; it is replaced in one go after all its files
 * are there, and nothing that it names is changed or removed for as long as it stands, and an hour longer.
 */
export interface Published {
  readonly schema: 'trailbook.published/v1'
  readonly id: string
  /** Number of the lake's manifest. */
  readonly manifest: number
  readonly at: IsoTime
  readonly rows: number
  readonly bytes: number
  readonly days: readonly PublishedDay[]
  /** Of every file, with types in Trino's words; the day is `event_date`, from the folder. */
  readonly columns: readonly { readonly name: string; readonly type: string }[]
}

/** Where snapshots lie. Everything but `point` writes what nobody looks at yet. */
export interface SnapshotStore {
  /** For messages. */
  readonly location: string
  /** One publisher at a time. */
  lock(): Promise<{ release(): Promise<void> }>
  /** The snapshot that readers are pointed at. */
  current(): Promise<Published | undefined>
  /** All snapshots that were written to the end, the current one included. */
  all(): Promise<readonly Published[]>
  /** Whether all files of a day are there as they were put. */
  holds(day: PublishedDay): Promise<boolean>
  /** Puts local files into a new folder. */
  put(folder: string, files: readonly string[]): Promise<void>
  /** Keeps the description of a snapshot beside its files. */
  describe(published: Published): Promise<void>
  /** Points readers at a snapshot, in one go. */
  point(published: Published): Promise<void>
  /** Removes all day folders but these, and the descriptions of all snapshots but these. @returns how many folders */
  removeOthers(kept: { readonly folders: ReadonlySet<string>; readonly ids: ReadonlySet<string> }): Promise<number>
}

const technicalTypes: Readonly<Record<string, string>> = {
  TIMESTAMP: 'timestamp(6)',
  BIGINT: 'bigint',
  INTEGER: 'integer',
  UUID: 'uuid',
  VARCHAR: 'varchar',
}

export const publishedColumns: Published['columns'] = [
  ...eventColumns.map(({ name, type }) => ({ name, type: typeName(fromColumnType(type)) })),
  ...Object.entries(technicalColumns).map(([name, type]) => ({ name, type: technicalTypes[type]! })),
]

export const publishedText = (published: Published): string => `${canonicalJson(published)}\n`

/** Undefined where the text is no such description. */
export function readPublished(text: string): Published | undefined {
  let value: Partial<Published> | null
  try {
    value = JSON.parse(text) as Partial<Published> | null
  } catch {
    return undefined
  }
  if (value?.schema !== 'trailbook.published/v1' || typeof value.id !== 'string' || !Array.isArray(value.days))
    return undefined
  // Folders are read and removed by these names.
  const isSafe = ({ folder, files }: PublishedDay): boolean =>
    /^snapshots\/\d{10,}-[0-9a-f]+\/event_date=\d{4}-\d\d-\d\d$/.test(folder) &&
    Array.isArray(files) &&
    files.every(({ name }) => /^\d{10,}-[0-9a-f]+\.parquet$/.test(name))
  return /^\d{10,}-[0-9a-f]+$/.test(value.id) && value.days.every(isSafe) ? (value as Published) : undefined
}
