import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { identityIn } from '../../core/evidence/identity.ts'
import type { BundleManifest } from '../../core/evidence/manifest.ts'
import type { ProvenanceLine, RecordLine } from '../../core/evidence/origin-lines.ts'
import type { FaultList } from '../../core/evidence/report.ts'
import type { Row } from '../../core/ports.ts'
import { digestOf } from '../../core/run/canonical.ts'
import { eventIdsOf } from '../../core/run/findings.ts'
import type { PlanRecord } from '../../core/run/plan.ts'
import { checkResult } from './check-result.ts'
import { readLines } from './read-lines.ts'

interface FitWork {
  readonly manifest: BundleManifest
  readonly list: FaultList
}

/**
 * What must agree whoever computed the hashes: the digests of runbook and plan, manifest and result, the events of each
 * row and finding with their provenance, and each original record with the identity it has in the lake.
 */
export async function checkFit(folder: string, { manifest, list }: FitWork): Promise<void> {
  const digest = async (path: string, cut: number): Promise<string> => {
    const text = await readFile(join(folder, path), 'utf8')
    return digestOf(cut === 0 ? text : text.slice(0, -cut))
  }
  const unfit = (file: string, line: number | null, message: string): void =>
    list.add({ file, line, kind: 'unfit', message })
  const names = new Set(manifest.files.map(({ path }) => path))
  if (names.has('runbook.yaml') && (await digest('runbook.yaml', 0)) !== manifest.runbook.digest)
    unfit('runbook.yaml', null, 'It is not the runbook that the manifest names by its digest')
  // Without the line end.
  if (names.has('plan.json') && (await digest('plan.json', 1)) !== manifest.plan)
    unfit('plan.json', null, 'It is not the plan that the manifest names by its digest')
  await checkInner(folder, names, unfit)
  const found = await checkResult(folder, manifest, unfit)
  if (!names.has('provenance.ndjson') || !names.has('records.ndjson')) return

  const known = await checkRecords(folder, unfit)
  for (const id of found)
    if (!known.has(id)) unfit('result.json', null, `A finding names the event ${id}, which has no provenance`)
  for (const path of manifest.steps.flatMap((step) => [step.rows ?? [], step.contributors?.file ?? []].flat())) {
    if (!names.has(path)) continue
    let line = 0
    for await (const row of parsed<Row>(folder, path)) {
      line++
      const unknown = row === undefined ? undefined : eventIdsOf(row).find((id) => !known.has(id))
      if (row === undefined) unfit(path, line, `Line ${line} is no JSON`)
      else if (unknown !== undefined)
        unfit(path, line, `Line ${line} names the event ${unknown}, which has no provenance`)
    }
  }
}

/** The runbooks that the runbook ran, against the plan, which names them by their digests. */
async function checkInner(folder: string, names: ReadonlySet<string>, unfit: Unfit): Promise<void> {
  if (!names.has('plan.json')) return
  let plan: Partial<PlanRecord> | null
  try {
    plan = JSON.parse(await readFile(join(folder, 'plan.json'), 'utf8')) as Partial<PlanRecord> | null
  } catch {
    return unfit('plan.json', null, 'It is no JSON')
  }
  for (const [id, { digest }] of Object.entries(plan?.runbooks ?? {})) {
    const path = `runbooks/${id}.yaml`
    if (!names.has(path)) unfit(path, null, 'The plan names it, and it is not in the bundle')
    else if (digestOf(await readFile(join(folder, path), 'utf8')) !== digest)
      unfit(path, null, 'It is not the runbook that the plan names by its digest')
  }
}

type Unfit = (file: string, line: number | null, message: string) => void

/** @returns every event id that provenance speaks of */
async function checkRecords(folder: string, unfit: Unfit): Promise<ReadonlySet<string>> {
  const known = new Set<string>()
  const records = parsed<RecordLine>(folder, 'records.ndjson')
  let line = 0
  for await (const event of parsed<ProvenanceLine>(folder, 'provenance.ndjson')) {
    line++
    if (event === undefined) {
      unfit('provenance.ndjson', line, `Line ${line} is no JSON`)
      continue
    }
    known.add(event.eventID)
    if ('missing' in event) continue
    const next = await records.next()
    const record = next.done ? undefined : next.value
    if (record === undefined || record.identity !== event.identity || record.ordinal !== event.ordinal)
      unfit('records.ndjson', line, `Line ${line} is not the record of that line of provenance.ndjson`)
    else if ('original' in record) {
      if (createHash('sha256').update(record.original, 'utf8').digest('hex') !== record.sha256)
        unfit('records.ndjson', line, `The record of event ${event.eventID} does not have its SHA-256`)
      if (identityIn(record.original, record.within, event.account) !== event.identity)
        unfit('records.ndjson', line, `The record of event ${event.eventID} is not the one the lake holds`)
    }
  }
  if (!(await records.next()).done) unfit('records.ndjson', line + 1, 'There are more records than provenance has')
  return known
}

/** Lines as JSON objects, undefined for one that is none. */
export async function* parsed<T>(folder: string, path: string): AsyncGenerator<T | undefined> {
  for await (const line of readLines(join(folder, path))) {
    let value: unknown
    try {
      value = JSON.parse(line)
    } catch {
      value = undefined
    }
    yield typeof value === 'object' && value !== null ? (value as T) : undefined
  }
}
