/** What a check of digests is shown, and what it has to say. */
import { expect } from 'vitest'
import type { ChainVerdict } from '../../src/core/digest/judge.ts'
import { type Chain, createSigner, makeChain, type StoredObject } from './signed-chain.ts'

export const signer = createSigner()
export const rotated = createSigner()
export const stranger = createSigner()
export const keys = { PublicKeyList: [signer.listed(), rotated.listed()] }

export interface Case {
  readonly name: string
  /** The objects of the copy; folders by bucket where there are several. */
  readonly make: () => readonly StoredObject[]
  readonly keys?: object | null
  readonly from?: string
  readonly to?: string
  readonly accounts?: readonly string[]
  readonly expect: 'valid' | 'invalid' | 'unknown'
  /** `<kind> <what> <code>` of everything that is not valid. */
  readonly told: readonly string[]
  /** What a lake says otherwise: it keeps no hash of what it could not read as a log file or a digest. */
  readonly toldByLake?: readonly string[]
}

export const whole = (options: Partial<Parameters<typeof makeChain>[0]> = {}): Chain =>
  makeChain({ signer, ...options })
export const all = ({ digests, logs }: Chain): StoredObject[] => [...digests, ...logs]
export const withMetadataOf = (chain: Chain, kept: (index: number) => boolean): StoredObject[] => [
  ...chain.digests.map(({ metadata, ...rest }, index) =>
    kept(index) && metadata !== undefined ? { ...rest, metadata } : rest,
  ),
  ...chain.logs,
]
/** The chain with one object changed. */
export function changed(pick: (chain: Chain) => StoredObject, change: (object: StoredObject) => void, chain = whole()) {
  const object = pick(chain)
  change(object)
  return all(chain)
}
export const without = (pick: (chain: Chain) => readonly StoredObject[], chain = whole()) => {
  const gone = new Set(pick(chain))
  return all(chain).filter((object) => !gone.has(object))
}
export const edit = (object: StoredObject, from: string, to: string) => {
  const text = object.bytes.toString()
  expect(text).toContain(from)
  object.bytes = Buffer.from(text.replace(from, to))
}
export const newest = (chain: Chain): StoredObject => chain.digests.at(-1)!

const hourOf = (time: string | null): string => time?.slice(11, 13) ?? 'null'

/** `<kind> <what> <code>` of everything that is not valid. */
export function toldOf({ places }: Pick<ChainVerdict, 'places'>): string[] {
  return places.flatMap(({ gaps, digests, logs }) => [
    ...gaps.map(({ from, to, code }) => `gap ${hourOf(from)}-${hourOf(to)} ${code}`),
    ...digests.flatMap(({ to, faults }) => faults.map(({ code }) => `digest ${hourOf(to)} ${code}`)),
    ...logs.flatMap(({ object, fault }) =>
      fault === null ? [] : [`log ${/_([a-z0-9]+)\.json/.exec(object)?.[1]} ${fault.code}`],
    ),
  ])
}
