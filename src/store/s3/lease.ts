/**
 * One publisher at a time, by one object that is only ever written where it is still what was read. Nothing tells whether a
 * process on another machine lives, so a lock counts for a minute after its last sign of life, by the server's clock alone.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { WritableBucket } from '../../aws/bucket-writer.ts'
import { TrailbookError } from '../../core/errors.ts'

/** What this machine knows of processes. */
export interface Processes {
  /** A name for one lock of this process. */
  newName(): string
  /** Undefined where the name is none of ours; `isGone` where the process is known to have ended. */
  holderOf(name: string): { readonly pid: number; readonly host: string; readonly isGone: boolean } | undefined
}

export interface LeaseOptions {
  /** Waits for as long as it takes, and tells whom it waits for; without it a lock that is held is refused at once. */
  readonly onWait?:
    | ((owner: { readonly pid: number; readonly host: string; readonly lock: string }) => void)
    | undefined
  readonly signal?: AbortSignal | undefined
  /** How long a lock counts without a sign of life, in milliseconds. */
  readonly leaseMs?: number
}

export interface Lease {
  /** @throws TrailbookError SNAPSHOT_LOCK_LOST */
  check(): void
  release(): Promise<void>
}

interface Held {
  readonly holder: string
  readonly state: 'held' | 'free'
  /** Makes every sign of life another content, so that its ETag differs. */
  readonly turn: number
}

const usualLease = 60_000

/** @throws TrailbookError SNAPSHOT_LOCKED, SNAPSHOT_WAIT_ENDED, AWS_*, SNAPSHOT_DENIED */
export async function takeLease(
  bucket: WritableBucket,
  { key, location, processes }: { readonly key: string; readonly location: string; readonly processes: Processes },
  { onWait, signal, leaseMs = usualLease }: LeaseOptions = {},
): Promise<Lease> {
  const holder = processes.newName()
  const lock = `s3://${bucket.name}/${key}`
  const textOf = (state: Held['state'], turn: number): string => `${JSON.stringify({ holder, state, turn })}\n`
  let told = ''
  let etag = ''
  for (let attempt = 0; ; attempt++) {
    const there = await bucket.read(key, signal)
    const held = there && readHeld(there.text)
    // An answer that was lost on the way: the lock is ours already.
    if (there !== undefined && held?.holder === holder) {
      etag = there.etag
      break
    }
    const other =
      held?.state === 'held'
        ? (processes.holderOf(held.holder) ?? { pid: 0, host: 'elsewhere', isGone: false })
        : undefined
    if (there === undefined || other === undefined || other.isGone || there.now - there.modified > leaseMs) {
      const taken = await bucket.put(key, textOf('held', 0), there === undefined ? { isNew: true } : there, signal)
      if (taken !== undefined) {
        etag = taken
        break
      }
      if (attempt < 20) continue
    }
    const { pid, host } = other ?? { pid: 0, host: 'elsewhere' }
    const owner = `${pid} on ${host}`
    if (onWait === undefined)
      throw new TrailbookError('SNAPSHOT_LOCKED', { owner, location, lock, seconds: Math.round(leaseMs / 1000) })
    if (told !== held?.holder) onWait({ pid, host, lock })
    told = held?.holder ?? ''
    await sleep(Math.min(1000, leaseMs / 10), undefined, signal === undefined ? {} : { signal }).catch(() => {})
    if (signal?.aborted) throw new TrailbookError('SNAPSHOT_WAIT_ENDED', { owner: `process ${owner}`, location })
  }

  let turn = 0
  let seen = moment()
  let lost = false
  let renewing: Promise<void> | undefined
  const renew = async (): Promise<void> => {
    const asked = moment()
    // It may be somebody else's already, or be so at any moment: a process that stood still does not come back to life.
    if (msSince(seen) > leaseMs * 0.7) lost = true
    if (lost) return
    const renewed = await bucket.put(key, textOf('held', ++turn), { etag }).catch(() => '')
    if (renewed === undefined) {
      // The answer of an earlier sign of life may have been lost.
      const there = await bucket.read(key).catch(() => undefined)
      if (there !== undefined && readHeld(there.text)?.holder === holder) etag = there.etag
      else lost = true
    } else if (renewed !== '') {
      etag = renewed
      seen = asked
    }
  }
  const timer = setInterval(() => {
    renewing ??= renew().finally(() => {
      renewing = undefined
    })
  }, leaseMs / 5)
  timer.unref()
  return {
    check() {
      // Less than the time after which others take it: what is asked for now must have happened by then.
      if (lost || msSince(seen) > leaseMs * 0.7) throw new TrailbookError('SNAPSHOT_LOCK_LOST', { location })
    },
    async release() {
      clearInterval(timer)
      await renewing
      if (!lost) await bucket.put(key, textOf('free', ++turn), { etag }).catch(() => {})
    },
  }
}

interface Moment {
  readonly steady: number
  readonly wall: number
}

const moment = (): Moment => ({ steady: performance.now(), wall: Date.now() })

/** The steady clock stands still while a machine sleeps, and the other one may be set back: the longer time counts. */
const msSince = ({ steady, wall }: Moment): number => Math.max(performance.now() - steady, Date.now() - wall)

/**
 * Whether the server refuses writes whose condition does not hold; one that does not know conditions carries them out.
 * Asked of the lock itself, by its holder.
 *
 * @throws TrailbookError SNAPSHOT_NO_CONDITIONS
 */
export async function checkConditions(bucket: WritableBucket, key: string, location: string): Promise<void> {
  const there = await bucket.read(key)
  if (there === undefined) throw new TrailbookError('SNAPSHOT_NO_CONDITIONS', { location, what: 'nothing was written' })
  const tryOne = async (what: string, condition: Parameters<WritableBucket['put']>[2]): Promise<void> => {
    const written = await bucket.put(key, there.text, condition)
    if (written !== undefined) throw new TrailbookError('SNAPSHOT_NO_CONDITIONS', { location, what })
  }
  await tryOne('If-None-Match', { isNew: true })
  await tryOne('If-Match', { etag: '"00000000000000000000000000000000"' })
}

function readHeld(text: string): Held | undefined {
  try {
    const value = JSON.parse(text) as Partial<Held> | null
    return typeof value?.holder === 'string'
      ? { holder: value.holder, state: value.state ?? 'held', turn: 0 }
      : undefined
  } catch {
    return undefined
  }
}
