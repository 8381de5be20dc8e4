/** Whole processes, measured from outside by GNU time. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Figures {
  /** Seconds on the clock. */
  readonly wall: number
  /** Seconds of processors: user and system. */
  readonly cpu: number
  /** Of the largest single process, in MiB. */
  readonly peak: number
}

export interface Subject {
  readonly name: string
  /** Run by `bash -c`, so that a baseline may be a pipeline. */
  readonly command: string
  /** Before each run, not measured. */
  readonly before?: () => void
  /** After each run, not measured. */
  readonly after?: () => void
}

/** One run. @throws Error when the command fails */
export function measure({ command, before, after }: Subject): Figures {
  before?.()
  const folder = mkdtempSync(join(tmpdir(), 'trailbook-bench-'))
  try {
    const report = join(folder, 'time')
    const { status, stderr } = spawnSync(
      '/usr/bin/time',
      ['-f', '%e %U %S %M', '-o', report, 'bash', '-o', 'pipefail', '-c', command],
      { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8', maxBuffer: 2 ** 26 },
    )
    if (status !== 0) throw new Error(`exit code ${status}: ${command}\n${stderr.slice(-2000)}`)
    const [wall, user, system, peak] = readFileSync(report, 'utf8').trim().split('\n').at(-1)!.split(' ').map(Number)
    after?.()
    return { wall: wall!, cpu: user! + system!, peak: peak! / 1024 }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * The subjects in turn, A B C A B C …, after one round that is not counted: other work on the machine then falls on all of
 * them alike. Of each figure the median.
 */
export function measureInTurn(subjects: readonly Subject[], rounds: number, warm = true): Map<string, Figures> {
  if (warm) for (const subject of subjects) measure(subject)
  const runs = new Map<string, Figures[]>(subjects.map(({ name }) => [name, []]))
  for (let round = 0; round < rounds; round++)
    for (const subject of subjects) runs.get(subject.name)!.push(measure(subject))
  return new Map([...runs].map(([name, list]) => [name, medianOf(list)]))
}

const medianOf = (list: readonly Figures[]): Figures => ({
  wall: median(list.map(({ wall }) => wall)),
  cpu: median(list.map(({ cpu }) => cpu)),
  peak: Math.max(...list.map(({ peak }) => peak)),
})

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
