/** Feeds mutated inputs to the real ingest, batch by batch, each in a process of its own, and judges what became of each. */
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { BatchAnswer } from './ingest-batch.ts'
import { type FuzzInput, fuzzInput, simulatedRecords } from './inputs.ts'
import { problemsOf, totalsProblem } from './judge.ts'

export interface FuzzOptions {
  readonly seed: number
  readonly count: number
  /** The number of the first input. */
  readonly first?: number
  readonly batch?: number
  /** The bundled ingest-batch.ts. */
  readonly runner: string
  /** A folder of real log files, from which more records are taken. */
  readonly data?: string | undefined
  /** Where a failing input is kept. */
  readonly keep: string
  readonly say: (line: string) => void
}

export interface FuzzResult {
  readonly inputs: number
  readonly records: number
  readonly events: number
  readonly quarantinedFiles: number
  readonly peakMb: number
  readonly failures: readonly string[]
}

const secondsPerBatch = 120
const limitMb = 1024

export async function fuzz({
  seed,
  count,
  first = 0,
  batch = 250,
  runner,
  data,
  keep,
  say,
}: FuzzOptions): Promise<FuzzResult> {
  const pool = [...simulatedRecords(seed), ...realRecords(data)]
  const failures: string[] = []
  let records = 0
  let events = 0
  let quarantinedFiles = 0
  let peakMb = 0

  const fail = (input: FuzzInput, at: number, problem: string): void => {
    mkdirSync(keep, { recursive: true })
    writeFileSync(join(keep, input.name), input.bytes)
    failures.push(`input ${at}: ${problem}`)
    say(
      `input ${at}: ${problem}\n  kept as ${join(keep, input.name)}; again with: --seed ${seed} --first ${at} --count 1`,
    )
  }

  /** Halves a batch that as a whole failed until the one input is found that does it. */
  const run = async (from: number, to: number): Promise<void> => {
    const folder = mkdtempSync(join(tmpdir(), 'trailbook-fuzz-'))
    const logs = join(folder, 'logs')
    mkdirSync(logs)
    try {
      const inputs = Array.from({ length: to - from }, (_, at) => fuzzInput(pool, seed, from + at))
      for (const { name, bytes } of inputs) writeFileSync(join(logs, name), bytes)
      const { answer, problem } = await ingest(runner, logs, join(folder, 'lake'))
      if (answer !== undefined) {
        peakMb = Math.max(peakMb, answer.peakMb)
        records += answer.totals.records
        events += answer.totals.events
        quarantinedFiles += answer.files.filter(({ status }) => status === 'quarantined').length
        const files = new Map(answer.files.map((file) => [file.location, file]))
        for (const [at, input] of inputs.entries())
          for (const wrong of problemsOf(input, join(logs, input.name), files)) fail(input, from + at, wrong)
        for (const wrong of totalsProblem(answer)) failures.push(`inputs ${from} to ${to - 1}: ${wrong}`)
      }
      if (problem === undefined) return
      if (to - from === 1) return fail(inputs[0]!, from, problem)
      say(`inputs ${from} to ${to - 1}: ${problem}; looking for the one`)
      const before = failures.length
      const middle = (from + to) >> 1
      await run(from, middle)
      await run(middle, to)
      if (failures.length === before) failures.push(`inputs ${from} to ${to - 1} together: ${problem}`)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }

  for (let from = first; from < first + count; from += batch) await run(from, Math.min(from + batch, first + count))
  return { inputs: count, records, events, quarantinedFiles, peakMb, failures }
}

interface BatchOutcome {
  readonly answer?: BatchAnswer
  readonly problem?: string
}

function ingest(runner: string, logs: string, lake: string): Promise<BatchOutcome> {
  return new Promise((done) => {
    const child = spawn(process.execPath, [runner, logs, lake], { stdio: ['ignore', 'pipe', 'pipe'] })
    const out: Buffer[] = []
    let said = ''
    let late = false
    const timer = setTimeout(() => {
      late = true
      child.kill('SIGKILL')
    }, secondsPerBatch * 1000)
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => {
      said = (said + chunk).slice(-4000)
    })
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      if (late) return done({ problem: `it hangs: no end after ${secondsPerBatch} s` })
      if (code !== 0)
        return done({ problem: `it crashes: ${signal ?? `exit code ${code}`} ${said.trim().slice(0, 600)}` })
      const answer = JSON.parse(Buffer.concat(out).toString()) as BatchAnswer
      if (answer.peakMb > limitMb) return done({ answer, problem: `it takes ${answer.peakMb} MB` })
      done({ answer })
    })
  })
}

function realRecords(data: string | undefined): string[] {
  if (data === undefined) return []
  const names = readdirSync(data, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json.gz'))
  return names.sort().flatMap((name) => {
    try {
      const { Records } = JSON.parse(gunzipSync(readFileSync(join(data, name))).toString()) as { Records: unknown[] }
      // Few of each file, so that one large capture is not all there is.
      return Records.slice(0, 20)
        .map((record) => JSON.stringify(record))
        .filter((text) => text.includes('"eventID":"'))
    } catch {
      return []
    }
  })
}
