/** Snapshots of a lake for engines that do not know its manifest. */
import { canonicalJson } from '../run/canonical.ts'
import { fromColumnType, typeName } from '../sql/types.ts'
import { type IsoTime, milliseconds } from '../time.ts'
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
  /** What the lake knew of its coverage, see `core/run/coverage-published.ts`; absent in snapshots of earlier versions. */
  readonly coverage?: PublishedCoverage
  /** Where an engine made it from a raw table, and not a lake. */
  readonly conversion?: Conversion
}

/** What was read to make a snapshot. */
export interface Conversion {
  /** The raw table, and a hash over its columns and what is made of them: what another one says is not mixed in. */
  readonly source: string
  /** Days of delivery, both ends included, that were read at one time. In order, each day once. */
  readonly deliveries: readonly { readonly first: string; readonly last: string; readonly at: IsoTime }[]
}

export interface PublishedCoverage {
  /** Below the target: `snapshots/<id>/coverage`, with this one file in it. */
  readonly folder: string
  readonly name: string
  readonly rows: number
  readonly bytes: number
  /** SHA-256 over the names of what it was made from: equal names are equal content. */
  readonly source: string
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

/**
 * A table of another engine that shows one whole snapshot at any time. The order in which a publisher calls these keeps files
 * for as long as a query may read them: `check`, files, `show`, `inUse`, `letGo`, and only then do files go.
 */
export interface SnapshotTable {
  /** For messages and reports. */
  readonly name: string
  /** Whether it can show snapshots at all; asks only. */
  check(): Promise<void>
  /** Shows a snapshot, in one go. What a killed call left half done is mended by the next one. @returns whether anything changed */
  show(published: Published): Promise<boolean>
  /** Ids of the snapshots that queries may be reading: the one that is shown, and those that were within the grace time. */
  inUse(graceMs: number): Promise<readonly string[]>
  /** Removes what the engine keeps of all snapshots but these; files are not touched. @returns how many it removed */
  letGo(kept: ReadonlySet<string>): Promise<number>
}

/**
 * Whether a table of a snapshot may not go yet: somebody is pointed at it, or was since then.
 * @param left when the view left it; absent or empty while it is shown
 * @param since milliseconds since 1970
 */
export const isHeld = (left: string | undefined, since: number): boolean =>
  // A time that nobody can read says that nothing may go.
  !left || !(milliseconds(left as IsoTime) <= since)

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

/** An engine names the files it writes as it likes; what begins with _ or . is hidden from others. */
const fileName = /^[A-Za-z0-9][A-Za-z0-9._-]*$/
const idForm = /^\d{10,}-[0-9a-f]+$/
const dayFolder = /^snapshots\/\d{10,}-[0-9a-f]+\/event_date=(\d{4}-\d\d-\d\d)$/
const coverageFolder = /^snapshots\/\d{10,}-[0-9a-f]+\/coverage$/
const coverageFile = /^\d{10,}-[0-9a-f]+\.parquet$/
/** Days of centuries before and after would make calendars that no memory holds. */
const deliveryDay = /^(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/

/**
 * Undefined where the text is no such description. Whoever may write where snapshots lie may have written it: files are read and
 * removed by its folders, and its columns and days go into statements of engines.
 */
export function readPublished(text: string): Published | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  return isObject(value) && isPublished(value) ? (value as unknown as Published) : undefined
}

type Parts = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Parts =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isListOf = (value: unknown, isGood: (item: Parts) => boolean): boolean =>
  Array.isArray(value) && value.every((item) => isObject(item) && isGood(item))
const isText = (value: unknown, form: RegExp): boolean => typeof value === 'string' && form.test(value)
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0
const isTime = (value: unknown): boolean =>
  isText(value, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) && Number.isFinite(milliseconds(value as IsoTime))

const isPublished = ({ schema, id, manifest, at, rows, bytes, days, columns, coverage, conversion }: Parts): boolean =>
  schema === 'trailbook.published/v1' &&
  isText(id, idForm) &&
  [manifest, rows, bytes].every(isCount) &&
  isTime(at) &&
  isListOf(days, isDay) &&
  isListOf(columns, ({ name, type }) => isText(name, /^\w+$/) && typeof type === 'string' && isType(type)) &&
  (coverage === undefined || (isObject(coverage) && isCoverage(coverage))) &&
  (conversion === undefined || (isObject(conversion) && isConversion(conversion)))

const isDay = ({ date, folder, rows, bytes, files }: Parts): boolean =>
  typeof folder === 'string' &&
  dayFolder.exec(folder)?.[1] === date &&
  [rows, bytes].every(isCount) &&
  isListOf(files, (file) => isText(file.name, fileName) && [file.rows, file.bytes].every(isCount))

const isCoverage = ({ folder, name, rows, bytes, source }: Parts): boolean =>
  isText(folder, coverageFolder) &&
  isText(name, coverageFile) &&
  [rows, bytes].every(isCount) &&
  typeof source === 'string'

function isConversion({ source, deliveries }: Parts): boolean {
  let before = ''
  const isNext = ({ first, last, at }: Parts): boolean => {
    const good = isText(first, deliveryDay) && isText(last, deliveryDay) && isTime(at)
    const inOrder = good && before < (first as string) && (first as string) <= (last as string)
    before = String(last)
    return inOrder
  }
  return typeof source === 'string' && isListOf(deliveries, isNext)
}

/** Names, parentheses and commas: nothing by which a column's definition could be left. */
function isType(type: string): boolean {
  if (type.length > longestType || !/^[a-z]\w*(?:[ ,()]+\w+)*[)]*$/i.test(type)) return false
  let depth = 0
  for (const char of type) {
    if (char === '(') depth++
    if (char === ')') depth--
    if (depth < 0 || depth > deepestType || (char === ',' && depth === 0)) return false
  }
  return depth === 0
}

const longestType = 10_000
const deepestType = 20
