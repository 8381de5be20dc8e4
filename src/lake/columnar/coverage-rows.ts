/**
 * What the rows of a batch say for the coverage ledger: per account, region that delivered, hour, event class and (of data
 * events) bucket, function or table: counts, the times of the first and last event, and the calls that changed a trail.
 */
import { eventColumns } from '../../core/event/columns.ts'
import { eventClass } from '../../core/event/event-class.ts'
import { parseJson } from '../../core/event/json.ts'
import { readStruct } from '../../core/event/struct.ts'
import { trailEventNames } from '../../core/run/trail-history.ts'
import { accountColumn, type SchemaNode } from './layout.ts'
import { presentLevels } from './numbers.ts'
import { type ColumnChunk, columnChunk, createParquet } from './parquet.ts'
import type { Scanner } from './scanner.ts'
import { createTexts, type Texts } from './texts.ts'

const leaf = (name: string, kind: SchemaNode['kind']): SchemaNode => ({
  name,
  kind,
  repetition: 'optional',
  children: [],
})

/** The columns of coverage parts. */
const coverageSchema: readonly SchemaNode[] = [
  leaf('account', 'text'),
  leaf('region', 'text'),
  leaf('hour', 'timestamp'),
  leaf('class', 'text'),
  leaf('resource', 'text'),
  leaf('first', 'timestamp'),
  leaf('last', 'timestamp'),
  leaf('delivered', 'int64'),
  leaf('events', 'int64'),
  leaf('trail', 'text'),
]

interface CoverageRow {
  readonly account: string
  readonly region: string
  readonly hour: number
  readonly class: string
  readonly resource: string | null
  first: number
  last: number
  delivered: number
  /** Calls with their rows: those of one second are told in the order in which they were read. */
  trail: { readonly row: number; readonly call: unknown }[] | null
}

interface CoverageOfBatch {
  readonly rows: number
  readonly parquet: readonly Buffer[]
  /** For each row in the order of the parts: its row in the coverage part. */
  readonly groups: Uint32Array
}

const hourSeconds = 3600
const at = (name: string): number => eventColumns.findIndex((column) => column.name === name)
const classColumns = ['eventCategory', 'eventType', 'managementEvent', 'readOnly', 'eventSource', 'eventName'] as const

/** @param regionOf the region that the path of a file names */
export function coverageOf(
  scanner: Scanner,
  order: Uint32Array,
  regionOf: (file: number) => string | undefined,
): CoverageOfBatch {
  const rows = order.length
  const { wasm, view } = scanner
  const { bytes, words } = view()
  const texts = createTexts(scanner)
  const codesOf = (column: number): Uint32Array => {
    const from = wasm.codesOf(column) / 4
    return words.subarray(from, from + rows)
  }
  const [accounts, resources, regions] = [accountColumn, at('resources'), at('awsRegion')].map(codesOf) as [
    Uint32Array,
    Uint32Array,
    Uint32Array,
  ]
  const classCodes = classColumns.map((name) => codesOf(at(name)))
  const [sources, names, errors] = [at('eventSource'), at('eventName'), at('errorCode')].map(codesOf) as [
    Uint32Array,
    Uint32Array,
    Uint32Array,
  ]
  const times = new Float64Array(bytes.buffer, wasm.timesAt(), rows)
  const files = new Uint32Array(bytes.buffer, wasm.filesAt(), rows)

  const classes = createNumbers()
  /** Of each combination of codes: the number of its class. */
  const classOf: number[] = []
  const classNumbers = new Map<string, number>()
  const classNames: string[] = []
  const regionsOfFile = new Map<number, number>()
  const regionNumbers = new Map<string, number>()
  const regionNames: string[] = []
  const regionNumber = (name: string): number => {
    let number = regionNumbers.get(name)
    if (number === undefined) {
      number = regionNames.push(name) - 1
      regionNumbers.set(name, number)
    }
    return number
  }
  const ownRegions: number[] = []
  const resourceTexts: (string | null | undefined)[] = []
  const resourceNumbers = new Map<string, number>()
  const resourceNames: string[] = []
  const groupNumbers = createNumbers()
  const out: CoverageRow[] = []
  const groups = new Uint32Array(rows)
  const isTrail = trailCodes(texts)

  const resourceNumber = (code: number): number => {
    let name = resourceTexts[code]
    if (name === undefined) {
      name = resourceName(texts.raw(at('resources'), code))
      resourceTexts[code] = name
    }
    if (name === null) return 0
    let number = resourceNumbers.get(name)
    if (number === undefined) {
      number = resourceNames.push(name)
      resourceNumbers.set(name, number)
    }
    return number
  }

  /** The number of the region that the file's path names, else -1. */
  const regionOfFile = (file: number): number => {
    const known = regionsOfFile.get(file)
    if (known !== undefined) return known
    const named = regionOf(file)
    const region = named === undefined ? -1 : regionNumber(named)
    regionsOfFile.set(file, region)
    return region
  }

  const kindOf = (row: number): number => {
    let kind = 0
    for (const codes of classCodes) kind = classes.number(kind, codes[row]!)
    if (classOf[kind] === undefined) {
      const [eventCategory, eventType, managementEvent, readOnly, eventSource, eventName] = classColumns.map(
        (name, index) => texts.content(at(name), classCodes[index]![row]!),
      ) as [string | null, string | null, string | null, string | null, string | null, string | null]
      const name = eventClass({ eventCategory, eventType, managementEvent, readOnly, eventSource, eventName })
      let number = classNumbers.get(name)
      if (number === undefined) {
        number = classNames.push(name) - 1
        classNumbers.set(name, number)
      }
      classOf[kind] = number
    }
    return classOf[kind]!
  }
  const sameKind = (a: number, b: number): boolean => {
    for (const codes of classCodes) if (codes[a] !== codes[b]) return false
    return true
  }

  // Neighbours in the order of parts are mostly of one kind, and often of one group.
  let kind = -1
  let place = -1
  let last = { hour: 0, kind: 0, account: 0, region: 0, resource: 0 }
  let call = { source: -1, name: -1, is: false }
  let ofFile = { file: -1, region: -1 }
  for (let position = 0; position < rows; position++) {
    const row = order[position]!
    if (kind < 0 || !sameKind(row, order[position - 1]!)) kind = kindOf(row)
    if (files[row] !== ofFile.file) ofFile = { file: files[row]!, region: regionOfFile(files[row]!) }
    let region = ofFile.region
    if (region < 0) {
      const code = regions[row]!
      ownRegions[code] ??= regionNumber(texts.content(at('awsRegion'), code) ?? '')
      region = ownRegions[code]!
    }
    const name = classNames[kind]!
    const resource = name.startsWith('data:') ? resourceNumber(resources[row]!) : 0
    const hour = Math.floor(times[row]! / hourSeconds)
    const account = accounts[row]!
    if (
      place < 0 ||
      hour !== last.hour ||
      kind !== last.kind ||
      account !== last.account ||
      region !== last.region ||
      resource !== last.resource
    ) {
      last = { hour, kind, account, region, resource }
      let group = groupNumbers.number(0, hour)
      group = groupNumbers.number(group, kind)
      group = groupNumbers.number(group, account)
      group = groupNumbers.number(group, region)
      group = groupNumbers.number(group, resource)
      place = groupNumbers.payload(group)
      if (place < 0) {
        place =
          out.push({
            account: texts.content(accountColumn, account) ?? '',
            region: regionNames[region]!,
            hour: hour * hourSeconds,
            class: name,
            resource: resource === 0 ? null : resourceNames[resource - 1]!,
            first: times[row]!,
            last: times[row]!,
            delivered: 0,
            trail: null,
          }) - 1
        groupNumbers.setPayload(group, place)
      }
    }
    const entry = out[place]!
    entry.delivered++
    if (times[row]! < entry.first) entry.first = times[row]!
    if (times[row]! > entry.last) entry.last = times[row]!
    groups[position] = place
    if (sources[row] !== call.source || names[row] !== call.name)
      call = { source: sources[row]!, name: names[row]!, is: isTrail(sources[row]!, names[row]!) }
    if (call.is && texts.content(at('errorCode'), errors[row]!) === null) {
      entry.trail ??= []
      entry.trail.push({ row, call: trailCall(scanner, texts, row) })
    }
  }
  return { rows: out.length, groups, parquet: coverageParquet(out) }
}

const fields = ['eventID', 'eventTime', 'eventName', 'awsRegion', 'requestParameters', 'responseElements'] as const

/** As `TrailCall` in the coverage ledger has it. */
function trailCall({ wasm, view }: Scanner, texts: Texts, row: number): unknown {
  const { bytes, words } = view()
  const [id, time, name, region, request, response] = fields.map((field) =>
    texts.content(at(field), words[wasm.codesOf(at(field)) / 4 + row]!),
  )
  const hash = wasm.hashesAt() + row * 16
  return { id: id ?? bytes.toString('hex', hash, hash + 16), time, name, region, request, response }
}

function trailCodes(texts: Texts): (source: number, name: number) => boolean {
  const known = new Map<number, Map<number, boolean>>()
  return (source, name) => {
    const names = known.get(source) ?? new Map<number, boolean>()
    if (names.size === 0) known.set(source, names)
    let is = names.get(name)
    if (is === undefined) {
      is =
        texts.content(at('eventSource'), source) === 'cloudtrail.amazonaws.com' &&
        (trailEventNames as readonly string[]).includes(texts.content(at('eventName'), name) ?? '')
      names.set(name, is)
    }
    return is
  }
}

const resourcesType = eventColumns[at('resources')]!.type
const arns = [
  /arn:[a-z-]+:s3:::[^"/*,} ]+/,
  /arn:[a-z-]+:lambda:[^":]*:[0-9]*:function:[^":,} ]+/,
  /arn:[a-z-]+:dynamodb:[^":]*:[0-9]*:table\/[^"/,} ]+/,
  /arn:[a-z-]+:[^",} ]+/,
]

/** By ARN: an object's bucket, a function without its version, a table without its index; of other services the first that is named. */
function resourceName(raw: string | null): string | null {
  if (raw === null) return null
  // Only these are written in another way, or in another order, where the column holds them.
  const text = /\\|ARNPrefix/.test(raw) ? readStruct(raw, parseJson(raw), resourcesType).column : raw
  for (const arn of arns) {
    const found = arn.exec(text ?? '')
    if (found !== null) return found[0]
  }
  return null
}

function coverageParquet(rows: readonly CoverageRow[]): readonly Buffer[] {
  const parquet = createParquet(coverageSchema)
  const seconds = (of: (row: CoverageRow) => number) => numbers(rows, (row) => BigInt(of(row)) * 1_000_000n)
  const delivered = () => numbers(rows, (row) => BigInt(row.delivered))
  parquet.add(rows.length, [
    words(rows, (row) => row.account),
    words(rows, (row) => row.region),
    seconds((row) => row.hour),
    words(rows, (row) => row.class),
    words(rows, (row) => row.resource),
    seconds((row) => row.first),
    seconds((row) => row.last),
    delivered(),
    // Where all rows are new; a merge that finds copies writes the part anew.
    delivered(),
    words(rows, (row) => (row.trail === null ? null : trailJson(row.trail))),
  ])
  return parquet.finish()
}

const trailJson = (calls: NonNullable<CoverageRow['trail']>): string =>
  JSON.stringify([...calls].sort((a, b) => a.row - b.row).map(({ call }) => call))

function numbers(rows: readonly CoverageRow[], of: (row: CoverageRow) => bigint): ColumnChunk {
  const levels = presentLevels(rows.length)
  const data = Buffer.alloc(levels.length + rows.length * 8)
  levels.copy(data)
  for (const [index, row] of rows.entries()) data.writeBigInt64LE(of(row), levels.length + index * 8)
  return columnChunk({ dictionary: undefined, dictionaryCount: 0, data, values: rows.length, statistics: undefined })
}

function words(rows: readonly CoverageRow[], of: (row: CoverageRow) => string | null): ColumnChunk {
  const values = rows.map(of)
  const there = values.filter((value) => value !== null)
  const levels = someLevels(values.map((value) => value !== null))
  const parts: Buffer[] = [levels]
  for (const value of there) {
    const text = Buffer.from(value)
    const length = Buffer.alloc(4)
    length.writeUInt32LE(text.length, 0)
    parts.push(length, text)
  }
  return columnChunk({
    dictionary: undefined,
    dictionaryCount: 0,
    data: Buffer.concat(parts),
    values: rows.length,
    statistics: undefined,
  })
}

/** Definition levels of an optional column: one bit each. */
function someLevels(there: readonly boolean[]): Buffer {
  const groups = Math.ceil(there.length / 8)
  const header: number[] = []
  let rest = groups * 2 + 1
  for (; rest >= 128; rest = Math.floor(rest / 128)) header.push((rest % 128) | 128)
  header.push(rest)
  const out = Buffer.alloc(4 + header.length + groups)
  out.writeUInt32LE(header.length + groups, 0)
  out.set(header, 4)
  for (const [index, is] of there.entries()) if (is) out[4 + header.length + (index >> 3)]! |= 1 << (index & 7)
  return out
}

/** Numbers for pairs of numbers, without a string for each. */
function createNumbers() {
  const first = new Map<number, Map<number, number>>()
  const payloads: number[] = [-1]
  return {
    number(a: number, b: number): number {
      let second = first.get(a)
      if (second === undefined) {
        second = new Map()
        first.set(a, second)
      }
      let number = second.get(b)
      if (number === undefined) {
        number = payloads.push(-1) - 1
        second.set(b, number)
      }
      return number
    },
    payload: (number: number): number => payloads[number]!,
    setPayload(number: number, value: number): void {
      payloads[number] = value
    },
  }
}
