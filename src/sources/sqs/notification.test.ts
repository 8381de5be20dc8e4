import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readNotification } from './notification.ts'

const record = (object: object, eventName = 'ObjectCreated:Put') => ({
  eventSource: 'aws:s3',
  eventName,
  s3: { bucket: { name: 'amzn-s3-demo-trail' }, object },
})
const sns = (message: unknown) => ({ Type: 'Notification', Message: JSON.stringify(message) })
const direct = { Records: [record({ key: 'a/b+c%2B%C3%BC.json.gz', size: 5, eTag: 'e1', versionId: 'v1' })] }
const object = { bucket: 'amzn-s3-demo-trail', key: 'a/b c+ü.json.gz', size: 5, etag: 'e1', version: 'v1' }

describe('a message that tells of objects', () => {
  test.each([
    ['from S3', direct],
    ['from S3 through SNS', sns(direct)],
    [
      'from EventBridge, where keys are written as they are',
      {
        source: 'aws.s3',
        'detail-type': 'Object Created',
        detail: {
          bucket: { name: 'amzn-s3-demo-trail' },
          object: { key: 'a/b c+ü.json.gz', size: 5, etag: 'e1', 'version-id': 'v1' },
        },
      },
    ],
  ])('%s', (_, message) => {
    expect(readNotification(JSON.stringify(message))).toEqual({ kind: 'objects', objects: [object] })
  })

  test('from CloudTrail, with several keys', () => {
    const message = sns({ s3Bucket: 'amzn-s3-demo-trail', s3ObjectKey: ['a.json.gz', 'b.json.gz'] })
    expect(readNotification(JSON.stringify(message))).toEqual({
      kind: 'objects',
      objects: ['a.json.gz', 'b.json.gz'].map((key) => ({
        bucket: 'amzn-s3-demo-trail',
        key,
        size: -1,
        etag: '',
        version: null,
      })),
    })
  })

  test.each([
    ['a test of S3', { Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'amzn-s3-demo-trail' }],
    ['a test of S3 through SNS', sns({ Event: 's3:TestEvent' })],
    ['a deletion', { Records: [record({ key: 'a' }, 'ObjectRemoved:Delete')] }],
    ['a deletion by EventBridge', { source: 'aws.s3', 'detail-type': 'Object Deleted', detail: {} }],
    ['a test of CloudTrail', { Type: 'Notification', Message: 'CloudTrail validation message.' }],
  ])('%s is nothing to do', (_, message) => {
    expect(readNotification(JSON.stringify(message))).toEqual({ kind: 'objects', objects: [] })
  })

  test.each([
    ['no JSON', '{', 'it is not JSON'],
    ['a list', '[]', 'it is no JSON object'],
    ['another service', { Records: [{ eventSource: 'aws:dynamodb' }] }, 'one of its records is not of S3'],
    ['no key', { Records: [record({})] }, 'one of its records names no object'],
    ['a broken key', { Records: [record({ key: '%zz' })] }, 'one of its records names no object'],
    ['a subscription', { Type: 'SubscriptionConfirmation' }, 'it asks to confirm a subscription to an SNS topic'],
    ['keys that are none', { s3Bucket: 'b', s3ObjectKey: [1] }, 'its s3ObjectKey is no list of keys'],
    ['something else', { hello: 1 }, 'it tells of no object in any known way'],
    ['something else through SNS', sns({ hello: 1 }), 'of the SNS message in it, it tells of no object'],
  ])('%s is named', (_, message, reason) => {
    const body = typeof message === 'string' ? message : JSON.stringify(message)
    expect(readNotification(body)).toMatchObject({ kind: 'unknown', reason: expect.stringContaining(reason) })
  })

  test('any text is read or refused', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (body) => void readNotification(body)))
  })
})
