/** The whole chain: every digest, every log file, and the time between. */
import type { IsoTime } from '../time.ts'
import { parseDigestName, placeKey, placeOf, trailKey } from './digest-name.ts'
import { type DigestFault, digestFault } from './faults.ts'
import { baseName, fileIndex } from './find-file.ts'
import { type Gap, gapsOf, type Range } from './gaps.ts'
import {
  isIn,
  judgeListed,
  judgeUnlisted,
  type ListedVerdict,
  type LogVerdict,
  latestOf,
  type StoredLog,
} from './logs.ts'
import { digestNodes, type Node, nodeAt, verdictOf } from './nodes.ts'
import type { PublicKey } from './public-keys.ts'
import { checkSignatures, keysOf, type VerifySignature } from './signatures.ts'
import { type Place, type StoredDigest, type Verdict, worst } from './types.ts'

export interface DigestQuestion {
  readonly digests: readonly StoredDigest[]
  readonly logs: readonly StoredLog[]
  readonly keys: readonly PublicKey[]
  /** Times of delivery. */
  readonly range: Range
  /** Empty for all. */
  readonly accounts: readonly string[]
  readonly regions: readonly string[]
}

export interface DigestVerdict extends Place {
  /** Null where it is not here. */
  readonly path: string | null
  readonly object: string
  readonly bucket: string | null
  readonly trail: string | null
  /** Name, home Region and owner as far as it is known; the same in all Regions of a trail. */
  readonly trailKey: string | null
  /** It begins a chain: before it the trail delivered no digests. */
  readonly begins: boolean
  readonly backfill: boolean
  /** Window of delivery; `from` is null where only its name is known. */
  readonly from: IsoTime | null
  readonly to: IsoTime
  readonly logs: number
  readonly verdict: Verdict
  readonly faults: readonly DigestFault[]
}

export interface PlaceVerdict extends Place {
  readonly verdict: Verdict
  /** First and last time of which digests of the range speak; null where none does. */
  readonly from: IsoTime | null
  readonly to: IsoTime | null
  readonly digests: readonly DigestVerdict[]
  readonly logs: readonly LogVerdict[]
  readonly gaps: readonly Gap[]
}

export interface ChainVerdict {
  /** `unknown` also where there is nothing to judge. */
  readonly verdict: Verdict
  readonly range: Range
  readonly places: readonly PlaceVerdict[]
}

/**
 * Judges digests by their signatures and by one another, log files by the digests, and tells the times without digests.
 *
 * Pure but for `verify`. The rules and what they cannot see: docs/adr/0011-digest-chain.md.
 */
export function judgeDigests(question: DigestQuestion, verify: VerifySignature): ChainVerdict {
  const { range } = question
  const nodes = digestNodes(question.digests)
  checkSignatures(nodes, keysOf(question.keys, verify))
  const places = new Map<string, PlaceFiles>()
  const filesOf = (place: Place): PlaceFiles => {
    const key = placeKey(place)
    const files = places.get(key) ?? { place: placeOnly(place), nodes: [], logs: [], verdicts: [] }
    places.set(key, files)
    return files
  }
  for (const node of nodes) filesOf(node.place).nodes.push(node)
  for (const log of question.logs) {
    const place = placeOf(log.file.key)
    if (place !== undefined) filesOf(place).logs.push(log)
  }
  const find = fileIndex(question.logs, ({ file }) => file)
  for (const verdict of judgeListed(nodes, find).values()) filesOf(verdict.log).verdicts.push(verdict)
  const listed = new Set<string>()
  for (const { digest } of nodes)
    for (const { bucket, object } of digest?.logs ?? [])
      for (const { file } of find(bucket, object)) listed.add(file.path)
  const judged = [...places.values()]
    .filter(({ place }) => isAsked(place, question))
    .sort((a, b) => (placeKey(a.place) < placeKey(b.place) ? -1 : 1))
    .flatMap((files) => judgePlace(files, { range, listed }))
  return {
    verdict: judged.length === 0 ? 'unknown' : worst(judged.map(({ verdict }) => verdict)),
    range,
    places: judged,
  }
}

interface PlaceFiles {
  readonly place: Place
  readonly nodes: Node[]
  readonly logs: StoredLog[]
  readonly verdicts: ListedVerdict[]
}

const placeOnly = ({ account, region, organization }: Place): Place => ({ account, region, organization })

const isAsked = ({ account, region }: Place, { accounts, regions }: DigestQuestion): boolean =>
  (accounts.length === 0 || accounts.includes(account)) && (regions.length === 0 || regions.includes(region))

interface PlaceContext {
  readonly range: Range
  readonly listed: ReadonlySet<string>
}

function judgePlace(
  { place, nodes, logs, verdicts: told }: PlaceFiles,
  { range, listed }: PlaceContext,
): PlaceVerdict[] {
  const gaps = gapsOf(nodes, range, latestOf(logs))
  const asked = [...nodes, ...missingOf(nodes, range)].filter((node) => isAskedTime(node, range))
  const of = new Set(asked)
  const known = spanOf(nodes)
  const logVerdicts = [
    // What another digest lists counts by its delivery: a false one could else hide it.
    ...told
      .filter(({ log, by }) => of.has(by) || (log.delivered !== null && isIn(log.delivered, range)))
      .map(({ log }) => log),
    ...judgeUnlisted(place, { logs, listed, known, range }),
  ].sort((a, b) => (a.object < b.object ? -1 : 1))
  const digests = asked.map(verdictOfDigest).sort((a, b) => (a.to < b.to ? -1 : a.to > b.to ? 1 : 0))
  if (digests.length === 0 && logVerdicts.length === 0 && gaps.length === 0 && range.from === null && range.to === null)
    return []
  const span = spanOf(asked)
  const verdicts = [...digests, ...logVerdicts, ...gaps].map(({ verdict }) => verdict)
  return [
    {
      ...place,
      // Without a digest of the range there is nothing that could be valid.
      verdict: worst(digests.length === 0 ? [...verdicts, 'unknown'] : verdicts),
      from: span?.from ?? null,
      to: span?.to ?? null,
      digests,
      logs: logVerdicts,
      gaps,
    },
  ]
}

/** Digests that a later one speaks of. Before the oldest of its chain it is only a fault where the range goes back so far. */
function missingOf(nodes: readonly Node[], range: Range): Node[] {
  const oldest = new Map<string, Node>()
  for (const node of nodes) {
    const chain = node.name?.chain ?? ''
    if (node.from !== null && node.from < (oldest.get(chain)?.from ?? '~')) oldest.set(chain, node)
  }
  const missing = new Map<string, Node>()
  for (const node of nodes) {
    const told = node.digest?.previous
    if (!told || node.previous !== undefined || node.from === null) continue
    const isFirst = oldest.get(node.name?.chain ?? '') === node
    if (range.from === null ? isFirst : node.from <= range.from) continue
    // A false one in a digest that was changed is no news.
    if (verdictOf(node) === 'invalid' && !node.proven && !isFirst && hasNeighbour(node, nodes)) continue
    const name = parseDigestName(told.object) ?? node.name
    if (name === undefined) continue
    const faults = [digestFault('missing', { by: baseName(node.object) })]
    const known = { path: null, object: told.object, bucket: told.bucket, faults, metadata: null, sha256: null }
    missing.set(`${told.bucket}/${told.object}`, nodeAt({ ...name, at: node.from }, known))
  }
  return [...missing.values()]
}

/** The time before the digest is not empty: another digest of its chain ends where it begins. */
const hasNeighbour = (node: Node, nodes: readonly Node[]): boolean =>
  nodes.some((other) => other !== node && other.to === node.from && other.name?.chain === node.name?.chain)

/** The window of a digest lies in the range, at least in part. */
const isAskedTime = ({ from, to }: Node, range: Range): boolean =>
  (range.to === null || (from ?? to) < range.to || (from === null && to === range.to)) &&
  (range.from === null || to > range.from)

function spanOf(nodes: readonly Node[]): { from: IsoTime; to: IsoTime } | undefined {
  let span: { from: IsoTime; to: IsoTime } | undefined
  for (const { from, to } of nodes) {
    const start = from ?? to
    span = {
      from: span === undefined || start < span.from ? start : span.from,
      to: span === undefined || to > span.to ? to : span.to,
    }
  }
  return span
}

const verdictOfDigest = (node: Node): DigestVerdict => ({
  ...node.place,
  path: node.path,
  object: node.object,
  bucket: node.bucket,
  trail: node.name?.trail ?? null,
  trailKey: node.name === undefined ? null : trailKey(node.name),
  begins: node.digest !== undefined && node.digest.previous === null,
  backfill: node.name?.backfill ?? false,
  from: node.from,
  to: node.to,
  logs: node.digest?.logs.length ?? 0,
  verdict: verdictOf(node),
  faults: node.faults,
})
