import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type BundleManifest, manifestName } from '../../core/evidence/manifest.ts'
import { canonicalJson } from '../../core/run/canonical.ts'
import type { RunbookRun } from '../../core/run/result.ts'

/** No bundle lacks one of these. */
const always = ['coverage.json', 'plan.json', 'result.json', 'runbook.yaml']

type Unfit = (file: string, line: number | null, message: string) => void

/**
 * Holds the manifest against the result, which says the same at greater length, and the result against its coverage.
 *
 * @returns the ids of the events that findings name
 */
export async function checkResult(folder: string, manifest: BundleManifest, unfit: Unfit): Promise<readonly string[]> {
  const names = new Set(manifest.files.map(({ path }) => path))
  for (const path of always)
    if (!names.has(path)) unfit(manifestName, null, `It does not name ${path}, which is in all`)
  for (const { rows, contributors } of manifest.steps)
    for (const path of [rows, contributors?.file])
      if (typeof path === 'string' && !names.has(path))
        unfit(manifestName, null, `It names rows in ${path} and not the file`)
  if (!names.has('result.json') || !names.has('coverage.json')) return []
  let run: RunbookRun
  let coverage: string
  try {
    run = JSON.parse(await readFile(join(folder, 'result.json'), 'utf8')) as RunbookRun
    coverage = await readFile(join(folder, 'coverage.json'), 'utf8')
    const { title, verdict, complete, connection, window, runbook, findings, steps } = run
    const told = { title, verdict, complete, connection, window, runbook, findings: findings.length }
    const own = { ...manifest, title: manifest.runbook.title, runbook: manifest.runbook.id }
    for (const name of Object.keys(told) as (keyof typeof told)[])
      if (canonicalJson(told[name]) !== canonicalJson(own[name] ?? null))
        unfit('result.json', null, `Its ${name} is not that of the manifest`)
    for (const { id, status, rowCount } of steps)
      if (!manifest.steps.some((step) => step.id === id && step.status === status && step.rowCount === rowCount))
        unfit('result.json', null, `The step ${id} is not as the manifest has it`)
    if (`${canonicalJson(run.coverage)}\n` !== coverage)
      unfit('coverage.json', null, 'It is not the coverage of the result')
    return findings.flatMap(({ eventIds }) => eventIds)
  } catch {
    unfit('result.json', null, 'It is no result of a run')
    return []
  }
}
