import { AwsFault, type Call, checkMembers, pageOf, required, type Service, textOf } from '../call.ts'
import { type FakeTrail, type FakeWorld, trailArn } from '../world.ts'
import type { createLookup } from './lookup.ts'

interface CloudTrailParts {
  readonly world: FakeWorld
  readonly lookup: ReturnType<typeof createLookup>
  /** What ListPublicKeys answers. */
  readonly publicKeys: readonly Readonly<Record<string, unknown>>[]
}

interface Owned {
  readonly owner: string
  readonly trail: FakeTrail
}

export function cloudTrail({ world, lookup, publicKeys }: CloudTrailParts): Service {
  const all: readonly Owned[] = world.accounts.flatMap(({ id, trails = [] }) =>
    trails.map((trail) => ({ owner: id, trail })),
  )
  /** Of one's own account, and the organisation's, which every member sees. */
  const seenBy = (account: string): readonly Owned[] =>
    all.filter(({ owner, trail }) => owner === account || trail.organization === true)
  const describe = ({ owner, trail }: Owned): Record<string, unknown> => ({
    Name: trail.name,
    S3BucketName: trail.bucket,
    IncludeGlobalServiceEvents: true,
    IsMultiRegionTrail: trail.multiRegion ?? true,
    HomeRegion: trail.home,
    TrailARN: trailArn(owner, trail),
    LogFileValidationEnabled: true,
    HasCustomEventSelectors: trail.eventSelectors !== undefined || trail.advancedEventSelectors !== undefined,
    HasInsightSelectors: (trail.insightSelectors ?? []).length > 0,
    IsOrganizationTrail: trail.organization ?? false,
  })
  const find = (call: Call, name: string): Owned => {
    const found = seenBy(call.account).find(
      ({ owner, trail }) =>
        trailArn(owner, trail) === name ||
        (trail.name === name && owner === call.account && trail.home === call.region),
    )
    if (found === undefined)
      throw new AwsFault('TrailNotFoundException', `Unknown trail: ${name} for the user: ${call.account}`)
    return found
  }
  return {
    name: 'cloudtrail',
    protocol: 'json',
    operations: {
      LookupEvents: lookup.lookup,
      ListPublicKeys(call) {
        checkMembers(call, ['StartTime', 'EndTime', 'NextToken'])
        return { PublicKeyList: publicKeys }
      },
      ListTrails(call) {
        checkMembers(call, ['NextToken'])
        const { items, next } = pageOf(seenBy(call.account), textOf(call, 'NextToken'), 2)
        return {
          Trails: items.map(({ owner, trail }) => ({
            TrailARN: trailArn(owner, trail),
            Name: trail.name,
            HomeRegion: trail.home,
          })),
          ...(next !== undefined && { NextToken: next }),
        }
      },
      DescribeTrails(call) {
        checkMembers(call, ['trailNameList', 'includeShadowTrails'])
        return {
          trailList: seenBy(call.account)
            .filter(({ trail }) => trail.home === call.region || (trail.multiRegion ?? true))
            .map(describe),
        }
      },
      GetTrail(call) {
        checkMembers(call, ['Name'])
        return { Trail: describe(find(call, required(call, 'Name'))) }
      },
      GetTrailStatus(call) {
        checkMembers(call, ['Name'])
        const { trail } = find(call, required(call, 'Name'))
        return {
          IsLogging: trail.logging ?? true,
          ...(trail.stopped !== undefined && { StopLoggingTime: Date.parse(trail.stopped) / 1000 }),
        }
      },
      GetEventSelectors(call) {
        checkMembers(call, ['TrailName'])
        const owned = find(call, required(call, 'TrailName'))
        const { owner, trail } = owned
        const plain = [
          { ReadWriteType: 'All', IncludeManagementEvents: true, DataResources: [], ExcludeManagementEventSources: [] },
        ]
        return {
          TrailARN: trailArn(owner, trail),
          ...(trail.advancedEventSelectors === undefined
            ? { EventSelectors: trail.eventSelectors ?? plain }
            : { AdvancedEventSelectors: trail.advancedEventSelectors }),
        }
      },
      GetInsightSelectors(call) {
        checkMembers(call, ['TrailName'])
        const { owner, trail } = find(call, required(call, 'TrailName'))
        if (trail.insightSelectors === undefined)
          throw new AwsFault('InsightNotEnabledException', `Trail ${trail.name} does not have Insights enabled.`)
        return { TrailARN: trailArn(owner, trail), InsightSelectors: trail.insightSelectors }
      },
    },
  }
}
