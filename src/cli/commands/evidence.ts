import { readdir } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { pathKind, shownPath } from '../../authoring/library.ts'
import { verifyEvidence } from '../../compose.ts'
import { TrailbookError } from '../../core/errors.ts'
import { manifestName } from '../../core/evidence/manifest.ts'
import type { BundleReport } from '../../core/evidence/report.ts'
import { blank, type Line, labelled, line, span } from '../../core/report/lines.ts'
import { plural, visible } from '../../core/report/text.ts'
import { type LedgerWord, ledgerWord, writtenBundles, writtenInto } from '../bundle-ledger.ts'
import { argument, type CliContext, defineCommand, flag, type Given, type Outcome, text } from '../command.ts'
import { loadConfig } from '../config.ts'
import { awsOf } from '../s3-settings.ts'

export const evidenceCommand = defineCommand({
  name: 'evidence',
  summary: 'Check evidence bundles',
  details:
    'Computes everything in a bundle anew, names the file and the line that are not as they were written, and compares it with what the ledger noted when it was written. Exits with 0 where all is intact, 1 where something was changed, and 2 where a bundle, or original files that it was to be compared with, are gone.',
  arguments: [
    { name: '<what>', description: 'verify' },
    { name: '<bundle>', description: 'the folder of a bundle, or a folder with several bundles in it' },
  ],
  options: [
    { flags: '--id <sha256>', description: 'the id it must have; without it the ledger is asked, where there is one' },
    { flags: '--sources', description: 'read the original log files again and compare the bytes' },
  ],
  examples: [
    { command: 'trailbook evidence verify case-17', says: 'is it as it was written?' },
    { command: 'trailbook evidence verify case-17 --sources', says: 'and do the log files still say the same?' },
  ],
  async action(given, context) {
    const what = argument(given, 'what')
    if (what !== 'verify') {
      const advice = 'trailbook evidence verify <bundle> checks one; trailbook run … --evidence <dir> writes one.'
      throw new TrailbookError('CLI_USAGE', { reason: `evidence does not know "${what}"`, advice })
    }
    const folder = resolve(context.cwd, argument(given, 'bundle') ?? '')
    const entries = await writtenBundles(await loadConfig(context), context)
    const inside = await bundlesIn(folder)
    if (inside.length === 0) return one(await check(folder, { given, context, entries }), text(given, 'id'))
    if (text(given, 'id') !== undefined) {
      const reason = `--id is the id of one bundle, and there are ${plural(inside.length, 'bundle')} in ${shownPath(folder, context.cwd)}`
      throw new TrailbookError('CLI_USAGE', {
        reason,
        advice: `Name one of them, such as ${shownPath(inside[0]!, context.cwd)}.`,
      })
    }
    const bundles: Named[] = []
    for (const path of inside)
      bundles.push({ path: shownPath(path, context.cwd), ...(await check(path, { given, context, entries })) })
    const there = new Set(inside.map((path) => basename(path)))
    const gone = (await writtenInto(folder, entries)).filter(({ path }) => !there.has(basename(path)))
    return several(
      bundles,
      gone.map(({ path, bundle, seq }) => ({ path: shownPath(path, context.cwd), bundle, seq })),
    )
  },
})

/** Folders of bundles in a folder that is none itself. */
async function bundlesIn(folder: string): Promise<readonly string[]> {
  if ((await pathKind(folder)) !== 'folder' || (await pathKind(join(folder, manifestName))) !== undefined) return []
  const found: string[] = []
  for (const { name } of (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory()))
    if ((await pathKind(join(folder, name, manifestName))) === 'file') found.push(join(folder, name))
  return found.sort()
}

interface Checked extends BundleReport {
  readonly ledger: LedgerWord | null
}

interface CheckOptions {
  readonly given: Given
  readonly context: CliContext
  readonly entries: Awaited<ReturnType<typeof writtenBundles>>
}

/** An id that was given is believed before the ledger, which whoever remakes bundles may have written to as well. */
async function check(folder: string, { given, context, entries }: CheckOptions): Promise<Checked> {
  const id = text(given, 'id')?.toLowerCase()
  const { signal } = context
  const withSources = flag(given, 'sources')
  const aws = withSources ? awsOf(await loadConfig(context)) : undefined
  const report = await verifyEvidence(folder, { id, withSources, signal, ...(aws && { aws }) })
  const ledger = await ledgerWord(folder, report.id, entries)
  if (ledger?.verdict !== 'changed' || id === report.id) return { ...report, ledger }
  const { seq, time, bundle } = ledger
  const message = `Its SHA-256 is ${report.id}; the bundle that was written here at ${time} was ${bundle} (ledger, entry ${seq})`
  return {
    ...report,
    intact: false,
    faults: [{ file: manifestName, line: null, kind: 'changed', message }, ...report.faults],
    faultCount: report.faultCount + 1,
    ledger,
  }
}

const exitCodeOf = ({ intact, sources }: BundleReport): number => (!intact ? 1 : (sources?.gone ?? 0) > 0 ? 2 : 0)

const one = (report: Checked, id: string | undefined): Outcome => ({
  exitCode: exitCodeOf(report),
  json: { schema: 'trailbook.evidence/v1', ...report },
  lines: (width) => reportLines(report, { id, width }),
})

type Named = Checked & { readonly path: string }

interface GoneBundle {
  readonly path: string
  readonly bundle: string
  /** Entry of the ledger. */
  readonly seq: number
}

const severalJson = (bundles: readonly Named[], gone: readonly GoneBundle[]) => ({
  schema: 'trailbook.evidence/v1',
  intact: bundles.every(({ intact }) => intact),
  bundles,
  gone,
})

function several(bundles: readonly Named[], gone: readonly GoneBundle[]): Outcome {
  const changed = bundles.filter(({ intact }) => !intact).length
  const codes = new Set(bundles.map(exitCodeOf))
  return {
    exitCode: codes.has(1) ? 1 : codes.has(2) || gone.length > 0 ? 2 : 0,
    json: severalJson(bundles, gone),
    lines: (width) => [
      ...bundles.flatMap((report) => [
        line(span(visible(report.path), 'strong')),
        ...reportLines(report, { id: undefined, width }),
        blank,
      ]),
      ...gone.flatMap(({ path, bundle, seq }) =>
        labelled('-', visible(`${path} is gone: the ledger noted the bundle ${bundle} there (entry ${seq}).`), width),
      ),
      line(
        span(changed === 0 ? 'All intact' : `${changed} changed`, changed === 0 ? 'good' : 'bad'),
        `  ${plural(bundles.length, 'bundle')} checked${gone.length === 0 ? '' : `, ${gone.length} gone`}`,
      ),
    ],
  }
}

function reportLines(
  report: Checked,
  { id, width }: { readonly id: string | undefined; readonly width: number },
): readonly Line[] {
  const more = report.faultCount - report.faults.length
  return [
    line(report.intact ? span('Intact', 'good') : span('Changed', 'bad'), `  ${plural(report.files, 'file')} checked`),
    ...labelled('Id     ', report.id ?? 'unknown', width),
    ...labelled('Ledger ', ledgerText(report.ledger, id), width),
    ...sourceLines(report, width),
    ...report.faults.flatMap(({ file, line: at, message }) =>
      labelled('-', visible(`${at === null ? file : `${file}:${at}`}: ${message}.`), width),
    ),
    ...(more > 0 ? [line(`… and ${more} more`)] : []),
  ]
}

function ledgerText(ledger: LedgerWord | null, id: string | undefined): string {
  if (ledger === null)
    return id === undefined
      ? 'no entry of this bundle; only an id kept elsewhere (--id) tells a bundle from one that was made anew'
      : 'no entry of this bundle'
  const { verdict, seq, time, actor } = ledger
  return `${verdict === 'sound' ? 'the same as written' : 'another was written'}: entry ${seq}, ${time}, ${actor}`
}

function sourceLines({ sources }: BundleReport, width: number): readonly Line[] {
  if (sources === null) return []
  const { same, changed, gone } = sources
  const text = `${plural(same, 'record')} the same, ${changed} changed, ${gone} in files that are gone or cannot be read`
  return labelled('Sources', text, width)
}
