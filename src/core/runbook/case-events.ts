/** Partial events of a case to whole CloudTrail records. The defaults are published: docs/format/case-defaults.md. */
import { eventColumns } from '../event/columns.ts'
import { type IsoTime, isoTime, milliseconds, minute, parseDuration, second, type Window } from '../time.ts'
import { fillIdentity, merge, partitionOf, roleId, sessionKey, text } from './case-identity.ts'
import { isDataEvent, isDenied, isReadOnly } from './event-classes.ts'
import { isJsonMap, type Json, type JsonMap } from './json.ts'
import type { GivenEvent } from './schema-case.ts'

/** Values of fields that a case leaves out. */
export const caseDefaults = {
  now: '2026-01-15T12:00:00Z',
  account: '111122223333',
  region: 'us-east-1',
  eventVersion: '1.11',
  eventSource: 'iam.amazonaws.com',
  eventName: 'ListUsers',
  sourceIPAddress: '198.51.100.10',
  userAgent: 'aws-cli/2.15.0 Python/3.11.6 Linux/6.1 exe/x86_64',
  browser: 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0',
  errorMessageOfSignIn: 'Failed authentication',
  loginTo: 'https://console.aws.amazon.com/console/home',
  every: '1m',
} as const

/** Removes the field that it is the value of. */
const absent = '$absent'

interface CaseTime {
  /** When the case's run takes place. */
  readonly now?: IsoTime
  /** The run's window; by default it ends 20 minutes before `now`, as that of a run does. */
  readonly window?: Window
}

/**
 * All records of a case, copies included, in the order given. Times that are not given lie inside the window, a
 * minute apart, oldest first.
 */
export function fillEvents(given: readonly GivenEvent[], time: CaseTime = {}): JsonMap[] {
  const slots = timeSlots(given.length, time)
  const records: JsonMap[] = []
  for (const [index, event] of given.entries()) {
    const { repeat = 1, every = caseDefaults.every, ...partial } = event as GivenEvent & JsonMap
    const step = parseDuration(every) ?? minute
    const start = typeof partial.eventTime === 'string' ? partial.eventTime : undefined
    const first = start === undefined ? (slots[index] as number) - (repeat - 1) * step : milliseconds(start)
    for (let copy = 0; copy < repeat; copy++) {
      const eventTime = Number.isNaN(first) && start !== undefined ? start : isoTime(first + copy * step)
      // Only the first of several copies can have an id of its own choosing.
      const { eventID: _, requestID: __, ...rest } = partial
      const own = copy === 0 ? partial : rest
      records.push(fillEvent(start === undefined ? own : { ...own, eventTime }, { index: records.length, eventTime }))
    }
  }
  return records
}

/** The last of the slots stands at least half an hour before the window's end, or in its second half when it is short. */
function timeSlots(count: number, { now = caseDefaults.now, window }: CaseTime): number[] {
  const end = window ? milliseconds(window.to) : milliseconds(now) - 20 * minute
  const span = window ? end - milliseconds(window.from) : 120 * minute
  const start = span >= 120 * minute ? end - 60 * minute : end - span / 2
  const room = Math.min(30 * minute, span / 4)
  const step = count <= 1 ? minute : Math.min(minute, Math.floor(room / count / second) * second)
  return Array.from({ length: count }, (_, index) => Math.floor((start + index * step) / second) * second)
}

interface FillOptions {
  /** Among all records of the case: ids follow from it. */
  readonly index: number
  /** Used when the event gives none. */
  readonly eventTime: IsoTime
}

/** One whole record. What is given stays as it is: explicit null is JSON null, `$absent` removes the field. */
function fillEvent(partial: JsonMap, { index, eventTime: slot }: FillOptions): JsonMap {
  const account = text(partial.recipientAccountId) ?? caseDefaults.account
  const awsRegion = text(partial.awsRegion) ?? caseDefaults.region
  const eventName = text(partial.eventName) ?? caseDefaults.eventName
  const eventSource = text(partial.eventSource) ?? sourceOf(eventName)
  const eventTime = text(partial.eventTime) ?? slot
  const signIn = eventSource === 'signin.amazonaws.com'
  const identity = fillIdentity(partial.userIdentity, { account, region: awsRegion, eventTime, signIn, eventSource })
  const service = isJsonMap(identity) && identity.type === 'AWSService' ? text(identity.invokedBy) : undefined
  const eventCategory = text(partial.eventCategory) ?? categoryOf(partial, eventSource, eventName)
  const filled: JsonMap = {
    eventVersion: caseDefaults.eventVersion,
    userIdentity: identity,
    eventTime,
    eventSource,
    eventName,
    awsRegion,
    sourceIPAddress: service ?? caseDefaults.sourceIPAddress,
    userAgent: service ?? (signIn ? caseDefaults.browser : caseDefaults.userAgent),
    requestParameters: null,
    responseElements: null,
    requestID: uuid(index, 'b'),
    eventID: uuid(index, 'a'),
    readOnly: isReadOnly(eventSource, eventName),
    eventType: typeOf(partial, eventCategory, signIn),
    managementEvent: eventCategory === 'Management',
    recipientAccountId: account,
    eventCategory,
    ...outcome(partial, { identity, account, awsRegion, eventSource, eventName, eventTime }),
  }
  const { userIdentity: _, ...given } = partial
  const joined = eventName === 'ConsoleLogin' ? merge(filled, given) : { ...filled, ...given }
  return inOrder(withoutAbsent(joined) as JsonMap)
}

function sourceOf(eventName: string): string {
  if (
    /^(ConsoleLogin|CheckMfa|SwitchRole|ExitRole|CredentialChallenge|CredentialVerification|PasswordRecovery)/.test(
      eventName,
    )
  )
    return 'signin.amazonaws.com'
  if (/^(AssumeRole|AssumeRoot|GetCallerIdentity|GetSessionToken|GetFederationToken)/.test(eventName))
    return 'sts.amazonaws.com'
  return caseDefaults.eventSource
}

function categoryOf(partial: JsonMap, source: string, name: string): string {
  if (isJsonMap(partial.insightDetails)) return 'Insight'
  if (text(partial.eventType)?.startsWith('AwsVpceEvent')) return 'NetworkActivity'
  return partial.managementEvent === false || (partial.managementEvent !== true && isDataEvent(source, name))
    ? 'Data'
    : 'Management'
}

function typeOf(partial: JsonMap, category: string, signIn: boolean): string {
  if (category === 'Insight') return 'AwsCloudTrailInsight'
  if (category === 'NetworkActivity') return 'AwsVpceEvent'
  if (isJsonMap(partial.serviceEventDetails)) return 'AwsServiceEvent'
  return signIn ? 'AwsConsoleSignIn' : 'AwsApiCall'
}

interface Call {
  readonly identity: Json
  readonly account: string
  readonly awsRegion: string
  readonly eventSource: string
  readonly eventName: string
  readonly eventTime: string
}

/** What CloudTrail writes about how the call ended. */
function outcome(partial: JsonMap, call: Call): JsonMap {
  if (call.eventName === 'ConsoleLogin') return signInOutcome(partial)
  if (isDenied(partial.errorCode)) return { errorMessage: deniedMessage(partial.errorCode, call) }
  if (text(partial.errorCode) !== undefined) return {}
  const given = partial.requestParameters
  return call.eventName === 'AssumeRole' && isJsonMap(given) ? { responseElements: assumed(given, call) } : {}
}

/** A failed sign-in has an errorMessage and no errorCode. */
function signInOutcome(partial: JsonMap): JsonMap {
  const response = isJsonMap(partial.responseElements) ? partial.responseElements : {}
  const failed = response.ConsoleLogin === 'Failure' || text(partial.errorMessage) !== undefined
  return {
    ...(failed && { errorMessage: caseDefaults.errorMessageOfSignIn }),
    responseElements: { ConsoleLogin: failed ? 'Failure' : 'Success' },
    additionalEventData: { LoginTo: caseDefaults.loginTo, MobileVersion: 'No', MFAUsed: 'No' },
  }
}

/** In the words of the IAM User Guide, "Troubleshoot access denied error messages". */
function deniedMessage(code: string, { identity, eventSource, eventName }: Call): string {
  const who = isJsonMap(identity) ? (text(identity.arn) ?? text(identity.principalId) ?? 'unknown') : 'unknown'
  const action = `${eventSource.replace(/\.amazonaws\.com(\.cn)?$/, '')}:${eventName}`
  const because = `because no identity-based policy allows the ${action} action`
  const lead = code.startsWith('Client.') ? 'You are not authorized to perform this operation. ' : ''
  return `${lead}User: ${who} is not authorized to perform: ${action} on resource: * ${because}`
}

function assumed(parameters: JsonMap, { account, awsRegion }: Call): Json {
  const arn = /^arn:[\w-]+:iam::(\d{12}):role\/(?:.*\/)?([^/]+)$/.exec(text(parameters.roleArn) ?? '')
  if (!arn) return null
  const [, owner = account, role = ''] = arn
  const session = text(parameters.roleSessionName) ?? 'session'
  return {
    credentials: { accessKeyId: sessionKey(owner, role, session) },
    assumedRoleUser: {
      assumedRoleId: `${roleId(owner, role)}:${session}`,
      arn: `arn:${partitionOf(awsRegion)}:sts::${owner}:assumed-role/${role}/${session}`,
    },
  }
}

const uuid = (index: number, kind: 'a' | 'b') =>
  `${kind}0000000-0000-4000-8000-${(index + 1).toString(16).padStart(12, '0')}`

function withoutAbsent(value: Json): Json {
  if (Array.isArray(value)) return value.filter((item) => item !== absent).map(withoutAbsent)
  if (!isJsonMap(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== absent)
      .map(([key, member]) => [key, withoutAbsent(member)]),
  )
}

const order = new Map(eventColumns.map((column, index) => [column.name, index]))
const rank = (key: string) => order.get(key) ?? order.size

const inOrder = (record: JsonMap): JsonMap =>
  Object.fromEntries(Object.entries(record).toSorted(([a], [b]) => rank(a) - rank(b)))
