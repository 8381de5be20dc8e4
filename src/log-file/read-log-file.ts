import { isUtf8 } from 'node:buffer'
import { createHash } from 'node:crypto'
import { InputFault, recordFault } from '../core/event/fault.ts'
import { JsonFault, type JsonNode, parseJson } from '../core/event/json.ts'
import { hasDeliveredName } from '../core/event/log-path.ts'
import type { RawRecord, SourceKind } from '../core/event/source.ts'
import { isDigest, isOwnOutput, looksLikeRecord, unwrap, unwrapEnvelope } from '../core/event/unwrap.ts'
import type { FilePiece } from './file-piece.ts'
import { inflatedBytes } from './inflate.ts'
import { type BrokenLine, createSplitter, type ItemContext } from './splitter.ts'

export interface ReadLimits {
  /** Inflated bytes of one file: a bomb is stopped here. */
  readonly fileBytes: number
  readonly recordBytes: number
  readonly depth: number
}

/**
 * CloudTrail's own limits are 50 MB a file and 1 MB a record; CloudWatch exports may be larger files, and within an envelope a
 * record has a backslash before each quote. A record of nothing but `{},` takes a hundred times its size while it is read.
 */
export const defaultLimits: ReadLimits = { fileBytes: 8 * 2 ** 30, recordBytes: 2 * 2 ** 20, depth: 100 }

/** After so many values without a single record, a file is taken for something else. */
const patience = 1000

/** A value of a file and what was found in it: usually one record, of an envelope none or several. */
interface FoundItem {
  /** The file's own bytes, and where they begin in the inflated file. */
  readonly bytes: Buffer
  readonly start: number
  /** Ordinal of the first of its records. */
  readonly ordinal: number
  readonly records: readonly RawRecord[]
}

export interface ReadOptions {
  readonly limits?: ReadLimits
  readonly signal?: AbortSignal
  /** Called with each value that holds records, in order, before its records are yielded. */
  readonly onItem?: (item: FoundItem) => void
}

/**
 * Reads one log file of any known form as a stream of records.
 *
 * @param name its path or key: the name of a delivered file is a part of what makes a record one of a trail
 * @param stored its bytes, gzipped or not
 * @throws InputFault
 */
export async function* readLogFile(
  name: string,
  stored: AsyncIterable<Uint8Array>,
  { limits = defaultLimits, signal, onItem }: ReadOptions = {},
): AsyncGenerator<FilePiece> {
  const hash = createHash('sha256')
  let bytes = 0
  const values = valueReader({ limits, deliveredName: hasDeliveredName(name), onItem })
  const splitter = createSplitter({
    maxItemBytes: limits.recordBytes,
    onItem: (item, context, start) =>
      values.read(item, { context, start, line: splitter.isOfLines() ? splitter.line() : undefined }),
    onBroken: values.broken,
    records: values.count,
  })
  for await (const chunk of inflatedBytes(stored, values.count)) {
    signal?.throwIfAborted()
    bytes += chunk.length
    if (bytes > limits.fileBytes) throw new InputFault('INPUT_TOO_LARGE', { limit: limits.fileBytes })
    hash.update(chunk)
    splitter.push(chunk)
    const records = values.take()
    if (records.length > 0) yield { kind: 'records', records }
  }
  splitter.end()
  const records = values.take()
  if (records.length > 0) yield { kind: 'records', records }
  yield { kind: 'end', sha256: hash.digest('hex'), bytes, ...values.end() }
}

interface ValueReaderOptions extends Pick<ReadOptions, 'onItem'> {
  readonly limits: ReadLimits
  /** The file has the name of a delivered one. */
  readonly deliveredName: boolean
}

/** Where a value stood in its file. */
interface Standing {
  readonly context: ItemContext
  readonly start: number
  /** The line, where values stand in lines of their own. */
  readonly line: number | undefined
}

/** From values of the splitter to records; knows when a file is none of ours. */
function valueReader({ limits, deliveredName, onItem }: ValueReaderOptions) {
  let pending: RawRecord[] = []
  let count = 0
  let recognised = 0
  let delivered = false
  let digest: string | null = null
  let ignored = false
  let firstFault: InputFault | undefined

  const add = (records: readonly RawRecord[]): void => {
    if (records.length > 0 && (digest !== null || ignored)) throw new InputFault('INPUT_NOT_CLOUDTRAIL')
    for (const record of records) {
      pending.push(record)
      count++
      if ('node' in record && looksLikeRecord(record.node)) recognised++
    }
    if (count >= patience) refuseStrangers()
  }

  const refuseStrangers = (): void => {
    if (recognised > 0 || count === 0) return
    if (firstFault !== undefined) throw firstFault
    if (!delivered) throw new InputFault('INPUT_NOT_CLOUDTRAIL')
  }

  /** A broken line costs its own record, as long as the file holds others. */
  const broken = ({ line, reason, fault }: BrokenLine): void => {
    firstFault ??= fault
    add([recordFault('RECORD_LINE', { line, reason })])
  }

  const parse = (text: string): JsonNode | JsonFault => {
    try {
      return parseJson(text, limits.depth)
    } catch (error) {
      if (error instanceof JsonFault) return error
      throw error
    }
  }

  const invalid = (reason: string): InputFault => new InputFault('INPUT_JSON_INVALID', { records: count, reason })

  const read = (bytes: Buffer, standing: Standing): void => {
    if (standing.context === 'Records') delivered = true
    const records = recordsOf(bytes, standing)
    if (records.length > 0) onItem?.({ bytes, start: standing.start, ordinal: count, records })
    add(records)
  }

  const recordsOf = (bytes: Buffer, { context, line }: Standing): readonly RawRecord[] => {
    const text = isUtf8(bytes) ? bytes.toString('utf8') : undefined
    if (text === undefined) {
      if (context === 'skeleton') throw invalid('it is damaged around its records')
      return [recordFault('RECORD_UTF8')]
    }
    const node = parse(text)
    if (node instanceof JsonFault) {
      const { kind, message } = node
      if (kind === 'depth' && context === 'skeleton') throw invalid('it is damaged around its records')
      if (kind === 'depth') return [recordFault('RECORD_TOO_DEEP', { limit: limits.depth })]
      if (line === undefined) throw invalid(message)
      firstFault ??= invalid(message)
      return [recordFault('RECORD_LINE', { line, reason: message })]
    }
    if (context === 'skeleton') return besides(text, node)
    if (context === 'value' && count === 0 && isDigest(node)) digest = text
    else if (context === 'value' && count === 0 && isOwnOutput(text, node)) ignored = true
    else return unwrap(text, node, kindOf(context))
    return []
  }

  const kindOf = (context: ItemContext): SourceKind =>
    context === 'line' ? 'cloudwatch' : context === 'Records' && deliveredName ? 'trail' : 'file'

  /** What the outer object holds besides the records in its containers, which were read before. */
  const besides = (text: string, node: JsonNode): readonly RawRecord[] => {
    if (node.members.some(({ name }) => name === 'Records')) delivered = true
    return looksLikeRecord(node) ? [recordFault('RECORD_AMBIGUOUS')] : (unwrapEnvelope(text, node, 'file') ?? [])
  }

  return {
    read,
    broken,
    count: () => count,
    take: (): RawRecord[] => {
      const taken = pending
      pending = []
      return taken
    },
    end: () => {
      refuseStrangers()
      return { digest, ignored }
    },
  }
}
