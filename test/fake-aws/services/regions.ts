/** The two ways of asking which Regions an account has: Account Management and EC2. */
import { type Call, checkMembers, denied, pageOf, type Service, textOf } from '../call.ts'
import { defaultRegions, type FakeWorld } from '../world.ts'

const disabled = 'ap-east-1'

const regionsOf = (world: FakeWorld, account: string): readonly string[] =>
  world.accounts.find(({ id }) => id === account)?.regions ?? defaultRegions

export function account(world: FakeWorld): Service {
  return {
    name: 'account',
    protocol: 'rest-json',
    paths: { '/listRegions': 'ListRegions' },
    operations: {
      ListRegions(call: Call) {
        checkMembers(call, ['AccountId', 'MaxResults', 'NextToken', 'RegionOptStatusContains'])
        const asked = textOf(call, 'AccountId')
        // Only the management account may ask for others, and it may not name itself.
        if (asked !== undefined && (call.account !== world.organization?.management || asked === call.account))
          throw denied(call, 'account:ListRegions')
        const wanted = call.input.RegionOptStatusContains as readonly string[] | undefined
        const all = [
          ...regionsOf(world, asked ?? call.account).map((RegionName) => ({
            RegionName,
            RegionOptStatus: 'ENABLED_BY_DEFAULT',
          })),
          { RegionName: disabled, RegionOptStatus: 'DISABLED' },
        ].filter(({ RegionOptStatus }) => wanted === undefined || wanted.includes(RegionOptStatus))
        const page = pageOf(all, textOf(call, 'NextToken'), 3)
        return { Regions: page.items, ...(page.next !== undefined && { NextToken: page.next }) }
      },
    },
  }
}

export function ec2(world: FakeWorld): Service {
  return {
    name: 'ec2',
    protocol: 'ec2',
    namespace: 'http://ec2.amazonaws.com/doc/2016-11-15/',
    operations: {
      DescribeRegions: (call) => ({
        regionInfo: {
          item: regionsOf(world, call.account).map((regionName) => ({
            regionName,
            regionEndpoint: `ec2.${regionName}.amazonaws.com`,
            optInStatus: 'opt-in-not-required',
          })),
        },
      }),
    },
  }
}
