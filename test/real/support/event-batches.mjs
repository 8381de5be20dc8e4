import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

const accounts = ['111122223333', '444455556666']
const firstDay = Date.parse('2026-02-01T00:00:00Z')
const dayMs = 86_400_000

/**
 * Delivered files of one batch: events of two of eight days, with some copies of earlier ones.
 *
 * @returns the folder
 */
export function writeBatch(folder, { batch, random, files = 4, events = 120 }) {
  const place = join(folder, `batch-${batch}`)
  const days = [Math.floor(random() * 8), Math.floor(random() * 8)]
  for (let file = 0; file < files; file++) {
    const account = accounts[file % 2]
    const start = firstDay + days[file % days.length] * dayMs
    const Records = Array.from({ length: events }, (_, n) =>
      record(`${batch}-${file}-${n}`, account, start + n * 600_000),
    )
    Records.push(Records[0], { ...Records[1], userAgent: 'variant' })
    const day = new Date(start).toISOString().slice(0, 10)
    const below = join(place, 'AWSLogs', account, 'CloudTrail', 'us-east-1', ...day.split('-'))
    mkdirSync(below, { recursive: true })
    const name = `${account}_CloudTrail_us-east-1_${day.replaceAll('-', '')}T0000Z_${batch}x${file}.json.gz`
    writeFileSync(join(below, name), gzipSync(JSON.stringify({ Records })))
  }
  return place
}

const record = (id, account, time) => ({
  eventVersion: '1.08',
  userIdentity: { type: 'IAMUser', accountId: account, userName: 'someone', accessKeyId: 'AKIAIOSFODNN7EXAMPLE' },
  eventTime: `${new Date(time).toISOString().slice(0, 19)}Z`,
  eventSource: 'iam.amazonaws.com',
  eventName: 'CreateUser',
  awsRegion: 'us-east-1',
  sourceIPAddress: '192.0.2.7',
  userAgent: 'agent',
  requestParameters: { note: createHash('sha256').update(id).digest('hex') },
  eventID: id,
  readOnly: false,
  managementEvent: true,
  eventCategory: 'Management',
  recipientAccountId: account,
})
