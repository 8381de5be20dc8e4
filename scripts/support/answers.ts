/** Runs the built CLI as a user would and gathers what its answers say of single events. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { type Citations, citationsOf } from '../../src/core/run/citations.ts'
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

export interface Answers extends Citations {
  readonly result: RunResult
  readonly findings: readonly Finding[]
}

export const answersOf = (result: RunResult): Answers => ({
  result,
  findings: result.findings,
  ...citationsOf(result),
})

export function grouped<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
): ReadonlyMap<string, readonly Item[]> {
  const groups = new Map<string, Item[]>()
  for (const item of items) {
    const key = keyOf(item)
    groups.set(key, [...(groups.get(key) ?? []), item])
  }
  return groups
}
