import { awsClients } from '../../../aws/clients.ts'
import { awsError } from '../../../aws/errors.ts'
import type { AwsSettings } from '../../../aws/settings.ts'
import type { Abortable } from '../../../core/ports.ts'
import { catalogPieces, type Piece, workgroupPiece } from './pieces.ts'
import { resultsBucket } from './results-bucket.ts'
import { narrowed, type SetupSettings } from './wanted.ts'

/** What became of one piece. */
export interface PieceReport {
  readonly name: string
  /** `differs`: it is there, was not made so, and stays as it is. */
  readonly state: 'made' | 'same' | 'differs' | 'changed'
  readonly differences: readonly string[]
}

interface SetupOptions extends Abortable {
  /** `apply` makes what is missing; `change` also changes what differs. */
  readonly mode: 'apply' | 'change'
}

/**
 * What a connection needs, one piece after the other: run again it goes on, and tells what it finds.
 *
 * @throws TrailbookError ATHENA_LOGS, AWS_*
 */
export async function setUp(
  settings: SetupSettings & { readonly aws: AwsSettings },
  { mode, signal }: SetupOptions,
): Promise<readonly PieceReport[]> {
  const wanted = narrowed(settings)
  const clients = await awsClients(settings.aws)
  const { output } = wanted
  const pieces: readonly Piece[] = [
    ...(output === undefined ? [] : [resultsBucket({ ...wanted, output }, clients)]),
    ...catalogPieces(wanted, clients),
    workgroupPiece(wanted, clients),
  ]
  const reports: PieceReport[] = []
  try {
    for (const piece of pieces) {
      signal?.throwIfAborted()
      reports.push(await carryOut(piece, mode))
    }
    return reports
  } finally {
    clients.close()
  }
}

async function carryOut(piece: Piece, mode: SetupOptions['mode']): Promise<PieceReport> {
  const { name } = piece
  try {
    const found = await piece.look()
    if (found === undefined) {
      await piece.make()
      return { name, state: 'made', differences: [] }
    }
    if (found.length === 0) return { name, state: 'same', differences: [] }
    if (mode !== 'change') return { name, state: 'differs', differences: found }
    await piece.change()
    return { name, state: 'changed', differences: found }
  } catch (error) {
    throw awsError(error, { permission: 'the setup', resource: name })
  }
}
