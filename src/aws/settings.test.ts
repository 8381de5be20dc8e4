import { expect, test } from 'vitest'
import { firstRegionOf, partitionOf } from './settings.ts'

test.each([
  ['eu-west-1', 'aws'],
  ['us-gov-east-1', 'aws-us-gov'],
  ['cn-northwest-1', 'aws-cn'],
  ['us-iso-east-1', 'aws-iso'],
  ['us-isob-east-1', 'aws-iso-b'],
])('%s belongs to %s', (region, partition) => {
  expect(partitionOf(region)).toBe(partition)
})

test.each([
  [undefined, 'us-east-1'],
  ['arn:aws:iam::111122223333:role/x', 'us-east-1'],
  ['arn:aws-us-gov:iam::111122223333:role/x', 'us-gov-west-1'],
  ['arn:aws-cn:iam::111122223333:role/x', 'cn-north-1'],
])('the role %s is first looked for in %s', (arn, region) => {
  expect(firstRegionOf(arn)).toBe(region)
})
