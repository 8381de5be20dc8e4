import type { Bucket, ListedObject } from '../../aws/bucket.ts'
import type { Lane } from './lanes.ts'
import type { Limiter } from './limiter.ts'

interface CursorOptions {
  readonly bucket: Bucket
  readonly limit: Limiter
  /** Keys of one page: what a lane holds in memory. */
  readonly page: number
  readonly signal?: AbortSignal | undefined
}

export type LaneCursor = ReturnType<typeof laneCursor>

/** The keys of a lane page by page, the next of which is asked for as soon as the one before is taken. */
export function laneCursor(lane: Lane, { bucket, limit, page, signal }: CursorOptions) {
  let held: readonly ListedObject[] = []
  let token: string | undefined
  let ended = false
  let pending: Promise<void> | undefined

  const dayOf = ({ key }: ListedObject): string =>
    lane.dayAt === undefined ? '' : key.slice(lane.dayAt, lane.dayAt + 10)

  const fetch = async (): Promise<void> => {
    const { prefix, shallow, single, startAfter, until } = lane
    const got = await limit(() =>
      bucket.list({ prefix, ...((shallow || single) && { folders: true }), startAfter, token, max: page, signal }),
    )
    held = single ? got.objects.filter(({ key }) => key === prefix) : got.objects
    token = single ? undefined : got.token
    ended = token === undefined
    if (until !== undefined && lane.dayAt !== undefined) {
      const wanted = held.filter((object) => dayOf(object) <= until)
      // Keys sort by day: behind the last wanted one there is none.
      if (wanted.length < held.length) ended = true
      held = wanted
    }
  }
  const ahead = (): void => {
    pending = fetch()
    // Whoever takes the page meets the failure.
    pending.catch(() => {})
  }
  const fill = async (): Promise<void> => {
    if (held.length === 0 && pending === undefined && !ended) ahead()
    while (pending !== undefined) {
      await pending
      pending = undefined
      if (held.length === 0 && !ended) ahead()
    }
  }

  return {
    /** Day of the next key; undefined at the end. */
    async day(): Promise<string | undefined> {
      await fill()
      const [first] = held
      return first === undefined ? undefined : dayOf(first)
    },
    /** What is held of this day and earlier ones, at most a page. */
    async take(day: string): Promise<readonly ListedObject[]> {
      await fill()
      const rest = held.findIndex((object) => dayOf(object) > day)
      const taken = rest < 0 ? held : held.slice(0, rest)
      held = rest < 0 ? [] : held.slice(rest)
      if (held.length === 0 && !ended) ahead()
      return taken
    },
  }
}
