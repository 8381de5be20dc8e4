/**
 * A small AWS on the loopback, for the services that no emulator has: it enforces documented limits, records every call and
 * fails on demand. A service is one file in `services/`; the core of protocols, identities and failures is shared.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { AwsFault, type Call, denied, type Service } from './call.ts'
import { createFailures, type Failure } from './failures.ts'
import { operationOfTarget, readForm, readSignature, reply, replyFault } from './protocol.ts'
import { cloudTrail } from './services/cloudtrail.ts'
import { createLookup } from './services/lookup.ts'
import { organizations } from './services/organizations.ts'
import { account, ec2 } from './services/regions.ts'
import { type Identity, sts } from './services/sts.ts'
import { type FakeWorld, type LogRecord, rootKey } from './world.ts'

export interface FakeAwsOptions {
  readonly world: FakeWorld
  readonly records?: Iterable<LogRecord>
  readonly now?: () => number
  /** LookupEvents a second of one account and Region; documented are 2. */
  readonly lookupsPerSecond?: number
  readonly tokenTtlMs?: number
  readonly delayMs?: number
  /** The clock by which answers are dated, less that of this computer. */
  readonly skewMs?: number
  /** Access keys of other accounts than the first, beside that which `env` has. */
  readonly keys?: Readonly<Record<string, string>>
  readonly publicKeys?: readonly Readonly<Record<string, unknown>>[]
  readonly failures?: readonly Failure[]
  /** Further services, such as another issue needs. */
  readonly services?: readonly Service[]
}

export interface FakeAws {
  readonly url: string
  /** Every call so far, in order. */
  readonly calls: readonly Call[]
  /** What an AWS SDK needs to come here, as environment variables. */
  readonly env: Readonly<Record<string, string>>
  /** An event arrives. */
  add(record: LogRecord): void
  fail(failure: Failure): void
  heal(): void
  close(): Promise<void>
}

export async function startFakeAws(options: FakeAwsOptions): Promise<FakeAws> {
  const { world, now = Date.now } = options
  const calls: Call[] = []
  const failures = createFailures()
  for (const failure of options.failures ?? []) failures.add(failure)
  const identities = new Map<string, Identity>([
    [rootKey, { account: world.accounts[0]!.id, arn: `arn:aws:iam::${world.accounts[0]!.id}:user/investigator` }],
  ])
  for (const [key, id] of Object.entries(options.keys ?? {}))
    identities.set(key, { account: id, arn: `arn:aws:iam::${id}:user/investigator` })
  const issue = (identity: Identity): string => {
    const key = `ASIA${String(identities.size).padStart(9, '0')}EXAMPLE`
    identities.set(key, identity)
    return key
  }
  const lookup = createLookup({
    now,
    perSecond: options.lookupsPerSecond ?? 2,
    tokenTtlMs: options.tokenTtlMs ?? 3_600_000,
    delayMs: options.delayMs ?? 0,
  })
  for (const record of options.records ?? []) lookup.add(record)
  const services = merged([
    cloudTrail({ world, lookup, publicKeys: options.publicKeys ?? [] }),
    sts(world, issue),
    organizations(world),
    account(world),
    ec2(world),
    ...(options.services ?? []),
  ])
  /** The last good answer of each account, Region and operation, for pages that come twice. */
  const last = new Map<string, unknown>()

  const answer = async (request: IncomingMessage, body: string, response: ServerResponse): Promise<void> => {
    const signature = readSignature(request.headers.authorization)
    const service = services.find(({ name }) => name === signature?.service)
    if (signature === undefined || service === undefined) {
      response.writeHead(404).end(`the fake has no service ${signature?.service}`)
      return
    }
    const { operation, input } = read(service, request, body)
    const identity = identities.get(signature.key)
    const call: Call = {
      service: service.name,
      operation,
      account: identity?.account ?? '',
      region: signature.region,
      principal: identity?.arn ?? '',
      accessKeyId: signature.key,
      input,
      at: now(),
    }
    calls.push(call)
    const failure = failures.of(call)
    if (failure?.kind === 'slow') await new Promise((resolve) => setTimeout(resolve, failure.ms ?? 1000))
    if (failure?.kind === 'reset') {
      call.failed = 'reset'
      request.socket.destroy()
      return
    }
    try {
      if (identity === undefined)
        throw new AwsFault('UnrecognizedClientException', 'The security token included in the request is invalid.')
      if (failure !== undefined) refuse(failure, call)
      const work = service.operations[operation]
      if (work === undefined) throw new AwsFault('UnknownOperationException', `The fake has no ${operation}`)
      const key = `${call.account} ${call.region} ${operation}`
      const output = failure?.kind === 'repeat' && last.has(key) ? last.get(key) : work(call)
      last.set(key, output)
      send(response, reply(service.protocol, operation, output, service.namespace))
    } catch (error) {
      const fault = error instanceof AwsFault ? error : new AwsFault('InternalFailure', String(error), 500)
      call.failed = fault.code
      send(response, replyFault(service.protocol, fault))
    }
  }

  const server = createServer((request, response) => {
    response.setHeader('date', new Date(Date.now() + (options.skewMs ?? 0)).toUTCString())
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => void answer(request, Buffer.concat(chunks).toString(), response))
    request.on('error', () => {})
  })
  const url = await listen(server)
  return {
    url,
    calls,
    env: {
      AWS_ENDPOINT_URL: url,
      AWS_ACCESS_KEY_ID: rootKey,
      AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
      AWS_REGION: 'us-east-1',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_CONFIG_FILE: '/nonexistent',
      AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
    },
    add: lookup.add,
    fail: failures.add,
    heal: failures.clear,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Services of one name are one: their operations lie in several files. */
function merged(services: readonly Service[]): readonly Service[] {
  const byName = new Map<string, Service>()
  for (const service of services) {
    const known = byName.get(service.name)
    const operations = { ...known?.operations, ...service.operations }
    byName.set(service.name, known === undefined ? service : { ...known, operations })
  }
  return [...byName.values()]
}

function read(service: Service, request: IncomingMessage, body: string): { operation: string; input: Call['input'] } {
  if (service.protocol === 'json')
    return {
      operation: operationOfTarget(String(request.headers['x-amz-target'] ?? '')),
      input: JSON.parse(body || '{}'),
    }
  if (service.protocol === 'rest-json')
    return { operation: service.paths?.[request.url?.split('?')[0] ?? ''] ?? '', input: JSON.parse(body || '{}') }
  const { Action = '', Version: _, ...input } = readForm(body)
  return { operation: Action, input }
}

function refuse({ kind }: Failure, call: Call): void {
  switch (kind) {
    case 'throttle':
      throw new AwsFault('ThrottlingException', 'Rate exceeded')
    case 'broken':
      throw new AwsFault('InternalFailure', 'An internal error has occurred.', 500)
    case 'expired':
      throw new AwsFault('ExpiredTokenException', 'The security token included in the request is expired')
    case 'denied':
      throw denied(call, `${call.service}:${call.operation}`)
    case 'token':
      throw new AwsFault('InvalidNextTokenException', 'The token has expired.')
    default:
  }
}

function send(response: ServerResponse, { status, type, headers, body }: ReturnType<typeof reply>): void {
  response.writeHead(status, { 'content-type': type, 'x-amzn-requestid': 'fake', ...headers })
  response.end(body)
}

const listen = (server: Server): Promise<string> =>
  new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`))
  })
