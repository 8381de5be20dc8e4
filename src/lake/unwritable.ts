import { TrailbookError } from '../core/errors.ts'

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the disk can only be read',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota of the disk is used up',
  ENOENT: 'the folder is gone',
  ENOTDIR: 'a part of the path is a file',
}

/** Failures of the disk under a lake in our words; every other error is given back as it came. */
export function asUnwritable(error: unknown, path: string): unknown {
  if (!(error instanceof Error) || error instanceof TrailbookError) return error
  const reason = reasons[(error as NodeJS.ErrnoException).code ?? ''] ?? duckdbReason(error.message)
  return reason === undefined ? error : new TrailbookError('LAKE_UNWRITABLE', { path, reason }, { cause: error })
}

/** DuckDB writes the parts and tells of the disk in a sentence only. */
function duckdbReason(message: string): string | undefined {
  if (!message.startsWith('IO Error')) return undefined
  if (/no space left/i.test(message)) return reasons.ENOSPC
  if (/permission denied/i.test(message)) return reasons.EACCES
  if (/read-only file system/i.test(message)) return reasons.EROFS
  return undefined
}
