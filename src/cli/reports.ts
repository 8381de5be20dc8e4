/** Files that `--report` asks for. */
import { open, realpath, rename, rm, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { TrailbookError } from '../core/errors.ts'
import type { ReportRequest } from './formats.ts'
import { writing } from './write.ts'

export interface Report extends ReportRequest {
  /** Where it is written: absolute, links followed. */
  readonly target: string
  /** A device or a pipe, which cannot be replaced by another file. */
  readonly special: boolean
}

/**
 * Whether the files can be there, before anything is read: nobody should wait for an answer that cannot be written.
 *
 * @throws TrailbookError CLI_USAGE, CLI_UNWRITABLE
 */
export async function checkReports(requests: readonly ReportRequest[], cwd: string): Promise<readonly Report[]> {
  const reports: Report[] = []
  for (const request of requests) {
    const report = await writing(request.path, () => place(request, cwd))
    if (reports.some((other) => other.target === report.target && !report.special)) {
      throw new TrailbookError('CLI_USAGE', {
        reason: `Two reports were asked for in ${request.path}`,
        advice: 'Give each of them a file of its own.',
      })
    }
    reports.push(report)
  }
  return reports
}

async function place(request: ReportRequest, cwd: string): Promise<Report> {
  const path = resolve(cwd, request.path)
  const there = await stat(path).catch(() => undefined)
  if (there?.isDirectory()) throw Object.assign(new Error('a folder'), { code: 'EISDIR' })
  if (there === undefined) {
    const folder = await stat(dirname(path))
    if (!folder.isDirectory()) throw Object.assign(new Error('no folder'), { code: 'ENOTDIR' })
    return { ...request, target: path, special: false }
  }
  return { ...request, target: await realpath(path), special: !there.isFile() }
}

/**
 * Writes a report whole or not at all: into a file beside it, which then takes its name.
 *
 * @throws TrailbookError CLI_UNWRITABLE
 */
export function writeReport(report: Report, chunks: Iterable<string>): Promise<void> {
  return writing(report.path, async () => {
    if (report.special) return fill(report.target, 'w', chunks)
    const draft = `${report.target}.${process.pid}.tmp`
    try {
      await fill(draft, 'wx', chunks)
      await rename(draft, report.target)
    } catch (error) {
      await rm(draft, { force: true })
      throw error
    }
  })
}

async function fill(path: string, flags: 'w' | 'wx', chunks: Iterable<string>): Promise<void> {
  const file = await open(path, flags)
  try {
    for (const text of batches(chunks)) await file.write(text)
    if (flags === 'wx') await file.sync()
  } finally {
    await file.close()
  }
}

const batch = 64 * 1024

/** Small pieces together, so that each write is worth its call. */
export function* batches(chunks: Iterable<string>): Generator<string> {
  let text = ''
  for (const chunk of chunks) {
    text += chunk
    if (text.length < batch) continue
    yield text
    text = ''
  }
  if (text !== '') yield text
}
