import { describe, expect, it } from 'vitest'
import { event, useLakeFolder } from '../../test/support/lake-folder.ts'
import { TrailbookError } from '../core/errors.ts'
import type { LogFile, LogSource } from '../core/event/source.ts'
import { ingestInLegs } from './history.ts'
import { lockLake } from './lock.ts'

const folder = useLakeFolder()
const running = new AbortController().signal
const expired = new TrailbookError('AWS_CREDENTIALS_EXPIRED', { reason: 'over', profile: '' })

interface Legs {
  readonly legs: number
  /** Runs before a leg lists, from 1. */
  readonly before?: (leg: number) => Promise<void>
  /** Runs after a leg has listed. */
  readonly after?: (leg: number) => Promise<void>
}

/** A file of two events for each leg. */
function legged({ legs, before, after }: Legs): LogSource & { done(): boolean } {
  let leg = 0
  const virtual = (name: string): LogFile => ({ name, location: name, size: -1, modified: 'once', version: null })
  return {
    async *list() {
      leg++
      await before?.(leg)
      yield [virtual(`memory:${leg}`)]
      await after?.(leg)
    },
    async open() {
      const content = Buffer.from(JSON.stringify({ Records: [event(), event()] }))
      return {
        bytes: (async function* () {
          yield content
        })(),
        metadata: null,
        version: null,
      }
    },
    done: () => leg >= legs,
  }
}

describe('a lake that is filled in legs', () => {
  it('waits where somebody else writes between two legs, and goes on', async () => {
    const told: number[] = []
    let release = (): void => {}
    const source = legged({
      legs: 3,
      async before(leg) {
        if (leg !== 2) return
        const lock = await lockLake(folder.lake())
        release = () => void lock.release()
      },
    })
    const report = await ingestInLegs(await folder.open(), source, {
      signal: running,
      onWait({ pid }) {
        told.push(pid)
        release()
      },
    })
    expect(report).toMatchObject({ events: 6, files: 3, interrupted: false })
    expect(told).toEqual([process.pid])
  })

  it('says what is stored where nobody is to wait for the other one', async () => {
    const locks: { release(): Promise<void> }[] = []
    const source = legged({
      legs: 3,
      async before(leg) {
        if (leg === 2) locks.push(await lockLake(folder.lake()))
      },
    })
    const report = await ingestInLegs(await folder.open(), source, { signal: running })
    expect(report).toMatchObject({ events: 2, interrupted: true, stopped: { code: 'LAKE_LOCKED' } })
    await locks[0]?.release()
    expect(await folder.rows('count(*)')).toEqual([['2']])
  })

  it('ends the waiting when it is told to', async () => {
    const stop = new AbortController()
    const locks: { release(): Promise<void> }[] = []
    const source = legged({
      legs: 3,
      async before(leg) {
        if (leg === 2) locks.push(await lockLake(folder.lake()))
      },
    })
    const report = await ingestInLegs(await folder.open(), source, { signal: stop.signal, onWait: () => stop.abort() })
    expect(report).toMatchObject({ events: 2, interrupted: true })
    expect(report.stopped).toBeUndefined()
  })

  it('takes in what was handed over when it is told to end', async () => {
    const late = new AbortController()
    const reading = legged({ legs: 3, after: async () => late.abort() })
    expect(await ingestInLegs(await folder.open(), reading, { signal: late.signal })).toMatchObject({
      events: 2,
      interrupted: true,
    })
  })

  it.each([
    [1, 'after', 2],
    [2, 'after', 4],
    [2, 'before', 2],
  ] as const)(
    'keeps what was handed over when the source fails in leg %d, %s it gave something',
    async (at, when, events) => {
      const source = legged({
        legs: 3,
        [when]: async (leg: number) => {
          if (leg === at) throw expired
        },
      })
      const report = await ingestInLegs(await folder.open(), source, { signal: running })
      expect(report).toMatchObject({ events, interrupted: true, stopped: expired })
      expect(await folder.rows('count(*)')).toEqual([[String(events)]])
    },
  )

  it('is not made where the source fails before it gives anything', async () => {
    const source = legged({
      legs: 1,
      before: async () => {
        throw expired
      },
    })
    await expect(ingestInLegs(await folder.open(), source, { signal: running })).rejects.toBe(expired)
    expect((await folder.open()).exists).toBe(false)
  })
})
