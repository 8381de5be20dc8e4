/** How buckets are asked: from the options of a command and from `sources:` of trailbook.yaml. */
import { z } from 'zod'
import type { AwsOf, S3Request } from '../compose.ts'
import { TrailbookError } from '../core/errors.ts'
import { parseTime } from '../core/run/window.ts'
import { account, form, line, url } from '../core/runbook/schema-text.ts'
import { isoTime, parseDuration } from '../core/time.ts'
import { awsCall } from './aws-call.ts'
import { type CliContext, type Given, list, type OptionSpec, text } from './command.ts'

const region = form(/^[a-z]{2,}(-[a-z0-9]+)+$/, 'a Region such as us-east-1', ['us-east-1'])
const location = form(/^s3:\/\/[^/]+/, 'a place such as s3://my-trail-bucket/AWSLogs/', [
  's3://my-trail-bucket/AWSLogs/',
])
const role = form(/^arn:aws[a-z-]*:iam::\d{12}:role\/\S+$/, 'the ARN of a role', [
  'arn:aws:iam::111122223333:role/trailbook-reader',
])
/** Messages name the endpoint, so that nothing secret may be in it. */
const endpointForm = /^https?:\/\/[^/@\s]+(?:\/[^@\s]*)?$/i
const globs = z.array(line).min(1)

/** One of `sources:`; what is left out is as the AWS CLI would have it. */
const sourceSchema = z.strictObject({
  url: z.union([location, z.array(location).min(1)]),
  role: role.optional(),
  externalId: line.optional(),
  sessionName: form(/^[\w+=,.@-]{2,64}$/, 'a session name of 2 to 64 letters, digits and +=,.@-', [
    'trailbook',
  ]).optional(),
  bucketRegion: region.optional().meta({ description: 'Where the bucket lies; found out when left out.' }),
  endpoint: url.optional(),
  concurrency: z.number().int().min(1).max(1000).optional(),
  accounts: z.array(account).min(1).optional(),
  regions: z.array(region).min(1).optional(),
  include: globs.optional(),
  exclude: globs.optional(),
})

export const sourcesSchema = z.record(
  form(/^[a-z0-9]+([._-][a-z0-9]+)*$/, 'a name of small letters, digits and hyphens', []),
  sourceSchema,
)

type SourceSettings = z.output<typeof sourceSchema>
export type NamedSources = Readonly<Record<string, SourceSettings>>

export type S3Settings = Omit<S3Request, 'locations'>

export const s3Options: readonly OptionSpec[] = [
  { flags: '--source <name>', description: 'read a source of trailbook.yaml', repeatable: true },
  { flags: '--account <id>', description: 'S3 and Event history: only this account (repeatable)', repeatable: true },
  { flags: '--region <region>', description: 'S3 and Event history: only this Region (repeatable)', repeatable: true },
  { flags: '--since <when>', description: 'S3 and Event history: events since then: 24h, 7d, or a time' },
  { flags: '--from <time>', description: 'S3 and Event history: events from then on (UTC)' },
  { flags: '--to <time>', description: 'S3 and Event history: events before then (UTC)' },
  {
    flags: '--include <glob>',
    description: 'S3: only keys like this, e.g. **/us-east-1/** (repeatable)',
    repeatable: true,
  },
  { flags: '--exclude <glob>', description: 'S3: no keys like this (repeatable)', repeatable: true },
  { flags: '--role-arn <arn>', description: 'S3: a role to assume first' },
  { flags: '--external-id <id>', description: 'S3: what the trust policy of the role asks for' },
  { flags: '--bucket-region <region>', description: 'S3: where the bucket lies; found out when left out' },
  { flags: '--endpoint <url>', description: 'S3: a server other than AWS; AWS_ENDPOINT_URL_S3 works, too' },
]

/** The options as settings; undefined where none was given. @throws TrailbookError CLI_USAGE, RUN_TIME, RUN_WINDOW_ORDER */
export function s3Given(given: Given, now: number): S3Settings | undefined {
  const accounts = list(given, 'account')
  const regions = list(given, 'region')
  const include = list(given, 'include')
  const exclude = list(given, 'exclude')
  const window = windowOf(given, now)
  const arn = text(given, 'roleArn')
  const externalId = text(given, 'externalId')
  const bucketRegion = text(given, 'bucketRegion')
  const endpoint = text(given, 'endpoint')
  if (arn !== undefined && !role.safeParse(arn).success) throw unusable('--role-arn', `${arn} is not the ARN of a role`)
  if (endpoint !== undefined && !endpointForm.test(endpoint))
    throw unusable('--endpoint', 'it is an address such as https://s3.example.com, without a name and password')
  if (externalId !== undefined && arn === undefined) throw unusable('--external-id', 'it belongs to --role-arn')
  const settings = {
    aws: {
      ...(bucketRegion !== undefined && { region: bucketRegion }),
      ...(endpoint !== undefined && { endpoint }),
      ...(arn !== undefined && { role: { arn, externalId } }),
    },
    choice: {
      ...(accounts.length > 0 && { accounts }),
      ...(regions.length > 0 && { regions }),
      ...(include.length > 0 && { include }),
      ...(exclude.length > 0 && { exclude }),
      ...(window !== undefined && { window }),
    },
  }
  return Object.keys({ ...settings.aws, ...settings.choice }).length === 0 ? undefined : settings
}

const unusable = (option: string, reason: string): TrailbookError =>
  new TrailbookError('CLI_USAGE', {
    reason: `${option} cannot be used: ${reason}`,
    advice: 'See trailbook ingest --help',
  })

/** What is said on the command line wins over what the file says of a source. */
export function settingsOf(source: SourceSettings, given: S3Settings = {}): S3Settings {
  const {
    role: arn,
    externalId,
    sessionName,
    bucketRegion,
    endpoint,
    concurrency,
    accounts,
    regions,
    include,
    exclude,
  } = source
  return {
    aws: {
      region: bucketRegion,
      endpoint,
      concurrency,
      ...(arn !== undefined && { role: { arn, externalId, sessionName } }),
      ...given.aws,
    },
    choice: { accounts, regions, include, exclude, ...given.choice },
  }
}

/** How an object is asked for that was read before: by the source whose url it lies below, the longest one first. */
export function awsOf({ sources }: { readonly sources: NamedSources }): AwsOf {
  const known = Object.values(sources).flatMap((source) => [source.url].flat().map((at) => ({ at, source })))
  known.sort((a, b) => b.at.length - a.at.length)
  return (location) => {
    const found = known.find(({ at }) => folderOf(location).startsWith(folderOf(at)))
    return found === undefined ? {} : (settingsOf(found.source).aws ?? {})
  }
}

const folderOf = (location: string): string => (location.endsWith('/') ? location : `${location}/`)

/**
 * Places in S3 that were typed: each is asked as the source is whose url it lies below, by its role, its endpoint and so on. What
 * the source chooses goes with its name alone, and options of the command line go first.
 */
export function requestsOf(
  locations: readonly string[],
  config: { readonly sources: NamedSources },
  given: S3Settings = {},
): readonly S3Request[] {
  const asked = awsOf(config)
  const groups = new Map<string, S3Request>()
  for (const location of locations) {
    const aws = { ...asked(location), ...given.aws }
    const key = JSON.stringify(aws)
    groups.set(key, { ...given, aws, locations: [...(groups.get(key)?.locations ?? []), location] })
  }
  return [...groups.values()]
}

/** What the terminal adds: who asks, and that somebody may sign in again while the command waits. */
export const s3Request = (settings: S3Settings | undefined, context: CliContext): S3Settings => ({
  ...settings,
  aws: { ...settings?.aws, ...awsCall(context) },
})

export const s3Requests = (requests: readonly S3Request[], context: CliContext): readonly S3Request[] =>
  requests.map((request) => ({ ...s3Request(request, context), locations: request.locations }))

function windowOf(given: Given, now: number): { from?: string; to?: string } | undefined {
  const [since, from, to] = [text(given, 'since'), text(given, 'from'), text(given, 'to')]
  if (since !== undefined && (from !== undefined || to !== undefined)) throw new TrailbookError('RUN_WINDOW_BOTH')
  if (since !== undefined) {
    const duration = parseDuration(since)
    return { from: isoTime(duration === undefined ? parseTime(since) : now - duration) }
  }
  if (from === undefined && to === undefined) return undefined
  const window = {
    ...(from !== undefined && { from: isoTime(parseTime(from)) }),
    ...(to !== undefined && { to: isoTime(parseTime(to)) }),
  }
  if (window.from !== undefined && window.to !== undefined && window.from >= window.to)
    throw new TrailbookError('RUN_WINDOW_ORDER', { from: window.from, to: window.to })
  return window
}
