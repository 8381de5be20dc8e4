/**
 * `sealed.json`: what belongs to the moment and not to the answer, such as who ran it, when, how long it took and how the
 * lake's files lay on the disk. It stands outside the manifest, so that the same answer has the same manifest.
 */
import { canonicalJson, digestOf } from '../run/canonical.ts'
import type { LakeState } from './sources.ts'

export interface SealBody {
  readonly schema: 'trailbook.seal/v1'
  /** SHA-256 of `manifest.json`: the id of the bundle. */
  readonly bundle: string
  readonly actor: string
  readonly started: string
  readonly finished: string
  readonly node: string
  /** Milliseconds by step. */
  readonly elapsedMs: { readonly [step: string]: number }
  /** After the run, and the number of its manifest before; null where the events came from no lake. */
  readonly lake: (LakeState & { readonly manifestBefore: number }) | null
  /** How far the ledger had come: a bundle kept elsewhere witnesses it. */
  readonly ledger: { readonly seq: number; readonly hash: string } | null
}

export interface Seal extends SealBody {
  /** Over everything else in the seal. */
  readonly hash: string
}

const domain = 'trailbook.seal/v1\n'

const hashOf = ({ hash: _, ...body }: SealBody & { readonly hash?: string }): string =>
  digestOf(`${domain}${canonicalJson(body)}`)

export const sealText = (body: SealBody): string => `${canonicalJson({ ...body, hash: hashOf(body) })}\n`

/** Undefined where it is no seal, not written as one, or changed. */
export function readSeal(text: string): Seal | undefined {
  let value: Seal | null
  try {
    value = JSON.parse(text) as Seal | null
  } catch {
    return undefined
  }
  if (value?.schema !== 'trailbook.seal/v1' || `${canonicalJson(value)}\n` !== text) return undefined
  return hashOf(value) === value.hash ? value : undefined
}
