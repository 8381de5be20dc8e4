/** Digests, log files and public keys, as the file ledger of a lake has them. */
import type { DuckDBConnection } from '@duckdb/node-api'
import { readDigest, readMetadata } from '../core/digest/digest-file.ts'
import { kindOfFile } from '../core/digest/digest-name.ts'
import { storedFiles } from '../core/digest/local-keys.ts'
import type { StoredLog } from '../core/digest/logs.ts'
import { type PublicKey, readPublicKeys } from '../core/digest/public-keys.ts'
import type { DigestContent, LogContent, StoredDigest } from '../core/digest/types.ts'
import { quoted } from '../duckdb/quote.ts'
import { readLedger } from './file-ledger.ts'

interface LedgerPlace {
  readonly account: string
  readonly region: string
  readonly organization: string | null
  /** Inflated, all of its digests together. */
  readonly digestBytes: number
}

/** One that AWS gave is a key of its Region; one from a file may be of any. */
interface KeptKey {
  readonly region: string | null
  readonly key: PublicKey
}

interface PlaceLedger {
  readonly digests: readonly StoredDigest[]
  readonly logs: readonly StoredLog[]
}

/** Texts of digests are read for several places at once, since each reading goes through the whole ledger. */
const textsAtOnce = 48 * 2 ** 20

/** The newest entry of each file; digests' texts stay where they are until their place's turn. */
export async function openDigestLedger(connection: DuckDBConnection, parts: readonly string[]) {
  const ledger = readLedger(parts)
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE digest_files AS
     SELECT file, location, account, region, organization, folder, status, sha256, bytes, reason, first, last FROM ${ledger}
     QUALIFY row_number() OVER (PARTITION BY location ORDER BY file DESC) = 1`,
  )
  const rows = async (sql: string): Promise<(string | null)[][]> =>
    (await connection.runAndReadAll(sql)).getRowsJson() as (string | null)[][]
  const textsOf = async (places: readonly LedgerPlace[]): Promise<Texts> => {
    const found = await rows(
      `SELECT location, digest, metadata FROM ${ledger}
       SEMI JOIN (SELECT file FROM digest_files WHERE status = 'digest' AND (${places.map(isOf).join(' OR ')})) USING (file)`,
    )
    return new Map(found.map(([location, digest, metadata]) => [location!, { digest: digest!, metadata }]))
  }
  return {
    /** Places with digests, or with log files in all when `all`. */
    async places(all: boolean): Promise<readonly LedgerPlace[]> {
      const found = await rows(
        `SELECT account, region, organization, coalesce(sum(bytes) FILTER (status = 'digest'), 0)::DOUBLE
         FROM digest_files WHERE account IS NOT NULL AND region IS NOT NULL AND folder IS NOT NULL
         GROUP BY ALL HAVING ${all ? 'true' : `bool_or(status = 'digest' OR folder = 'CloudTrail-Digest')`} ORDER BY ALL`,
      )
      return found.map(([account, region, organization, digestBytes]) => ({
        account: account!,
        region: region!,
        organization: organization ?? null,
        digestBytes: Number(digestBytes),
      }))
    },
    async keys(): Promise<readonly KeptKey[]> {
      const found = await rows(
        `SELECT digest, location FROM ${ledger} SEMI JOIN (FROM digest_files WHERE status = 'keys') USING (file) ORDER BY ALL`,
      )
      return found.flatMap(([text, location]) =>
        readPublicKeys(text!, location!).map((key) => ({ region: regionOf(location!), key })),
      )
    },
    /** In the order of the places. */
    async *read(places: readonly LedgerPlace[]): AsyncGenerator<PlaceLedger & { readonly place: LedgerPlace }> {
      for (const group of grouped(places)) {
        const texts = await textsOf(group)
        for (const place of group) {
          const files = await rows(
            `SELECT location, status, sha256, reason, first, last FROM digest_files
             WHERE ${isOf(place)} AND status <> 'keys' ORDER BY location`,
          )
          yield { place, ...placeLedger(files, texts) }
        }
      }
    },
  }
}

/** `public-keys:REGION/FINGERPRINT`, with a star where nobody knows the Region. */
const regionOf = (location: string): string | null => /^public-keys:([^/*]+)\//.exec(location)?.[1] ?? null

const isOf = ({ account, region, organization }: LedgerPlace): string =>
  `(account = ${quoted(account)} AND region = ${quoted(region)} AND organization ${organization === null ? 'IS NULL' : `= ${quoted(organization)}`})`

function* grouped(places: readonly LedgerPlace[]): Generator<LedgerPlace[]> {
  let group: LedgerPlace[] = []
  let bytes = 0
  for (const place of places) {
    if (group.length > 0 && bytes + place.digestBytes > textsAtOnce) {
      yield group
      group = []
      bytes = 0
    }
    group.push(place)
    bytes += place.digestBytes
  }
  if (group.length > 0) yield group
}

type Texts = ReadonlyMap<string, { readonly digest: string; readonly metadata: string | null | undefined }>

function placeLedger(files: readonly (string | null)[][], texts: Texts): PlaceLedger {
  const slashed = (location: string): string => location.replaceAll('\\', '/')
  const digests: (Omit<StoredDigest, 'file'> & { readonly location: string })[] = []
  const logs: (Omit<StoredLog, 'file'> & { readonly location: string })[] = []
  for (const [at, status, sha256 = null, reason, first, last] of files) {
    const location = slashed(at!)
    const kind = kindOfFile(location)
    if (kind === 'digest') {
      const text = texts.get(at!)
      const content: DigestContent =
        text !== undefined
          ? readDigest(text.digest)
          : { kind: 'unreadable', reason: reason?.replace(/\.$/, '') ?? 'it is no digest' }
      digests.push({
        location,
        sha256,
        content,
        metadata: text?.metadata ? readMetadata(JSON.parse(text.metadata)) : null,
      })
    } else if (kind === 'log') {
      const content: LogContent =
        status === 'forgotten'
          ? { kind: 'forgotten' }
          : sha256 === null
            ? { kind: 'unreadable', reason: reason?.replace(/\.$/, '') ?? 'it could not be read' }
            : { kind: 'hash', sha256 }
      logs.push({ location, content, events: first && last ? { first, last } : undefined })
    }
  }
  const named = storedFiles(
    [...digests, ...logs].map(({ location }) => location),
    digests,
  )
  return {
    digests: digests.map(({ location, ...rest }) => ({ file: named.get(location)!, ...rest })),
    logs: logs.map(({ location, ...rest }) => ({ file: named.get(location)!, ...rest })),
  }
}
