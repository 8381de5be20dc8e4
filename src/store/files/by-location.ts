import type { Provenance } from '../../core/evidence/sources.ts'

/** Neighbouring events of one file together; a file that changed and went in again is another one. */
export async function* byLocation(
  batches: AsyncIterable<readonly Provenance[]>,
): AsyncGenerator<readonly Provenance[]> {
  let group: Provenance[] = []
  for await (const batch of batches) {
    for (const event of batch) {
      if (group[0] !== undefined && !sameFile(group[0], event)) {
        yield group
        group = []
      }
      group.push(event)
    }
  }
  if (group.length > 0) yield group
}

const sameFile = ({ file: a }: Provenance, { file: b }: Provenance): boolean =>
  a.location === b.location && a.sha256 === b.sha256
