/** Runs the built CLI as a user would and gathers what its answers say of single events. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import type { Finding } from '../../src/core/run/findings.ts'
import type { RunResult } from '../../src/core/run/result.ts'

const cli = join(process.cwd(), 'dist/cli.js')

/** @returns the object on standard output; the exit code says what was found, and only usage and failures end the script */
export async function trailbook<Answer>(
  args: readonly string[],
  options: { readonly cwd?: string } = {},
): Promise<Answer> {
  const child = spawn(process.execPath, [cli, ...args, '--format', 'json'], {
    cwd: options.cwd,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  const code = await new Promise<number | null>((done) => child.once('close', done))
  const text = Buffer.concat(chunks).toString('utf8')
  if (code === null || code === 3 || code >= 64)
    throw new Error(`trailbook ${args.join(' ')} exited with ${code}: ${text.slice(0, 2000)}`)
  return JSON.parse(text) as Answer
}

export interface Mention {
  readonly runbook: string
  readonly step: string
}

export interface Answers {
  readonly result: RunResult
  readonly findings: readonly Finding[]
  /** Findings that cite an event, by event id. */
  readonly findingsOf: ReadonlyMap<string, readonly Finding[]>
  /** Steps with a row that cites an event, by event id. */
  readonly rowsOf: ReadonlyMap<string, readonly Mention[]>
}

export function answersOf(result: RunResult): Answers {
  const findingsOf = new Map<string, Finding[]>()
  const rowsOf = new Map<string, Mention[]>()
  for (const finding of result.findings) for (const id of finding.eventIds) add(findingsOf, id, finding)
  for (const run of result.runs)
    for (const step of run.steps)
      for (const row of step.rows) for (const id of idsIn(row)) add(rowsOf, id, { runbook: run.runbook, step: step.id })
  return { result, findings: result.findings, findingsOf, rowsOf }
}

function add<Value>(map: Map<string, Value[]>, key: string, value: Value): void {
  const known = map.get(key)
  if (known === undefined) map.set(key, [value])
  else known.push(value)
}

function idsIn(row: Readonly<Record<string, unknown>>): readonly string[] {
  const many = row.eventIDs
  return [row.eventID, ...(Array.isArray(many) ? many : [])].filter((id) => typeof id === 'string')
}

export function grouped<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
): ReadonlyMap<string, readonly Item[]> {
  const groups = new Map<string, Item[]>()
  for (const item of items) add(groups, keyOf(item), item)
  return groups
}
