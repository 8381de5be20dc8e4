import type { ProvenanceLine, RecordLine } from '../../core/evidence/origin-lines.ts'
import type { FaultList, SourceCounts } from '../../core/evidence/report.ts'
import type { EvidenceSources, Provenance } from '../../core/evidence/sources.ts'
import { byLocation } from './by-location.ts'
import { parsed } from './check-fit.ts'
import { collect } from './write-origins.ts'

interface CompareWork {
  readonly sources: Pick<EvidenceSources, 'originals'>
  readonly list: FaultList
  readonly signal: AbortSignal | undefined
}

/** Reads the original files again and compares the bundle's records with them, byte for byte. */
export async function compareSources(folder: string, { sources, list, signal }: CompareWork): Promise<SourceCounts> {
  const counts = { same: 0, changed: 0, gone: 0 }
  const records = parsed<RecordLine>(folder, 'records.ndjson')
  let line = 0
  for await (const events of byLocation(located(folder))) {
    signal?.throwIfAborted()
    const { state, found } = await collect(sources, events)
    for (const event of events) {
      line++
      const next = await records.next()
      const record = next.done ? undefined : next.value
      if (record === undefined || !('original' in record)) continue
      const now = found.get(event.ordinal)
      if (now === undefined && state.state !== 'same' && state.state !== 'changed') counts.gone++
      else if (now !== undefined && Buffer.from(now.bytes).equals(Buffer.from(record.original, 'utf8'))) counts.same++
      else {
        counts.changed++
        const place = `${event.file.location}, record ${event.ordinal}`
        const message = `${place}: the file now holds other bytes than the bundle for event ${event.eventID}`
        list.add({ file: 'records.ndjson', line, kind: 'source', message })
      }
    }
  }
  return counts
}

async function* located(folder: string): AsyncGenerator<readonly Provenance[]> {
  for await (const event of parsed<ProvenanceLine>(folder, 'provenance.ndjson'))
    if (event !== undefined && !('missing' in event)) yield [event]
}
