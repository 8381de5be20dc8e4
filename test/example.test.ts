import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { fillEvents } from '../src/core/runbook/case-events.ts'
import type { GivenEvent } from '../src/core/runbook/schema-case.ts'

const file = join(
  import.meta.dirname,
  '../examples/logs/111122223333_CloudTrail_us-east-1_20260115T1055Z_ExampleExample00.json',
)

const deploy = { type: 'AssumedRole', arn: 'arn:aws:sts::111122223333:assumed-role/deploy/release' }
const alice = { type: 'IAMUser', userName: 'alice' }
const stranger = '203.0.113.7'

/** An hour of a small account: a pipeline at work, and somebody who guesses Alice's password. */
const story: readonly GivenEvent[] = [
  {
    eventTime: '2026-01-15T10:02:10Z',
    eventSource: 'sts.amazonaws.com',
    eventName: 'GetCallerIdentity',
    userIdentity: deploy,
  },
  {
    eventTime: '2026-01-15T10:02:15Z',
    eventSource: 'cloudformation.amazonaws.com',
    eventName: 'DescribeStacks',
    userIdentity: deploy,
    repeat: 9,
    every: '4m',
  },
  {
    eventTime: '2026-01-15T10:03:00Z',
    eventSource: 'cloudformation.amazonaws.com',
    eventName: 'UpdateStack',
    userIdentity: deploy,
    requestParameters: { stackName: 'shop' },
  },
  {
    eventTime: '2026-01-15T10:31:00Z',
    eventName: 'ConsoleLogin',
    userIdentity: alice,
    sourceIPAddress: stranger,
    responseElements: { ConsoleLogin: 'Failure' },
    repeat: 4,
    every: '20s',
  },
  { eventTime: '2026-01-15T10:33:05Z', eventName: 'ConsoleLogin', userIdentity: alice, sourceIPAddress: stranger },
  { eventTime: '2026-01-15T10:34:20Z', eventName: 'ListUsers', userIdentity: alice, sourceIPAddress: stranger },
  {
    eventTime: '2026-01-15T10:35:02Z',
    eventName: 'CreateUser',
    userIdentity: alice,
    sourceIPAddress: stranger,
    errorCode: 'AccessDenied',
  },
  {
    eventTime: '2026-01-15T10:36:41Z',
    eventName: 'CreateAccessKey',
    userIdentity: alice,
    sourceIPAddress: stranger,
    requestParameters: { userName: 'alice' },
  },
] as unknown as GivenEvent[]

it('the example logs are what the published defaults make of its story', () => {
  const text = `${JSON.stringify({ Records: fillEvents(story) }, null, 1)}\n`
  if (process.env.UPDATE_DOCS && !process.env.CI) writeFileSync(file, text)
  expect(existsSync(file) ? readFileSync(file, 'utf8') : '').toBe(text)
})
