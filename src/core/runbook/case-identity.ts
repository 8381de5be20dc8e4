/** A case's partial `userIdentity`, completed so that type, names, ARN and keys agree. */
import { isoTime, milliseconds, minute } from '../time.ts'
import { isJsonMap, type Json, type JsonMap } from './json.ts'

interface IdentityDefaults {
  /** The account that receives the event. */
  readonly account: string
  readonly region: string
  readonly eventTime: string
  /** A sign-in uses a password, no access key. */
  readonly signIn: boolean
  /** The service of the event, for calls by AWS services. */
  readonly eventSource: string
}

export const identityNames = {
  user: 'alice',
  role: 'app-role',
  session: 'session',
  otherAccount: '444455556666',
} as const

/** Letters and digits as in AWS identifiers, always the same for the same text. */
function stableCode(text: string, length: number): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  let state = 0x811c9dc5
  const stir = (unit: number) => {
    state = Math.imul(state ^ unit, 0x01000193) >>> 0
  }
  for (let index = 0; index < text.length; index++) stir(text.charCodeAt(index))
  let code = ''
  for (let index = 0; index < length; index++) {
    stir(index + 1)
    code += alphabet[(state >>> 13) % alphabet.length]
  }
  return code
}

/** Ends as the documentation's keys do: nobody, and no scanner for secrets, takes it for a real one. */
const accessKey = (prefix: 'AKIA' | 'ASIA', owner: string) => `${prefix}${stableCode(owner, 9)}EXAMPLE`

export const partitionOf = (region: string): string =>
  region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws'

export function fillIdentity(given: Json | undefined, defaults: IdentityDefaults): Json {
  if (given !== undefined && !isJsonMap(given)) return given
  const partial = given ?? {}
  const type = text(partial.type) ?? inferType(partial)
  return merge(identities[type]?.(partial, defaults) ?? { type, accountId: defaults.account }, partial)
}

/** Given members win; maps are joined, so that one member of a session context can be given alone. */
export function merge(base: JsonMap, given: JsonMap): JsonMap {
  const result: Record<string, Json> = { ...base }
  for (const [key, value] of Object.entries(given)) {
    const below = result[key]
    result[key] = isJsonMap(value) && isJsonMap(below) ? merge(below, value) : value
  }
  return result
}

export const text = (value: Json | undefined): string | undefined =>
  typeof value === 'string' && value !== '$absent' ? value : undefined

function inferType(partial: JsonMap): string {
  const arn = text(partial.arn) ?? ''
  if (arn.includes(':assumed-role/') || isJsonMap(partial.sessionContext)) return 'AssumedRole'
  if (arn.includes(':federated-user/')) return 'FederatedUser'
  if (arn.endsWith(':root')) return 'Root'
  return partial.invokedBy !== undefined && partial.arn === undefined && partial.userName === undefined
    ? 'AWSService'
    : 'IAMUser'
}

type Identity = (partial: JsonMap, defaults: IdentityDefaults) => JsonMap

const accountOf = (partial: JsonMap, { account }: IdentityDefaults) =>
  text(partial.accountId) ?? /^arn:[\w-]+:\w+::(\d{12}):/.exec(text(partial.arn) ?? '')?.[1] ?? account

const user: Identity = (partial, defaults) => {
  const accountId = accountOf(partial, defaults)
  const userName =
    text(partial.userName) ?? /:user\/(?:.*\/)?([^/]+)$/.exec(text(partial.arn) ?? '')?.[1] ?? identityNames.user
  return {
    type: 'IAMUser',
    principalId: `AIDA${stableCode(`${accountId}/${userName}`, 17)}`,
    arn: `arn:${partitionOf(defaults.region)}:iam::${accountId}:user/${userName}`,
    accountId,
    ...(!defaults.signIn && { accessKeyId: accessKey('AKIA', `key ${accountId}/${userName}`) }),
    userName,
  }
}

/** The key of a session follows from role and session name, so AssumeRole and what the session does agree. */
export const sessionKey = (accountId: string, role: string, session: string): string =>
  accessKey('ASIA', `session ${accountId}/${role}/${session}`)

export const roleId = (accountId: string, role: string): string => `AROA${stableCode(`role ${accountId}/${role}`, 17)}`

const attributes = ({ eventTime }: IdentityDefaults): JsonMap => {
  const time = milliseconds(eventTime)
  return { creationDate: Number.isNaN(time) ? eventTime : isoTime(time - 5 * minute), mfaAuthenticated: 'false' }
}

const session: Identity = (partial, defaults) => {
  const accountId = accountOf(partial, defaults)
  const context = isJsonMap(partial.sessionContext) ? partial.sessionContext : {}
  const issuer = isJsonMap(context.sessionIssuer) ? context.sessionIssuer : {}
  const named = /:assumed-role\/([^/]+)\/(.+)$/.exec(text(partial.arn) ?? '')
  const issuerArn = text(issuer.arn)
  const role = text(issuer.userName) ?? issuerArn?.split('/').at(-1) ?? named?.[1] ?? identityNames.role
  const sessionName = named?.[2] ?? text(partial.principalId)?.split(':')[1] ?? identityNames.session
  const partition = partitionOf(defaults.region)
  const principalId = roleId(accountId, role)
  return {
    type: 'AssumedRole',
    principalId: `${principalId}:${sessionName}`,
    arn: `arn:${partition}:sts::${accountId}:assumed-role/${role}/${sessionName}`,
    accountId,
    accessKeyId: sessionKey(accountId, role, sessionName),
    sessionContext: {
      sessionIssuer: {
        type: 'Role',
        principalId,
        arn: `arn:${partition}:iam::${accountId}:role/${role}`,
        accountId,
        userName: role,
      },
      attributes: attributes(defaults),
    },
  }
}

const identities: Readonly<Record<string, Identity>> = {
  IAMUser: user,
  AssumedRole: session,
  Root: (partial, defaults) => {
    const accountId = accountOf(partial, defaults)
    return {
      type: 'Root',
      principalId: accountId,
      arn: `arn:${partitionOf(defaults.region)}:iam::${accountId}:root`,
      accountId,
      ...(!defaults.signIn && {
        accessKeyId: accessKey('ASIA', `root ${accountId}`),
        sessionContext: { attributes: attributes(defaults) },
      }),
    }
  },
  AWSService: (_, { eventSource }) => ({ type: 'AWSService', invokedBy: eventSource }),
  AWSAccount: (partial) => {
    const accountId = text(partial.accountId) ?? identityNames.otherAccount
    return { type: 'AWSAccount', principalId: `AIDA${stableCode(`account ${accountId}`, 17)}`, accountId }
  },
  FederatedUser: (partial, defaults) => {
    const accountId = accountOf(partial, defaults)
    const name =
      /:federated-user\/(.+)$/.exec(text(partial.arn) ?? '')?.[1] ??
      text(partial.principalId)?.split(':')[1] ??
      identityNames.user
    const { accessKeyId: _, ...sessionIssuer } = user({}, { ...defaults, account: accountId })
    return {
      type: 'FederatedUser',
      principalId: `${accountId}:${name}`,
      arn: `arn:${partitionOf(defaults.region)}:sts::${accountId}:federated-user/${name}`,
      accountId,
      accessKeyId: accessKey('ASIA', `federated ${accountId}/${name}`),
      sessionContext: { sessionIssuer, attributes: attributes(defaults) },
    }
  },
  WebIdentityUser: (partial) => {
    const identityProvider = text(partial.identityProvider) ?? 'accounts.google.com'
    const userName = text(partial.userName) ?? identityNames.user
    return {
      type: 'WebIdentityUser',
      principalId: `${identityProvider}:application:${userName}`,
      userName,
      identityProvider,
    }
  },
  SAMLUser: (partial) => {
    const identityProvider = text(partial.identityProvider) ?? 'ExampleSAMLProvider'
    const userName = text(partial.userName) ?? identityNames.user
    return { type: 'SAMLUser', principalId: `${identityProvider}:${userName}`, userName, identityProvider }
  },
  IdentityCenterUser: (partial, defaults) => ({
    type: 'IdentityCenterUser',
    accountId: accountOf(partial, defaults),
    onBehalfOf: {
      userId: '544894e8-80c1-707f-60e3-3ba6510dfac1',
      identityStoreArn: `arn:${partitionOf(defaults.region)}:identitystore::${accountOf(partial, defaults)}:identitystore/d-1234567890`,
    },
    credentialId: 'EXAMPLEcredentialId',
  }),
}
