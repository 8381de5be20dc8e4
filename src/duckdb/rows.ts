import {
  type DuckDBArrayValue,
  type DuckDBBitValue,
  type DuckDBBlobValue,
  type DuckDBDataChunk,
  type DuckDBDecimalValue,
  type DuckDBIntervalValue,
  type DuckDBListValue,
  type DuckDBMapValue,
  type DuckDBStructValue,
  type DuckDBType,
  DuckDBTypeId,
  type DuckDBUnionValue,
  type DuckDBValue,
} from '@duckdb/node-api'
import type { Cell } from '../core/ports.ts'

type Converter = (value: never, type: never) => Cell

const text = (value: { toString(): string }): Cell => value.toString()
const same = (value: string | number | boolean): Cell => value
const integer = (value: bigint): Cell =>
  value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value.toString()
/** JSON has no NaN and no infinities. */
const double = (value: number): Cell => (Number.isFinite(value) ? value : String(value))

const list = (value: DuckDBListValue, type: DuckDBType & { valueType: DuckDBType }): Cell =>
  value.items.map((item) => toCell(item, type.valueType))

/** `YYYY-MM-DDThh:mm:ss.SSS`: milliseconds, as Athena's timestamps have. */
const isoText = (milliseconds: bigint): string => {
  if (milliseconds > 8_640_000_000_000_000n) return 'Infinity'
  if (milliseconds < -8_640_000_000_000_000n) return '-Infinity'
  return new Date(Number(milliseconds)).toISOString().slice(0, -1)
}
/** Towards minus infinity, so that times before 1970 stay in their millisecond. */
const floorDivide = (value: bigint, by: bigint): bigint => {
  const quotient = value / by
  return value % by < 0n ? quotient - 1n : quotient
}
const utc = (iso: string): string => (iso.endsWith('Infinity') ? iso : `${iso}Z`)
const ofMicroseconds = ({ micros }: { micros: bigint }): string => isoText(floorDivide(micros, 1000n))

const refused: Converter = () => {
  throw new Error('the column has a type that no result can have')
}

/** Exhaustive, so that a type which a later DuckDB adds does not compile until it has a converter. */
const converters: Readonly<Record<DuckDBTypeId, Converter>> = {
  [DuckDBTypeId.INVALID]: refused,
  [DuckDBTypeId.BOOLEAN]: same,
  [DuckDBTypeId.TINYINT]: same,
  [DuckDBTypeId.SMALLINT]: same,
  [DuckDBTypeId.INTEGER]: same,
  [DuckDBTypeId.BIGINT]: integer,
  [DuckDBTypeId.UTINYINT]: same,
  [DuckDBTypeId.USMALLINT]: same,
  [DuckDBTypeId.UINTEGER]: same,
  [DuckDBTypeId.UBIGINT]: integer,
  [DuckDBTypeId.FLOAT]: double,
  [DuckDBTypeId.DOUBLE]: double,
  [DuckDBTypeId.TIMESTAMP]: ofMicroseconds,
  [DuckDBTypeId.DATE]: (value: { days: number }) => isoText(BigInt(value.days) * 86_400_000n).replace(/T.*/, ''),
  [DuckDBTypeId.TIME]: text,
  [DuckDBTypeId.INTERVAL]: (value: DuckDBIntervalValue) => value.toString(),
  [DuckDBTypeId.HUGEINT]: integer,
  [DuckDBTypeId.UHUGEINT]: integer,
  [DuckDBTypeId.VARCHAR]: same,
  [DuckDBTypeId.BLOB]: (value: DuckDBBlobValue) => Buffer.from(value.bytes).toString('base64'),
  [DuckDBTypeId.DECIMAL]: (value: DuckDBDecimalValue) => value.toString(),
  [DuckDBTypeId.TIMESTAMP_S]: (value: { seconds: bigint }) => isoText(value.seconds * 1000n),
  [DuckDBTypeId.TIMESTAMP_MS]: (value: { millis: bigint }) => isoText(value.millis),
  [DuckDBTypeId.TIMESTAMP_NS]: (value: { nanos: bigint }) => isoText(floorDivide(value.nanos, 1_000_000n)),
  [DuckDBTypeId.ENUM]: same,
  [DuckDBTypeId.LIST]: list,
  [DuckDBTypeId.STRUCT]: (
    value: DuckDBStructValue,
    type: DuckDBType & { entryNames: readonly string[]; entryTypes: readonly DuckDBType[] },
  ) =>
    Object.fromEntries(
      type.entryNames.map((name, at) => [name, toCell(value.entries[name] ?? null, type.entryTypes[at]!)]),
    ),
  [DuckDBTypeId.MAP]: (value: DuckDBMapValue, type: DuckDBType & { keyType: DuckDBType; valueType: DuckDBType }) =>
    Object.fromEntries(
      value.entries.map((entry) => [String(toCell(entry.key, type.keyType)), toCell(entry.value, type.valueType)]),
    ),
  [DuckDBTypeId.ARRAY]: list as (value: DuckDBArrayValue, type: DuckDBType & { valueType: DuckDBType }) => Cell,
  [DuckDBTypeId.UUID]: text,
  [DuckDBTypeId.UNION]: (
    value: DuckDBUnionValue,
    type: DuckDBType & { memberTags: readonly string[]; memberTypes: readonly DuckDBType[] },
  ) => toCell(value.value, type.memberTypes[type.memberTags.indexOf(value.tag)]!),
  [DuckDBTypeId.BIT]: (value: DuckDBBitValue) => value.toString(),
  [DuckDBTypeId.TIME_TZ]: text,
  [DuckDBTypeId.TIMESTAMP_TZ]: (value: { micros: bigint }) => utc(ofMicroseconds(value)),
  [DuckDBTypeId.ANY]: refused,
  [DuckDBTypeId.BIGNUM]: integer,
  [DuckDBTypeId.SQLNULL]: () => null,
  [DuckDBTypeId.STRING_LITERAL]: same,
  [DuckDBTypeId.INTEGER_LITERAL]: integer,
  [DuckDBTypeId.TIME_NS]: text,
  [DuckDBTypeId.GEOMETRY]: refused,
  [DuckDBTypeId.VARIANT]: refused,
}

/** One value without loss: what JSON numbers cannot hold becomes text, NULL stays apart from "". */
function toCell(value: DuckDBValue, type: DuckDBType): Cell {
  if (value === null || value === undefined) return null
  return (converters[type.typeId] as (value: DuckDBValue, type: DuckDBType) => Cell)(value, type)
}

/** The rows of a chunk by position. */
export function chunkRows(chunk: DuckDBDataChunk, types: readonly DuckDBType[]): Cell[][] {
  const columns = types.map((type, at) => chunk.getColumnValues(at).map((value) => toCell(value, type)))
  return Array.from({ length: chunk.rowCount }, (_, row) => columns.map((column) => column[row]!))
}

/** A type in Trino's words, for `ResultColumn.type`. */
export function trinoType(type: DuckDBType): string {
  const simple = trinoNames[type.typeId]
  if (simple !== undefined) return simple
  const shape = type as DuckDBType & {
    valueType: DuckDBType
    keyType: DuckDBType
    entryNames: readonly string[]
    entryTypes: readonly DuckDBType[]
    width: number
    scale: number
  }
  switch (type.typeId) {
    case DuckDBTypeId.DECIMAL:
      return `decimal(${shape.width},${shape.scale})`
    case DuckDBTypeId.LIST:
    case DuckDBTypeId.ARRAY:
      return `array(${trinoType(shape.valueType)})`
    case DuckDBTypeId.MAP:
      return `map(${trinoType(shape.keyType)}, ${trinoType(shape.valueType)})`
    case DuckDBTypeId.STRUCT:
      return `row(${shape.entryNames.map((name, at) => `"${name}" ${trinoType(shape.entryTypes[at]!)}`).join(', ')})`
    default:
      return 'varchar'
  }
}

const trinoNames: Readonly<Partial<Record<DuckDBTypeId, string>>> = {
  [DuckDBTypeId.BOOLEAN]: 'boolean',
  [DuckDBTypeId.TINYINT]: 'tinyint',
  [DuckDBTypeId.SMALLINT]: 'smallint',
  [DuckDBTypeId.INTEGER]: 'integer',
  [DuckDBTypeId.BIGINT]: 'bigint',
  [DuckDBTypeId.HUGEINT]: 'decimal(38,0)',
  [DuckDBTypeId.FLOAT]: 'real',
  [DuckDBTypeId.DOUBLE]: 'double',
  [DuckDBTypeId.VARCHAR]: 'varchar',
  [DuckDBTypeId.BLOB]: 'varbinary',
  [DuckDBTypeId.DATE]: 'date',
  [DuckDBTypeId.TIME]: 'time(6)',
  [DuckDBTypeId.TIMESTAMP]: 'timestamp(3)',
  [DuckDBTypeId.TIMESTAMP_S]: 'timestamp(3)',
  [DuckDBTypeId.TIMESTAMP_MS]: 'timestamp(3)',
  [DuckDBTypeId.TIMESTAMP_NS]: 'timestamp(3)',
  [DuckDBTypeId.TIMESTAMP_TZ]: 'timestamp(3) with time zone',
  [DuckDBTypeId.INTERVAL]: 'interval day to second',
  [DuckDBTypeId.UUID]: 'uuid',
  [DuckDBTypeId.SQLNULL]: 'unknown',
}
