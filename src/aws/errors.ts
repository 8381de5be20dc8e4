/** Failures of AWS and of the way to it, in the words of the catalogue. */
import { TrailbookError } from '../core/errors.ts'

interface AskedFor {
  /** As IAM calls it: `s3:ListBucket`. */
  readonly permission: string
  /** An ARN or a location. */
  readonly resource: string
  readonly endpoint?: string | undefined
  readonly role?: string | undefined
}

/** What SDK errors are made of, as far as it is looked at. */
export interface SdkError extends Error {
  readonly code?: string
  readonly $metadata?: { readonly httpStatusCode?: number; readonly attempts?: number }
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> }
}

const expiredNames = new Set(['ExpiredToken', 'ExpiredTokenException', 'TokenRefreshRequired', 'RequestExpired'])
const refusedNames = new Set([
  'InvalidAccessKeyId',
  'InvalidClientTokenId',
  'UnrecognizedClientException',
  'SignatureDoesNotMatch',
  'InvalidToken',
  'InvalidSignatureException',
  'AuthFailure',
])
const deniedNames = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'UnauthorizedOperation',
  'AllAccessDisabled',
  'AccountProblem',
  'Forbidden',
])
const throttleNames = /Throttl|SlowDown|TooManyRequests|RequestLimitExceeded|BandwidthLimit/
const clockNames = new Set(['RequestTimeTooSkewed', 'RequestInTheFuture'])
const networkCodes: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  ETIMEDOUT: 'it does not answer',
  ENOTFOUND: 'its name is not known',
  EAI_AGAIN: 'its name cannot be looked up',
  EHOSTUNREACH: 'there is no way to it',
  ENETUNREACH: 'there is no way to it',
  TimeoutError: 'it does not answer',
}

/** The credentials of the request were right once and are no longer. */
export const isExpired = (error: unknown): boolean =>
  error instanceof Error &&
  (expiredNames.has(error.name) ||
    // Of the SSO providers, which know by themselves that the sign-in is over.
    (/^(?:CredentialsProviderError|TokenProviderError|UnauthorizedException|InvalidGrantException)$/.test(error.name) &&
      /expired|sso login|session/i.test(error.message) &&
      !/Could not load credentials from any providers/.test(error.message)))

export const statusOf = (error: unknown): number | undefined => (error as SdkError).$metadata?.httpStatusCode

/** The connection failed: not an answer of AWS. */
export const isNetworkFailure = (error: unknown): boolean =>
  error instanceof Error && networkReason(error as SdkError) !== undefined

const networkReason = ({ code, name }: SdkError): string | undefined => networkCodes[code ?? ''] ?? networkCodes[name]

export const isDenied = (error: unknown): boolean =>
  error instanceof Error && (deniedNames.has(error.name) || (statusOf(error) === 403 && !refusedNames.has(error.name)))

/** An error of the SDK -> one of the catalogue; what is none of AWS's is given back as it came. */
export function awsError(error: unknown, asked: AskedFor): unknown {
  if (!(error instanceof Error) || error instanceof TrailbookError || error.name === 'AbortError') return error
  const { permission, resource } = asked
  const made = (code: Parameters<typeof describe>[0], values: Parameters<typeof describe>[1]) =>
    describe(code, values, error)
  // What the SDK adds for programmers helps nobody on a terminal.
  const reason =
    oneLine(error.message.replace(/\s*Deserialization error: to see the raw response[\s\S]*$/, '')) || error.name
  if (isExpired(error)) {
    const profile = process.env.AWS_PROFILE
    return made('AWS_CREDENTIALS_EXPIRED', { reason, profile: profile ? ` --profile ${profile}` : '' })
  }
  if (clockNames.has(error.name)) return made('AWS_CLOCK', { reason })
  if (refusedNames.has(error.name)) return made('AWS_CREDENTIALS_REFUSED', { reason })
  const network = networkReason(error)
  if (network !== undefined) return made('AWS_UNREACHABLE', { endpoint: asked.endpoint ?? 'of AWS', reason: network })
  if (error.name === 'CredentialsProviderError' || error.name === 'TokenProviderError')
    return /Could not load credentials from any providers/.test(error.message)
      ? made('AWS_CREDENTIALS_NONE', {})
      : made('AWS_CREDENTIALS_REFUSED', { reason })
  if (isDenied(error)) {
    const role = asked.role
    if (role !== undefined && /sts:AssumeRole/.test(error.message)) return made('AWS_ROLE_REFUSED', { role, reason })
    const key = kmsKeyOf(error.message)
    if (key !== undefined) return made('AWS_KMS_DENIED', { ...key, resource })
    return made('AWS_ACCESS_DENIED', { permission, resource, who: whoOf(error.message) })
  }
  if (throttleNames.test(error.name) || statusOf(error) === 503)
    return made('AWS_THROTTLED', { permission, attempts: (error as SdkError).$metadata?.attempts ?? 'several' })
  if (statusOf(error) === 301 || /AuthorizationHeaderMalformed|PermanentRedirect|IllegalLocation/.test(error.name))
    return made('AWS_REGION', { region: 'asked', reason })
  return '$metadata' in error || '$fault' in error ? made('AWS_FAILED', { permission, reason }) : error
}

function describe(
  code: ConstructorParameters<typeof TrailbookError>[0],
  values: ConstructorParameters<typeof TrailbookError>[1],
  cause: Error,
): TrailbookError {
  return new TrailbookError(code, values, { cause })
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim().replace(/\.$/, '')

/** `User: arn:aws:… is not authorized to perform: …` names who asked. */
const whoOf = (message: string): string => {
  const who = /User: (arn:\S+)/.exec(message)?.[1]
  return who === undefined ? '' : ` is not allowed to ${who}`
}

/** The key of a refusal by KMS; undefined where it was no key that refused. */
export function kmsKeyOf(message: string): { readonly key: string; readonly account: string } | undefined {
  if (!/kms:|ciphertext refers to a customer master key|KMS key/i.test(message)) return undefined
  const arn = /arn:aws[a-z-]*:kms:[a-z0-9-]+:(\d{12}):(?:key|alias)\/[\w/-]+/.exec(message)
  return { key: arn?.[0] ?? 'of the bucket', account: arn?.[1] ?? 'unknown' }
}
