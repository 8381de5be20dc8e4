/** What digests attest of a lake's events, judged once for each state of its file ledger. */
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { attestedBy } from '../core/digest/attested.ts'
import type { AttestedTimes } from '../core/event/snapshot.ts'
import type { Attestation } from '../core/run/coverage-facts.ts'
import { isoTime, milliseconds } from '../core/time.ts'
import { openDatabase } from '../duckdb/open.ts'
import { judgeLedger } from './digests.ts'
import { createAtomically } from './durable.ts'

/** Raised when the same ledger would be judged otherwise. */
const judgement = 1

/** Judgements that were made before; each can be made again from the ledger, so that nothing is lost with them. */
const cacheFolder = 'cache'

/**
 * @param folder of the lake
 * @param parts of its file ledger; they never change, so that their names stand for what they hold
 */
export async function attestationOf(folder: string, parts: readonly string[]): Promise<AttestedTimes> {
  const nothing = { attested: [], lost: [] }
  if (parts.length === 0) return nothing
  const known = createHash('sha256').update(JSON.stringify([judgement, parts.map((part) => basename(part))]))
  const name = `digests-${known.digest('hex').slice(0, 32)}.json`
  const kept = await readKept(join(folder, cacheFolder, name))
  if (kept !== undefined) return kept
  const judged = await judge(folder, parts)
  await keep(folder, name, judged)
  return judged
}

async function judge(folder: string, parts: readonly string[]): Promise<AttestedTimes> {
  const database = await openDatabase({ folders: [folder], memoryLimit: '512MB' })
  try {
    const connection = await database.connect()
    try {
      const attested: Attestation[] = []
      const lost: AttestedTimes['lost'][number][] = []
      const everything = { range: { from: null, to: null }, accounts: [], regions: [] }
      for await (const places of judgeLedger(connection, parts, everything)) {
        const told = attestedBy(places)
        attested.push(...told.attested)
        lost.push(...told.lost)
      }
      return { attested, lost }
    } finally {
      connection.closeSync()
    }
  } finally {
    database.close()
  }
}

/** Hours of a year in a hundred Regions are many: each span is two seconds of Unix time and a letter. */
interface Kept {
  readonly places: readonly (Pick<Attestation, 'account' | 'region' | 'trails'> & {
    readonly spans: readonly [from: number, to: number, state: 'v' | 'q'][]
  })[]
  readonly lost: AttestedTimes['lost']
}

async function readKept(path: string): Promise<AttestedTimes | undefined> {
  try {
    const { places, lost } = JSON.parse(await readFile(path, 'utf8')) as Kept
    const attested = places.flatMap(({ spans, ...place }) =>
      spans.map(
        ([from, to, state]): Attestation => ({
          ...place,
          from: isoTime(from * 1000),
          to: isoTime(to * 1000),
          state: state === 'q' ? 'quiet' : 'verified',
        }),
      ),
    )
    return { attested, lost }
  } catch {
    return undefined
  }
}

async function keep(folder: string, name: string, { attested, lost }: AttestedTimes): Promise<void> {
  const places = new Map<
    string,
    { place: Omit<Kept['places'][number], 'spans'>; spans: [number, number, 'v' | 'q'][] }
  >()
  for (const { from, to, state, ...place } of attested) {
    const key = JSON.stringify(place)
    const known = places.get(key) ?? { place, spans: [] }
    known.spans.push([milliseconds(from) / 1000, milliseconds(to) / 1000, state === 'quiet' ? 'q' : 'v'])
    places.set(key, known)
  }
  const kept: Kept = { places: [...places.values()].map(({ place, spans }) => ({ ...place, spans })), lost }
  const cache = join(folder, cacheFolder)
  try {
    await mkdir(cache, { recursive: true })
    await createAtomically(join(cache, name), JSON.stringify(kept))
    for (const other of await readdir(cache))
      if (other !== name && /^(digests-|\.tmp-)/.test(other)) await rm(join(cache, other), { force: true })
  } catch {
    // A lake on a disk that can only be read is judged anew each time.
  }
}
