/** LookupEvents as its documentation and service model say: limits, errors, tokens, and what it never returns. */
import { createHash } from 'node:crypto'
import { AwsFault, type Call, checkMembers, textOf } from '../call.ts'
import { createRate } from '../rate.ts'
import type { LogRecord } from '../world.ts'

const attributeKeys = [
  'EventId',
  'EventName',
  'ReadOnly',
  'Username',
  'ResourceType',
  'ResourceName',
  'EventSource',
  'AccessKeyId',
] as const
type AttributeKey = (typeof attributeKeys)[number]

const day = 24 * 60 * 60 * 1000
const retention = 90 * day

export interface LookupOptions {
  readonly now: () => number
  /** Requests a second of one account and Region. */
  readonly perSecond: number
  readonly tokenTtlMs: number
  /** Milliseconds from an event's time until it can be looked up; 0 for none. */
  readonly delayMs: number
}

interface Stored {
  readonly time: number
  readonly event: Readonly<Record<string, unknown>>
  readonly insight: boolean
  readonly attributes: Readonly<Record<AttributeKey, readonly string[]>>
}

export function createLookup({ now, perSecond, tokenTtlMs, delayMs }: LookupOptions) {
  const rate = createRate(perSecond, Math.max(1, perSecond), now)
  const places = new Map<string, Stored[]>()
  const tokens = new Map<string, { readonly position: number; readonly parameters: string; readonly at: number }>()
  let made = 0

  const add = (record: LogRecord): void => {
    const insight = record.eventCategory === 'Insight'
    // Data and network events are not in Event history.
    if (
      !insight &&
      (record.managementEvent === false || !['Management', undefined].includes(record.eventCategory as string))
    )
      return
    const key = `${record.recipientAccountId} ${record.awsRegion}`
    const stored = places.get(key) ?? []
    places.set(key, stored)
    stored.push(store(record, insight))
    stored.sort((a, b) => b.time - a.time)
  }

  const lookup = (call: Call): unknown => {
    checkMembers(call, ['LookupAttributes', 'StartTime', 'EndTime', 'EventCategory', 'MaxResults', 'NextToken'])
    if (!rate.take(`${call.account} ${call.region}`)) throw new AwsFault('ThrottlingException', 'Rate exceeded')
    const { NextToken, ...same } = call.input
    const attribute = attributeOf(call)
    const { from, to } = rangeOf(call, now())
    const category = textOf(call, 'EventCategory')
    if (category !== undefined && category !== 'insight')
      throw new AwsFault('InvalidEventCategoryException', 'The event category is not valid.')
    const size = (call.input.MaxResults as number | undefined) ?? 50
    if (!Number.isInteger(size) || size < 1 || size > 50)
      throw new AwsFault('InvalidMaxResultsException', 'A value from 1 to 50 must be specified.')
    const parameters = createHash('sha256')
      .update(JSON.stringify([call.account, call.region, same]))
      .digest('hex')
    let position = 0
    if (NextToken !== undefined) {
      const token = tokens.get(String(NextToken))
      if (token === undefined || token.parameters !== parameters || now() - token.at > tokenTtlMs)
        throw new AwsFault(
          'InvalidNextTokenException',
          'A token that is not valid, or that was used with other parameters.',
        )
      position = token.position
    }
    const fitting = (places.get(`${call.account} ${call.region}`) ?? []).filter(
      (stored) =>
        stored.insight === (category === 'insight') &&
        stored.time >= Math.max(from, now() - retention) &&
        stored.time <= Math.min(to, now() - delayMs) &&
        (attribute === undefined || stored.attributes[attribute.key].includes(attribute.value)),
    )
    const events = fitting.slice(position, position + size).map(({ event }) => event)
    if (position + size >= fitting.length) return { Events: events }
    const next = createHash('sha256').update(`token ${made++}`).digest('base64')
    tokens.set(next, { position: position + size, parameters, at: now() })
    return { Events: events, NextToken: next }
  }

  return { add, lookup }
}

function attributeOf(call: Call): { key: AttributeKey; value: string } | undefined {
  const given = call.input.LookupAttributes
  if (given === undefined) return undefined
  if (!Array.isArray(given)) throw new AwsFault('SerializationException', 'LookupAttributes must be a list')
  if (given.length > 1)
    throw new AwsFault('InvalidLookupAttributesException', 'Only one lookup attribute can be specified.')
  const [one] = given as { AttributeKey?: string; AttributeValue?: string }[]
  if (one === undefined) return undefined
  const key = attributeKeys.find((name) => name === one.AttributeKey)
  const value = one.AttributeValue
  if (key === undefined || typeof value !== 'string' || value.length < 1 || value.length > 2000)
    throw new AwsFault('InvalidLookupAttributesException', 'The lookup attribute is not valid.')
  return { key, value }
}

function rangeOf(call: Call, now: number): { from: number; to: number } {
  const at = (name: string, without: number): number => {
    const value = call.input[name]
    if (value === undefined) return without
    if (typeof value !== 'number') throw new AwsFault('SerializationException', `${name} must be epoch seconds`)
    return value * 1000
  }
  const [from, to] = [at('StartTime', now - retention), at('EndTime', now)]
  if (from > to || from < now - retention)
    throw new AwsFault('InvalidTimeRangeException', 'The time range is not valid.')
  return { from, to }
}

/** The record as Event history gives it back: a text of its own, with booleans as text. */
function store(record: LogRecord, insight: boolean): Stored {
  const identity = (record.userIdentity ?? {}) as Record<string, string | undefined>
  const user =
    identity.type === 'Root' ? 'root' : (identity.userName ?? identity.arn?.split('/').at(-1) ?? identity.invokedBy)
  const names = resourceNames(record)
  const time = Date.parse(String(record.eventTime))
  const text = (value: unknown): readonly string[] => (value === undefined || value === null ? [] : [String(value)])
  return {
    time,
    insight,
    attributes: {
      EventId: text(record.eventID),
      EventName: text(record.eventName),
      ReadOnly: text(record.readOnly),
      Username: text(user),
      ResourceType: names.map(({ ResourceType }) => ResourceType),
      ResourceName: names.map(({ ResourceName }) => ResourceName),
      EventSource: text(record.eventSource),
      AccessKeyId: text(identity.accessKeyId),
    },
    event: {
      EventId: record.eventID,
      EventName: record.eventName,
      ...(record.readOnly !== undefined && { ReadOnly: String(record.readOnly) }),
      ...(identity.accessKeyId !== undefined && { AccessKeyId: identity.accessKeyId }),
      EventTime: time / 1000,
      EventSource: record.eventSource,
      ...(user !== undefined && { Username: user }),
      Resources: names,
      CloudTrailEvent: JSON.stringify(withTextBooleans(record)),
    },
  }
}

const resourceKeys: Readonly<Record<string, string>> = {
  roleName: 'AWS::IAM::Role',
  userName: 'AWS::IAM::User',
  bucketName: 'AWS::S3::Bucket',
}

const resourceNames = ({ requestParameters }: LogRecord): { ResourceType: string; ResourceName: string }[] =>
  Object.entries((requestParameters ?? {}) as Record<string, unknown>).flatMap(([name, value]) =>
    resourceKeys[name] !== undefined && typeof value === 'string'
      ? [{ ResourceType: resourceKeys[name], ResourceName: value }]
      : [],
  )

/** Keys in another order and booleans as text: the same event all the same. */
function withTextBooleans(value: unknown): unknown {
  if (typeof value === 'boolean') return String(value)
  if (Array.isArray(value)) return value.map(withTextBooleans)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, member]) => [name, withTextBooleans(member)]),
  )
}
