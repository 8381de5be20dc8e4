import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

export const accounts = ['111122223333', '444455556666']
export const firstDay = '2026-01-29'

const filesOfBatch = 18
const recordsOfFile = 200

/**
 * Delivered files of two accounts in three batches, each over the same three days, with copies of records within and across
 * files and batches, and variants.
 *
 * @returns the folder of each batch and how many records it has
 */
export function writeLogs(folder, random) {
  const earlier = []
  return ['first', 'second', 'third'].map((name, batch) => {
    let records = 0
    for (let file = 0; file < filesOfBatch; file++) {
      const account = accounts[file % 2]
      const Records = recordsFor({ batch, file, account })
      for (let n = 0; n < 20 && earlier.length > 0; n++) Records.push(earlier[Math.floor(random() * earlier.length)])
      Records.push(Records[0], { ...Records[1], userAgent: 'variant' })
      earlier.push(...Records.slice(0, 50))
      records += Records.length
      writeFile(join(folder, name), { account, number: batch * 100 + file, Records })
    }
    return { folder: join(folder, name), records }
  })
}

function recordsFor({ batch, file, account }) {
  const step = (3 * 86_400_000) / (filesOfBatch * recordsOfFile)
  return Array.from({ length: recordsOfFile }, (_, n) => ({
    eventVersion: '1.08',
    userIdentity: {
      type: 'IAMUser',
      accountId: account,
      userName: `user-${n % 17}`,
      accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    },
    eventTime: `${new Date(Date.parse(firstDay) + (file * recordsOfFile + n) * step).toISOString().slice(0, 19)}Z`,
    eventSource: n % 3 ? 's3.amazonaws.com' : 'iam.amazonaws.com',
    eventName: n % 3 ? 'GetBucketAcl' : 'CreateUser',
    awsRegion: 'us-east-1',
    sourceIPAddress: `192.0.2.${n % 250}`,
    requestParameters: {
      bucketName: `bucket-${n}`,
      note: createHash('sha256').update(`${batch}-${file}-${n}`).digest('hex'),
    },
    eventID: `${batch}-${file}-${n}`,
    readOnly: n % 3 !== 0,
    managementEvent: true,
    eventCategory: 'Management',
    recipientAccountId: account,
  }))
}

function writeFile(folder, { account, number, Records }) {
  const { eventTime } = Records[0]
  const path = join(folder, 'AWSLogs', account, 'CloudTrail', 'us-east-1', ...eventTime.slice(0, 10).split('-'))
  mkdirSync(path, { recursive: true })
  const delivered = eventTime.replace(/[-:]/g, '').slice(0, 13)
  const name = `${account}_CloudTrail_us-east-1_${delivered}Z_${String(number).padStart(4, '0')}.json.gz`
  writeFileSync(join(path, name), gzipSync(JSON.stringify({ Records })))
}
