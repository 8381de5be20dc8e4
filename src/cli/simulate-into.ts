/** Simulated logs in a folder, as `simulate` and `demo` make them. */
import { readdir } from 'node:fs/promises'
import { TrailbookError } from '../core/errors.ts'
import type { GroundTruth } from '../simulate/ground-truth.ts'
import type { SimulateRequest } from '../simulate/simulate.ts'
import { type Given, text } from './command.ts'
import { makeFolder, writing } from './write.ts'

interface SimulateIntoOptions {
  /** The folder as it is shown. */
  readonly shown: string
  readonly withDigests?: boolean
}

/** @throws TrailbookError SIMULATE_*, CLI_UNWRITABLE */
export async function simulateInto(
  folder: string,
  request: SimulateRequest,
  { shown, withDigests = false }: SimulateIntoOptions,
): Promise<GroundTruth> {
  const [{ simulate }, { folderSink }, { createDigestSigner }] = await Promise.all([
    import('../simulate/simulate.ts'),
    import('../simulate/folder-sink.ts'),
    import('../simulate/digest-signer.ts'),
  ])
  await writing(shown, () => makeFolder(folder))
  if ((await readdir(folder)).length > 0) throw new TrailbookError('SIMULATE_NOT_EMPTY', { path: shown })
  const sink = folderSink(folder)
  const digests = withDigests ? { signer: createDigestSigner(), write: sink.write } : undefined
  return writing(shown, async () => simulate(request, sink, digests))
}

/** Bounds are the generator's own; what is no number at all is told as it was typed. */
export function wholeNumber(given: Given, option: string): number {
  const value = text(given, option) ?? ''
  const number = Number(value.replaceAll('_', ''))
  if (value === '' || Number.isNaN(number))
    throw new TrailbookError('SIMULATE_OPTION', { option: `--${option}`, value, reason: 'must be a whole number' })
  return number
}
