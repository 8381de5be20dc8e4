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

  test('a failure in the middle of listing ends it as an abort does', async () => {
    const { source, signal, failure } = stoppableSource(made([['a'], expired(), ['b']]))
    expect(await listed(source)).toEqual(['a'])
    expect([signal.aborted, failure()?.code]).toEqual([true, 'AWS_CREDENTIALS_EXPIRED'])
  })

  test('a failure while opening aborts whoever reads', async () => {
    const stoppable = stoppableSource(
      made([['a']], () => {
        throw expired()
      }),
    )
    await expect(stoppable.source.open(file('a'))).rejects.toThrow('have expired')
    expect([stoppable.signal.aborted, stoppable.failure()?.code]).toEqual([true, 'AWS_CREDENTIALS_EXPIRED'])
  })

  test('a fault of one file stops nothing', async () => {
    const stoppable = stoppableSource(
      made([['a']], () => {
        throw new InputFault('INPUT_OBJECT_GONE')
      }),
    )
    await expect(stoppable.source.open(file('a'))).rejects.toMatchObject({ code: 'INPUT_OBJECT_GONE' })
    expect([stoppable.signal.aborted, stoppable.failure()]).toEqual([false, undefined])
  })

  test('an abort from outside is none of its failures', () => {
    const outer = new AbortController()
    const { signal, failure } = stoppableSource(made([]), outer.signal)
    outer.abort()
    expect([signal.aborted, failure()]).toEqual([true, undefined])
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
