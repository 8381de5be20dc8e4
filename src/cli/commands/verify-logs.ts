import { resolve } from 'node:path'
import { shownPath } from '../../authoring/library.ts'
import { verifyLakeLogs, verifyLogs } from '../../compose.ts'
import type { Range } from '../../core/digest/gaps.ts'
import type { ChainVerdict } from '../../core/digest/judge.ts'
import { TrailbookError } from '../../core/errors.ts'
import { parseTime } from '../../core/run/window.ts'
import { isoTime } from '../../core/time.ts'
import { argumentList, type CliContext, defineCommand, flag, type Given, list, text } from '../command.ts'
import { loadConfig } from '../config.ts'
import { keyFilesOf } from '../key-files.ts'
import { splitPlaces } from '../places.ts'
import { checkScope } from '../run-request.ts'
import { requestsOf, s3Requests } from '../s3-settings.ts'
import { requireLake } from '../sources.ts'
import { chainLines } from '../verify-logs-lines.ts'
import { scopeOptions } from '../window-options.ts'

export const verifyLogsCommand = defineCommand({
  name: 'verify-logs',
  summary: 'Check log files against the digests that CloudTrail signed',
  details:
    'Checks what the lake keeps of digests, log files and keys: without a network, and without the files. With a path it checks a copy of the bucket with its folders AWSLogs/…/CloudTrail and CloudTrail-Digest, or s3://bucket itself. A digest is checked by the signature that its successor holds; for the newest one of a copy put the output of aws s3api head-object beside it, as <name>.metadata.json. Exits with 0 where all is valid, 1 where something was changed or is missing, and 2 where that cannot be told: no digests, no keys, no signature, or times that the digests do not reach.',
  arguments: [
    { name: '[path...]', description: 'folders with copies of buckets, one for each, or s3://bucket/prefix' },
  ],
  options: [
    {
      flags: '--keys <file>',
      description:
        'public keys, as aws cloudtrail list-public-keys prints them, instead of those that the lake keeps (repeatable)',
      repeatable: true,
    },
    { flags: '--from <time>', description: 'files delivered since then (UTC); also where the copy begins' },
    { flags: '--to <time>', description: 'files delivered before then (UTC)' },
    ...scopeOptions,
    { flags: '--all', description: 'in JSON, list what is valid, too' },
  ],
  examples: [
    { command: 'trailbook verify-logs', says: 'is all that was ingested as it was delivered?' },
    { command: 'trailbook verify-logs bucket --keys keys.json', says: 'is all of it as it was delivered?' },
    {
      command: 'trailbook verify-logs bucket --keys keys.json --from 2026-01-01 --to 2026-02-01 --region eu-west-1',
      says: 'one month of one Region',
    },
  ],
  async action(given, context) {
    const range = rangeOf(given)
    checkScope(given)
    const paths = argumentList(given, 'path')
    const { inS3, others } = splitPlaces(paths, context.cwd)
    const request = {
      keys: await keyFilesOf(given, context),
      buckets: inS3.length === 0 ? [] : s3Requests(requestsOf(inS3, await loadConfig(context)), context),
      range,
      accounts: list(given, 'account'),
      regions: list(given, 'region'),
      signal: context.signal,
      onProgress: (done: number, all: number) =>
        context.progress(`${done} of ${all} ${paths.length === 0 ? 'accounts and Regions' : 'log files'}`),
    }
    const result = await (paths.length === 0
      ? verifyLake(request, context)
      : verifyLogs(
          others.map((path) => resolve(context.cwd, path)),
          request,
        )
    ).finally(() => context.progress(undefined))
    return {
      exitCode: exitCodes[result.verdict],
      json: {
        schema: 'trailbook.verify-logs/v1',
        verdict: result.verdict,
        range,
        keys: result.keys,
        otherFiles: result.others,
        places: placesOf(result, flag(given, 'all')),
      } as { readonly schema: string },
      lines: (width) => chainLines(result, { width, shown: (path) => shownPath(path, context.cwd) }),
    }
  },
})

/** @throws TrailbookError CLI_NO_LAKE */
async function verifyLake(request: Parameters<typeof verifyLakeLogs>[1], context: CliContext) {
  const config = await loadConfig(context)
  await requireLake(config, context)
  return verifyLakeLogs(config.lake, request)
}

const exitCodes = { valid: 0, invalid: 1, unknown: 2 } as const

/** @throws TrailbookError RUN_TIME, RUN_WINDOW_ORDER */
function rangeOf(given: Given): Range {
  const [from, to] = ['from', 'to'].map((name) => {
    const value = text(given, name)
    return value === undefined ? null : isoTime(parseTime(value))
  }) as [string | null, string | null]
  if (from !== null && to !== null && from >= to) throw new TrailbookError('RUN_WINDOW_ORDER', { from, to })
  return { from, to }
}

function placesOf({ places }: ChainVerdict, all: boolean) {
  const told = <T extends { readonly verdict: string }>(items: readonly T[]) =>
    all ? items : items.filter(({ verdict }) => verdict !== 'valid')
  return places.map(({ digests, logs, ...place }) => ({
    ...place,
    counts: { digests: countsOf(digests), logs: countsOf(logs) },
    digests: told(digests),
    logs: told(logs),
  }))
}

function countsOf(items: readonly { readonly verdict: 'valid' | 'invalid' | 'unknown' }[]) {
  const counts = { valid: 0, invalid: 0, unknown: 0 }
  for (const { verdict } of items) counts[verdict]++
  return counts
}
