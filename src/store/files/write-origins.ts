import { createHash } from 'node:crypto'
import { identityIn } from '../../core/evidence/identity.ts'
import type { BundleFile } from '../../core/evidence/manifest.ts'
import { keptRecord, originalLine, type RecordLine, recordPlace } from '../../core/evidence/origin-lines.ts'
import type { EvidenceSources, OriginalFile, OriginalRecord, Provenance, Span } from '../../core/evidence/sources.ts'
import { byLocation } from './by-location.ts'
import { createLineFile, type LineFile } from './line-file.ts'

interface OriginsInput {
  readonly cited: ReadonlySet<string>
  readonly sources: EvidenceSources
  readonly span: Span
  readonly signal?: AbortSignal | undefined
}

interface WrittenOrigins {
  readonly written: readonly BundleFile[]
  readonly notInLake: number
  readonly original: number
  readonly missing: number
}

/** Writes where each cited event came from, its original bytes, and what became of the original files. */
export async function writeOrigins(folder: string, input: OriginsInput): Promise<WrittenOrigins> {
  const { cited, sources, span, signal } = input
  const names = ['provenance.ndjson', 'records.ndjson', 'originals.ndjson']
  const files: LineFile[] = []
  try {
    for (const name of names) files.push(await createLineFile(folder, name))
    const [provenance, records, originals] = files as [LineFile, LineFile, LineFile]
    const missing = new Set(cited)
    const counts = { original: 0, missing: 0 }
    for await (const events of byLocation(sources.provenance(cited, span))) {
      signal?.throwIfAborted()
      const { file } = events[0]!
      for (const event of events) {
        missing.delete(event.eventID)
        await provenance.add(event)
      }
      const { state, found } = await collect(sources, events)
      for (const event of events) {
        const line = recordLine(event, found.get(event.ordinal), state)
        counts['original' in line ? 'original' : 'missing']++
        await records.add(line)
      }
      await originals.add(originalLine(file, state, events.length))
    }
    for (const eventID of [...missing].sort()) await provenance.add({ eventID, missing: 'not-in-lake' })
    const written = (await Promise.all(files.map((file) => file.close()))).flat()
    return { written, notInLake: missing.size, ...counts }
  } catch (error) {
    for (const file of files) await file.abandon()
    throw error
  }
}

/** The wanted records of one file; they are in memory together. */
export async function collect(
  sources: Pick<EvidenceSources, 'originals'>,
  events: readonly Provenance[],
): Promise<{ readonly state: OriginalFile; readonly found: ReadonlyMap<number, OriginalRecord> }> {
  const found = new Map<number, OriginalRecord>()
  const reading = sources.originals(events[0]!.file, new Set(events.map(({ ordinal }) => ordinal)))
  for (;;) {
    const next = await reading.next()
    if (next.done) return { state: next.value, found }
    found.set(next.value.ordinal, next.value)
  }
}

/** Bytes go in only where they are the very record: its identity is computed anew from them. */
function recordLine(event: Provenance, record: OriginalRecord | undefined, file: OriginalFile): RecordLine {
  const place = recordPlace(event)
  if (record === undefined) return { ...place, missing: file.state === 'same' ? 'other' : file.state }
  const bytes = Buffer.from(record.bytes)
  const original = bytes.toString('utf8')
  if (identityIn(original, record.within, event.account) !== event.identity) return { ...place, missing: 'other' }
  return { ...place, ...keptRecord(record, original, createHash('sha256').update(bytes).digest('hex')) }
}
