import { describe, expect, test } from 'vitest'
import { type ClassInput, eventClass } from './event-class.ts'

const nothing: ClassInput = {
  eventCategory: null,
  eventType: null,
  managementEvent: null,
  readOnly: null,
  eventSource: null,
  eventName: null,
}

describe('the class of an event', () => {
  test.each<[Partial<ClassInput>, string]>([
    [{ eventCategory: 'Management', readOnly: 'true' }, 'management:read'],
    [{ eventCategory: 'Management', readOnly: 'false', eventName: 'GetX' }, 'management:write'],
    [{ eventCategory: 'Data', eventSource: 's3.amazonaws.com' }, 'data:s3'],
    [{ eventCategory: 'Data', eventSource: 'lambda.amazonaws.com', readOnly: 'false' }, 'data:lambda'],
    [{ eventCategory: 'NetworkActivity', eventSource: 's3.amazonaws.com' }, 'network'],
    [{ eventType: 'AwsVpceEvents' }, 'network'],
    [{ eventCategory: 'Insight' }, 'insight'],
    [{ eventType: 'AwsCloudTrailInsight' }, 'insight'],
    [{ managementEvent: 'false', eventSource: 'dynamodb.amazonaws.com' }, 'data:dynamodb'],
    [
      { managementEvent: 'true', readOnly: 'true', eventSource: 's3.amazonaws.com', eventName: 'GetObject' },
      'management:read',
    ],
    // Before event version 1.06 nothing says so.
    [{ eventSource: 's3.amazonaws.com', eventName: 'GetObject' }, 'data:s3'],
    [{ eventSource: 's3.amazonaws.com', eventName: 'PutObjectAcl' }, 'data:s3'],
    [{ eventSource: 's3.amazonaws.com', eventName: 'GetBucketAcl' }, 'management:read'],
    [{ eventSource: 'lambda.amazonaws.com', eventName: 'Invoke' }, 'data:lambda'],
    [{ eventSource: 'ec2.amazonaws.com', eventName: 'DescribeInstances' }, 'management:read'],
    [{ eventSource: 'iam.amazonaws.com', eventName: 'CreateUser' }, 'management:write'],
    [{ eventSource: 'sts.amazonaws.com', eventName: 'GetCallerIdentity' }, 'management:read'],
    [{ eventSource: 'x.amazonaws.com', eventName: 'Getaway' }, 'management:write'],
    [{}, 'management:write'],
  ])('%j is %s', (event, expected) => {
    expect(eventClass({ ...nothing, ...event })).toBe(expected)
  })
})
