import { hour } from '../../core/time.ts'
import { sessionToken } from '../ids.ts'
import type { Caller, Identity, Role } from '../principals.ts'
import type { Random } from '../random.ts'
import type { Call } from '../record.ts'
import { localeTime } from './locale-time.ts'

interface Issued {
  readonly role: Role
  readonly name: string
  /** Access key of the session that is given out. */
  readonly key: string
  readonly at: number
  readonly random: Random
  readonly sourceIdentity?: string
  readonly externalId?: string
  readonly duration?: number
}

/** The credentials as CloudTrail shows them: all but the secret. */
function issued({ role, name, key, at, random, duration = 3600 }: Issued): Identity {
  return {
    credentials: {
      accessKeyId: key,
      sessionToken: sessionToken(random),
      expiration: localeTime(at + (duration * hour) / 3600),
    },
    assumedRoleUser: {
      assumedRoleId: `${role.id}:${name}`,
      arn: `arn:aws:sts::${role.account}:assumed-role/${role.name}/${name}`,
    },
  }
}

const roleResource = (role: Role): readonly Identity[] => [
  { accountId: role.account, type: 'AWS::IAM::Role', ARN: role.arn },
]

export function assumeRole(grant: Issued): Call {
  return {
    service: 'sts',
    name: 'AssumeRole',
    read: true,
    parameters: {
      roleArn: grant.role.arn,
      roleSessionName: grant.name,
      ...(grant.externalId !== undefined && { externalId: grant.externalId }),
      ...(grant.sourceIdentity !== undefined && { sourceIdentity: grant.sourceIdentity }),
      durationSeconds: grant.duration ?? 3600,
    },
    response: {
      ...issued(grant),
      ...(grant.sourceIdentity !== undefined && { sourceIdentity: grant.sourceIdentity }),
    },
    resources: roleResource(grant.role),
  }
}

/** Identity Center signs its users in to accounts with SAML. */
export function assumeRoleWithSaml(grant: Issued & { readonly audience: string }): Call {
  const provider = `arn:aws:iam::${grant.role.account}:saml-provider/AWSSSO_0f1e2d3c4b5a6978_DO_NOT_DELETE`
  return {
    service: 'sts',
    name: 'AssumeRoleWithSAML',
    read: true,
    parameters: {
      sAMLAssertionID: `_${grant.random.uuid()}`,
      roleSessionName: grant.name,
      durationSeconds: grant.duration ?? 3600,
      roleArn: grant.role.arn,
      principalArn: provider,
    },
    response: {
      subjectType: 'persistent',
      issuer: 'https://portal.sso.eu-central-1.amazonaws.com/saml/assertion/EXAMPLE',
      ...issued(grant),
      nameQualifier: 'EXAMPLEqualifier1234567890ab=',
      subject: grant.name,
      audience: grant.audience,
    },
    resources: [
      ...roleResource(grant.role),
      { accountId: grant.role.account, type: 'AWS::IAM::SAMLProvider', ARN: provider },
    ],
  }
}

interface WebGrant extends Issued {
  readonly provider: string
  readonly subject: string
}

export function assumeRoleWithWebIdentity(grant: WebGrant): Call {
  return {
    service: 'sts',
    name: 'AssumeRoleWithWebIdentity',
    read: true,
    parameters: {
      roleArn: grant.role.arn,
      roleSessionName: grant.name,
      durationSeconds: grant.duration ?? 3600,
    },
    response: {
      ...issued(grant),
      subjectFromWebIdentityToken: grant.subject,
      provider: `arn:aws:iam::${grant.role.account}:oidc-provider/${grant.provider}`,
      audience: 'sts.amazonaws.com',
    },
    resources: roleResource(grant.role),
  }
}

export const getCallerIdentity: Call = { service: 'sts', name: 'GetCallerIdentity', read: true }

export const webIdentityCaller = (
  { provider, subject, role }: Pick<WebGrant, 'provider' | 'subject' | 'role'>,
  place: { readonly address: string; readonly agent: string },
): Caller => ({
  identity: {
    type: 'WebIdentityUser',
    principalId: `arn:aws:iam::${role.account}:oidc-provider/${provider}:sts.amazonaws.com:${subject}`,
    userName: subject,
    identityProvider: `arn:aws:iam::${role.account}:oidc-provider/${provider}`,
  },
  account: role.account,
  ...place,
  tls: true,
})

export const samlCaller = (name: string, place: { readonly address: string; readonly agent: string }): Caller => ({
  identity: {
    type: 'SAMLUser',
    principalId: `EXAMPLEqualifier1234567890ab=:${name}`,
    userName: name,
    identityProvider: 'EXAMPLEqualifier1234567890ab=',
  },
  account: undefined,
  ...place,
  tls: true,
})
