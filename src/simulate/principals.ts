/** Roles and users, and how their calls carry them in `userIdentity` (User Guide, "CloudTrail userIdentity element"). */
import { isoTime } from '../core/time.ts'
import { longTermKey, principalId, temporaryKey } from './ids.ts'
import { createRandom, type Random } from './random.ts'

export interface Role {
  readonly account: string
  readonly name: string
  readonly arn: string
  readonly id: string
}

export interface IamUser {
  readonly account: string
  readonly name: string
  readonly arn: string
  readonly id: string
  /** Long-term key. */
  readonly key: string
}

/** @param path the whole path with the name: `/automation/pipeline-deploy` */
export function roleOf(account: string, path: string): Role {
  const random = createRandom('role', account, path)
  return {
    account,
    name: path.slice(path.lastIndexOf('/') + 1),
    arn: `arn:aws:iam::${account}:role${path}`,
    id: principalId('AROA', random),
  }
}

export function userOf(account: string, name: string): IamUser {
  const random = createRandom('user', account, name)
  return {
    account,
    name,
    arn: `arn:aws:iam::${account}:user/${name}`,
    id: principalId('AIDA', random),
    key: longTermKey(random),
  }
}

export type Identity = Readonly<Record<string, unknown>>

/** Who calls, and from where: what all calls of one session have in common. */
export interface Caller {
  readonly identity: Identity
  /** The account that the caller belongs to; undefined for an AWS service. */
  readonly account: string | undefined
  readonly address: string
  readonly agent: string
  /** Undefined for long-term keys of services, which have none. */
  readonly key?: string
  /** Calls of AWS services and on somebody's behalf carry no TLS details. */
  readonly tls: boolean
  readonly console?: boolean
  readonly endpoint?: string
}

interface SessionOptions {
  readonly name: string
  readonly created: number
  readonly address: string
  readonly agent: string
  readonly random: Random
  readonly mfa?: boolean
  /** A service calls on the session's behalf, or the role is the service's own. */
  readonly invokedBy?: string
  readonly instance?: boolean
  readonly inScopeOf?: Identity
  readonly onBehalfOf?: Identity
  readonly web?: Identity
  readonly sourceIdentity?: string
  readonly console?: boolean
  readonly endpoint?: string
}

/** A session of a role: every later call shows the key that AssumeRole gave out. */
export function roleSession(
  role: Role,
  options: SessionOptions,
): Caller & { readonly key: string; readonly role: Role } {
  const key = temporaryKey(options.random)
  const service = options.invokedBy
  return {
    role,
    key,
    account: role.account,
    address: service ?? options.address,
    agent: service ?? options.agent,
    tls: service === undefined,
    ...(options.console && { console: true }),
    ...(options.endpoint !== undefined && { endpoint: options.endpoint }),
    identity: {
      type: 'AssumedRole',
      principalId: `${role.id}:${options.name}`,
      arn: `arn:aws:sts::${role.account}:assumed-role/${role.name}/${options.name}`,
      accountId: role.account,
      accessKeyId: key,
      sessionContext: {
        sessionIssuer: {
          type: 'Role',
          principalId: role.id,
          arn: role.arn,
          accountId: role.account,
          userName: role.name,
        },
        ...(options.web !== undefined && { webIdFederationData: options.web }),
        ...(options.sourceIdentity !== undefined && { sourceIdentity: options.sourceIdentity }),
        attributes: { creationDate: isoTime(options.created), mfaAuthenticated: options.mfa ? 'true' : 'false' },
        ...(options.instance && { ec2RoleDelivery: '2.0' }),
      },
      ...(options.onBehalfOf !== undefined && { onBehalfOf: options.onBehalfOf }),
      ...(options.inScopeOf !== undefined && { inScopeOf: options.inScopeOf }),
      ...(service !== undefined && { invokedBy: service }),
    },
  }
}

/** The same session when a service calls for it (forward access session). */
export function onBehalf(caller: Caller, service: string): Caller {
  return {
    identity: { ...caller.identity, invokedBy: service },
    account: caller.account,
    address: service,
    agent: service,
    tls: false,
    ...(caller.key !== undefined && { key: caller.key }),
  }
}

export interface Place {
  readonly address: string
  readonly agent: string
}

export function withLongTermKey(user: IamUser, { address, agent }: Place): Caller & { readonly key: string } {
  return {
    identity: {
      type: 'IAMUser',
      principalId: user.id,
      arn: user.arn,
      accountId: user.account,
      accessKeyId: user.key,
      userName: user.name,
    },
    account: user.account,
    address,
    agent,
    key: user.key,
    tls: true,
  }
}

interface UserSessionOptions extends Place {
  readonly created: number
  readonly mfa: boolean
  readonly random: Random
}

/** A console session of an IAM user: temporary credentials that name the user. */
export function userSession(user: IamUser, options: UserSessionOptions): Caller & { readonly key: string } {
  const key = temporaryKey(options.random)
  return {
    identity: {
      type: 'IAMUser',
      principalId: user.id,
      arn: user.arn,
      accountId: user.account,
      accessKeyId: key,
      userName: user.name,
      sessionContext: {
        attributes: { creationDate: isoTime(options.created), mfaAuthenticated: String(options.mfa) },
      },
    },
    account: user.account,
    address: options.address,
    agent: options.agent,
    key,
    tls: true,
    console: true,
  }
}

export function rootSession(account: string, options: UserSessionOptions): Caller & { readonly key: string } {
  const key = temporaryKey(options.random)
  return {
    identity: {
      type: 'Root',
      principalId: account,
      arn: `arn:aws:iam::${account}:root`,
      accountId: account,
      accessKeyId: key,
      sessionContext: {
        attributes: { creationDate: isoTime(options.created), mfaAuthenticated: String(options.mfa) },
      },
    },
    account,
    address: options.address,
    agent: options.agent,
    key,
    tls: true,
    console: true,
  }
}

/** An AWS service that acts for itself. */
export function awsService(service: string): Caller {
  return {
    identity: { type: 'AWSService', invokedBy: service },
    account: undefined,
    address: service,
    agent: service,
    tls: false,
  }
}

/** How the owner of a resource sees somebody of another account: no key, no session, no name. */
export function asSeenFromOutside(caller: Caller): Identity {
  const { principalId: id } = caller.identity
  return { type: 'AWSAccount', principalId: id, accountId: caller.account }
}
