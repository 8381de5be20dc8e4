/** Compares two folders of CloudTrail log files: what kinds of events, whose, how large, in what files. */
import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { eventClass } from '../src/core/event/event-class.ts'

type Raw = Readonly<Record<string, unknown>>

interface Distribution {
  readonly name: string
  events: number
  readonly counts: Readonly<Record<Facet, Map<string, number>>>
  readonly sizes: number[]
  readonly perFile: number[]
}

type Facet = keyof typeof facets

const member = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Raw)[name] : undefined
const textOf = (value: unknown): string | null => (value === undefined || value === null ? null : String(value))
const yesNo = (value: boolean): string => (value ? 'yes' : 'no')

const facets = {
  'event class': (event: Raw) =>
    eventClass({
      eventCategory: textOf(event.eventCategory),
      eventType: textOf(event.eventType),
      managementEvent: textOf(event.managementEvent),
      readOnly: textOf(event.readOnly),
      eventSource: textOf(event.eventSource),
      eventName: textOf(event.eventName),
    }),
  'read only': (event: Raw) => textOf(event.readOnly) ?? 'not said',
  'identity type': (event: Raw) => textOf(member(event.userIdentity, 'type')) ?? 'none',
  'invoked by a service': (event: Raw) => yesNo(textOf(member(event.userIdentity, 'invokedBy')) !== null),
  'has an error code': (event: Raw) => yesNo(event.errorCode !== undefined && event.errorCode !== null),
  'error code': (event: Raw) => textOf(event.errorCode) ?? undefined,
  'request parameters are null': (event: Raw) => yesNo((event.requestParameters ?? null) === null),
  'response elements are null': (event: Raw) => yesNo((event.responseElements ?? null) === null),
  'has TLS details': (event: Raw) => yesNo(event.tlsDetails !== undefined),
  'has a shared event id': (event: Raw) => yesNo(event.sharedEventID !== undefined),
  'event type': (event: Raw) => textOf(event.eventType) ?? 'none',
  'event version': (event: Raw) => textOf(event.eventVersion) ?? 'none',
  service: (event: Raw) => (textOf(event.eventSource) ?? 'none').replace(/\.amazonaws\.com$/, ''),
} satisfies Record<string, (event: Raw) => string | undefined>

const facetNames = Object.keys(facets) as readonly Facet[]
const quantiles = [0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99] as const
/** Values beyond these are told together. */
const most = 14

export async function main(folders: readonly string[]): Promise<number> {
  const [left, right] = folders
  if (left === undefined || right === undefined) {
    console.error('Name two folders of log files.')
    return 64
  }
  console.log(tableOf([await read(left), await read(right)]).join('\n'))
  return 0
}

async function read(folder: string): Promise<Distribution> {
  const counts = Object.fromEntries(
    facetNames.map((facet) => [facet, new Map<string, number>()]),
  ) as Distribution['counts']
  const found: Distribution = { name: basename(folder), events: 0, counts, sizes: [], perFile: [] }
  const names = await readdir(folder, { recursive: true })
  for (const name of names.filter((one) => one.endsWith('.json.gz')).sort()) {
    const { Records: records } = JSON.parse(gunzipSync(await readFile(join(folder, name))).toString('utf8'))
    if (!Array.isArray(records)) continue
    found.perFile.push(records.length)
    for (const event of records as Raw[]) count(found, event)
  }
  found.sizes.sort((a, b) => a - b)
  found.perFile.sort((a, b) => a - b)
  return found
}

function count(found: Distribution, event: Raw): void {
  found.events++
  found.sizes.push(Buffer.byteLength(JSON.stringify(event)))
  for (const facet of facetNames) {
    const value = facets[facet](event)
    if (value !== undefined) found.counts[facet].set(value, (found.counts[facet].get(value) ?? 0) + 1)
  }
}

function tableOf(pair: readonly [Distribution, Distribution]): string[] {
  const row = (...cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [
    row('', ...pair.map(({ name }) => name)),
    row('---', '---:', '---:'),
    row('events', ...pair.map(({ events }) => String(events))),
    row('files', ...pair.map(({ perFile }) => String(perFile.length))),
    row('records a file (p1, p10, p25, p50, p75, p90, p99)', ...pair.map(({ perFile }) => percentiles(perFile))),
    row('bytes an event (the same)', ...pair.map(({ sizes }) => percentiles(sizes))),
    ...facetNames.flatMap((facet) =>
      valuesOf(facet, pair).map((value) =>
        row(`${facet}: ${value}`, ...pair.map(({ counts, events }) => share(counts[facet].get(value) ?? 0, events))),
      ),
    ),
  ]
}

const percentiles = (sorted: readonly number[]): string =>
  quantiles.map((quantile) => sorted[Math.floor(sorted.length * quantile)] ?? 0).join(', ')

const share = (part: number, whole: number): string => `${((100 * part) / Math.max(whole, 1)).toFixed(1)} %`

/** The values that are common on either side; of yes and no, yes is enough. */
function valuesOf(facet: Facet, pair: readonly [Distribution, Distribution]): string[] {
  const weights = new Map<string, number>()
  for (const { counts, events } of pair)
    for (const [value, many] of counts[facet]) weights.set(value, Math.max(weights.get(value) ?? 0, many / events))
  if (weights.has('yes') || weights.has('no')) return ['yes']
  return [...weights]
    .sort((a, b) => b[1] - a[1])
    .slice(0, most)
    .map(([value]) => value)
}
