/** Asks the command line about log files of which some records are gone. */
import { execFile } from 'node:child_process'
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import type { CutLake } from './cut-lake.ts'
import type { LoggedEvent, Question } from './removals.ts'

/** TRAILBOOK_CLI is for a build that lies elsewhere. */
export const cli = process.env.TRAILBOOK_CLI ?? join(process.cwd(), 'dist/cli.js')

/** A runbook that finds nothing, so that its verdict is what coverage allows. */
export const runbookFor = ({ needs, lookback }: Question): string => `format: trailbook/v1
id: nothing-happens
title: Did something happen that never does?
needs: [${needs.join(', ')}]
scope: { window: 1d${lookback > 0 ? `, lookback: ${lookback}h` : ''} }
steps:
  - id: never
    title: Calls that nobody makes
    why: The verdict is then what coverage allows.
    query: |
      SELECT eventTime, eventName, recipientAccountId, eventID FROM cloudtrail_logs
      WHERE eventName = 'NothingOfTheKind'
    expect: Nothing.
    finding: { per: row, key: [recipientAccountId], severity: low, title: It happened }
`

interface RealCase {
  readonly question: Question
  readonly removed: readonly LoggedEvent[]
  /** As `inventory:` of trailbook.yaml. */
  readonly inventory: unknown
}

/** The verdict of `trailbook run` over log files without the removed records. @param own a folder that is made and removed again */
export async function verdictOf(
  { folder, lake }: { readonly folder: string; readonly lake: CutLake },
  { question, removed, inventory }: RealCase,
  own: string,
): Promise<string> {
  const gone = new Map<number, Set<number>>()
  for (const { file, ordinal } of removed) gone.set(file, (gone.get(file) ?? new Set()).add(ordinal))
  for (const [file, location] of lake.locations) {
    const path = join(own, relative(folder, location))
    const without = gone.get(file)
    mkdirSync(dirname(path), { recursive: true })
    if (without === undefined) {
      linkSync(location, path)
      continue
    }
    const { Records } = JSON.parse(gunzipSync(readFileSync(location)).toString()) as { Records: unknown[] }
    const left = Records.filter((_, ordinal) => !without.has(ordinal))
    if (left.length > 0) writeFileSync(path, gzipSync(JSON.stringify({ Records: left })))
  }
  mkdirSync(join(own, 'AWSLogs'), { recursive: true })
  writeFileSync(join(own, 'nothing-happens.yaml'), runbookFor(question))
  writeFileSync(join(own, 'trailbook.yaml'), JSON.stringify({ inventory }))
  const text = await trailbook(
    [
      ...['run', 'nothing-happens.yaml', '--logs', 'AWSLogs', '--format', 'json'],
      ...['--from', question.window.from, '--to', question.window.to],
      ...question.accounts.flatMap((account) => ['--account', account]),
      ...question.regions.flatMap((region) => ['--region', region]),
    ],
    own,
  )
  rmSync(own, { recursive: true, force: true })
  return (JSON.parse(text) as { verdict: string }).verdict
}

/** Standard output; verdicts are no failure. */
export function trailbook(args: readonly string[], cwd = process.cwd()): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [cli, ...args, '--quiet'], { cwd, maxBuffer: 1 << 28 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : Number(error.code)
      if (code === 0 || code === 2) resolve(stdout)
      else reject(new Error(`trailbook ${args.join(' ')} exited with ${code}: ${stdout.slice(0, 2000)}${stderr}`))
    })
  })
}
