/** What digests attest of a lake's events, judged once for each state of its file ledger. */
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { attestedBy } from '../core/digest/attested.ts'
import { type KeptAttestation, readKeptAttestation } from '../core/event/kept-attestation.ts'
import type { AttestedTimes } from '../core/event/snapshot.ts'
import type { Attestation } from '../core/run/coverage-facts.ts'
import { isoTime, milliseconds } from '../core/time.ts'
import { openDatabase } from '../duckdb/open.ts'
import { judgeLedger } from './digests.ts'
import { replaceAtomically } from './durable.ts'
import type { Removal } from './manifest.ts'
import { createOwnFiles } from './own-files.ts'

/** Raised when the same ledger would be judged otherwise. */
const judgement = 2

/** Judgements that were made before; each can be made again from the ledger, so that nothing is lost with them. */
const cacheFolder = 'cache'

interface Ledger {
  readonly folder: string
  /** Of the file ledger; they never change, so that their names stand for what they hold. */
  readonly files: readonly string[]
  readonly events: readonly string[]
  /** What retention took out: what it showed counts no more. */
  readonly removed: readonly Removal[]
}

/** What digests attest, as it was judged before or anew. */
export async function attestationOf(ledger: Ledger): Promise<AttestedTimes> {
  const { folder } = ledger
  if (ledger.files.length === 0) return { attested: [], lost: [] }
  const name = keptName(ledger)
  const kept = await readKept(join(folder, cacheFolder, name))
  if (kept !== undefined) return kept
  const judged = await judgeAttested(ledger)
  await keep(folder, name, judged)
  return judged
}

const keptName = ({ files, removed }: Ledger): string => {
  const state = [judgement, files.map((part) => basename(part)), removed]
  const known = createHash('sha256').update(JSON.stringify(state))
  return `digests-${known.digest('hex').slice(0, 32)}.json`
}

/**
 * Whether what is kept of this state is what the ledger says; true where nothing is kept.
 *
 * Whoever can write into the lake's folder can put anything there, as into the parts themselves.
 */
export async function isKeptTrue(ledger: Ledger): Promise<{ readonly path: string; readonly same: boolean }> {
  const path = `${cacheFolder}/${keptName(ledger)}`
  const text = await readFile(join(ledger.folder, path), 'utf8').catch(() => undefined)
  if (text === undefined || ledger.files.length === 0) return { path, same: true }
  return { path, same: text === keptText(await judgeAttested(ledger)) }
}

async function judgeAttested({ folder, files, events }: Omit<Ledger, 'removed'>): Promise<AttestedTimes> {
  const database = await openDatabase({ folders: [folder], memoryLimit: '512MB' })
  try {
    const connection = await database.connect()
    try {
      const attested: Attestation[] = []
      const lost: AttestedTimes['lost'][number][] = []
      const everything = { range: { from: null, to: null }, accounts: [], regions: [] }
      const own = await createOwnFiles(connection, files)
      for await (const places of judgeLedger(connection, files, everything)) {
        const told = attestedBy(places)
        attested.push(...told.attested)
        lost.push(...told.lost)
        own.add(places)
      }
      if (attested.length === 0) return { attested, lost }
      const { isAlone, classesOf } = await own.end(events)
      return {
        attested: attested.filter(isAlone).map((one) => ({ ...one, ...(classesOf && { classes: classesOf(one) }) })),
        lost,
      }
    } finally {
      connection.closeSync()
    }
  } finally {
    database.close()
  }
}

/** Undefined where nothing is kept, or not all of it: half of it could hide what is lost. */
async function readKept(path: string): Promise<AttestedTimes | undefined> {
  try {
    const { places, lost } = readKeptAttestation(await readFile(path, 'utf8'))
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

function keptText({ attested, lost }: AttestedTimes): string {
  const places = new Map<
    string,
    { place: Omit<KeptAttestation['places'][number], 'spans'>; spans: [number, number, 'v' | 'q'][] }
  >()
  for (const { from, to, state, ...place } of attested) {
    const key = JSON.stringify(place)
    const known = places.get(key) ?? { place, spans: [] }
    known.spans.push([milliseconds(from) / 1000, milliseconds(to) / 1000, state === 'quiet' ? 'q' : 'v'])
    places.set(key, known)
  }
  const kept: KeptAttestation = { places: [...places.values()].map(({ place, spans }) => ({ ...place, spans })), lost }
  return JSON.stringify(kept)
}

async function keep(folder: string, name: string, judged: AttestedTimes): Promise<void> {
  const cache = join(folder, cacheFolder)
  try {
    await mkdir(cache, { recursive: true })
    // What could not be read, or a false one, gives way.
    await replaceAtomically(join(cache, name), keptText(judged))
    for (const other of await readdir(cache))
      if (other !== name && /^(digests-|\.tmp-)/.test(other)) await rm(join(cache, other), { force: true })
  } catch {
    // A lake on a disk that can only be read is judged anew each time.
  }
}
