/** What the digests in a lake say of the files in it: judged from the file ledger alone. */
import type { DuckDBConnection } from '@duckdb/node-api'
import { type ChainVerdict, type DigestQuestion, judgeDigests, type PlaceVerdict } from '../core/digest/judge.ts'
import type { PublicKey } from '../core/digest/public-keys.ts'
import { worst } from '../core/digest/types.ts'
import { openDatabase } from '../duckdb/open.ts'
import { signatureCheck } from './check-signature.ts'
import { openDigestLedger } from './digest-ledger.ts'
import { type Lake, snapshotOf } from './lake.ts'
import { asLakeError } from './lake-error.ts'

interface LakeDigestQuestion extends Pick<DigestQuestion, 'range' | 'accounts' | 'regions'> {
  /** Instead of those that the lake keeps. */
  readonly keys?: readonly PublicKey[] | undefined
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((done: number, all: number) => void) | undefined
  /** Also of places without any digest, whose log files nothing proves. */
  readonly everywhere?: boolean
}

/**
 * Verdicts of one account and Region after the other, its own trails and those of its organisation together, so that memory holds the digests of one. A digest that lies in the folder of
 * another place than its own is judged where it lies.
 *
 * @param parts of the file ledger
 */
export async function* judgeLedger(
  connection: DuckDBConnection,
  parts: readonly string[],
  { range, accounts, regions, everywhere = false, ...question }: LakeDigestQuestion,
): AsyncGenerator<PlaceVerdict[], number> {
  if (parts.length === 0) return 0
  const ledger = await openDigestLedger(connection, parts)
  const kept = question.keys?.map((key) => ({ region: null, key })) ?? (await ledger.keys())
  const verify = signatureCheck()
  const places = (await ledger.places(everywhere)).filter(
    ({ account, region }) =>
      (accounts.length === 0 || accounts.includes(account)) && (regions.length === 0 || regions.includes(region)),
  )
  let done = 0
  let together: PlaceVerdict[] = []
  let before: Pick<PlaceVerdict, 'account' | 'region'> | undefined
  for await (const { place, ...files } of ledger.read(places)) {
    question.signal?.throwIfAborted()
    if (before !== undefined && (before.account !== place.account || before.region !== place.region)) {
      yield together
      together = []
    }
    before = place
    const keys = kept.flatMap(({ region, key }) => (region === null || region === place.region ? [key] : []))
    together.push(...judgeDigests({ ...files, keys, range, accounts, regions }, verify).places)
    question.onProgress?.(++done, places.length)
  }
  yield together
  return kept.length
}

/** The same verdict as that on a copy of the bucket, from what the lake keeps of it. @throws TrailbookError LAKE_DAMAGED */
export async function verifyLake(
  lake: Lake,
  question: LakeDigestQuestion,
): Promise<ChainVerdict & { readonly keys: number }> {
  const database = await openDatabase({ folders: [lake.folder], memoryLimit: '512MB' })
  try {
    const connection = await database.connect()
    try {
      const places: PlaceVerdict[] = []
      const { files } = snapshotOf(lake.folder, await lake.manifest())
      const judging = judgeLedger(connection, files, { everywhere: true, ...question })
      let next = await judging.next()
      for (; !next.done; next = await judging.next()) places.push(...next.value)
      return {
        verdict: places.length === 0 ? 'unknown' : worst(places.map(({ verdict }) => verdict)),
        range: question.range,
        places,
        keys: next.value,
      }
    } finally {
      connection.closeSync()
    }
  } catch (error) {
    throw asLakeError(error, lake.folder)
  } finally {
    database.close()
  }
}
