import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { knownEvents } from './known-events.ts'

const known = knownEvents()

describe('known events', () => {
  it.each([
    ['signin.amazonaws.com', 'ConsoleLogin'],
    ['iam.amazonaws.com', 'AttachRolePolicy'],
    ['s3.amazonaws.com', 'DeleteObjects'],
    ['s3.amazonaws.com', 'PutBucketPublicAccessBlock'],
    ['monitoring.amazonaws.com', 'DeleteAlarms'],
    ['lambda.amazonaws.com', 'CreateFunction20150331'],
    ['lambda.amazonaws.com', 'UpdateFunctionCode20150331v2'],
    ['lambda.amazonaws.com', 'Invoke'],
    ['cloudfront.amazonaws.com', 'CreateFunction2020_05_31'],
    ['sts.amazonaws.com', 'AssumeRoleWithSAML'],
    ['kms.amazonaws.com', 'RotateKey'],
  ])('have %s %s', (source, name) => expect(known.has(name, [source])).toBe(true))

  it.each([
    ['iam.amazonaws.com', 'StopLogging'],
    ['iam.amazonaws.com', 'attachrolepolicy'],
    ['lambda.amazonaws.com', 'CreateFunction'],
    ['iam.amazonaws.com', 'CreateUser20150332x'],
    ['no-such-service.amazonaws.com', 'CreateUser'],
  ])('do not have %s %s', (source, name) => expect(known.has(name, [source])).toBe(false))

  it('find a name in one of several sources, and in any where none is named', () => {
    expect(known.has('StopLogging', ['iam.amazonaws.com', 'cloudtrail.amazonaws.com'])).toBe(true)
    expect(known.has('StopLogging', [])).toBe(true)
    expect(known.has('StopLoging', [])).toBe(false)
  })
})

const data = resolve(process.env.TRAILBOOK_DATA ?? '../shared/data')

describe.skipIf(!existsSync(data))('in real logs (TRAILBOOK_DATA; skipped where it is absent)', () => {
  it('are nearly all pairs', () => {
    const pairs = new Set<string>()
    const gather = (value: unknown): void => {
      if (typeof value !== 'object' || value === null) return
      const { eventSource, eventName } = value as { eventSource?: unknown; eventName?: unknown }
      if (typeof eventSource === 'string' && typeof eventName === 'string') pairs.add(`${eventSource} ${eventName}`)
      for (const member of Object.values(value)) gather(member)
    }
    for (const folder of ['invictus-aws-dataset', 'traildiscover', 'cloud-custodian-cwe'])
      for (const file of readdirSync(join(data, folder)).filter((name) => name.endsWith('.json.gz')))
        gather(JSON.parse(gunzipSync(readFileSync(join(data, folder, file))).toString('utf8')))
    const unknown = [...pairs].filter((pair) => {
      const [source = '', name = ''] = pair.split(' ')
      return !known.has(name, [source])
    })
    expect(pairs.size).toBeGreaterThan(400)
    expect(unknown.length / pairs.size, unknown.join(', ')).toBeLessThan(0.02)
  })
})
