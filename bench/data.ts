/** Generated logs in three shapes, kept from one bench to the next. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'

/** `delivered`: as CloudTrail delivers; `large`: few of about 40 MB inflated; `tiny`: five events a file. */
export const shapes = ['delivered', 'large', 'tiny'] as const
export type Shape = (typeof shapes)[number]

export interface Logs {
  readonly folder: string
  readonly files: number
  /** As stored. */
  readonly bytes: number
}

const eventsPerTinyFile = 5
const largeBytes = 40 * 2 ** 20

/** Makes the logs, or finds those of an earlier bench. */
export function logsOf(cache: string, { events, shape, cli }: { events: number; shape: Shape; cli: string }): Logs {
  const folder = join(cache, `${shape}-${events}`)
  if (!existsSync(folder)) {
    const half = `${folder}.part`
    rmSync(half, { recursive: true, force: true })
    if (shape === 'delivered') simulate(half, events, cli)
    else repack(logsOf(cache, { events, shape: 'delivered', cli }).folder, half, shape)
    renameSync(half, folder)
  }
  const files = gzipFiles(folder)
  return { folder, files: files.length, bytes: files.reduce((sum, path) => sum + statSync(path).size, 0) }
}

export const gzipFiles = (folder: string): string[] =>
  (readdirSync(folder, { recursive: true, encoding: 'utf8' }) as string[])
    .filter((name) => name.endsWith('.json.gz'))
    .sort()
    .map((name) => join(folder, name))

function simulate(out: string, events: number, cli: string): void {
  const args = [cli, 'simulate', '--events', String(events), '--seed', 'bench', '--out', out]
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
}

/** The same records in other files, in order of delivery. */
function repack(from: string, to: string, shape: Exclude<Shape, 'delivered'>): void {
  let batch: string[] = []
  let bytes = 0
  let count = 0
  const write = (like: string): void => {
    if (batch.length === 0) return
    const name = basename(like).replace(/_[^_]+\.json\.gz$/, `_${String(count++).padStart(16, '0')}.json.gz`)
    // A folder of a million files is slow to list on most file systems; CloudTrail makes one for each day.
    const folder = join(to, shape === 'large' ? '' : dirname(like).slice(from.length))
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, name), gzipSync(`{"Records":[${batch.join(',')}]}`))
    batch = []
    bytes = 0
  }
  let last = ''
  for (const path of gzipFiles(from)) {
    const { Records } = JSON.parse(gunzipSync(readFileSync(path)).toString('utf8')) as { Records: unknown[] }
    for (const record of Records) {
      const text = JSON.stringify(record)
      batch.push(text)
      bytes += text.length
      if (shape === 'large' ? bytes >= largeBytes : batch.length === eventsPerTinyFile) write(path)
    }
    if (shape === 'tiny') write(path)
    last = path
  }
  write(last)
}
