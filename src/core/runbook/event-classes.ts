/** What CloudTrail makes of a call by its name: category, read or write, type. */

/** Object-level and item-level calls: a trail logs them only where its selectors say so (CloudTrail User Guide, "data events"). */
export const dataEvents: Readonly<Record<string, readonly string[]>> = {
  'data:s3': [
    'GetObject',
    'PutObject',
    'DeleteObject',
    'DeleteObjects',
    'CopyObject',
    'HeadObject',
    'ListObjects',
    'ListObjectsV2',
    'PutObjectAcl',
    'RestoreObject',
    'SelectObjectContent',
    'UploadPart',
    'CompleteMultipartUpload',
  ],
  'data:lambda': ['Invoke', 'InvokeExecution'],
  'data:dynamodb': [
    'GetItem',
    'PutItem',
    'UpdateItem',
    'DeleteItem',
    'BatchGetItem',
    'BatchWriteItem',
    'Scan',
    'Query',
  ],
  'data:ebs': ['GetSnapshotBlock', 'ListSnapshotBlocks', 'ListChangedBlocks', 'PutSnapshotBlock'],
}

export const isDataEvent = (source: string, name: string): boolean =>
  dataEvents[`data:${source.replace(/\.amazonaws\.com$/, '')}`]?.includes(name) ?? false

const readVerbs = /^(Get|List|Describe|Head|Lookup|Search|BatchGet|Query|Scan|Select|Simulate|Check|Verify|View|Test)/

/** STS hands out credentials and is logged as reading all the same; so are the cryptographic calls of KMS. */
export function isReadOnly(source: string, name: string): boolean {
  if (source === 'sts.amazonaws.com') return true
  if (source === 'signin.amazonaws.com') return false
  if (source === 'kms.amazonaws.com' && /^(Encrypt|Decrypt|ReEncrypt|GenerateDataKey|GenerateMac|Sign)/.test(name))
    return true
  return readVerbs.test(name)
}

export const isDenied = (code: unknown): code is string =>
  typeof code === 'string' && /AccessDenied|Unauthorized|Forbidden|NotAuthorized/i.test(code)

/** Services whose denied calls were always seen without requestParameters: the resource stands in errorMessage only. */
export const silentWhenDenied = new Set(
  ['iam', 'sts', 'cloudtrail', 'organizations', 'rds', 'sns', 'ssm', 'lambda', 'logs'].map(
    (name) => `${name}.amazonaws.com`,
  ),
)
