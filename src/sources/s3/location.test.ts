import { describe, expect, test } from 'vitest'
import { meantS3Location, parseS3Location } from './location.ts'

describe('parseS3Location', () => {
  test.each([
    ['s3://trail', 'trail', ''],
    ['S3://trail/', 'trail', ''],
    ['s3://Old_trail/AWSLogs/a b+%2B\n.json', 'Old_trail', 'AWSLogs/a b+%2B\n.json'],
    ['s3://trail//../AWSLogs', 'trail', '/../AWSLogs'],
    [`s3://trail/${'k'.repeat(1024)}`, 'trail', 'k'.repeat(1024)],
  ])('%j', (text, bucket, key) => {
    expect(parseS3Location(text)).toEqual({ bucket, key })
  })

  test.each([
    's3://',
    's3:///AWSLogs',
    's3://..',
    's3://a@b/c',
    's3://evil.example#/c',
    's3://host:80/c',
    's3://a%2fb/c',
    's3://a\u001b[2J/c',
    's3://a\nb/c',
  ])('%j is refused, so that no bucket of a message can be another server', (text) => {
    expect(() => parseS3Location(text)).toThrow(expect.objectContaining({ code: 'AWS_LOCATION' }))
  })
})

describe('meantS3Location', () => {
  test.each([
    ['s3:/trail/AWSLogs', 's3://trail/AWSLogs'],
    ['s3:trail', 's3://trail/'],
    ['arn:aws:s3:::trail', 's3://trail/'],
    ['arn:aws-us-gov:s3:::trail/AWSLogs/', 's3://trail/AWSLogs/'],
    ['https://trail.s3.amazonaws.com/AWSLogs/', 's3://trail/AWSLogs/'],
    ['https://my.trail.s3.eu-west-1.amazonaws.com', 's3://my.trail/'],
    ['https://trail.s3.cn-north-1.amazonaws.com.cn/AWSLogs?x=1', 's3://trail/AWSLogs'],
    ['https://s3.eu-west-1.amazonaws.com/trail/AWSLogs', 's3://trail/AWSLogs'],
    ['https://s3-us-west-2.amazonaws.com/trail', 's3://trail/'],
  ])('%s is %s', (text, meant) => {
    expect(meantS3Location(text)).toBe(meant)
  })

  test.each(['./s3/logs', '/data/s3:/x', 'https://example.com/trail', 'arn:aws:iam::111122223333:role/x', 'AWSLogs'])(
    '%s is something else',
    (text) => {
      expect(meantS3Location(text)).toBeUndefined()
    },
  )
})
