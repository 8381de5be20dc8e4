/**
 * Measures the shipped runbooks on captured logs whose events are labelled, and writes docs/detonations.md.
 * Labels are a TSV with the columns label (detonation or warm-up), eventTime, eventID, event, errorCode and userAgent;
 * events with one user agent are one detonation.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findingsCiting, stepsCiting } from '../src/core/run/citations.ts'
import type { RunResult } from '../src/core/run/result.ts'
import { severities, severityRank } from '../src/core/run/severity.ts'
import { type Answers, answersOf, grouped, trailbook } from './support/answers.ts'

interface Labelled {
  readonly label: string
  readonly eventTime: string
  readonly eventID: string
  readonly event: string
  readonly errorCode: string
  readonly userAgent: string
}

export async function main([folder, out = 'docs/detonations.md']: readonly string[]): Promise<number> {
  if (folder === undefined) {
    console.error('Usage: node scripts/detonations.mjs <folder with logs and groundtruth.tsv> [file to write]')
    return 64
  }
  const labelled = readLabels(await readFile(join(folder, 'groundtruth.tsv'), 'utf8'))
  const scratch = await mkdtemp(join(tmpdir(), 'trailbook-detonations-'))
  try {
    const lake = join(scratch, 'lake')
    await trailbook(['ingest', folder, '--lake', lake])
    const [first, last] = spanOf(labelled)
    const answers = answersOf(
      await trailbook<RunResult>(
        ['run', join(process.cwd(), 'runbooks'), '--lake', lake, '--from', first, '--to', last],
        { cwd: scratch },
      ),
    )
    const { text, loud } = report(labelled, answers)
    await writeFile(out, text)
    console.log(text)
    return loud === 0 ? 0 : 1
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

function readLabels(text: string): readonly Labelled[] {
  const [head = '', ...lines] = text.trimEnd().split('\n')
  const names = head.split('\t')
  return lines.map((line) => {
    const cells = line.split('\t')
    return Object.fromEntries(names.map((name, index) => [name, cells[index] ?? ''])) as unknown as Labelled
  })
}

/** From the first labelled event to a second after the last. */
function spanOf(labelled: readonly Labelled[]): readonly [string, string] {
  const times = labelled.map((one) => one.eventTime).sort()
  const end = new Date(Date.parse(times.at(-1)!) + 1000).toISOString().replace('.000Z', 'Z')
  return [times[0]!, end]
}

/** The tool asks this once before each detonation to see whether its credentials work. */
const isProbe = (group: readonly Labelled[]): boolean =>
  group.every((one) => one.event === 'ec2:DescribeAccountAttributes')

function report(labelled: readonly Labelled[], answers: Answers): { readonly text: string; readonly loud: number } {
  const groups = [
    ...grouped(
      labelled.filter((one) => one.label === 'detonation'),
      (one) => one.userAgent,
    ).values(),
  ]
  const detonations = groups.filter((group) => !isProbe(group))
  const rows = detonations.map((group) => rowOf(group, answers))
  const found = rows.filter((row) => row.found !== 'no').length
  const asFinding = rows.filter((row) => row.severity !== '').length
  const noise = noiseOf(labelled, answers)
  const loud = noise.filter((one) => severityRank(one.severity) >= severityRank('high')).length
  return {
    loud,
    text: [
      '# What the shipped runbooks find in a captured attack simulation',
      '',
      'Measured by `node scripts/detonations.mjs <folder>` on the public Invictus IR dataset (MIT): 2,900 events of one lab account on',
      '2023-07-10, in which Stratus Red Team carried out attack techniques and Terraform prepared and removed what they need. Events of one',
      'user agent `stratus-red-team_<id>` are one row; undoing an attack is a row of its own. A call that failed is not an attack that worked:',
      'the outcome says so. *Finding* is a finding of a runbook; *row* is shown in the rows of a runbook without being a finding.',
      '',
      `${found} of ${rows.length} are seen, ${asFinding} as findings; ${groups.length - detonations.length} further user agents only made the one call`,
      '`ec2:DescribeAccountAttributes`, with which the tool tests its credentials.',
      '',
      '| time | calls | outcome | found | severity | by | event ids |',
      '|---|---|---|---|---|---|---|',
      ...rows.map(
        (row) =>
          `| ${row.time} | ${row.calls} | ${row.outcome} | ${row.found} | ${row.severity} | ${row.by} | ${row.ids} |`,
      ),
      '',
      '## The preparation',
      '',
      `Of the ${labelled.length - labelled.filter((one) => one.label === 'detonation').length} labelled events of preparation and clean-up, findings that rest on nothing else:`,
      `${severities
        .toReversed()
        .map((severity) => `${noise.filter((one) => one.severity === severity).length} ${severity}`)
        .join(', ')}.`,
      '',
      ...(noise.length === 0
        ? []
        : [
            '| severity | finding | runbook | events |',
            '|---|---|---|---|',
            ...noise.map(
              (one) => `| ${one.severity} | ${escaped(one.title)} | ${one.runbook} | ${one.eventIds.length} |`,
            ),
            '',
          ]),
    ].join('\n'),
  }
}

function rowOf(group: readonly Labelled[], answers: Answers) {
  const ids = group.map((one) => one.eventID)
  const findings = findingsCiting(ids, answers)
  const rows = stepsCiting(ids, answers)
  const top = severities.findLast((severity) => findings.some((finding) => finding.severity === severity))
  const by =
    top === undefined ? rows : [...new Set(findings.filter((one) => one.severity === top).map((one) => one.runbook))]
  return {
    time: group[0]!.eventTime.slice(11, 19),
    calls: counted(group.map((one) => one.event)),
    outcome: counted(group.map((one) => one.errorCode || 'succeeded')),
    found: top !== undefined ? 'finding' : rows.length > 0 ? 'row' : 'no',
    severity: top ?? '',
    by: by.slice(0, 3).join(', '),
    ids: `${ids.slice(0, 2).join(', ')}${ids.length > 2 ? ` and ${ids.length - 2} more` : ''}`,
  }
}

const counted = (names: readonly string[]): string =>
  [...grouped(names, (name) => name)]
    .map(([name, all]) => (all.length === 1 ? name : `${name} ×${all.length}`))
    .join(', ')

const escaped = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;')

/** Findings that cite events of the preparation only. */
function noiseOf(labelled: readonly Labelled[], { findings }: Answers) {
  const labelOf = new Map(labelled.map((one) => [one.eventID, one.label]))
  return findings.filter(
    (finding) =>
      finding.eventIds.length > 0 &&
      finding.eventIds.every((id) => labelOf.get(id) !== undefined && labelOf.get(id) !== 'detonation'),
  )
}
