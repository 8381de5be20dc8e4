/** Reads what an organisation has, part by part: what cannot be read is named, and everything else goes in. */

import { mapLimited } from '../core/map-limited.ts'
import { attempt } from './aws-failures.ts'
import type { CallerIdentity } from './identity.ts'
import type { MemberAccount, OrganisationReader } from './organisation.ts'
import type { CollectedTrail, ListedTrail } from './trails.ts'

/** One account as it can be asked; `role` is assumed for it. */
export interface AccountReader {
  readonly role: string | undefined
  regions(): Promise<string[]>
  /** Undefined where nothing says how to act there. */
  listTrails(): Promise<ListedTrail[] | undefined>
  readTrail(trail: ListedTrail): Promise<CollectedTrail>
}

interface CollectReaders {
  readonly identity: CallerIdentity
  readonly organisation: OrganisationReader
  /** @throws where it cannot be asked at all */
  account(id: string): Promise<AccountReader>
}

interface CollectRequest {
  readonly what: 'inventory' | 'selectors'
  /** Only these; all of the organisation when empty. */
  readonly accounts: readonly string[]
  readonly concurrency?: number
  readonly onProgress?: (done: number, all: number) => void
}

/** Something that could not be read; `account` null where it concerns the whole. */
interface Problem {
  readonly account: string | null
  readonly reason: string
}

export interface CollectedAccount extends MemberAccount {
  readonly unit: string | undefined
  /** Undefined where they could not be read, or were not asked for. */
  readonly regions: readonly string[] | undefined
  /** Why not all is known: its Regions, or which other accounts there are. Trails that nobody could read only take from what is said to be recorded. */
  readonly problem: string | undefined
}

export interface Collected {
  readonly by: CallerIdentity
  readonly organization: string | undefined
  readonly accounts: readonly CollectedAccount[]
  readonly trails: readonly CollectedTrail[]
  readonly problems: readonly Problem[]
}

export async function collect(readers: CollectReaders, request: CollectRequest): Promise<Collected> {
  const { identity } = readers
  const problems: Problem[] = []
  const { organization, members, units, partial } = await readOrganisation(readers, problems)
  // Whoever names accounts does not ask which others there are.
  const others = request.accounts.length === 0 ? partial : undefined
  const wanted = members.filter(({ id }) => request.accounts.length === 0 || request.accounts.includes(id))
  for (const id of request.accounts)
    if (!members.some((member) => member.id === id)) wanted.push({ id, name: id, status: 'ACTIVE', joined: undefined })
  const trails = new Map<string, CollectedTrail>()
  const closed: string[] = []
  let done = 0
  const accounts = await mapLimited(wanted, request.concurrency ?? 8, async (member): Promise<CollectedAccount> => {
    const base = { ...member, unit: units.get(member.id) }
    if (member.status === 'SUSPENDED') return { ...base, regions: undefined, problem: undefined }
    const read = await readAccount(readers, member.id, { request, trails })
    request.onProgress?.(++done, wanted.length)
    if (read.told !== undefined) problems.push({ account: member.id, reason: read.told })
    if (!read.open) closed.push(member.id)
    return {
      ...base,
      regions: read.regions,
      problem: (read.regions === undefined && request.what === 'inventory' ? read.told : undefined) ?? others,
    }
  })
  if (closed.length > 0)
    problems.push({
      account: null,
      reason: `Trails of ${closed.length} member accounts were not read: nothing says which role to assume there (--account-role).`,
    })
  return {
    by: identity,
    organization,
    accounts,
    trails: [...trails.values()].sort((a, b) => (a.arn < b.arn ? -1 : 1)),
    problems,
  }
}

async function readOrganisation({ identity, organisation }: CollectReaders, problems: Problem[]) {
  const own: MemberAccount[] = [{ id: identity.account, name: identity.account, status: 'ACTIVE', joined: undefined }]
  const none = { organization: undefined, members: own, units: new Map<string, string>(), partial: undefined }
  /** A list of one account, where there may be hundreds, must not look like a whole one. */
  const onlyOwn = (reason: string): { readonly partial: string } => {
    const partial = `${reason} Only account ${identity.account} was read.`
    problems.push({ account: null, reason: partial })
    return { partial }
  }
  const part = (permission: string) => ({ permission, resource: 'the organisation' })
  const described = await attempt(organisation.describe, part('organizations:DescribeOrganization'))
  if ('reason' in described) return { ...none, ...onlyOwn(described.reason) }
  if (described.value === undefined) return none
  const organization = described.value.id
  const listed = await attempt(organisation.accounts, part('organizations:ListAccounts'))
  if ('reason' in listed) return { ...none, organization, ...onlyOwn(listed.reason) }
  const units = await attempt(organisation.units, part('organizations:ListRoots'))
  if ('reason' in units) problems.push({ account: null, reason: `${units.reason} Organisational units are missing.` })
  return { ...none, organization, members: listed.value, units: 'value' in units ? units.value : none.units }
}

async function readAccount(
  readers: CollectReaders,
  id: string,
  { request, trails }: { readonly request: CollectRequest; readonly trails: Map<string, CollectedTrail> },
): Promise<{ regions: readonly string[] | undefined; told: string | undefined; open: boolean }> {
  const resource = `account ${id}`
  const made = await attempt(() => readers.account(id), { permission: 'sts:AssumeRole', resource })
  if ('reason' in made) return { regions: undefined, told: made.reason, open: true }
  const reader = made.value
  const told: string[] = []
  const read = async <T>(permission: string, work: () => Promise<T>): Promise<T | undefined> => {
    const result = await attempt(work, { permission, resource, role: reader.role })
    if ('value' in result) return result.value
    if (!told.includes(result.reason)) told.push(result.reason)
    return undefined
  }
  const regions = request.what === 'inventory' ? await read('account:ListRegions', () => reader.regions()) : undefined
  const listed = await read('cloudtrail:ListTrails', () => reader.listTrails())
  for (const trail of listed ?? []) {
    // An organisation's trail answers in the account that it belongs to.
    if (trails.has(trail.arn) || trail.owner !== id) continue
    const known = await read('cloudtrail:GetTrail', () => reader.readTrail(trail))
    if (known !== undefined) trails.set(trail.arn, known)
  }
  const open = listed !== undefined || told.length > 0
  return { regions, told: told.length === 0 ? undefined : told.join(' '), open }
}
