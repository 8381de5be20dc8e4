import { isUtf8 } from 'node:buffer'
import { createHash } from 'node:crypto'
import { InputFault, recordFault } from '../../core/event/fault.ts'
import { JsonFault, type JsonNode, parseJson } from '../../core/event/json.ts'
import type { FilePiece, RawRecord } from '../../core/event/source.ts'
import { isDigest, isOwnOutput, looksLikeRecord, unwrap } from '../../core/event/unwrap.ts'
import { inflatedBytes } from './inflate.ts'
import { createSplitter, type ItemContext } from './splitter.ts'

export interface ReadLimits {
  /** Inflated bytes of one file: a bomb is stopped here. */
  readonly fileBytes: number
  readonly recordBytes: number
  readonly depth: number
}

/** CloudTrail's own limits are 50 MB a file and 1 MB a record; CloudWatch exports may be larger files. */
export const defaultLimits: ReadLimits = { fileBytes: 8 * 2 ** 30, recordBytes: 16 * 2 ** 20, depth: 100 }

/** After so many values without a single record, a file is taken for something else. */
const patience = 1000

/** Reads one log file of any known form as a stream of records. @throws InputFault */
export async function* readLogFile(
  path: string,
  { limits = defaultLimits, signal }: { readonly limits?: ReadLimits; readonly signal?: AbortSignal } = {},
): AsyncGenerator<FilePiece> {
  const hash = createHash('sha256')
  let bytes = 0
  const values = valueReader(limits)
  const splitter = createSplitter({ maxItemBytes: limits.recordBytes, onItem: values.read, records: values.count })
  for await (const chunk of inflatedBytes(path, values.count)) {
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

/** From values of the splitter to records; knows when a file is none of ours. */
function valueReader(limits: ReadLimits) {
  let pending: RawRecord[] = []
  let count = 0
  let recognised = 0
  let delivered = false
  let digest: string | null = null
  let ignored = false

  const add = (records: readonly RawRecord[]): void => {
    if (digest !== null || ignored) throw new InputFault('INPUT_NOT_CLOUDTRAIL')
    for (const record of records) {
      pending.push(record)
      count++
      if ('node' in record && looksLikeRecord(record.node)) recognised++
    }
    if (count >= patience) refuseStrangers()
  }

  const refuseStrangers = (): void => {
    if (recognised === 0 && !delivered && count > 0) throw new InputFault('INPUT_NOT_CLOUDTRAIL')
  }

  const parse = (text: string): JsonNode | undefined => {
    try {
      return parseJson(text, limits.depth)
    } catch (error) {
      if (!(error instanceof JsonFault)) throw error
      if (error.kind === 'depth') return undefined
      throw new InputFault('INPUT_JSON_INVALID', { records: count, reason: error.message }, { cause: error })
    }
  }

  const read = (bytes: Buffer, context: ItemContext): void => {
    if (context === 'Records') delivered = true
    const text = isUtf8(bytes) ? bytes.toString('utf8') : undefined
    const node = text === undefined ? undefined : parse(text)
    if (context === 'skeleton') {
      if (node === undefined)
        throw new InputFault('INPUT_JSON_INVALID', { records: count, reason: 'it is damaged around its records' })
      if (node.members.some(({ name }) => name === 'Records')) delivered = true
    } else if (text === undefined) add([recordFault('RECORD_UTF8')])
    else if (node === undefined) add([recordFault('RECORD_TOO_DEEP', { limit: limits.depth })])
    else if (context === 'value' && count === 0 && isDigest(node)) digest = text
    else if (context === 'value' && count === 0 && isOwnOutput(text, node)) ignored = true
    else add(unwrap(text, node, context === 'line' ? 'cloudwatch' : 'trail'))
  }

  return {
    read,
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
