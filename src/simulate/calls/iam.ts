import type { IamUser, Role } from '../principals.ts'
import type { Call } from '../record.ts'
import { localeTime } from './locale-time.ts'
import { readCall, writeCall } from './simple.ts'

export const administrator = 'arn:aws:iam::aws:policy/AdministratorAccess'

/** IAM puts policies into the record as JSON text. */
const policyText = (statement: Readonly<Record<string, unknown>>): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: [statement] })

export const createUser = (user: IamUser, at: number): Call =>
  writeCall(
    'iam',
    'CreateUser',
    { userName: user.name },
    { user: { path: '/', userName: user.name, userId: user.id, arn: user.arn, createDate: localeTime(at) } },
  )

export const createAccessKey = (userName: string, key: string, at: number): Call =>
  writeCall(
    'iam',
    'CreateAccessKey',
    { userName },
    { accessKey: { accessKeyId: key, status: 'Active', userName, createDate: localeTime(at) } },
  )

export const createLoginProfile = (userName: string, at: number): Call =>
  writeCall(
    'iam',
    'CreateLoginProfile',
    { userName, passwordResetRequired: false },
    { loginProfile: { userName, passwordResetRequired: false, createDate: localeTime(at) } },
  )

export const attachUserPolicy = (userName: string, policyArn: string): Call =>
  writeCall('iam', 'AttachUserPolicy', { userName, policyArn })

export const attachRolePolicy = (role: Role, policyArn: string): Call =>
  writeCall('iam', 'AttachRolePolicy', { roleName: role.name, policyArn })

export const putRolePolicy = (
  roleName: string,
  policyName: string,
  statement: Readonly<Record<string, unknown>>,
): Call => writeCall('iam', 'PutRolePolicy', { roleName, policyName, policyDocument: policyText(statement) })

export const updateTrust = (role: Role, statement: Readonly<Record<string, unknown>>): Call =>
  writeCall('iam', 'UpdateAssumeRolePolicy', { roleName: role.name, policyDocument: policyText(statement) })

interface PolicyVersion {
  readonly policyArn: string
  readonly version: string
  readonly statement: Readonly<Record<string, unknown>>
  readonly at: number
}

export const createPolicyVersion = ({ policyArn, version, statement, at }: PolicyVersion): Call =>
  writeCall(
    'iam',
    'CreatePolicyVersion',
    { policyArn, policyDocument: policyText(statement), setAsDefault: true },
    { policyVersion: { versionId: version, isDefaultVersion: true, createDate: localeTime(at) } },
  )

export const getRole = (role: Role): Call => readCall('iam', 'GetRole', { roleName: role.name })
