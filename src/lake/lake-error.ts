import { TrailbookError } from '../core/errors.ts'
import { systemReasons } from '../core/system-reasons.ts'

/** What the system's codes say of a disk. */
export const diskReasons: Readonly<Record<string, string>> = {
  ...systemReasons,
  ENOENT: 'the folder is gone',
  EEXIST: 'a file stands where a folder is needed',
}

/**
 * Failures of the disk under a lake, and of the lake's own files, in our words; every other error is given back as it came.
 * Only for work in which DuckDB reads nothing but the parts of the lake.
 */
export function asLakeError(error: unknown, path: string): unknown {
  if (!(error instanceof Error) || error instanceof TrailbookError) return error
  const { code } = error as NodeJS.ErrnoException
  const reason = diskReasons[code ?? ''] ?? diskReason(error.message)
  if (reason !== undefined) return new TrailbookError('LAKE_UNWRITABLE', { path, reason }, { cause: error })
  if (outOfMemory.test(error.message)) {
    const limit = /\(([\d.]+ [KMGT]i?B)\/([\d.]+ [KMGT]i?B) used\)/.exec(error.message)?.[2] ?? 'what the machine has'
    return new TrailbookError('LAKE_MEMORY', { path, limit }, { cause: error })
  }
  const damage = damageOf(error.message)
  return damage === undefined ? error : new TrailbookError('LAKE_DAMAGED', { path, reason: damage }, { cause: error })
}

/** DuckDB's own limit, or none left on the machine. */
const outOfMemory = /^Out of Memory Error|std::bad_alloc|Array buffer allocation failed/i

/** DuckDB writes the parts and tells of the disk in a sentence only. */
function diskReason(message: string): string | undefined {
  if (!message.startsWith('IO Error')) return undefined
  if (/no space left/i.test(message)) return diskReasons.ENOSPC
  if (/permission denied/i.test(message)) return diskReasons.EACCES
  if (/read-only file system/i.test(message)) return diskReasons.EROFS
  return undefined
}

/** A part that is gone, cut off or overwritten. DuckDB's words begin with the kind of error. */
function damageOf(message: string): string | undefined {
  const [first = ''] = message.split('\n')
  const part = /[\w=-]+\/\d{10,}-[0-9a-f]+\.parquet/.exec(first)?.[0]
  if (/^IO Error: .*(?:No files found|Could not open file|Cannot open file|No such file)/i.test(first))
    return part === undefined ? 'a part is gone' : `the part ${part} is gone`
  if (
    /^(?:Invalid|Invalid Input|Serialization|IO|Corrupt\w*|Conversion) Error/i.test(first) &&
    /magic bytes|parquet|TProtocolException|zstd|Snappy|decompress/i.test(first)
  )
    return part === undefined ? 'a part cannot be read' : `the part ${part} cannot be read`
  return undefined
}
