/** Reads that come in rows: inventories, plans, scans. */
import type { Call } from '../record.ts'
import { bucketCall, type S3Options } from './s3.ts'
import { readCall } from './simple.ts'

const rows = (service: string, names: readonly string[], parameters?: Readonly<Record<string, unknown>>): Call[] =>
  names.map((name) => readCall(service, name, parameters ?? about[name]))

const role = { roleName: 'orders-api' }
const key = { keyId: '0f1e2d3c-4b5a-6978-8796-111122223333' }

/** What calls on a single resource name; calls that list everything name nothing. */
const about: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  ListAttachedRolePolicies: role,
  ListRolePolicies: role,
  DescribeKey: key,
  GetKeyPolicy: { ...key, policyName: 'default' },
  GetKeyRotationStatus: key,
  DescribeTable: { tableName: 'orders' },
  DescribeContinuousBackups: { tableName: 'orders' },
  ListTagsOfResource: { resourceArn: 'arn:aws:dynamodb:eu-central-1:444455556666:table/orders' },
  GetTopicAttributes: { topicArn: 'arn:aws:sns:eu-central-1:444455556666:orders-events' },
  GetQueueAttributes: {
    attributeNames: ['All'],
    queueUrl: 'https://sqs.eu-central-1.amazonaws.com/444455556666/orders',
  },
  DescribeSecret: { secretId: 'orders-api/database' },
  DescribeParameters: { maxResults: 50 },
  GetFunction20150331v2: { functionName: 'document-scanner' },
  ListFunctions20150331: { maxItems: 50 },
  DescribeClusters: { clusters: ['production'] },
  ListServices: { cluster: 'production', maxResults: 10 },
  DescribeServices: { cluster: 'production', services: ['orders-api'] },
  ListTasks: { cluster: 'production', serviceName: 'orders-api' },
  DescribeTasks: { cluster: 'production', tasks: ['0f1e2d3c4b5a69788796e8a3b1e00000'] },
  DescribeTargetHealth: {
    targetGroupArn: 'arn:aws:elasticloadbalancing:eu-central-1:444455556666:targetgroup/orders-api/0f1e2d3ce8a3b1e0',
  },
  DescribeTargetGroups: { pageSize: 100 },
  DescribeDBInstances: { maxRecords: 100 },
  DescribeLogGroups: { limit: 50 },
  DescribeMetricFilters: { logGroupName: '/app/orders-api' },
  GetTrailStatus: { name: 'arn:aws:cloudtrail:eu-central-1:111122223333:trail/organisation-trail' },
  GetEventSelectors: { trailName: 'organisation-trail' },
  DescribeTrails: { includeShadowTrails: true },
  GetDetector: { detectorId: '0f1e2d3c4b5a69788796e8a3b1e00000' },
  DescribeStackEvents: { stackName: 'orders-api-production' },
  GetResources: { resourcesPerPage: 100, tagFilters: [] },
  ListServiceQuotas: { serviceCode: 'ec2' },
  DescribeAlarms: { maxRecords: 100 },
}

/** EC2 writes an empty filter as two empty objects. */
const unfiltered = { filterSet: {} }

export const networkReads: readonly Call[] = rows(
  'ec2',
  [
    'DescribeVpcs',
    'DescribeSubnets',
    'DescribeRouteTables',
    'DescribeSecurityGroups',
    'DescribeNetworkAcls',
    'DescribeInternetGateways',
    'DescribeNatGateways',
    'DescribeVpcEndpoints',
    'DescribeNetworkInterfaces',
    'DescribeAddresses',
    'DescribeFlowLogs',
    'DescribeVpcPeeringConnections',
    'DescribeTransitGateways',
  ],
  unfiltered,
)

export const computeReads: readonly Call[] = [
  ...rows(
    'ec2',
    [
      'DescribeInstances',
      'DescribeVolumes',
      'DescribeSnapshots',
      'DescribeImages',
      'DescribeLaunchTemplates',
      'DescribeInstanceStatus',
      'DescribeTags',
      'DescribeAvailabilityZones',
      'DescribeRegions',
      'DescribeAccountAttributes',
    ],
    unfiltered,
  ),
  ...rows('autoscaling', ['DescribeAutoScalingGroups', 'DescribeScalingActivities', 'DescribePolicies']),
  ...rows('elasticloadbalancing', [
    'DescribeLoadBalancers',
    'DescribeTargetGroups',
    'DescribeListeners',
    'DescribeTargetHealth',
    'DescribeRules',
  ]),
  ...rows('ecs', [
    'ListClusters',
    'DescribeClusters',
    'ListServices',
    'DescribeServices',
    'ListTasks',
    'DescribeTasks',
  ]),
  ...rows('eks', ['ListClusters']),
  ...rows('lambda', ['ListFunctions20150331', 'GetFunction20150331v2', 'ListEventSourceMappings20150331']),
]

export const identityReads: readonly Call[] = rows('iam', [
  'ListUsers',
  'ListRoles',
  'ListPolicies',
  'ListGroups',
  'GetAccountSummary',
  'GetAccountPasswordPolicy',
  'ListAccountAliases',
  'ListMFADevices',
  'ListAccessKeys',
  'ListAttachedRolePolicies',
  'ListRolePolicies',
  'ListInstanceProfiles',
  'GetCredentialReport',
])

export const storeReads: readonly Call[] = [
  ...rows('rds', ['DescribeDBInstances', 'DescribeDBClusters', 'DescribeDBSnapshots', 'DescribeDBSubnetGroups']),
  ...rows('dynamodb', ['ListTables', 'DescribeTable', 'DescribeContinuousBackups', 'ListTagsOfResource']),
  ...rows('sns', ['ListTopics', 'GetTopicAttributes', 'ListSubscriptions']),
  ...rows('sqs', ['ListQueues', 'GetQueueAttributes']),
  ...rows('kms', ['ListKeys', 'DescribeKey', 'GetKeyPolicy', 'GetKeyRotationStatus', 'ListAliases']),
  ...rows('secretsmanager', ['ListSecrets', 'DescribeSecret']),
  ...rows('ssm', ['DescribeParameters', 'DescribeInstanceInformation', 'ListAssociations']),
  ...rows('elasticache', ['DescribeCacheClusters']),
  ...rows('elasticfilesystem', ['DescribeFileSystems']),
  ...rows('ecr', ['DescribeRepositories', 'DescribeImages', 'GetLifecyclePolicy']),
]

export const controlReads: readonly Call[] = [
  ...rows('cloudtrail', ['DescribeTrails', 'GetTrailStatus', 'GetEventSelectors', 'ListTags']),
  ...rows('config', ['DescribeConfigurationRecorders', 'DescribeConfigurationRecorderStatus', 'DescribeConfigRules']),
  ...rows('guardduty', ['ListDetectors', 'GetDetector']),
  ...rows('securityhub', ['DescribeHub', 'GetEnabledStandards']),
  ...rows('logs', ['DescribeLogGroups', 'DescribeMetricFilters', 'DescribeSubscriptionFilters']),
  ...rows('monitoring', ['DescribeAlarms', 'ListMetrics', 'ListDashboards']),
  ...rows('acm', ['ListCertificates', 'DescribeCertificate']),
  ...rows('cloudformation', ['DescribeStacks', 'ListStacks', 'DescribeStackEvents']),
  ...rows('tagging', ['GetResources']),
  ...rows('servicequotas', ['ListServiceQuotas']),
]

/** Calls on buckets that tools make for each bucket; the codes are what S3 answers where nothing is configured. */
const bucketReads: readonly (readonly [name: string, absent?: string])[] = [
  ['GetBucketLocation'],
  ['GetBucketAcl'],
  ['GetBucketPolicy', 'NoSuchBucketPolicy'],
  ['GetBucketPolicyStatus', 'NoSuchBucketPolicy'],
  ['GetBucketPublicAccessBlock'],
  ['GetBucketVersioning'],
  ['GetBucketEncryption'],
  ['GetBucketLogging'],
  ['GetBucketTagging', 'NoSuchTagSet'],
  ['GetBucketCors', 'NoSuchCORSConfiguration'],
  ['GetBucketWebsite', 'NoSuchWebsiteConfiguration'],
  ['GetBucketLifecycle', 'NoSuchLifecycleConfiguration'],
  ['GetBucketReplication', 'ReplicationConfigurationNotFoundError'],
  ['GetBucketObjectLockConfiguration', 'ObjectLockConfigurationNotFoundError'],
  ['GetBucketOwnershipControls'],
]

export const everythingReads: readonly Call[] = [
  ...networkReads,
  ...computeReads,
  ...identityReads,
  ...storeReads,
  ...controlReads,
]

/** What reads a bucket's configuration; much of it is not there, and S3 answers that with an error. */
export function bucketSweep({ bucket, account, random }: Pick<S3Options, 'bucket' | 'account' | 'random'>): Call[] {
  return bucketReads.map(([name, absent]) =>
    bucketCall(name, true, {
      bucket,
      account,
      random,
      ...(absent !== undefined && { failure: { code: absent, message: 'The configuration does not exist' } }),
    }),
  )
}
