import { randomBytes } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { mkdir, open, readdir, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { TrailbookError } from '../core/errors.ts'

export interface WriterLock {
  /** @throws TrailbookError LAKE_LOCK_LOST when somebody removed the lock */
  check(): Promise<void>
  release(): Promise<void>
}

/** Who holds a lock. */
export interface LockOwner {
  readonly pid: number
  readonly host: string
  /** The file that says so. */
  readonly lock: string
}

export interface LockOptions {
  /** Waits for as long as it takes, and tells whom it waits for; without it a lock that is held is refused at once. */
  readonly onWait?: ((owner: LockOwner) => void) | undefined
  /** Ends the waiting. */
  readonly signal?: AbortSignal | undefined
}

/** An owner is told after so long: a writer that only looked round is gone by then. */
const patienceMs = 400

/**
 * One writer a lake. Every writer enters the folder `locks` with a file of its own, named by host, process and start
 * time, and then looks around: it holds the lock if nobody else alive is there. Entries of processes that are gone are
 * removed, which is safe because no other process can ever own their name; age says nothing, an ingest may take days.
 *
 * Two that enter at the same moment see each other and both step back, hence the tries. Who waits enters only when
 * nobody is there, so that those who wait do not keep one another out.
 * @throws TrailbookError LAKE_LOCKED, LAKE_WAIT_ENDED
 */
export async function lockLake(lake: string, { onWait, signal }: LockOptions = {}): Promise<WriterLock> {
  const folder = join(lake, 'locks')
  await mkdir(folder, { recursive: true })
  const name = newLockName()
  const path = join(folder, name)
  const enter = async (): Promise<Entry | undefined> => {
    const before = await livingOther(folder, name)
    if (before !== undefined) return before
    await (await open(path, 'wx')).close()
    const other = await livingOther(folder, name)
    if (other !== undefined) await rm(path, { force: true })
    return other
  }
  const waiting = { since: performance.now(), owner: '', told: '' }
  for (let attempt = 0; ; attempt++) {
    const other = await enter()
    if (other === undefined) break
    const owner = ownerOf(other, folder)
    if (onWait === undefined && attempt >= 4) throw new TrailbookError('LAKE_LOCKED', { path: lake, ...owner })
    if (waiting.owner !== other.name) Object.assign(waiting, { since: performance.now(), owner: other.name })
    if (waiting.told !== other.name && performance.now() - waiting.since > patienceMs) {
      waiting.told = other.name
      onWait?.(owner)
    }
    const pause = (process.pid % 50) + Math.min(attempt, 8) * 20 + Math.random() * 20
    await sleep(pause, undefined, signal === undefined ? {} : { signal }).catch(() => {})
    if (signal?.aborted) throw new TrailbookError('LAKE_WAIT_ENDED', { path: lake, pid: owner.pid, host: owner.host })
  }
  return {
    async check() {
      const names = await readdir(folder).catch((): string[] => [])
      if (!names.includes(name)) throw new TrailbookError('LAKE_LOCK_LOST', { path: lake })
    },
    release: () => rm(path, { force: true }),
  }
}

/** Names this process and one lock of it, for a lock that lies elsewhere. */
export const newLockName = (): string =>
  `${hostHere()}_${process.pid}_${startOf(process.pid) ?? '0'}_${randomBytes(6).toString('hex')}.lock`

/** Who made such a name; undefined where it is none. */
export function holderOf(
  name: string,
): { readonly pid: number; readonly host: string; readonly isGone: boolean } | undefined {
  const entry = entryOf(name)
  return entry && { pid: entry.pid, host: entry.host.replace(/-ns\d+$/, ''), isGone: !mayLive(entry) }
}

/** Whether a living process holds the lock, as far as that can be known. */
export async function lockOwner(lake: string): Promise<LockOwner | undefined> {
  const folder = join(lake, 'locks')
  const names = await readdir(folder).catch((): string[] => [])
  const entry = names.map((name) => entryOf(name)).find((one) => one && mayLive(one))
  return entry && ownerOf(entry, folder)
}

/**
 * The host and, where the system tells it, the process number space. Containers that share a disk may have the same host name and
 * the same process numbers: what one of them takes for a dead process may be a living one of the other.
 */
function hostHere(): string {
  const space = /\d+/.exec(linkOf('/proc/self/ns/pid'))?.[0]
  return space === undefined ? bareHost() : `${bareHost()}-ns${space}`
}

const bareHost = (): string => hostname().replace(/[^A-Za-z0-9.-]/g, '-')

function linkOf(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}

const ownerOf = ({ pid, host, name }: Entry, folder: string): LockOwner => ({
  pid,
  host: host.replace(/-ns\d+$/, ''),
  lock: join(folder, name),
})

/** Nothing can be known of a process on another host that shares the disk. Earlier versions named the host alone. */
const mayLive = (entry: Entry): boolean => (entry.host !== hostHere() && entry.host !== bareHost()) || isAlive(entry)

interface Entry {
  readonly name: string
  readonly host: string
  readonly pid: number
  readonly start: string
}

function entryOf(name: string): Entry | undefined {
  const match = /^(.+)_(\d+)_(\d+)_[0-9a-f]{12}\.lock$/.exec(name)
  return match === null ? undefined : { name, host: match[1]!, pid: Number(match[2]), start: match[3]! }
}

async function livingOther(folder: string, own: string): Promise<Entry | undefined> {
  for (const name of await readdir(folder)) {
    const entry = entryOf(name)
    if (entry === undefined || name === own) continue
    if (mayLive(entry)) return entry
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
