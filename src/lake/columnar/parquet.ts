/**
 * Parquet files of columns whose pages are made already (github.com/apache/parquet-format, README and parquet.thrift): pages
 * of version 1, statistics for each column chunk, one schema.
 */
import * as zlib from 'node:zlib'
import { leavesOf, type SchemaLeaf, type SchemaNode } from './layout.ts'
import { createThrift, type ThriftWriter } from './thrift.ts'

/** What a column holds in one row group. */
export interface ColumnChunk {
  readonly bytes: readonly Buffer[]
  readonly size: number
  readonly rawSize: number
  readonly codec: number
  readonly values: number
  readonly hasDictionary: boolean
  /** Where the data page begins within the chunk. */
  readonly dataOffset: number
  readonly statistics: Statistics | undefined
}

export interface Statistics {
  readonly nulls: number
  /** Absent where there is no value, or where they are too long. */
  readonly least?: Buffer
  readonly greatest?: Buffer
}

interface Pages {
  readonly dictionary: Uint8Array | undefined
  readonly dictionaryCount: number
  readonly data: Uint8Array
  /** Rows, or more where lists have several elements. */
  readonly values: number
  /** Codes of the dictionary, or values as they are. */
  readonly statistics: Statistics | undefined
  /** Text of even randomness, such as identifiers: looking for repetitions is in vain. */
  readonly random?: boolean
  /** Hashes: compressing them is in vain. */
  readonly incompressible?: boolean
}

const physical: Readonly<Record<SchemaNode['kind'], number>> = {
  group: 0,
  list: 0,
  map: 0,
  text: 6,
  timestamp: 2,
  int64: 2,
  int32: 1,
  uuid: 7,
}
const converted: Readonly<Partial<Record<SchemaNode['kind'], number>>> = {
  list: 3,
  map: 1,
  text: 0,
  timestamp: 10,
  int64: 18,
  int32: 17,
}

const plain = 0
const rle = 3
const rleDictionary = 8
const codecs = { none: 0, gzip: 2, zstd: 6 } as const

/** Smaller pages gain a few bytes, and cost what setting up a compressor costs. */
const worthCompressing = 512

type Zstd = (bytes: Uint8Array, options: { params: Record<number, number> }) => Buffer
const zstd = (zlib as { zstdCompressSync?: Zstd }).zstdCompressSync
const zstdLevel = (zlib.constants as { ZSTD_c_compressionLevel?: number }).ZSTD_c_compressionLevel

/** zstd where Node.js has it (22.15), else gzip. */
const codec = zstd === undefined ? codecs.gzip : codecs.zstd

function compressed(bytes: Uint8Array, random: boolean): Buffer {
  if (zstd !== undefined && zstdLevel !== undefined) return zstd(bytes, { params: { [zstdLevel]: 1 } })
  const strategy = random ? zlib.constants.Z_HUFFMAN_ONLY : zlib.constants.Z_DEFAULT_STRATEGY
  const chunkSize = Math.max(64, bytes.length + (bytes.length >> 3) + 64)
  return zlib.gzipSync(bytes, { level: 1, strategy, chunkSize })
}

export function columnChunk(pages: Pages): ColumnChunk {
  const total = (pages.dictionary?.length ?? 0) + pages.data.length
  const used = total < worthCompressing || pages.incompressible ? codecs.none : codec
  const out: Buffer[] = []
  let size = 0
  let rawSize = 0
  const add = (type: 'dictionary' | 'data', body: Uint8Array, values: number): void => {
    const stored = used === codecs.none ? Buffer.from(body) : compressed(body, pages.random ?? false)
    const encoding = type === 'dictionary' || pages.dictionary === undefined ? plain : rleDictionary
    const header = pageHeader(type, { values, encoding, rawSize: body.length, size: stored.length })
    out.push(header, stored)
    size += header.length + stored.length
    rawSize += header.length + body.length
  }
  if (pages.dictionary !== undefined) add('dictionary', pages.dictionary, pages.dictionaryCount)
  const dataOffset = size
  add('data', pages.data, pages.values)
  const { statistics, values } = pages
  return {
    bytes: out,
    size,
    rawSize,
    codec: used,
    values,
    hasDictionary: pages.dictionary !== undefined,
    dataOffset,
    statistics,
  }
}

function pageHeader(
  type: 'dictionary' | 'data',
  page: { readonly values: number; readonly encoding: number; readonly rawSize: number; readonly size: number },
): Buffer {
  const thrift = createThrift(64)
  thrift.i32(1, type === 'data' ? 0 : 2)
  thrift.i32(2, page.rawSize)
  thrift.i32(3, page.size)
  thrift.struct(type === 'data' ? 5 : 7, () => {
    thrift.i32(1, page.values)
    thrift.i32(2, page.encoding)
    if (type === 'dictionary') return
    thrift.i32(3, rle)
    thrift.i32(4, rle)
  })
  return thrift.done()
}

interface RowGroup {
  readonly rows: number
  readonly chunks: readonly ColumnChunk[]
}

const magic = Buffer.from('PAR1')

/** A file in pieces, row group by row group. */
export function createParquet(schema: readonly SchemaNode[]) {
  const leaves = leavesOf(schema)
  const pieces: Buffer[] = [magic]
  const groups: RowGroup[] = []
  return {
    leaves,
    /** @param chunks in the order of `leaves` */
    add(rows: number, chunks: readonly ColumnChunk[]): void {
      if (chunks.length !== leaves.length) throw new Error(`${chunks.length} columns for ${leaves.length} leaves`)
      groups.push({ rows, chunks })
      for (const { bytes } of chunks) pieces.push(...bytes)
    },
    finish(): readonly Buffer[] {
      const body = footer(schema, leaves, groups)
      const end = Buffer.alloc(8)
      end.writeUInt32LE(body.length, 0)
      magic.copy(end, 4)
      return [...pieces, body, end]
    },
  }
}

function footer(schema: readonly SchemaNode[], leaves: readonly SchemaLeaf[], groups: readonly RowGroup[]): Buffer {
  const thrift = createThrift(1 << 14)
  thrift.i32(1, 1)
  thrift.list(2, 12, schemaElements(schema), (element) => thrift.elementStruct(() => schemaElement(thrift, element)))
  thrift.i64(
    3,
    groups.reduce((total, { rows }) => total + rows, 0),
  )
  let at = magic.length
  thrift.list(4, 12, groups, ({ rows, chunks }) =>
    thrift.elementStruct(() => {
      const start = at
      thrift.list(1, 12, [...chunks.entries()], ([index, chunk]) => {
        thrift.elementStruct(() => chunkMetadata(thrift, chunk, leaves[index]!, at))
        at += chunk.size
      })
      thrift.i64(
        2,
        chunks.reduce((total, chunk) => total + chunk.rawSize, 0),
      )
      thrift.i64(3, rows)
      thrift.i64(5, start)
      thrift.i64(6, at - start)
    }),
  )
  thrift.text(6, 'trailbook')
  // The order of statistics is that of the column's type.
  thrift.list(7, 12, leaves, () => thrift.elementStruct(() => thrift.struct(1, () => {})))
  return thrift.done()
}

interface Element {
  readonly node: SchemaNode | undefined
  readonly children: number
}

const schemaElements = (schema: readonly SchemaNode[]): Element[] => {
  const below = (nodes: readonly SchemaNode[]): Element[] =>
    nodes.flatMap((node) => [{ node, children: node.children.length }, ...below(node.children)])
  return [{ node: undefined, children: schema.length }, ...below(schema)]
}

function schemaElement(thrift: ThriftWriter, { node, children }: Element): void {
  if (node !== undefined && children === 0) thrift.i32(1, physical[node.kind])
  if (node?.kind === 'uuid') thrift.i32(2, 16)
  thrift.i32(3, node === undefined || node.repetition === 'required' ? 0 : node.repetition === 'optional' ? 1 : 2)
  thrift.text(4, node?.name ?? 'events')
  if (children > 0) thrift.i32(5, children)
  const kind = node === undefined ? undefined : converted[node.kind]
  if (kind !== undefined) thrift.i32(6, kind)
  if (node?.kind === 'uuid') thrift.struct(10, () => thrift.struct(14, () => {}))
  // Without a zone: converted types alone would say UTC.
  if (node?.kind === 'timestamp')
    thrift.struct(10, () =>
      thrift.struct(8, () => {
        thrift.bool(1, false)
        thrift.struct(2, () => thrift.struct(2, () => {}))
      }),
    )
}

function chunkMetadata(thrift: ThriftWriter, chunk: ColumnChunk, column: SchemaLeaf, at: number): void {
  thrift.i64(2, 0)
  thrift.struct(3, () => {
    thrift.i32(1, physical[column.kind])
    thrift.list(2, 5, chunk.hasDictionary ? [plain, rle, rleDictionary] : [plain, rle], thrift.elementI32)
    thrift.list(3, 8, column.path, thrift.elementText)
    thrift.i32(4, chunk.codec)
    thrift.i64(5, chunk.values)
    thrift.i64(6, chunk.rawSize)
    thrift.i64(7, chunk.size)
    thrift.i64(9, at + chunk.dataOffset)
    if (chunk.hasDictionary) thrift.i64(11, at)
    const { statistics } = chunk
    if (statistics === undefined) return
    thrift.struct(12, () => {
      thrift.i64(3, statistics.nulls)
      if (statistics.greatest !== undefined) thrift.bytes(5, statistics.greatest)
      if (statistics.least !== undefined) thrift.bytes(6, statistics.least)
    })
  })
}
