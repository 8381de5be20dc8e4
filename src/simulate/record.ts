/** From a call to the record that CloudTrail writes of it (User Guide, "CloudTrail record contents"). */
import { isoTime } from '../core/time.ts'
import { asSeenFromOutside, type Caller, type Identity } from './principals.ts'
import type { Random } from './random.ts'

export interface Failure {
  /** A failed sign-in has none. */
  readonly code?: string
  /** Some services tell it in `responseElements` instead, some not at all. */
  readonly message?: string
}

/** One API call, or what else becomes a record, apart from who made it. */
export interface Call {
  /** `s3` of `s3.amazonaws.com`. */
  readonly service: string
  readonly name: string
  readonly read: boolean
  readonly parameters?: unknown
  readonly response?: unknown
  readonly resources?: readonly Identity[]
  readonly extra?: Identity
  readonly failure?: Failure
  /** A data event: a call on an object, a function's invocation. */
  readonly data?: boolean
  readonly type?: 'AwsApiCall' | 'AwsServiceEvent' | 'AwsConsoleSignIn' | 'AwsConsoleAction'
  readonly host?: string
  readonly details?: Identity
  readonly apiVersion?: string
}

export interface Draft {
  readonly caller: Caller
  readonly call: Call
  /** Account whose trail records it. */
  readonly account: string
  readonly region: string
  /** Milliseconds of UTC. */
  readonly at: number
  readonly eventId: string
  readonly requestId: string
  readonly sharedId?: string
  /** The copy of the account that owns the resource. */
  readonly fromOutside?: boolean
}

/** Services write their records with versions of their own; 1.11 is the newest. */
const versions: Readonly<Record<string, string>> = {
  sts: '1.08',
  ssm: '1.08',
  signin: '1.08',
  config: '1.08',
  sso: '1.08',
  logs: '1.09',
  guardduty: '1.09',
  cloudtrail: '1.09',
  organizations: '1.09',
  ecs: '1.09',
  autoscaling: '1.09',
  elasticloadbalancing: '1.09',
  ec2: '1.10',
  lambda: '1.10',
  iam: '1.10',
  ecr: '1.10',
}

/** Services whose endpoints still negotiate the older protocol with old clients. */
const oldTls = { tlsVersion: 'TLSv1.2', cipherSuite: 'ECDHE-RSA-AES128-GCM-SHA256' }
const newTls = { tlsVersion: 'TLSv1.3', cipherSuite: 'TLS_AES_128_GCM_SHA256' }

const globalHosts: Readonly<Record<string, string>> = {
  iam: 'iam.amazonaws.com',
  organizations: 'organizations.us-east-1.amazonaws.com',
  signin: 'signin.aws.amazon.com',
}

/** Keys in the order in which CloudTrail writes them; what is undefined is left out. */
export function recordText(draft: Draft): string {
  const { caller, call } = draft
  const console = caller.console === true && call.type === undefined && call.service !== 's3'
  return JSON.stringify({
    eventVersion: versions[call.service] ?? '1.11',
    userIdentity: draft.fromOutside ? asSeenFromOutside(caller) : caller.identity,
    eventTime: isoTime(draft.at),
    eventSource: `${call.service}.amazonaws.com`,
    eventName: call.name,
    awsRegion: draft.region,
    sourceIPAddress: caller.address,
    // S3 writes the header in square brackets.
    userAgent: call.service === 's3' && caller.tls ? `[${caller.agent}]` : caller.agent,
    errorCode: call.failure?.code,
    errorMessage: call.failure?.message,
    requestParameters: call.parameters ?? null,
    responseElements: call.response ?? null,
    additionalEventData: call.extra,
    requestID: call.type === 'AwsConsoleSignIn' || call.type === 'AwsServiceEvent' ? undefined : draft.requestId,
    eventID: draft.eventId,
    readOnly: call.read,
    resources: call.resources,
    eventType: call.type ?? 'AwsApiCall',
    apiVersion: call.apiVersion,
    managementEvent: call.data !== true,
    recipientAccountId: draft.account,
    sharedEventID: draft.sharedId,
    serviceEventDetails: call.details,
    vpcEndpointId: caller.endpoint,
    eventCategory: call.data === true ? 'Data' : 'Management',
    tlsDetails: caller.tls ? tlsOf(draft) : undefined,
    // Always text in what trails deliver.
    sessionCredentialFromConsole: console ? 'true' : undefined,
  })
}

function tlsOf({ caller, call, region }: Draft): Identity {
  const host = call.host ?? globalHosts[call.service] ?? `${call.service}.${region}.amazonaws.com`
  return { ...(isOld(caller.agent) ? oldTls : newTls), clientProvidedHostHeader: host }
}

const isOld = (agent: string): boolean => agent.includes('java/1.8') || agent.includes('aws-sdk-go/1.')

/** S3 numbers its requests with 16 letters and digits, other services with a GUID. */
export const requestIdOf = (call: Call, random: Random): string =>
  call.service === 's3' ? random.base32(16) : random.uuid()
