import { randomBytes } from 'node:crypto'
import { lstat, mkdir, readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { TrailbookError } from '../../core/errors.ts'
import type { Contributors } from '../../core/evidence/contributors.ts'
import {
  type BundleFile,
  type BundleManifest,
  type BundleStep,
  bundleId,
  manifestName,
  manifestText,
  sealName,
} from '../../core/evidence/manifest.ts'
import { type PlacedStep, placedSteps } from '../../core/evidence/placed-steps.ts'
import { type SealBody, sealText } from '../../core/evidence/seal.ts'
import { sealedRun } from '../../core/evidence/sealed-run.ts'
import type { EvidenceSources, Span } from '../../core/evidence/sources.ts'
import { findingIds, traceRows } from '../../core/evidence/trace.ts'
import type { Row } from '../../core/ports.ts'
import { canonicalJson } from '../../core/run/canonical.ts'
import { type Plan, planDigest, planRecord } from '../../core/run/plan.ts'
import type { RunbookRun } from '../../core/run/result.ts'
import { createLineFile, writeLines } from './line-file.ts'
import { folderMode, makePrivateFolder, syncFolder, writePrivateFile } from './private-files.ts'
import { systemReason } from './reasons.ts'
import { writeOrigins } from './write-origins.ts'

export interface BundleInput {
  /** A folder that is not there yet, or is empty. */
  readonly target: string
  /** Version of trailbook. */
  readonly tool: string
  readonly plan: Plan
  /** The runbook's text as it was run. */
  readonly runbookText: string
  /** The same of the runbooks that its steps run, by id. */
  readonly innerTexts: Readonly<Record<string, string>>
  readonly run: RunbookRun
  /** Rows of one of the run's own steps beyond those that the run holds. */
  readonly beyond: (step: string) => AsyncIterable<Row>
  /** Events behind the rows of the run's own steps that name none, by step. */
  readonly contributors: ReadonlyMap<string, readonly Contributors[]>
  /** Events that any query of the run may have read. */
  readonly span: Span
  /** Undefined where the events came from no lake. */
  readonly sources: EvidenceSources | undefined
  /** Texts for people, by file name. They must not depend on the moment. */
  readonly reports: Readonly<Record<string, string>>
  /** Asked for last. */
  readonly seal: () => Promise<Omit<SealBody, 'schema' | 'bundle' | 'elapsedMs'>>
  readonly signal?: AbortSignal | undefined
}

export interface WrittenBundle {
  readonly path: string
  /** SHA-256 of the manifest. */
  readonly id: string
  readonly manifest: BundleManifest
}

/**
 * Writes a bundle into a folder beside the target and puts it in place by renaming: it is there as a whole or not at all,
 * also after an abort.
 *
 * @throws TrailbookError EVIDENCE_EXISTS, EVIDENCE_UNWRITABLE, RUN_INTERRUPTED
 */
export async function writeBundle(input: BundleInput): Promise<WrittenBundle> {
  const { target, signal } = input
  await refuseTaken(target)
  const folder = join(dirname(target), `.${basename(target)}.partial-${randomBytes(4).toString('hex')}`)
  try {
    await makePrivateFolder(dirname(target))
    await mkdir(folder, { mode: folderMode })
    const written = await fill(folder, input)
    signal?.throwIfAborted()
    await rename(folder, target)
    await syncFolder(dirname(target))
    return { path: target, ...written }
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    if (signal?.aborted) throw new TrailbookError('RUN_INTERRUPTED', {}, { cause: error })
    throw unwritable(error, target)
  }
}

function unwritable(error: unknown, path: string): unknown {
  const reason = systemReason(error)
  return reason === undefined ? error : new TrailbookError('EVIDENCE_UNWRITABLE', { path, reason }, { cause: error })
}

/** @throws TrailbookError EVIDENCE_EXISTS, EVIDENCE_UNWRITABLE */
export async function refuseTaken(target: string): Promise<void> {
  const names = await readdir(target).catch(async (error: NodeJS.ErrnoException): Promise<string[]> => {
    if (error.code === 'ENOENT') return []
    if (error.code === 'ENOTDIR' && (await lstat(target).catch(() => undefined)) !== undefined) return ['it is a file']
    throw unwritable(error, target)
  })
  if (names.length > 0) throw new TrailbookError('EVIDENCE_EXISTS', { path: target })
}

async function fill(folder: string, input: BundleInput): Promise<Omit<WrittenBundle, 'path'>> {
  const { plan, run, sources, span, signal } = input
  const files: BundleFile[] = []
  const put = async (path: string, text: string): Promise<void> => {
    files.push({ path, ...(await writePrivateFile(join(folder, path), text)) })
  }
  const sealed = sealedRun(run)
  await put('plan.json', `${canonicalJson(planRecord(plan))}\n`)
  await put('runbook.yaml', input.runbookText)
  const inner = Object.entries(input.innerTexts)
  if (inner.length > 0) await mkdir(join(folder, 'runbooks'), { mode: folderMode })
  for (const [runbook, text] of inner) await put(`runbooks/${runbook}.yaml`, text)
  await put('result.json', `${canonicalJson(sealed)}\n`)
  await put('coverage.json', `${canonicalJson(run.coverage)}\n`)
  for (const [name, text] of Object.entries(input.reports)) await put(name, text)

  const cited = new Set(findingIds(run))
  const steps: BundleStep[] = []
  await mkdir(join(folder, 'steps'), { mode: folderMode })
  for (const placed of placedSteps(sealed)) {
    signal?.throwIfAborted()
    const { written, ...described } = await writeStep(folder, { placed, cited, input })
    files.push(...written)
    steps.push(described)
  }
  await syncFolder(join(folder, 'steps'))

  const origins = { notInLake: cited.size, original: 0, missing: 0 }
  if (sources !== undefined) {
    await put('lake.json', `${canonicalJson(await sources.content(span))}\n`)
    const { written, ...counts } = await writeOrigins(folder, { cited, sources, span, signal })
    files.push(...written)
    Object.assign(origins, counts)
  }

  const manifest: BundleManifest = {
    schema: 'trailbook.bundle/v1',
    tool: input.tool,
    runbook: { id: run.runbook, title: run.title, digest: plan.digest },
    plan: planDigest(plan),
    connection: run.connection,
    window: run.window,
    verdict: run.verdict,
    complete: run.complete,
    findings: run.findings.length,
    steps,
    events: { cited: cited.size, ...origins },
    files: files.sort((a, b) => (a.path < b.path ? -1 : 1)),
  }
  const text = manifestText(manifest)
  const id = bundleId(text)
  await writePrivateFile(join(folder, manifestName), text)
  const elapsedMs = Object.fromEntries(
    run.steps.flatMap((step) => (step.elapsedMs === undefined ? [] : [[step.id, step.elapsedMs]])),
  )
  const seal = sealText({ schema: 'trailbook.seal/v1', bundle: id, elapsedMs, ...(await input.seal()) })
  await writePrivateFile(join(folder, sealName), seal)
  await syncFolder(folder)
  return { id, manifest }
}

interface StepWork {
  readonly placed: PlacedStep
  readonly cited: Set<string>
  readonly input: BundleInput
}

async function writeStep(
  folder: string,
  { placed, cited, input }: StepWork,
): Promise<BundleStep & { readonly written: readonly BundleFile[] }> {
  const { runbook, step, outer } = placed
  const { id, kind, status, rowCount, excluded } = step
  const traced = { toEvents: 0, toQuery: 0 }
  const described = { runbook, id, kind, status, rowCount, excluded, traced }
  if (step.rows.length === 0) return { ...described, rows: null, contributors: null, written: [] }
  const path = `steps/${placed.name}.ndjson`
  const file = await createLineFile(folder, path)
  const add = async (row: Row): Promise<void> => {
    const one = traceRows([row], (eventId) => cited.add(eventId))
    traced.toEvents += one.toEvents
    traced.toQuery += one.toQuery
    await file.add(row)
  }
  try {
    for (const row of step.rows) await add(row)
    let count = 0
    for await (const row of outer ? input.beyond(id) : []) {
      if (++count % 1000 === 0) input.signal?.throwIfAborted()
      await add(row)
    }
  } catch (error) {
    await file.abandon()
    throw error
  }
  const written = [...(await file.close())]
  const behind = (outer ? input.contributors.get(id) : undefined) ?? []
  if (behind.length === 0) return { ...described, rows: path, contributors: null, written }
  const events = `steps/${placed.name}.events.ndjson`
  written.push(...(await writeLines(folder, events, behind)))
  for (const { eventIDs } of behind) for (const eventId of eventIDs) cited.add(eventId)
  return { ...described, rows: path, contributors: { file: events, rows: behind.length }, written }
}
