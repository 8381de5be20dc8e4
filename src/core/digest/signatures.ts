/** Whether digests were signed by CloudTrail, and whether each tells the truth of the one before. */
import { hour, milliseconds } from '../time.ts'
import { hashAlgorithm, signatureAlgorithm } from './digest-file.ts'
import { digestFault } from './faults.ts'
import { baseName } from './find-file.ts'
import { type Node, verdictOf } from './nodes.ts'
import type { PublicKey } from './public-keys.ts'
import { stringToSign } from './string-to-sign.ts'

/** RSA PKCS#1 v1.5 with SHA-256 over the text in UTF-8; false also where signature or key are none. */
export type VerifySignature = (text: string, signature: { readonly hex: string; readonly key: string }) => boolean

interface Keys {
  readonly verify: VerifySignature
  readonly byFingerprint: ReadonlyMap<string, readonly PublicKey[]>
}

export const keysOf = (keys: readonly PublicKey[], verify: VerifySignature): Keys => ({
  verify,
  byFingerprint: grouped(keys),
})

function grouped(keys: readonly PublicKey[]): Map<string, PublicKey[]> {
  const groups = new Map<string, PublicKey[]>()
  for (const key of keys) groups.set(key.fingerprint, [...(groups.get(key.fingerprint) ?? []), key])
  return groups
}

/** Adds the faults of signatures and of links to all nodes. */
export function checkSignatures(nodes: readonly Node[], keys: Keys): void {
  const later = nodes.map((node) => checkOwn(node, keys))
  for (const node of nodes) checkLink(node, keys)
  for (const judge of later) judge()
}

/** @returns what can only be judged when all links are */
function checkOwn(node: Node, keys: Keys): () => void {
  const { digest, metadata, faults } = node
  if (digest === undefined) return () => {}
  checkBackfill(node)
  if (digest.algorithm !== signatureAlgorithm) {
    faults.push(digestFault('signature-algorithm', { algorithm: digest.algorithm }))
    return () => {}
  }
  if (keys.byFingerprint.size === 0) {
    faults.push(digestFault('no-keys'))
    return () => {}
  }
  const known = keys.byFingerprint.get(digest.fingerprint)
  if (known === undefined) {
    faults.push(digestFault('unknown-key', { fingerprint: digest.fingerprint }))
    return () => {}
  }
  if (!known.some((key) => isOfTime(key, node))) faults.push(digestFault('key-time'))

  const matches = (hex: string): boolean => isSignature(node, hex, keys)
  const own = metadata?.signature ?? null
  const ownFits = own !== null && matches(own)
  const given = node.successors.filter(({ digest: next }) => next?.previous?.signature)
  const givenFits = given.some(({ digest: next }) => matches(next?.previous?.signature ?? ''))
  node.proven = ownFits || givenFits
  if (metadata !== null && own === null) faults.push(digestFault('unsigned'))
  else if (own !== null && !ownFits) faults.push(digestFault(givenFits ? 'metadata-signature' : 'signature'))
  else if (!node.proven && given.length === 0) faults.push(digestFault('no-signature'))
  else if (!node.proven)
    return () => {
      // A successor that was changed itself says nothing of this one.
      const trusted = given.some((next) => next.proven)
      faults.push(digestFault(trusted ? 'signature' : 'doubtful-signature'))
    }
  return () => {}
}

/** The same signature comes from a digest's metadata and from its successor, and each check of it costs. */
function isSignature(node: Node, hex: string, keys: Keys): boolean {
  const known = node.signatures.get(hex)
  if (known !== undefined) return known
  const fits = check(node, hex, keys)
  node.signatures.set(hex, fits)
  return fits
}

function check({ digest, sha256 }: Node, hex: string, { byFingerprint, verify }: Keys): boolean {
  if (digest === undefined || sha256 === null || !/^(?:[0-9a-f]{2})+$/i.test(hex)) return false
  const text = stringToSign(digest, sha256)
  return (byFingerprint.get(digest.fingerprint) ?? []).some(({ value }) => verify(text, { hex, key: value }))
}

function checkBackfill({ name, metadata, faults }: Node): void {
  if (name?.backfill !== true) return
  if (metadata === null) faults.push(digestFault('backfill-unknown'))
  else if (metadata.generated === null) faults.push(digestFault('backfill-time'))
}

/** A digest is signed soon after its window, a backfilled one when it is made; the AWS CLI asks for keys of these times. */
function isOfTime(key: PublicKey, { name, metadata, to }: Node): boolean {
  if (name?.backfill === true) {
    if (!metadata?.generated) return true
    const at = milliseconds(metadata.generated)
    return key.from <= at + hour && key.to >= at - hour
  }
  const end = milliseconds(to)
  return key.from <= end + 2 * hour && key.to >= end
}

/** What a digest says of its predecessor. The AWS CLI checks neither hash nor, where there is metadata, the signature. */
function checkLink(node: Node, keys: Keys): void {
  const { previous: before, digest } = node
  const told = digest?.previous
  if (before?.digest === undefined || !told) return
  const sameHash = told.sha256 === before.sha256 && told.algorithm === hashAlgorithm
  if (!before.proven) {
    // Without keys hashes still tell that one of the two was changed.
    if (!sameHash && (node.proven || keys.byFingerprint.size === 0) && before.sha256 !== null)
      before.faults.push(digestFault('changed', { by: baseName(node.object) }))
    // Properly signed, and false all the same: nobody but the signer of this one can have written it.
    if (sameHash && node.proven && before.digest !== undefined && keys.byFingerprint.has(before.digest.fingerprint))
      if (told.signature === null || !isSignature(before, told.signature, keys))
        node.faults.push(digestFault('previous-signature'))
    return
  }
  if (!sameHash) node.faults.push(digestFault('previous-hash'))
  if (told.signature === null || !isSignature(before, told.signature, keys))
    node.faults.push(digestFault('previous-signature'))
}

export const isValid = (node: Node): boolean => verdictOf(node) === 'valid'
