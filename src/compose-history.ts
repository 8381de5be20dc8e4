/** The part of composition that asks AWS itself: for Event history, and for what an organisation has. */
import { setTimeout as timer } from 'node:timers/promises'
import { type AwsClients, awsClients } from './aws/clients.ts'
import { awsError } from './aws/errors.ts'
import type { AwsSettings, LoginWait } from './aws/settings.ts'
import { unlessAborted } from './aws/unless-aborted.ts'
import { attempt, hitsEveryCall } from './collect/aws-failures.ts'
import { type AccountReader, collect } from './collect/collect.ts'
import { inventoryDocument } from './collect/document.ts'
import { type CallerIdentity, callerIdentity } from './collect/identity.ts'
import { organisationReader } from './collect/organisation.ts'
import { enabledRegions } from './collect/regions.ts'
import { listTrails, readTrail } from './collect/trails.ts'
import { TrailbookError } from './core/errors.ts'
import { askableWindow, secondsOf } from './core/event/history-limit.ts'
import type { LookupAttribute } from './core/event/history-slice.ts'
import { mapLimited } from './core/map-limited.ts'
import type { CollectedInventory, Inventory } from './core/run/inventory.ts'
import type { Window } from './core/time.ts'
import { ingestInLegs, type LegsReport, sweptTimes } from './lake/history.ts'
import { openLake } from './lake/lake.ts'
import type { LockOptions } from './lake/lock.ts'
import { cloudTrailLookup } from './sources/event-history/client.ts'
import { eventHistorySource, type HistoryPlace, type SweepProgress } from './sources/event-history/source.ts'
import { leftOf } from './sources/event-history/spans.ts'

/** How to act in accounts other than that of the credentials. */
export interface AccountRole {
  /** A name, or an ARN in which `{account}` stands for the account. */
  readonly role: string
  readonly externalId?: string | undefined
  readonly sessionName?: string | undefined
}

interface AwsCall {
  readonly accountRole?: AccountRole | undefined
  readonly userAgent?: string | undefined
  readonly login?: LoginWait | undefined
}

export interface HistoryRequest extends AwsCall {
  readonly window: Window
  /** That of the credentials when empty. */
  readonly accounts: readonly string[]
  /** All that are enabled when empty. */
  readonly regions: readonly string[]
  /** Only events with one of these; never for a lake that is kept. */
  readonly attributes: readonly LookupAttribute[]
  /** Requests a second of each account and Region. */
  readonly perSecond: number
}

export interface HistoryCallOptions extends Pick<LockOptions, 'onWait'> {
  readonly signal: AbortSignal
  readonly now: () => number
  /** In milliseconds; tests do not wait. */
  readonly sleep?: (ms: number, signal?: AbortSignal) => Promise<void>
  readonly onProgress: (progress: SweepProgress) => void
  readonly inventory?: Inventory | undefined
}

export interface HistoryOutcome {
  readonly report: LegsReport
  readonly window: Window
  readonly accounts: readonly string[]
  /** Accounts and Regions that were asked for, and those that could not be read. */
  readonly places: number
  readonly failed: readonly { readonly account: string; readonly region: string; readonly reason: string }[]
  readonly requests: number
}

/**
 * Sweeps what is left to ask for: slices that the lake has are not asked for again.
 *
 * @throws TrailbookError EVENT_HISTORY_*, AWS_* where nothing at all could be read, LAKE_* where nothing could be stored
 */
export async function sweepHistory(
  folder: string,
  request: HistoryRequest,
  { signal, now, sleep = pause, onProgress, inventory, onWait }: HistoryCallOptions,
): Promise<HistoryOutcome> {
  const window = askableWindow(request.window, now())
  const ended = new AbortController()
  const access = await unlessAborted(accessTo(request), signal)
  try {
    const accounts = request.accounts.length === 0 ? [access.identity.account] : [...new Set(request.accounts)]
    const lake = await openLake(folder)
    const swept = await sweptTimes(lake)
    const asking = mapLimited(accounts, 8, (account) => regionsOf(account, request, { access, inventory }))
    const found = await unlessAborted(asking, signal)
    const places = found.flat().map(({ account, region, error }): HistoryPlace => {
      const left = leftOf(secondsOf(window), swept(account, region).map(secondsOf))
      const connect = async () => {
        if (error !== undefined) throw error
        const { clients, role } = await access.to(account)
        return cloudTrailLookup(clients, { account, region, role })
      }
      return { account, region, spans: left, attributes: request.attributes, connect }
    })
    let requests = 0
    const source = eventHistorySource(
      places.filter(({ spans }) => spans.length > 0),
      {
        clock: { now, sleep },
        perSecond: request.perSecond,
        signal: AbortSignal.any([signal, ended.signal]),
        onProgress(progress) {
          ;({ requests } = progress)
          onProgress(progress)
        },
      },
    )
    const report = await ingestInLegs(lake, source, { signal, inventory, onWait })
    const failures = source.failures()
    const [first] = failures
    if (first !== undefined && failures.length === places.length) throw first.error
    const failed = failures.map(({ error, ...place }) => ({ ...place, reason: (error as Error).message }))
    return { report, window, accounts, places: places.length, failed, requests }
  } finally {
    // Where the lake failed, places are still being read.
    ended.abort()
    access.close()
  }
}

const pause = (ms: number, signal?: AbortSignal): Promise<void> => timer(ms, undefined, signal ? { signal } : {})

/** Where Regions cannot be asked for, the inventory's; without these the account is one place, which fails. */
async function regionsOf(
  account: string,
  { regions }: HistoryRequest,
  { access, inventory }: { readonly access: Access; readonly inventory: Inventory | undefined },
): Promise<{ account: string; region: string; error?: unknown }[]> {
  if (regions.length > 0) return regions.map((region) => ({ account, region }))
  const known = inventory?.accounts.find(({ id }) => id === account)?.regions ?? inventory?.regions ?? []
  let region = 'us-east-1'
  try {
    const { clients, role } = await access.to(account)
    region = globalRegions[clients.partition] ?? region
    const read = await attempt(() => enabledRegions(clients), {
      permission: 'account:ListRegions',
      resource: `account ${account}`,
      role,
    })
    if ('value' in read && read.value.length > 0) return read.value.map((one) => ({ account, region: one }))
    if (known.length > 0) return known.map((one) => ({ account, region: one }))
    const reason = 'reason' in read ? read.reason.replace(/\.$/, '') : 'the list is empty'
    return [{ account, region, error: new TrailbookError('EVENT_HISTORY_NO_REGIONS', { account, reason }) }]
  } catch (error) {
    if (!(error instanceof TrailbookError) || hitsEveryCall(error)) throw error
    return (known.length > 0 ? known : [region]).map((one) => ({ account, region: one, error }))
  }
}

const globalRegions: Readonly<Record<string, string>> = { 'aws-cn': 'cn-north-1', 'aws-us-gov': 'us-gov-west-1' }

export interface CollectCall extends AwsCall {
  readonly what: 'inventory' | 'selectors'
  readonly accounts: readonly string[]
}

export interface CollectOptions {
  readonly now: () => number
  readonly onProgress: (done: number, all: number) => void
  readonly signal?: AbortSignal
}

/** @throws TrailbookError AWS_* where the credentials are no good */
export async function collectFrom(
  request: CollectCall,
  { now, onProgress, signal }: CollectOptions,
): Promise<CollectedInventory> {
  const access = await unlessAborted(accessTo(request), signal)
  try {
    const asking = collect(
      {
        identity: access.identity,
        organisation: organisationReader(access.own),
        account: (id) => readerOf(id, access),
      },
      { what: request.what, accounts: request.accounts, onProgress },
    )
    return inventoryDocument(await unlessAborted(asking, signal), now())
  } finally {
    access.close()
  }
}

async function readerOf(id: string, access: Access): Promise<AccountReader> {
  const isOwn = id === access.identity.account
  // The management account may ask for Regions of its members; their trails only answer to themselves.
  if (!isOwn && !access.hasRole) {
    const none = async (): Promise<undefined> => undefined
    return {
      role: undefined,
      regions: () => enabledRegions(access.own, id),
      listTrails: none,
      readTrail: (trail) => readTrail(access.own, trail),
    }
  }
  const { clients, role } = await access.to(id)
  return {
    role,
    regions: () => enabledRegions(clients),
    listTrails: () => listTrails(clients),
    readTrail: (trail) => readTrail(clients, trail),
  }
}

type Access = Awaited<ReturnType<typeof accessTo>>

/**
 * Clients of the credentials' own account, and of others by a role. Answers of one account that pass for those of another would make
 * a time swept that nobody asked for, so AWS is asked whose each new access key is before it is used.
 */
async function accessTo({ accountRole, userAgent, login }: AwsCall) {
  const settings: AwsSettings = { userAgent, login }
  let known: CallerIdentity | undefined
  const own: AwsClients = await awsClients({
    ...settings,
    async admit(credentials) {
      if (known !== undefined) checkAccount(await callerIdentity(own, credentials), known.account)
    },
  })
  const identity = await callerIdentity(own)
  known = identity
  const others = new Map<string, Promise<AwsClients>>()
  return {
    own,
    identity,
    hasRole: accountRole !== undefined,
    /** @throws TrailbookError EVENT_HISTORY_ROLE where it was not said how, EVENT_HISTORY_ROLE_ACCOUNT, AWS_OTHER_ACCOUNT, AWS_* */
    async to(account: string): Promise<{ readonly clients: AwsClients; readonly role: string | undefined }> {
      if (account === identity.account) return { clients: own, role: undefined }
      if (accountRole === undefined) throw new TrailbookError('EVENT_HISTORY_ROLE', { own: identity.account, account })
      const { externalId, sessionName } = accountRole
      const arn = roleArn(accountRole.role, account, own.partition)
      let made = others.get(account)
      if (made === undefined) {
        made = clientsIn(account, { ...settings, region: own.region, role: { arn, externalId, sessionName } })
        others.set(account, made)
      }
      return { clients: await made, role: arn }
    },
    close(): void {
      own.close()
      for (const one of others.values())
        void one.then(
          (clients) => clients.close(),
          () => {},
        )
    },
  }
}

/** @throws TrailbookError where the role cannot be assumed, or its credentials are not this account's */
async function clientsIn(
  account: string,
  settings: AwsSettings & { readonly role: { readonly arn: string } },
): Promise<AwsClients> {
  const clients: AwsClients = await awsClients({
    ...settings,
    admit: async (credentials) => checkAccount(await callerIdentity(clients, credentials), account),
  })
  const { arn } = settings.role
  try {
    await clients.credentials.provider()
    return clients
  } catch (error) {
    clients.close()
    throw awsError(error, { permission: 'sts:AssumeRole', resource: arn, role: arn, endpoint: 'of AWS' })
  }
}

/** @throws TrailbookError AWS_OTHER_ACCOUNT */
function checkAccount({ account: found, arn }: CallerIdentity, account: string): void {
  if (found !== account) throw new TrailbookError('AWS_OTHER_ACCOUNT', { arn, found, account })
}

/** @throws TrailbookError EVENT_HISTORY_ROLE_ACCOUNT */
function roleArn(role: string, account: string, partition: string): string {
  if (!role.startsWith('arn:')) return `arn:${partition}:iam::${account}:role/${role}`
  const arn = role.replaceAll('{account}', account)
  const named = arn.split(':')[4] || 'none'
  if (named !== account)
    throw new TrailbookError('EVENT_HISTORY_ROLE_ACCOUNT', { role, named, account, placeholder: '{account}' })
  return arn
}
