/** Digests, tied to their predecessors and successors. */
import type { IsoTime } from '../time.ts'
import { type DigestName, parseDigestName } from './digest-name.ts'
import { type DigestFault, digestFault } from './faults.ts'
import { fits } from './find-file.ts'
import { type Digest, type DigestMetadata, type Place, type StoredDigest, type Verdict, worst } from './types.ts'

/** One digest, which may be known from its successor only. */
export interface Node {
  readonly path: string | null
  /** By its own content, else by where it lies. */
  readonly object: string
  readonly bucket: string | null
  readonly place: Place
  readonly name: DigestName | undefined
  readonly sha256: string | null
  /** Undefined where it is not here or cannot be read. */
  readonly digest: Digest | undefined
  readonly metadata: DigestMetadata | null
  /** Delivery window; `from` is null where only its name tells of it. */
  readonly from: IsoTime | null
  readonly to: IsoTime
  readonly faults: DigestFault[]
  readonly successors: Node[]
  previous: Node | undefined
  /** One of its signatures fits. */
  proven: boolean
  /** Which ones were checked, and whether they fit. */
  readonly signatures: Map<string, boolean>
}

export const verdictOf = (node: Node): Verdict => worst(node.faults.map(({ verdict }) => verdict))

/** @returns nodes of all digests whose place is known, tied to one another */
export function digestNodes(stored: readonly StoredDigest[]): Node[] {
  const nodes: Node[] = []
  const byObject = new Map<string, Node[]>()
  for (const one of stored) {
    const node = nodeOf(one)
    if (node === undefined) continue
    const key = `${node.bucket}/${node.object}`
    const same = byObject.get(key) ?? []
    // The same copy twice, for example in overlapping folders.
    if (isSound(node) && same.some((other) => isSound(other) && isCopy(other, node))) continue
    nodes.push(node)
    if (node.digest !== undefined) byObject.set(key, [...same, node])
  }
  const unreadable = nodes.filter(({ digest }) => digest === undefined)
  const unread = (object: string) => unreadable.filter((node) => `/${node.object}`.endsWith(`/${object}`))
  for (const node of nodes) {
    const previous = node.digest?.previous
    if (!previous) continue
    const found = byObject.get(`${previous.bucket}/${previous.object}`) ?? unread(previous.object)
    const before = found.find(isSound) ?? found[0]
    if (before === undefined || before === node) continue
    node.previous = before
    for (const one of found) one.successors.push(node)
  }
  return nodes
}

const isSound = ({ faults }: Node): boolean => faults.length === 0

const isCopy = (a: Node, b: Node): boolean =>
  a.sha256 === b.sha256 &&
  (b.metadata === null ||
    (a.metadata?.signature === b.metadata.signature && a.metadata?.generated === b.metadata.generated))

function nodeOf({ file, content, metadata, sha256 }: StoredDigest): Node | undefined {
  const lies = parseDigestName(file.key)
  if (content.kind !== 'digest') {
    if (lies === undefined) return undefined
    const faults = [digestFault(content.kind, { reason: content.reason })]
    return nodeAt(lies, { path: file.path, object: file.key, faults, metadata, sha256 })
  }
  const { digest } = content
  const name = parseDigestName(digest.object)
  const place = name ?? lies
  if (place === undefined) return undefined
  return {
    path: file.path,
    object: digest.object,
    bucket: digest.bucket,
    place: { account: place.account, region: place.region, organization: place.organization },
    name,
    sha256,
    digest,
    metadata,
    from: digest.from,
    to: digest.to,
    faults: fits(file, digest.bucket, digest.object) ? [] : [digestFault('moved', { object: digest.object })],
    successors: [],
    previous: undefined,
    proven: false,
    signatures: new Map(),
  }
}

/** A digest of which no more is known than its name. */
export function nodeAt(
  name: DigestName,
  known: Pick<Node, 'path' | 'object' | 'faults' | 'metadata' | 'sha256'> & { readonly bucket?: string },
): Node {
  return {
    bucket: null,
    ...known,
    place: { account: name.account, region: name.region, organization: name.organization },
    name,
    digest: undefined,
    from: null,
    to: name.at,
    successors: [],
    previous: undefined,
    proven: false,
    signatures: new Map(),
  }
}
