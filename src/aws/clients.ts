/** The one place that decides how clients of AWS are made. */
import { loadConfig, NODE_REGION_CONFIG_FILE_OPTIONS, NODE_REGION_CONFIG_OPTIONS } from '@smithy/core/config'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { type CredentialStore, credentialStore } from './credentials.ts'
import { type AwsSettings, firstRegionOf, type Partition, partitionOf } from './settings.ts'

/** Given to the constructor of any client: `new CloudTrailClient(clients.config())`. */
interface ClientConfig {
  readonly region: string
  readonly endpoint?: string
  readonly credentials: CredentialStore['provider']
  readonly retryMode: 'adaptive'
  readonly maxAttempts: number
  readonly requestHandler: NodeHttpHandler
  readonly customUserAgent: [string, string][]
}

export interface AwsClients {
  readonly region: string
  readonly partition: Partition
  readonly credentials: CredentialStore
  /** Another Region than the usual one may be named. */
  config(region?: string): ClientConfig
  /** The endpoint is not AWS's own: S3 then wants the bucket in the path. */
  customEndpoint(service: string): boolean
  /** Closes the sockets. */
  close(): void
}

const attempts = 5

// The note that a later release will need a newer Node is for this project's makers and not for its users.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'

/** Settings -> what all clients share: credentials, sockets, retries with jitter that slow down when AWS asks for it. */
export async function awsClients(settings: AwsSettings = {}): Promise<AwsClients> {
  const region = settings.region ?? (await usualRegion()) ?? firstRegionOf(settings.role?.arn)
  const credentials = credentialStore(settings, region)
  const requestHandler = new NodeHttpHandler({
    connectionTimeout: 10_000,
    requestTimeout: 60_000,
    throwOnRequestTimeout: true,
    socketAcquisitionWarningTimeout: 60_000,
    httpAgent: { keepAlive: true, maxSockets: settings.concurrency ?? 64 },
    httpsAgent: { keepAlive: true, maxSockets: settings.concurrency ?? 64 },
  })
  return {
    region,
    partition: partitionOf(region),
    credentials,
    config: (other = region) => ({
      region: other,
      ...(settings.endpoint !== undefined && { endpoint: settings.endpoint }),
      credentials: credentials.provider,
      retryMode: 'adaptive',
      maxAttempts: attempts,
      requestHandler,
      customUserAgent: [['trailbook', settings.userAgent ?? '0']],
    }),
    customEndpoint: (service) => settings.endpoint !== undefined || environmentEndpoint(service) !== undefined,
    close: () => requestHandler.destroy(),
  }
}

/** The SDK reads these by itself; here it only matters that they are set. */
export const environmentEndpoint = (service: string): string | undefined =>
  process.env.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS === 'true'
    ? undefined
    : process.env[`AWS_ENDPOINT_URL_${service}`] || process.env.AWS_ENDPOINT_URL || undefined

async function usualRegion(): Promise<string | undefined> {
  const fromEnvironment = process.env.AWS_REGION || process.env.AWS_DEFAULT_REGION
  if (fromEnvironment) return fromEnvironment
  try {
    return await loadConfig<string>(NODE_REGION_CONFIG_OPTIONS, NODE_REGION_CONFIG_FILE_OPTIONS)()
  } catch {
    return undefined
  }
}
