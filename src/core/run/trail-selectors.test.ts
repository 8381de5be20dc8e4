import { describe, expect, test } from 'vitest'
import { recordingOf, requestedRules } from './trail-selectors.ts'

const classic = (selector: object) => ({ trailName: 'main', eventSelectors: [selector] })
const advanced = (...selectors: [field: string, operator: string, ...values: string[]][][]) => ({
  trailName: 'main',
  advancedEventSelectors: selectors.map((fields) => ({
    fieldSelectors: fields.map(([field, operator, ...values]) => ({ field, [operator]: values })),
  })),
})

const objects = (...values: string[]) => ({ dataResources: [{ type: 'AWS::S3::Object', values }] })

describe('event selectors', () => {
  test.each<[string, unknown, string, string]>([
    ['all management events', classic({ readWriteType: 'All' }), 'management:read', 'all'],
    ['writing calls only', classic({ readWriteType: 'WriteOnly' }), 'management:read', 'none'],
    ['writing calls only', classic({ readWriteType: 'WriteOnly' }), 'management:write', 'all'],
    [
      'without keys',
      classic({ readWriteType: 'All', excludeManagementEventSources: ['kms.amazonaws.com'] }),
      'management:read',
      'part: nothing of kms.amazonaws.com',
    ],
    ['no management events', classic({ includeManagementEvents: false }), 'management:write', 'none'],
    ['no data events', classic({ readWriteType: 'All' }), 'data:s3', 'none'],
    ['all objects', classic(objects('arn:aws:s3')), 'data:s3', 'all'],
    ['all objects, as once written', classic(objects('arn:aws:s3:::')), 'data:s3', 'all'],
    ['one bucket', classic(objects('arn:aws:s3:::one/')), 'data:s3', 'part: only arn:aws:s3:::one/'],
    [
      'objects of one bucket, writing calls',
      classic({ readWriteType: 'WriteOnly', ...objects('arn:aws:s3:::one/') }),
      'data:s3',
      'part: only calls that write and only arn:aws:s3:::one/',
    ],
    ['other services', classic(objects('arn:aws:s3')), 'data:lambda', 'none'],
    [
      'advanced: reading calls of management events',
      advanced([
        ['eventCategory', 'equals', 'Management'],
        ['readOnly', 'equals', 'true'],
      ]),
      'management:write',
      'none',
    ],
    [
      'advanced: without two services',
      advanced([
        ['eventCategory', 'equals', 'Management'],
        ['eventSource', 'notEquals', 'kms.amazonaws.com', 'rdsdata.amazonaws.com'],
      ]),
      'management:write',
      'part: nothing of kms.amazonaws.com and nothing of rdsdata.amazonaws.com',
    ],
    [
      'advanced: a part and all of it',
      advanced(
        [
          ['eventCategory', 'equals', 'Data'],
          ['resources.type', 'equals', 'AWS::S3::Object'],
          ['resources.ARN', 'startsWith', 'arn:aws:s3:::one/'],
        ],
        [
          ['eventCategory', 'equals', 'Data'],
          ['resources.type', 'equals', 'AWS::S3::Object'],
        ],
      ),
      'data:s3',
      'all',
    ],
    [
      'advanced: all buckets but one',
      advanced([
        ['eventCategory', 'equals', 'Data'],
        ['resources.type', 'equals', 'AWS::S3::Object'],
        ['resources.ARN', 'notStartsWith', 'arn:aws:s3:::one/'],
      ]),
      'data:s3',
      'part: only where resources.ARN notStartsWith arn:aws:s3:::one/',
    ],
    [
      'advanced: a lesser type of the service',
      advanced([
        ['eventCategory', 'equals', 'Data'],
        ['resources.type', 'equals', 'AWS::S3::AccessPoint'],
      ]),
      'data:s3',
      'part: only resources of type AWS::S3::AccessPoint',
    ],
    ['advanced: network events', advanced([['eventCategory', 'equals', 'NetworkActivity']]), 'network', 'all'],
    ['nothing that is understood', { trailName: 'main' }, 'management:write', 'none'],
    ['no request at all', null, 'management:write', 'none'],
  ])('%s: %s', (_, request, eventClass, expected) => {
    const { amount, limits } = recordingOf(requestedRules(request), eventClass)
    expect(amount === 'part' ? `part: ${limits.join('; ')}` : amount).toBe(expected)
  })

  test('leaving out a service does not matter to a question about another', () => {
    const rules = requestedRules(classic({ excludeManagementEventSources: ['kms.amazonaws.com'] }))
    expect(recordingOf(rules, 'management:read', ['iam.amazonaws.com']).amount).toBe('all')
    expect(recordingOf(rules, 'management:read', ['iam.amazonaws.com', 'kms.amazonaws.com']).amount).toBe('part')
  })
})
