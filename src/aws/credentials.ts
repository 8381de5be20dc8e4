/** The standard credential chain, roles on top of it, and what happens when credentials run out. */
import { setTimeout as sleep } from 'node:timers/promises'
import { fromNodeProviderChain, fromTemporaryCredentials } from '@aws-sdk/credential-providers'
import type { AwsCredentialIdentity } from '@smithy/types'
import type { AwsSettings } from './settings.ts'

export interface CredentialStore {
  /** For `credentials` of a client: asked for every request, answered from memory while they last. @throws what `admit` throws */
  readonly provider: (() => Promise<AwsCredentialIdentity>) & { readonly memoized: true }
  /**
   * After AWS called the present ones expired: reads the chain anew and, where somebody may sign in meanwhile, waits.
   *
   * @param refused the access key of the request that was refused
   * @returns whether there are other credentials now
   */
  renew(refused: string | undefined): Promise<boolean>
}

/** Credentials that expire within this time are renewed before they do. */
const margin = 5 * 60_000
const usualPoll = 3000
/** The chain may be a process or a service on the network: where it has nothing newer yet, it is left alone for so long. */
const askAgainAfter = 5000

type Chain = () => Promise<AwsCredentialIdentity>

export function credentialStore(
  settings: AwsSettings,
  region: string,
  chain = () => newChain(settings, region),
): CredentialStore {
  let ask = chain()
  let held: AwsCredentialIdentity | undefined
  let pending: Promise<AwsCredentialIdentity> | undefined
  let renewal: Promise<boolean> | undefined
  let admitted: string | undefined
  let quietUntil = -Infinity

  const fetch = async (): Promise<AwsCredentialIdentity> => {
    const next = await ask()
    if (next.accessKeyId !== admitted) await settings.admit?.(next)
    quietUntil = next.accessKeyId === held?.accessKeyId ? Date.now() + askAgainAfter : -Infinity
    admitted = next.accessKeyId
    held = next
    return next
  }
  const provider = (): Promise<AwsCredentialIdentity> => {
    if (held !== undefined && (!expiresSoon(held) || Date.now() < quietUntil)) return Promise.resolve(held)
    pending ??= fetch().finally(() => {
      pending = undefined
    })
    return pending
  }
  /** A new chain reads files again: one that was asked before may keep what they said. */
  const anew = async (refused: string | undefined): Promise<boolean> => {
    ask = chain()
    held = undefined
    try {
      return (await provider()).accessKeyId !== refused
    } catch {
      return false
    }
  }
  const wait = async (refused: string | undefined): Promise<boolean> => {
    if (await anew(refused)) return true
    const { login } = settings
    if (login === undefined) return false
    login.onWait()
    for (const end = Date.now() + login.patience; Date.now() < end && !login.signal.aborted; ) {
      await sleep(login.poll ?? usualPoll, undefined, { signal: login.signal }).catch(() => {})
      if (!login.signal.aborted && (await anew(refused))) return true
    }
    return false
  }
  return {
    // The SDK would keep credentials without an expiry for good, and so never see the renewed ones.
    provider: Object.assign(provider, { memoized: true as const }),
    renew(refused) {
      if (held !== undefined && refused !== undefined && held.accessKeyId !== refused) return Promise.resolve(true)
      renewal ??= wait(refused).finally(() => {
        renewal = undefined
      })
      return renewal
    },
  }
}

const expiresSoon = ({ expiration }: AwsCredentialIdentity): boolean =>
  expiration !== undefined && expiration.getTime() - Date.now() < margin

function newChain({ role }: AwsSettings, region: string): Chain {
  const chain = fromNodeProviderChain({ ignoreCache: true, clientConfig: { region } })
  if (role === undefined) return () => chain()
  const assume = fromTemporaryCredentials({
    masterCredentials: () => chain(),
    clientConfig: { region },
    params: {
      RoleArn: role.arn,
      RoleSessionName: role.sessionName ?? 'trailbook',
      ...(role.externalId !== undefined && { ExternalId: role.externalId }),
    },
  })
  return () => assume()
}
