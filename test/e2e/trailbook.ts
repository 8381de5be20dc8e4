/** Runs the built command line in a folder of its own. */
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { fillEvents } from '../../src/core/runbook/case-events.ts'
import type { JsonMap } from '../../src/core/runbook/json.ts'
import type { GivenEvent } from '../../src/core/runbook/schema-case.ts'

const root = new URL('../../', import.meta.url).pathname
const cli = join(root, 'dist', 'cli.js')

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Builds the command line when a source is newer; of several test files one builds and the others wait. */
export function build(): void {
  const lock = join(tmpdir(), `trailbook-build-${root.replace(/\W/g, '_')}`)
  const deadline = Date.now() + 60_000
  while (!isFresh()) {
    try {
      mkdirSync(lock)
    } catch {
      if (Date.now() > deadline) throw new Error(`another build never ended; remove ${lock}`)
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100)
      continue
    }
    try {
      if (!isFresh()) {
        const built = spawnSync(process.execPath, ['scripts/build.mjs'], { cwd: root, encoding: 'utf8' })
        if (built.status !== 0) throw new Error(built.stderr)
      }
    } finally {
      rmSync(lock, { recursive: true })
    }
  }
}

function isFresh(): boolean {
  if (!existsSync(cli)) return false
  const built = statSync(cli).mtimeMs
  const sources = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
  return sources.every(
    (entry) =>
      !entry.name.endsWith('.ts') ||
      entry.name.endsWith('.test.ts') ||
      statSync(join(entry.parentPath, entry.name)).mtimeMs <= built,
  )
}

export const folder = (): string => mkdtempSync(join(tmpdir(), 'trailbook-e2e-'))

const environment = (more: Record<string, string> = {}): NodeJS.ProcessEnv => {
  const { TRAILBOOK_LAKE: _, NO_COLOR: __, FORCE_COLOR: ___, ...rest } = process.env
  return { ...rest, ...more }
}

export interface CallOptions {
  readonly env?: Record<string, string>
  readonly input?: string
}

export function trailbook(cwd: string, args: readonly string[], { env, input }: CallOptions = {}): Ended {
  const ended = spawnSync(process.execPath, [cli, ...args], {
    cwd,
    env: environment(env),
    input: input ?? '',
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  return { code: ended.status, stdout: ended.stdout, stderr: ended.stderr }
}

export const start = (cwd: string, args: readonly string[]): ChildProcessWithoutNullStreams =>
  spawn(process.execPath, [cli, ...args], { cwd, env: environment() })

/** Its one JSON object; fails when there is anything else. */
export function json(cwd: string, args: readonly string[], options: CallOptions = {}) {
  const ended = trailbook(cwd, [...args, '--format', 'json'], options)
  if (!/^\{.*\}\n$/.test(ended.stdout)) throw new Error(`not one JSON object:\n${ended.stdout}\n${ended.stderr}`)
  return { ...ended, object: JSON.parse(ended.stdout) }
}

export function write(cwd: string, path: string, text: string | Buffer): string {
  const full = join(cwd, path)
  mkdirSync(dirname(full), { recursive: true })
  writeFileSync(full, text)
  return full
}

/** Whole records from partial ones, as cases have them. */
export const records = (given: readonly object[]): JsonMap[] => fillEvents(given as GivenEvent[])

export const writeLog = (cwd: string, path: string, given: readonly object[]): string =>
  write(cwd, path, gzipSync(JSON.stringify({ Records: records(given) })))
