import { denied } from '../calls/denied.ts'
import { bucketCall, deleteObjects, listBuckets, objectCall } from '../calls/s3.ts'
import { getCallerIdentity } from '../calls/sts.ts'
import { userOf, withLongTermKey } from '../principals.ts'
import { homeRegion } from '../regions.ts'
import { bucketFor } from '../traffic/scene.ts'
import { attackers } from './attackers.ts'
import type { Story } from './story.ts'

const stolen = 140

/** The key of an export job, with more rights than it needs, empties a bucket: first by reading, then by deleting. */
export const s3Exfiltration: Story = {
  id: 's3-exfiltration-and-deletion',
  title: 'Documents of customers are read, laid open and deleted',
  accounts: (organisation) => [organisation.account('production')],
  tell({ organisation, random, step, act, pause }) {
    const target = organisation.account('production')
    const account = target.id
    const bucket = bucketFor(target, 'customer-documents')
    const thief = withLongTermKey(userOf(account, 'orders-report-export'), attackers.bucketThief)
    const where = { account }
    const options = { bucket, account, random }
    step({
      id: 'find-buckets',
      title: 'Which buckets are there, and who may read them?',
      phase: 'discovery',
      outcome: 'succeeded',
      runbook: 'api-usage-against-own-past',
    })
    act(thief, getCallerIdentity, where)
    act(thief, listBuckets(random, homeRegion), where)
    for (const one of target.buckets)
      for (const name of ['GetBucketLocation', 'GetBucketAcl'])
        act(
          thief,
          bucketCall(name, true, {
            bucket: one,
            account,
            random,
            parameters: name === 'GetBucketAcl' ? { acl: '' } : { location: '' },
          }),
          where,
        )
    pause(60, 200)
    step({
      id: 'read',
      title: 'The documents are read',
      phase: 'exfiltration',
      outcome: 'succeeded',
      runbook: 'critical-bucket-activity',
    })
    act(
      thief,
      {
        ...objectCall('ListObjects', true, { ...options, key: '' }),
        parameters: {
          bucketName: bucket.name,
          'list-type': '2',
          Host: `${bucket.name}.s3.${bucket.region}.amazonaws.com`,
        },
      },
      where,
    )
    for (let index = 0; index < stolen; index++) {
      const key = `customer-documents/2025/${String(index).padStart(4, '0')}-${random.hex(8)}.pdf`
      act(thief, objectCall('GetObject', true, { ...options, key, bytes: random.between(40_000, 4_000_000) }), where)
    }
    pause(60, 300)
    step({
      id: 'open',
      title: 'The bucket is laid open to everybody',
      phase: 'defense-evasion',
      outcome: 'succeeded',
      runbook: 's3-exposure-changes',
    })
    act(
      thief,
      bucketCall('DeleteBucketPublicAccessBlock', false, { ...options, parameters: { publicAccessBlock: '' } }),
      where,
    )
    const statement = {
      Sid: 'all',
      Effect: 'Allow',
      Principal: '*',
      Action: 's3:GetObject',
      Resource: `arn:aws:s3:::${bucket.name}/*`,
    }
    act(
      thief,
      bucketCall('PutBucketPolicy', false, {
        ...options,
        parameters: { policy: '', bucketPolicy: { Version: '2012-10-17', Statement: [statement] } },
      }),
      where,
    )
    pause(300, 900)
    step({
      id: 'no-way-back',
      title: 'Versions are no longer kept',
      phase: 'impact',
      outcome: 'succeeded',
      runbook: 's3-deletions',
    })
    act(
      thief,
      bucketCall('PutBucketVersioning', false, {
        ...options,
        parameters: {
          versioning: '',
          VersioningConfiguration: { Status: 'Suspended', xmlns: 'http://s3.amazonaws.com/doc/2006-03-01/' },
        },
      }),
      where,
    )
    step({
      id: 'delete',
      title: 'Objects are deleted, a thousand at a time',
      phase: 'impact',
      outcome: 'succeeded',
      runbook: 's3-deletions',
    })
    for (let round = 0; round < 6; round++) act(thief, deleteObjects(options), where)
    for (let round = 0; round < 8; round++)
      act(
        thief,
        objectCall('DeleteObject', false, { ...options, key: `customer-documents/index/${random.hex(6)}.json` }),
        where,
      )
    pause(20, 60)
    step({
      id: 'delete-bucket',
      title: 'The bucket itself cannot be deleted',
      phase: 'impact',
      outcome: 'denied',
      runbook: 's3-deletions',
    })
    act(
      thief,
      denied(bucketCall('DeleteBucket', false, options), thief, {
        resource: `"arn:aws:s3:::${bucket.name}"`,
        explicit: true,
        by: 'resource-based',
      }),
      where,
    )
    const ledger = bucketFor(target, 'payments-ledger')
    act(
      thief,
      denied(
        bucketCall('DeleteBucketPolicy', false, { ...options, bucket: ledger, parameters: { policy: '' } }),
        thief,
        { resource: `"arn:aws:s3:::${ledger.name}"` },
      ),
      where,
    )
  },
}
