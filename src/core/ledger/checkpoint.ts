/**
 * A signed statement of how far a ledger had come, to be kept elsewhere.
 *
 * It serves as the signed tree heads of RFC 6962 do: who holds one can tell later that everything up to it is still
 * there and unchanged. The chain alone cannot tell that its end was cut off, nor that all of it was written anew.
 */
import { canonicalJson } from '../run/canonical.ts'
import type { LedgerFault, LedgerReport } from './verify.ts'

export interface CheckpointBody {
  readonly schema: 'trailbook.checkpoint/v1'
  /** The random name of the ledger. */
  readonly ledger: string
  /** Number and hash of its last entry. */
  readonly seq: number
  readonly hash: string
  readonly time: string
}

export interface Checkpoint extends CheckpointBody {
  /** Ed25519 public key: its 32 bytes as base64. */
  readonly key: string
  /** Over {@link signedText}, as base64. */
  readonly signature: string
}

const domain = 'trailbook.ledger.checkpoint/v1\n'

/** What is signed: everything but key and signature. */
export const signedText = ({ schema, ledger, seq, hash, time }: CheckpointBody): string =>
  `${domain}${canonicalJson({ schema, ledger, seq, hash, time })}`

/** Undefined where the text is no checkpoint; its signature is for the caller to check. */
export function readCheckpoint(text: string): Checkpoint | undefined {
  let value: Partial<Record<keyof Checkpoint, unknown>> | null
  try {
    value = JSON.parse(text) as typeof value
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null || value.schema !== 'trailbook.checkpoint/v1') return undefined
  const texts = [value.ledger, value.hash, value.time, value.key, value.signature]
  if (!texts.every((member) => typeof member === 'string') || !Number.isSafeInteger(value.seq)) return undefined
  return value as Checkpoint
}

/**
 * What a checkpoint tells of a ledger that the ledger itself cannot.
 *
 * @param hashAt hash of the ledger's own entry of the checkpoint's number; undefined where it has none
 */
export function faultsAgainst(
  checkpoint: CheckpointBody,
  report: Pick<LedgerReport, 'ledger' | 'head'>,
  hashAt: string | undefined,
): readonly LedgerFault[] {
  const { seq, ledger, hash } = checkpoint
  const fault = (kind: LedgerFault['kind'], entry: number, message: string): LedgerFault[] => [
    { kind, entry, line: null, message },
  ]
  if (hashAt === hash) return []
  if (report.ledger !== null && report.ledger !== ledger) {
    const message = `The checkpoint is of the ledger ${ledger}; this one is ${report.ledger}: it is another, or was begun anew`
    return fault('other-ledger', 1, message)
  }
  const length = report.head?.seq ?? 0
  if (hashAt === undefined && length < seq) {
    const which = seq - length === 1 ? `entry ${seq} is` : `entries ${length + 1} to ${seq} are`
    return fault(
      'truncated',
      length + 1,
      `The ledger ends with entry ${length}; the checkpoint saw ${seq}: ${which} gone`,
    )
  }
  return fault(
    'forked',
    seq,
    `Entry ${seq} is not the one the checkpoint saw: it, or something before it, was rewritten`,
  )
}
