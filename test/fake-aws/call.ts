/** What every service of the fake shares: a call, its answer, and the errors that AWS sends. */

/** One request as the services see it; kept, so that tests can tell exactly which calls were made. */
export interface Call {
  readonly service: string
  readonly operation: string
  readonly account: string
  readonly region: string
  /** ARN of the caller. */
  readonly principal: string
  readonly accessKeyId: string
  readonly input: Readonly<Record<string, unknown>>
  /** Milliseconds of the fake's clock. */
  readonly at: number
  /** Error code of the answer, undefined where it succeeded. */
  failed?: string
}

/** Which words and bytes a service speaks on the wire. */
export type Protocol = 'json' | 'query' | 'ec2' | 'rest-json'

export interface Service {
  /** As in the scope of a signature: `cloudtrail`, `sts`. */
  readonly name: string
  readonly protocol: Protocol
  /** XML namespace of the answers, for `query` and `ec2`. */
  readonly namespace?: string
  /** Of `rest-json`: path to operation. */
  readonly paths?: Readonly<Record<string, string>>
  readonly operations: Readonly<Record<string, (call: Call) => unknown>>
}

/** An error in AWS's words. */
export class AwsFault extends Error {
  readonly code: string
  readonly status: number
  constructor(code: string, message: string, status = 400) {
    super(message)
    this.code = code
    this.status = status
  }
}

export const denied = (call: Pick<Call, 'principal'>, action: string, resource?: string): AwsFault =>
  new AwsFault(
    'AccessDeniedException',
    `User: ${call.principal} is not authorized to perform: ${action}${resource === undefined ? '' : ` on resource: ${resource}`} because no identity-based policy allows the ${action} action`,
  )

/** Members beyond those that the service model has are a fault of the caller: a real service ignores or refuses them. */
export function checkMembers(call: Call, known: readonly string[]): void {
  for (const name of Object.keys(call.input))
    if (!known.includes(name)) throw new AwsFault('SerializationException', `${call.operation} has no member ${name}`)
}

export const textOf = (call: Call, name: string): string | undefined => {
  const value = call.input[name]
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'string') throw new AwsFault('SerializationException', `${name} must be a string`)
  return value
}

export function required(call: Call, name: string): string {
  const value = textOf(call, name)
  if (value === undefined) throw new AwsFault('ValidationException', `${name} is required`)
  return value
}

/** Pages of a list by an opaque token that is its position. */
export function pageOf<T>(items: readonly T[], token: string | undefined, size: number): { items: T[]; next?: string } {
  const start = token === undefined ? 0 : Number(Buffer.from(token, 'base64url').toString().replace(/^at /, ''))
  if (!Number.isInteger(start))
    throw new AwsFault('InvalidInputException', 'You specified an invalid value for nextToken.')
  const end = start + size
  const taken = items.slice(start, end)
  return end < items.length ? { items: taken, next: Buffer.from(`at ${end}`).toString('base64url') } : { items: taken }
}
