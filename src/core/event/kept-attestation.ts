/** What digests attest, as a lake keeps it between two changes of its ledger. */
import { z } from 'zod'
import type { Attestation } from '../run/coverage-facts.ts'
import type { AttestedTimes } from './snapshot.ts'

/** Hours of a year in a hundred Regions are many: each span is two seconds of Unix time and a letter. */
export interface KeptAttestation {
  readonly places: readonly (Pick<Attestation, 'account' | 'region' | 'trails' | 'classes'> & {
    readonly spans: readonly [from: number, to: number, state: 'v' | 'q'][]
  })[]
  readonly lost: AttestedTimes['lost']
}

const texts = z.array(z.string())
const schema = z.strictObject({
  places: z.array(
    z.strictObject({
      account: z.string(),
      region: z.string(),
      trails: texts,
      classes: texts.optional(),
      spans: z.array(z.tuple([z.number(), z.number(), z.enum(['v', 'q'])])),
    }),
  ),
  lost: z.array(
    z.strictObject({
      account: z.string().nullable(),
      region: z.string().nullable(),
      from: z.string().nullable(),
      to: z.string().nullable(),
      reason: z.string(),
    }),
  ),
})

/** @throws Error where it is not all there: half of it could hide what is lost */
export const readKeptAttestation = (text: string): KeptAttestation => schema.parse(JSON.parse(text)) as KeptAttestation
