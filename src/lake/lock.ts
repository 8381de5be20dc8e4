import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdir, open, readdir, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { TrailbookError } from '../core/errors.ts'

export interface WriterLock {
  /** @throws TrailbookError LAKE_LOCK_LOST when somebody removed the lock */
  check(): Promise<void>
  release(): Promise<void>
}

/**
 * One writer a lake. Every writer enters the folder `locks` with a file of its own, named by host, process and start
 * time, and then looks around: it holds the lock if nobody else alive is there. Entries of processes that are gone are
 * removed, which is safe because no other process can ever own their name; age says nothing, an ingest may take days.
 *
 * Two that enter at the same moment see each other and both step back, hence the tries.
 * @throws TrailbookError LAKE_LOCKED
 */
export async function lockLake(lake: string): Promise<WriterLock> {
  const folder = join(lake, 'locks')
  await mkdir(folder, { recursive: true })
  const host = hostname().replace(/[^A-Za-z0-9.-]/g, '-')
  const name = `${host}_${process.pid}_${startOf(process.pid) ?? '0'}_${randomBytes(6).toString('hex')}.lock`
  const path = join(folder, name)
  for (let attempt = 0; ; attempt++) {
    await (await open(path, 'wx')).close()
    const other = await livingOther(folder, name, host)
    if (other === undefined) break
    await rm(path, { force: true })
    if (attempt >= 4)
      throw new TrailbookError('LAKE_LOCKED', {
        path: lake,
        pid: other.pid,
        host: other.host,
        lock: join(folder, other.name),
      })
    await new Promise((done) => setTimeout(done, (process.pid % 50) + attempt * 20))
  }
  return {
    async check() {
      const names = await readdir(folder).catch((): string[] => [])
      if (!names.includes(name)) throw new TrailbookError('LAKE_LOCK_LOST', { path: lake })
    },
    release: () => rm(path, { force: true }),
  }
}

interface Entry {
  readonly name: string
  readonly host: string
  readonly pid: number
  readonly start: string
}

async function livingOther(folder: string, own: string, host: string): Promise<Entry | undefined> {
  for (const name of await readdir(folder)) {
    const match = /^(.+)_(\d+)_(\d+)_[0-9a-f]{12}\.lock$/.exec(name)
    if (match === null || name === own) continue
    const entry: Entry = { name, host: match[1]!, pid: Number(match[2]), start: match[3]! }
    // Nothing can be known of a process on another host that shares the disk.
    if (entry.host !== host || isAlive(entry)) return entry
    await rm(join(folder, name), { force: true })
  }
  return undefined
}

function isAlive({ pid, start }: Entry): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    // EPERM: it lives and belongs to somebody else.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  const now = startOf(pid)
  return now === undefined || start === '0' || now === start
}

/**
 * When a process started, in clock ticks since boot, so that a reused process number is not taken for the old process;
 * undefined where the system does not tell. A zombie holds nothing any more: it counts as started at -1.
 */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The second field is the command in parentheses, which may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' ? '-1' : fields[19]
  } catch {
    return undefined
  }
}
