import type { Call } from '../record.ts'

interface KeyUse {
  readonly account: string
  readonly region: string
  readonly keyId: string
  readonly context: Readonly<Record<string, string>>
}

const keyArn = ({ account, region, keyId }: KeyUse): string => `arn:aws:kms:${region}:${account}:key/${keyId}`

export const decrypt = (use: KeyUse): Call => ({
  service: 'kms',
  name: 'Decrypt',
  read: true,
  parameters: { encryptionAlgorithm: 'SYMMETRIC_DEFAULT', encryptionContext: use.context },
  resources: [{ accountId: use.account, type: 'AWS::KMS::Key', ARN: keyArn(use) }],
})

export const generateDataKey = (use: KeyUse): Call => ({
  service: 'kms',
  name: 'GenerateDataKey',
  read: true,
  parameters: { keyId: keyArn(use), encryptionContext: use.context, keySpec: 'AES_256' },
  resources: [{ accountId: use.account, type: 'AWS::KMS::Key', ARN: keyArn(use) }],
})
