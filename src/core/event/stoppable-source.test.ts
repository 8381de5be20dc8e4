import { describe, expect, test } from 'vitest'
import { TrailbookError } from '../errors.ts'
import { InputFault } from './fault.ts'
import { joinSources } from './join-sources.ts'
import type { LogFile, LogSource } from './source.ts'
import { stoppableSource } from './stoppable-source.ts'

const file = (name: string): LogFile => ({ name, location: name, size: 1, modified: '1', version: null })
const expired = () => new TrailbookError('AWS_CREDENTIALS_EXPIRED', { reason: 'the token is old', profile: '' })

/** Gives its portions, then fails where it is told to. */
const made = (portions: readonly (readonly string[] | Error)[], open?: () => never): LogSource => ({
  async *list() {
    for (const portion of portions) {
      if (portion instanceof Error) throw portion
      yield portion.map(file)
    }
  },
  async open({ name }) {
    open?.()
    return {
      bytes: (async function* () {
        yield new TextEncoder().encode(name)
      })(),
      metadata: null,
      version: null,
    }
  },
})

const listed = async (source: LogSource): Promise<string[]> => {
  const names: string[] = []
  for await (const portion of source.list()) names.push(...portion.map(({ name }) => name))
  return names
}

describe('stoppableSource', () => {
  test('a failure before anything was listed is thrown', async () => {
    const { source, failure } = stoppableSource(made([expired()]))
    await expect(listed(source)).rejects.toMatchObject({ code: 'AWS_CREDENTIALS_EXPIRED' })
    expect(failure()).toBeUndefined()
  })

  test('a failure in the middle of listing ends it as if there were no more', async () => {
    const { source, failure } = stoppableSource(made([['a'], expired(), ['b']]))
    expect(await listed(source)).toEqual(['a'])
    expect(failure()?.code).toBe('AWS_CREDENTIALS_EXPIRED')
  })

  test('a failure while opening ends the source, which still gives what it has', async () => {
    const has = made([['a'], ['b'], ['c']])
    const { source, failure } = stoppableSource({
      ...has,
      async open(one, options) {
        if (one.name === 'a') throw expired()
        if (one.name === 'b') return has.open(one)
        throw options?.signal?.reason
      },
    })
    const names: string[] = []
    for await (const [one] of source.list()) {
      names.push(one!.name)
      if (one!.name === 'a') await expect(source.open(one!)).rejects.toMatchObject({ code: 'INPUT_NOT_HAD' })
    }
    await expect(source.open(file('c'))).rejects.toMatchObject({ code: 'INPUT_NOT_HAD' })
    expect((await source.open(file('b'))).metadata).toBeNull()
    expect(failure()?.code).toBe('AWS_CREDENTIALS_EXPIRED')
  })

  test('a failure among the bytes ends the source', async () => {
    const { source, failure } = stoppableSource({
      ...made([['a']]),
      open: async () => ({
        bytes: (async function* () {
          yield new Uint8Array(1)
          throw expired()
        })(),
        metadata: null,
        version: null,
      }),
    })
    const { bytes } = await source.open(file('a'))
    const reader = bytes[Symbol.asyncIterator]()
    await reader.next()
    await expect(reader.next()).rejects.toMatchObject({ code: 'INPUT_NOT_HAD' })
    expect(failure()?.code).toBe('AWS_CREDENTIALS_EXPIRED')
  })

  test('a fault of one file stops nothing', async () => {
    const stoppable = stoppableSource(
      made([['a']], () => {
        throw new InputFault('INPUT_OBJECT_GONE')
      }),
    )
    await expect(stoppable.source.open(file('a'))).rejects.toMatchObject({ code: 'INPUT_OBJECT_GONE' })
    expect(await listed(stoppable.source)).toEqual(['a'])
    expect(stoppable.failure()).toBeUndefined()
  })

  test('an abort from outside is none of its failures', async () => {
    const outer = new AbortController()
    const { source, failure } = stoppableSource(
      made([['a']], () => {
        throw expired()
      }),
      outer.signal,
    )
    outer.abort()
    await expect(source.open(file('a'))).rejects.toMatchObject({ code: 'AWS_CREDENTIALS_EXPIRED' })
    expect(failure()).toBeUndefined()
  })
})

describe('joinSources', () => {
  test('lists one after the other and opens each file where it came from', async () => {
    const [first, second] = [made([['a'], ['b']]), made([['a']])]
    const opened: number[] = []
    const told = [first, second].map(
      (source, at): LogSource => ({
        ...source,
        open(one, options) {
          opened.push(at)
          return source.open(one, options)
        },
      }),
    )
    const counts: number[] = []
    const joined = joinSources(told)
    for await (const portion of joined.list({ onFound: (count) => counts.push(count) }))
      for (const one of portion) await joined.open(one)
    expect(opened).toEqual([0, 0, 1])
  })
})
