import { describe, expect, test } from 'vitest'
import { TrailbookError } from '../../core/errors.ts'
import { InputFault } from '../../core/event/fault.ts'
import type { LogSource } from '../../core/event/source.ts'
import {
  type Commit,
  type FollowOptions,
  followQueue,
  type LeftMessage,
  type Queue,
  type QueueMessage,
} from './follow.ts'

const told = (...keys: string[]): string => JSON.stringify({ s3Bucket: 'amzn-s3-demo-trail', s3ObjectKey: keys })

/** A queue in memory that says what is done with it. */
function fakeQueue(bodies: readonly string[]) {
  const log: string[] = []
  let hidden: QueueMessage[] = bodies.map((body, at) => ({ id: `m${at}`, handle: `h${at}`, body }))
  const names = (messages: readonly QueueMessage[]): string => messages.map(({ id }) => id).join(' ')
  const queue: Queue = {
    async receive() {
      const some = hidden.slice(0, 10)
      hidden = hidden.slice(10)
      return some
    },
    remove: async (messages) => void log.push(`remove ${names(messages)}`),
    extend: async (messages) => void log.push(`extend ${names(messages)}`),
    close: () => {},
  }
  return { queue, log }
}

/** Reads every file, as the lake does. */
const reading =
  (log: string[]): FollowOptions['ingest'] =>
  async (source: LogSource) => {
    let files = 0
    for await (const some of source.list())
      for (const file of some) {
        files++
        try {
          for await (const _ of (await source.open(file)).bytes);
          log.push(`read ${file.name.split('/').at(-1)}`)
        } catch (error) {
          if (!(error instanceof InputFault)) throw error
        }
      }
    log.push('commit')
    return { files, events: files, duplicates: 0, whole: true, stopped: undefined }
  }

const openBucket: FollowOptions['openBucket'] = async (bucket) => {
  if (bucket !== 'amzn-s3-demo-trail') throw new TrailbookError('AWS_NO_BUCKET', { bucket })
  return {
    async open({ location }) {
      if (location.includes('gone')) throw new InputFault('INPUT_OBJECT_GONE')
      return {
        metadata: null,
        version: null,
        bytes: (async function* () {
          yield Buffer.from('{}')
          if (location.includes('cut')) throw new InputFault('INPUT_UNREADABLE', { reason: 'the connection was cut' })
        })(),
      }
    },
  }
}

async function follow(bodies: readonly string[], options: Partial<FollowOptions> = {}) {
  const { queue, log } = fakeQueue(bodies)
  const commits: Commit[] = []
  const left: LeftMessage[] = []
  const done = followQueue({
    queue,
    openBucket,
    ingest: reading(log),
    within: [],
    forever: false,
    signal: new AbortController().signal,
    onCommit: (commit) => void commits.push(commit),
    onLeft: (message) => void left.push(message),
    ...options,
  })
  return { total: await done.catch((error: Error) => error.message), log, commits, left }
}

/** As S3 tells of it. */
const created = (key: string, versionId: string, eTag: string): string =>
  JSON.stringify({
    Records: [
      {
        eventSource: 'aws:s3',
        eventName: 'ObjectCreated:Put',
        s3: { bucket: { name: 'amzn-s3-demo-trail' }, object: { key, size: 2, eTag, versionId } },
      },
    ],
  })

describe('following a queue', () => {
  test('the version of a message is the one that is opened; two of one key are two files, and each has its own fate', async () => {
    const opened: string[] = []
    const { left, log } = await follow([created('a.json', 'v1', 'e1'), created('a.json', 'v2', 'e2')], {
      openBucket: async () => ({
        async open({ modified, version }) {
          opened.push(`${version} ${modified}`)
          if (version === 'v1') throw new InputFault('INPUT_OBJECT_GONE')
          return { metadata: null, version, bytes: (async function* () {})() }
        },
      }),
    })
    expect(opened).toEqual(['v1 e1', 'v2 e2'])
    expect(left.map(({ id }) => id)).toEqual(['m0'])
    expect(log).toEqual(['read a.json', 'commit', 'remove m1'])
  })

  test('nothing that was fetched outlives its batch, however that ended', async () => {
    const forgotten: string[] = []
    const remembering: FollowOptions['openBucket'] = async () => ({
      open: async () => Promise.reject(new Error('not opened')),
      forget: (files) => void forgotten.push(...files.map(({ name }) => name)),
    })
    for (const failed of [false, true])
      await follow([told('a.json', 'b.json')], {
        openBucket: remembering,
        ingest: async (source) => {
          for await (const files of source.list()) source.expect?.(files)
          if (failed) throw new TrailbookError('LAKE_UNWRITABLE', { path: 'lake', reason: 'the disk is full' })
          return { files: 2, events: 0, duplicates: 0, whole: true, stopped: undefined }
        },
      })
    const names = ['a', 'b'].map((name) => `s3://amzn-s3-demo-trail/${name}.json`)
    expect(forgotten).toEqual([...names, ...names])
  })

  test('a message is deleted after the commit of all that it tells of', async () => {
    const { log, total } = await follow([told('a.json.gz', 'b.json.gz'), told('b.json.gz'), told('notes.txt')])
    expect(log).toEqual(['read a.json.gz', 'read b.json.gz', 'commit', 'remove m0 m1 m2'])
    expect(total).toEqual({ commits: 1, messages: 3, events: 2, duplicates: 0, left: 0 })
  })

  test('a message stays when one of its objects could not be had; each is told of once', async () => {
    const other = JSON.stringify({ s3Bucket: 'amzn-s3-demo-other', s3ObjectKey: ['a.json'] })
    const { log, left } = await follow([told('a.json', 'gone.json'), told('cut.json'), other, '{', told('b.json')])
    expect(log).toEqual(['read a.json', 'read b.json', 'commit', 'remove m4'])
    expect(left.map(({ id, reason }) => `${id}: ${reason}`).sort()).toMatchInlineSnapshot(`
      [
        "m0: The object is no longer there; it was when the bucket was listed.",
        "m1: The file could not be read: the connection was cut.",
        "m2: There is no bucket amzn-s3-demo-other.",
        "m3: it is not JSON",
      ]
    `)
  })

  test('nothing is deleted when the lake cannot be written to', async () => {
    const { log, total } = await follow([told('a.json')], {
      ingest: async () => {
        throw new TrailbookError('LAKE_UNWRITABLE', { path: 'lake', reason: 'the disk is full' })
      },
    })
    expect(log).toEqual([])
    expect(total).toContain('the disk is full')
  })

  test('nothing is deleted when the source fails half-way, and the failure is told', async () => {
    const { log, total } = await follow([told('a.json')], {
      ingest: async () => ({
        files: 1,
        events: 1,
        duplicates: 0,
        whole: false,
        stopped: new Error('the credentials expired'),
      }),
    })
    expect(log).toEqual(['remove '])
    expect(total).toBe('the credentials expired')
  })

  test('credentials that are no good end it: they are no matter of one message', async () => {
    const expired = async () => {
      throw new TrailbookError('AWS_CREDENTIALS_EXPIRED', { reason: 'the token has expired', profile: '' })
    }
    const { log, total } = await follow([told('a.json.gz')], { openBucket: expired })
    expect(log).toEqual([])
    expect(total).toBe('The AWS credentials have expired: the token has expired.')
  })

  test('nothing is deleted when the ingest was ended before its last file', async () => {
    const { log } = await follow([told('a.json')], {
      ingest: async () => ({ files: 0, events: 0, duplicates: 0, whole: false, stopped: undefined }),
    })
    expect(log).toEqual(['remove '])
  })

  test('a place that was not given is not read', async () => {
    const { log, left } = await follow([told('AWSLogs/a.json'), told('AWSLogs2/a.json')], {
      within: ['s3://amzn-s3-demo-trail/AWSLogs'],
    })
    expect(log).toEqual(['read a.json', 'commit', 'remove m0'])
    expect(left.map(({ reason }) => reason)).toEqual([
      's3://amzn-s3-demo-trail/AWSLogs2/a.json is not among the given places',
    ])
  })

  test('messages stay hidden while they are worked on', async () => {
    const { log } = await follow([told('a.json')], {
      timing: { visibilitySeconds: 0.03 },
      ingest: async () => {
        await new Promise((done) => setTimeout(done, 100))
        return { files: 1, events: 1, duplicates: 0, whole: true, stopped: undefined }
      },
    })
    expect(log.filter((line) => line === 'extend m0').length).toBeGreaterThan(2)
  })

  test('Ctrl-C ends it behind the commit that is being made', async () => {
    const controller = new AbortController()
    const { log, total } = await follow(
      Array.from({ length: 25 }, (_, at) => told(`${at}.json`)),
      {
        forever: true,
        signal: controller.signal,
        timing: { objects: 10 },
        onCommit: () => controller.abort(),
      },
    )
    expect(log.filter((line) => line === 'commit')).toHaveLength(1)
    expect(total).toMatchObject({ commits: 1, messages: 10 })
  })
})
