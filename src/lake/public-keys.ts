/** Public keys in a lake, so that digests can be checked later without AWS. */
import type { DuckDBConnection } from '@duckdb/node-api'
import { afterLast, type FetchPublicKeys, type PublicKey, publicKeysText } from '../core/digest/public-keys.ts'
import { hour, isoTime, milliseconds, type Window } from '../core/time.ts'
import { nothingRead, readLedger } from './file-ledger.ts'
import type { Lake } from './lake.ts'
import { type WriterSettings, withWriter } from './with-writer.ts'
import type { LakeWriter } from './writer.ts'

interface RegionKeys {
  /** Null where nobody knows: the AWS CLI prints keys without their Region. */
  readonly region: string | null
  readonly keys: readonly PublicKey[]
}

/**
 * Keeps keys in the file ledger, each as an entry of its own: they are committed as files are, all or none.
 *
 * @returns how many were new
 * @throws TrailbookError what `withWriter` throws
 */
export async function addPublicKeys(
  lake: Lake,
  found: readonly RegionKeys[],
  settings: WriterSettings = {},
): Promise<number> {
  if (found.every(({ keys }) => keys.length === 0)) return 0
  return withWriter(lake, settings, async ({ writer, connection }) => {
    const added = await keep(found, { writer, connection, parts: (await lake.snapshot()).files })
    await writer.finish()
    return added
  })
}

interface KeyWork {
  readonly writer: LakeWriter
  readonly connection: DuckDBConnection
  /** Of the file ledger. */
  readonly parts: readonly string[]
}

async function keep(found: readonly RegionKeys[], { writer, connection, parts }: KeyWork): Promise<number> {
  const wanted = new Map(
    found.flatMap(({ region, keys }) =>
      keys.map((key): [string, string] => [`${keyLocation}${region ?? '*'}/${key.fingerprint}`, publicKeysText([key])]),
    ),
  )
  if (parts.length > 0) {
    const reader = await connection.runAndReadAll(
      `SELECT location, digest FROM ${readLedger(parts)} WHERE status = 'keys'
       QUALIFY row_number() OVER (PARTITION BY location ORDER BY file DESC) = 1`,
    )
    for (const [location, text] of reader.getRowsJson() as [string, string][])
      if (wanted.get(location) === text) wanted.delete(location)
  }
  for (const [location, text] of wanted)
    await writer.endFile({
      ...keysOnly,
      id: writer.beginFile(),
      file: { name: location, location, size: text.length, modified: '', version: null },
      digest: text,
    })
  return wanted.size
}

/** What became of the keys that digests name. */
export interface KeyReport {
  readonly added: number
  readonly failed: readonly { readonly region: string; readonly reason: string }[]
}

/**
 * Fetches the keys that digests of the lake are signed by and that it does not have, and keeps them. A Region whose keys cannot be
 * had is told, and ends nothing: its digests can be checked once its keys are there.
 */
export async function fetchMissingKeys(
  fetch: FetchPublicKeys,
  { signal, ...work }: KeyWork & { readonly signal?: AbortSignal | undefined },
): Promise<KeyReport> {
  const found: RegionKeys[] = []
  const failed: { region: string; reason: string }[] = []
  for (const { region, ...span } of await missingKeys(work)) {
    if (signal?.aborted) break
    try {
      found.push({ region, keys: await fetch(region, span) })
    } catch (error) {
      failed.push({ region, reason: error instanceof Error ? error.message.split('\n', 1)[0]! : String(error) })
    }
  }
  return { added: await keep(found, work), failed }
}

async function missingKeys({ connection, parts }: KeyWork): Promise<(Window & { readonly region: string })[]> {
  if (parts.length === 0) return []
  const reader = await connection.runAndReadAll(
    `WITH ledger AS (SELECT location, region, status, delivered,
         CASE WHEN status = 'digest' THEN lower(json_extract_string(digest, '$.digestPublicKeyFingerprint')) END AS fingerprint
       FROM ${readLedger(parts)} WHERE status IN ('digest', 'keys'))
     SELECT region, min(delivered), max(delivered) FROM ledger
     WHERE fingerprint IS NOT NULL AND region IS NOT NULL AND delivered IS NOT NULL
       AND fingerprint NOT IN (SELECT split_part(location, '/', 2) FROM ledger WHERE status = 'keys')
     GROUP BY region ORDER BY region`,
  )
  return (reader.getRowsJson() as [string, string, string][]).map(([region, from, to]) => ({
    region,
    from: isoTime(milliseconds(from) - hour),
    to: isoTime(milliseconds(to) + afterLast),
  }))
}

/** No file lies there: paths are absolute, and what lies elsewhere has `//` after the colon. */
const keyLocation = 'public-keys:'

const keysOnly = { ...nothingRead, path: {}, status: 'keys', fault: null } as const
