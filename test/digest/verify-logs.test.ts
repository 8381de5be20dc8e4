import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { verifyLogs } from '../../src/compose.ts'
import { all, type Case, keys, toldOf, whole, withMetadataOf } from './case.ts'
import { cases, fivePassed } from './cases.ts'
import { type StoredObject, writeObjects } from './signed-chain.ts'

let folder: string
let count = 0
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trailbook-digests-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function check(objects: readonly StoredObject[], asked: Partial<Case> = {}) {
  const place = join(folder, `${count++}`)
  const buckets = [...new Set(objects.map(({ bucket }) => bucket))]
  for (const bucket of buckets)
    await writeObjects(
      join(place, bucket),
      objects.filter((one) => one.bucket === bucket),
    )
  return verifyLogs(
    buckets.map((bucket) => join(place, bucket)),
    {
      keys: asked.keys === null ? [] : [{ path: 'keys.json', content: JSON.stringify(asked.keys ?? keys) }],
      range: { from: asked.from ?? null, to: asked.to ?? null },
      accounts: asked.accounts ?? [],
      regions: [],
      signal: new AbortController().signal,
      onProgress: () => {},
    },
  )
}

describe('verify-logs', () => {
  it.each(cases)('judges $name', async (one) => {
    const result = await check(one.make(), one)
    expect(toldOf(result)).toEqual(one.told)
    expect(result.verdict).toBe(one.expect)
  })

  it.each(fivePassed)('reports what the AWS CLI lets pass: $name', async (one) => {
    const result = await check(one.make(), one)
    expect(toldOf(result)).toEqual(one.told)
    expect(result.verdict).toBe(one.expect)
  })

  it('reports any flipped bit of any digest or log, with and without metadata', async () => {
    const chain = whole({ hours: 3 })
    const place = join(folder, 'flips')
    await fc.assert(
      fc.asyncProperty(
        fc.nat(),
        fc.nat(),
        fc.integer({ min: 0, max: 7 }),
        fc.boolean(),
        async (which, at, bit, metadata) => {
          const objects = metadata ? all(chain) : withMetadataOf(chain, (index) => index === 2)
          await rm(place, { recursive: true, force: true })
          await writeObjects(place, objects)
          const object = objects[which % objects.length]!
          const bytes = Buffer.from(object.bytes)
          bytes[at % bytes.length]! ^= 1 << bit
          await writeFile(join(place, object.key), gzipSync(bytes))
          const result = await verifyLogs([place], {
            keys: [{ path: 'keys.json', content: JSON.stringify(keys) }],
            range: { from: null, to: null },
            accounts: [],
            regions: [],
            signal: new AbortController().signal,
            onProgress: () => {},
          })
          expect(result.verdict).toBe('invalid')
          const name = object.key.slice(object.key.lastIndexOf('/') + 1)
          const files = result.places.flatMap(({ digests, logs }) => [...digests, ...logs])
          // A digest that says to be of another bucket, and has no signature, is missing from its own.
          const named = files.filter(
            ({ verdict, path, object }) => verdict === 'invalid' && (path ?? object)?.endsWith(name),
          )
          expect(named.length).toBeGreaterThan(0)
        },
      ),
      { numRuns: 150 },
    )
  }, 60_000)
})
