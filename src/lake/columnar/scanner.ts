/** The WebAssembly module of `src/scan`, with the event columns told to it. */
import { randomInt } from 'node:crypto'
import { canonicalRecord } from '../../core/event/canonical-record.ts'
import { eventColumns } from '../../core/event/columns.ts'
import { parseJson } from '../../core/event/json.ts'
import { recordKeys } from '../../core/event/record-keys.ts'
import { sourceKinds } from '../../core/event/source.ts'
import {
  accountColumn,
  columnCount,
  dictionaryCount,
  distinctColumns,
  kindColumn,
  scanNodes,
  structLayouts,
} from './layout.ts'

/** Node's own types lack WebAssembly. */
interface WasmGlobal {
  readonly value: number
}
export type ScanModule = object
interface WasmNamespace {
  readonly Instance: new (module: ScanModule, imports: object) => { readonly exports: unknown }
  readonly Module: new (bytes: Uint8Array) => ScanModule
}
const { Instance, Module } = (globalThis as unknown as { WebAssembly: WasmNamespace }).WebAssembly

export const compileScanner = (bytes: Uint8Array): ScanModule => new Module(bytes)

/** What `src/scan/index.ts` exports; numbers are addresses in its memory where nothing else is said. */
export interface ScanExports {
  readonly memory: { readonly buffer: ArrayBuffer }
  prepare(columns: number, dictionaries: number, structs: number, nodes: number, capacity: number): number
  take(bytes: number): number
  setColumn(
    column: number,
    name: number,
    bytes: number,
    kind: number,
    struct: number,
    asks: number,
    distinct: number,
    rank: number,
  ): void
  setRoles(time: number, recipient: number, account: number, kind: number, recordColumns: bigint): void
  defineStruct(struct: number, root: number, flat: number, group: number): void
  prepared(): void
  beginBatch(randomness: number): void
  reserve(bytes: number): number
  beginFile(bytes: number, file: number, kind: number, account: number, prefix: number, prefixBytes: number): number
  readOn(): number
  addRow(file: number, ordinal: number, kind: number, account: number, seconds: number): number
  codeOfText(column: number, from: number, bytes: number): number
  truncate(rows: number): void
  codesOf(column: number): number
  filesAt(): number
  ordinalsAt(): number
  timesAt(): number
  hashesAt(): number
  oddAt(): number
  canonicalAt(): number
  canonicalEnds(): number
  valuesAt(): number
  entriesOf(dictionary: number): number
  nullOf(dictionary: number): number
  tableOf(dictionary: number): number
  position(): number
  gather(dictionary: number, codes: number, order: number, rows: number): void
  gatherLeaf(struct: number, leaf: number, top: number, codes: number, order: number, rows: number): void
  gatherRepeated(struct: number, leaf: number, top: number, codes: number, order: number, rows: number): void
  rowsWithin(struct: number, codes: number, order: number, rows: number, most: number): number
  encode(dictionary: number, top: number): void
  hybrid(from: number, values: number, bits: number, out: number): number
  roomFor(bytes: number): number
  releaseChunk(): void
  readonly rows: WasmGlobal
  readonly records: WasmGlobal
  readonly oddCount: WasmGlobal
  readonly canonicalRows: WasmGlobal
  readonly dictionaryAt: WasmGlobal
  readonly dictionarySize: WasmGlobal
  readonly dictionaryCount: WasmGlobal
  readonly dataAt: WasmGlobal
  readonly dataSize: WasmGlobal
  readonly levelCount: WasmGlobal
  readonly valueCount: WasmGlobal
  readonly least: WasmGlobal
  readonly leastBytes: WasmGlobal
  readonly greatest: WasmGlobal
  readonly greatestBytes: WasmGlobal
}

export const readOn = { refused: 0, ended: 1, paused: 2 } as const

export interface Scanner {
  readonly wasm: ScanExports
  /** Views of the present memory; taken anew after each call that may have let it grow. */
  view(): { readonly bytes: Buffer; readonly words: Uint32Array }
  /** The code of each kind of source in its column, in the order of `sourceKinds`; of the present batch. */
  kinds(): readonly number[]
  beginBatch(): void
}

const asks: Readonly<Record<string, number>> = { eventTime: 1, eventVersion: 2, eventCategory: 3, eventType: 3 }

/** @param capacity rows of a batch */
export function createScanner(module: ScanModule, capacity: number): Scanner {
  let bytes: Buffer = Buffer.alloc(0)
  let words = new Uint32Array()
  const view = (): { readonly bytes: Buffer; readonly words: Uint32Array } => {
    if (words.buffer !== wasm.memory.buffer) {
      bytes = Buffer.from(wasm.memory.buffer)
      words = new Uint32Array(wasm.memory.buffer)
    }
    return { bytes, words }
  }
  const wasm = new Instance(module, {
    env: {
      abort: () => {
        throw new Error('the scanner gave up')
      },
    },
    host: {
      canonical: (from: number, length: number, out: number): number => {
        const text = view().bytes.toString('utf8', from, from + length)
        return bytes.write(canonicalRecord(text, parseJson(text)), out, 'utf8')
      },
    },
  }).exports as unknown as ScanExports

  const named = (name: string): number => eventColumns.findIndex((column) => column.name === name)
  const write = (text: string): number => {
    const at = wasm.take(text.length + 16)
    view().bytes.write(text, at, 'latin1')
    return at
  }
  const structs = structLayouts.flatMap((layout, column) => (layout === undefined ? [] : [{ layout, column }]))
  const nodesAt = wasm.prepare(columnCount, dictionaryCount, structs.length, scanNodes.length, capacity)
  scanNodes.forEach((node, at) => {
    const name = write(node.name)
    // The one key that is matched without its case: see src/core/event/struct.ts.
    const other = node.name === 'ARN' ? 'arn' : ''
    const fields = [
      node.kind,
      node.level,
      node.firstChild,
      node.children,
      node.firstLeaf,
      node.leaves,
      name,
      node.name.length,
      write(other),
      other.length,
      node.dictionary,
      node.inGroup ? 1 : 0,
      node.hasGroup ? 1 : 0,
    ]
    view().words.set(fields, nodesAt / 4 + at * fields.length)
  })
  structs.forEach(({ layout }, at) => {
    wasm.defineStruct(at, layout.root, layout.flat, layout.group)
  })

  // Columns without a name match no key.
  const nameless = 0xffff
  const names = eventColumns.filter(({ name }) => name !== 'extra').map(({ name }) => name)
  const ranks = [...names].sort()
  let last = names.length
  for (let column = 0; column < columnCount; column++) {
    const name = names.includes(eventColumns[column]?.name ?? '') ? eventColumns[column]!.name : undefined
    const struct = structs.findIndex((entry) => entry.column === column)
    const { form } = eventColumns[column] ?? { form: 'text' }
    wasm.setColumn(
      column,
      write(name ?? ''),
      name?.length ?? nameless,
      form === 'struct' ? 2 : form === 'json' ? 1 : 0,
      Math.max(struct, 0),
      asks[name ?? ''] ?? 0,
      distinctColumns.has(name ?? '') ? 1 : 0,
      name === undefined ? last++ : ranks.indexOf(name),
    )
  }
  const tells = names.filter((name) => recordKeys.has(name) && name !== 'eventTime')
  wasm.setRoles(
    named('eventTime'),
    named('recipientAccountId'),
    accountColumn,
    kindColumn,
    tells.reduce((mask, name) => mask | (1n << BigInt(named(name))), 0n),
  )
  wasm.prepared()

  let kinds: readonly number[] = []
  return {
    wasm,
    view,
    kinds: () => kinds,
    beginBatch() {
      wasm.beginBatch(randomInt(1, 2 ** 32 - 1))
      kinds = sourceKinds.map((kind) => {
        const text = JSON.stringify(kind)
        const at = wasm.take(16)
        view().bytes.write(text, at, 'latin1')
        return wasm.codeOfText(kindColumn, at, text.length)
      })
    },
  }
}
