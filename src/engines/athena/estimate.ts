/** What a query would read at most: the objects that lie where its partitions are, as S3 lists them. */
import type { ListPage, ListRequest } from '../../aws/bucket.ts'
import { parseLogPath } from '../../core/event/log-path.ts'
import type { Abortable, Estimate, Scope } from '../../core/ports.ts'
import { plural } from '../../core/report/text.ts'
import { isDay } from '../../core/time.ts'
import { billedBytes, charge } from './price.ts'
import { accountsOf, countPartitions, deliveryDays } from './projection.ts'
import type { EventsTable, RegisteredDays } from './table.ts'

export interface Objects {
  list(bucket: string, request: ListRequest): Promise<ListPage>
}

interface EstimateInput {
  readonly table: EventsTable
  readonly objects: Objects
  /** Where registered days lie, asked only of snapshots; undefined where nobody knows whose days they are. */
  readonly registered: (() => Promise<RegisteredDays>) | undefined
  readonly hasKmsKey: boolean
}

/** Beyond so many, listing costs time and $0.01: the answer is then that nobody knows. */
const mostRequests = 2000
const together = 16

interface Lane {
  readonly bucket: string
  readonly prefix: string
  /** Keys from here on, and up to there. */
  readonly from: string
  readonly to: string
}

/** @throws TrailbookError AWS_* */
export async function estimateScan(input: EstimateInput, scope: Scope, { signal }: Abortable = {}): Promise<Estimate> {
  const lanes = await lanesOf(input, scope)
  if (lanes === undefined) return unknown('because the catalog does not tell where its days lie')
  if (lanes.length > mostRequests)
    return unknown(
      `because its ${plural(lanes.length, 'folder')} would take more than ${mostRequests} requests to list`,
    )
  const tally = { bytes: 0, files: 0, requests: 0 }
  const waiting = [...lanes]
  const worker = async (): Promise<void> => {
    for (let lane = waiting.shift(); lane !== undefined; lane = waiting.shift()) {
      await listLane(input, lane, { tally, deep: dayTest(input, scope), signal })
      if (tally.requests > mostRequests) return
    }
  }
  await Promise.all(Array.from({ length: together }, worker))
  const { bytes, files, requests } = tally
  if (requests > mostRequests) return unknown(`because listing it takes more than ${mostRequests} requests`)
  const partitions = countPartitions(input.table.projection, scope)?.total ?? lanes.length
  return {
    bytes,
    files,
    basis: `from a listing of ${plural(files, 'object')} by ${plural(requests, 'request')}`,
    charges: [
      charge('scan', billedBytes(bytes)),
      charge('list', requests + Math.max(partitions, Math.ceil(files / 1000))),
      charge('get', files),
      // Fewer where the bucket has a key of its own for a while (S3 Bucket Keys).
      ...(input.hasKmsKey ? [charge('kms', files)] : []),
    ],
  }
}

const unknown = (why: string): Estimate => ({ bytes: null, files: null, basis: why, charges: [] })

async function lanesOf({ table, registered }: EstimateInput, scope: Scope): Promise<readonly Lane[] | undefined> {
  const { projection, location } = table
  const days = deliveryDays(scope)
  const [first, last] = [days[0]!, days.at(-1)!]
  const { template, partitions, regions, dayFormat } = projection
  const { exactOnce } = table.shape
  if (exactOnce && template === undefined) {
    if (registered === undefined) return undefined
    const known = await registered()
    if (known.size > 0) {
      // Values of another column: where their days lie is not told.
      if (![...known.keys()].every(isDay)) return undefined
      return days.flatMap((day) => (known.get(day) ?? []).map((at) => laneAt(at)))
    }
  }
  // Queries over a snapshot narrow it by the day of the event only.
  const isByDay =
    !exactOnce || (partitions.day !== undefined && 'name' in partitions.day && partitions.day.name === 'event_date')
  if (template === undefined || dayFormat === undefined || !isByDay) {
    const all = template === undefined ? (location ?? '') : template.replace(/\$\{.*$/s, '')
    return all === '' ? undefined : [laneAt(all, template === undefined)]
  }
  const dayColumn = partitions.day !== undefined && 'name' in partitions.day ? partitions.day.name : ''
  const mark = `\${${dayColumn}}`
  const at = template.indexOf(mark)
  if (at < 0) return undefined
  const written = (day: string): string => (dayFormat === 'yyyy/MM/dd' ? day.replaceAll('-', '/') : day)
  const before = template.slice(0, at)
  const lanes: Lane[] = []
  const folders = new Set<string>()
  // Values that nobody knows stay as they are, and so does what the folders hold.
  for (const account of accountsOf(projection, exactOnce ? { ...scope, accounts: [] } : scope) ?? [
    `\${${partitions.account}}`,
  ])
    for (const region of regions ?? [`\${${partitions.region}}`])
      folders.add(
        before.replaceAll(`\${${partitions.account}}`, account).replaceAll(`\${${partitions.region}}`, region),
      )
  for (const folder of folders) {
    if (folder.includes('${')) return undefined
    const { bucket, prefix } = laneAt(folder, false)
    lanes.push({ bucket, prefix, from: `${prefix}${written(first)}`, to: `${prefix}${written(last)}~` })
  }
  return lanes
}

function laneAt(location: string, isFolder = true): Lane {
  const [, bucket = '', key = ''] = /^s3[an]?:\/\/([^/]+)\/?(.*)$/.exec(location) ?? []
  const prefix = isFolder && key !== '' && !key.endsWith('/') ? `${key}/` : key
  return { bucket, prefix, from: prefix, to: `${prefix}\u{10ffff}` }
}

/** Where folders are not by day, the name of a file says when it was delivered. */
function dayTest({ table }: EstimateInput, scope: Scope): (key: string) => boolean {
  if (
    table.shape.exactOnce ||
    table.projection.dayFormat !== undefined ||
    table.projection.partitions.day === undefined
  )
    return () => true
  const days = new Set(deliveryDays(scope))
  return (key) => {
    const { delivered } = parseLogPath(key)
    return delivered === undefined || days.has(delivered.slice(0, 10))
  }
}

interface ListOptions extends Abortable {
  readonly tally: { bytes: number; files: number; requests: number }
  readonly deep: (key: string) => boolean
  readonly signal: AbortSignal | undefined
}

async function listLane({ objects }: EstimateInput, lane: Lane, { tally, deep, signal }: ListOptions): Promise<void> {
  let token: string | undefined
  do {
    tally.requests++
    if (tally.requests > mostRequests) return
    const startAfter = lane.from > lane.prefix ? lane.from : undefined
    const page = await objects.list(lane.bucket, { prefix: lane.prefix, startAfter, token, signal })
    for (const { key, size } of page.objects) {
      if (key > lane.to || key < lane.from) continue
      // "Athena treats objects whose names begin with _ or . as hidden."
      if (/(?:^|\/)[_.][^/]*$/.test(key) || !deep(key)) continue
      tally.bytes += Math.max(0, size)
      tally.files++
    }
    token = (page.objects.at(-1)?.key ?? '') > lane.to ? undefined : page.token
  } while (token !== undefined)
}
