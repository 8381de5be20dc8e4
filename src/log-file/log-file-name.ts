/** Which files of a folder are log files, by name. */

const endings = new Set(['json', 'ndjson', 'jsonl', 'log'])

/**
 * `.json`, `.ndjson`, `.jsonl` and `.log`, also gzipped, and names with `.gz` alone (CloudWatch Logs exports are called
 * `000000.gz`). Hidden files and those that begin with `_` are passed over, as Athena does.
 */
export function isLogFileName(name: string): boolean {
  if (name.startsWith('.') || name.startsWith('_')) return false
  // Kept beside a digest for verify-logs.
  if (/_CloudTrail-Digest_.*\.metadata\.json$/.test(name)) return false
  if (isArchiveName(name)) return false
  const gzip = /\.gz$/i.test(name)
  const inner = gzip ? name.slice(0, -3) : name
  const dot = inner.lastIndexOf('.')
  if (dot < 0) return gzip
  return endings.has(inner.slice(dot + 1).toLowerCase())
}

/** `.tar`, `.tar.gz`, `.tgz` and `.zip`, whose entries are looked at as if they lay in a folder. */
export const isArchiveName = (name: string): boolean => /[^/\\]\.(?:tar|tar\.gz|tgz|zip)$/i.test(name)
