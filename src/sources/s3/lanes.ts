/** From a prefix to the lanes below it: one for each account, kind and Region, found by asking for folders only. */
import type { Bucket, ListPage } from '../../aws/bucket.ts'
import { TrailbookError } from '../../core/errors.ts'
import type { ListOptions } from '../../core/event/source.ts'
import type { Chooser } from './choice.ts'
import type { Limiter } from './limiter.ts'
import { s3Location } from './location.ts'

/** A run of keys that sort by the time of their delivery, or of which that is not known. */
export interface Lane {
  /** What is asked for: the Region's folder, or the one month or day in it that is wanted. */
  readonly prefix: string
  /** Where `2026/01/31/` begins in its keys; undefined where days are not told by the folders. */
  readonly dayAt: number | undefined
  readonly startAfter?: string
  /** Last day that is wanted, as `2026/01/31`. */
  readonly until?: string | undefined
  /** Only what lies in the folder itself. */
  readonly shallow?: boolean
  /** The prefix is the key of the one object that is meant. */
  readonly single?: boolean
}

interface LaneOptions extends Pick<ListOptions, 'passOver' | 'signal'> {
  readonly bucket: Bucket
  readonly chooser: Chooser
  readonly limit: Limiter
}

/**
 * `CloudTrail` and those of its siblings that hold records or digests. What else an account's folder has, such as the
 * summaries of CloudTrail-Aggregated or the logs of other services, is said and left.
 */
const wantedFolders = new Set(['CloudTrail', 'CloudTrail-Digest', 'CloudTrail-Insight', 'CloudTrail-NetworkActivity'])
const accountFolder = /^\d{12}$/
const organisationFolder = /^o-[a-z0-9]{10,32}$/
const dayParts = [/^\d{4}$/, /^\d\d$/, /^\d\d$/]

/** Folders without AWSLogs are looked into so deep and so many, before all below is taken as it comes. */
const searchDepth = 3
const searchFolders = 200
/** A folder with more objects than fit so many answers is no place above AWSLogs. */
const searchPages = 5

/** @throws TrailbookError AWS_NO_OBJECTS and what `Bucket.list` throws */
export async function findLanes(key: string, options: LaneOptions): Promise<readonly Lane[]> {
  const folder = key === '' || key.endsWith('/') ? key : `${key}/`
  if (folder !== '' && folder !== key) {
    // An object of this very name, a folder, or both.
    const page = await listFolder(key, options)
    const object = page.objects.some((one) => one.key === key)
    if (object) {
      const itself: Lane = { prefix: key, dayAt: undefined, single: true }
      return page.folders.includes(folder) ? [itself, ...(await lanesOf(folder, options))] : [itself]
    }
    if (!page.folders.includes(folder)) throw await nothingAt(key, options)
  }
  return lanesOf(folder, options, true)
}

async function lanesOf(folder: string, options: LaneOptions, given = false): Promise<readonly Lane[]> {
  const parts = folder.split('/').slice(0, -1)
  const top = parts.lastIndexOf('AWSLogs')
  const below = parts.slice(top + 1)
  if (top >= 0) {
    const organised = organisationFolder.test(below[0] ?? '') ? below.slice(1) : below
    const structured = await structuredLanes(folder, organised, options, given)
    if (structured !== undefined) return structured
  }
  return searchedLanes(folder, options, given)
}

/** @param below the parts after AWSLogs and the organisation; undefined is returned where they are none of the layout */
async function structuredLanes(
  folder: string,
  [account, kind, region, ...days]: readonly string[],
  options: LaneOptions,
  given: boolean,
): Promise<readonly Lane[] | undefined> {
  if (account === undefined) return topLanes(folder, options, given)
  if (!accountFolder.test(account)) return undefined
  if (kind === undefined) return accountLanes(folder, options, given)
  if (!wantedFolders.has(kind)) return undefined
  if (region === undefined) return kindLanes(folder, options, given)
  if (!days.every((part, at) => dayParts[at]?.test(part))) return undefined
  const base = folder.split('/').slice(0, folder.split('/').length - 1 - days.length)
  return dayLane(`${base.join('/')}/`, days.join('/'), options.chooser)
}

/** AWSLogs itself, or the organisation's folder in it. */
async function topLanes(folder: string, options: LaneOptions, given: boolean): Promise<readonly Lane[]> {
  const { folders, objects } = await folderWithSomething(folder, options, given)
  const found = folders.map((one) => {
    const name = lastPart(one)
    if (accountFolder.test(name)) return options.chooser.account(name) ? accountLanes(one, options) : []
    if (organisationFolder.test(name) && !organisationFolder.test(lastPart(folder)))
      return topLanes(one, options, false)
    options.passOver?.(s3Location(options.bucket.name, one), 'name')
    return []
  })
  return [...strays(folder, objects), ...(await Promise.all(found)).flat()]
}

/** Objects that lie beside the folders of the layout; the folder's own marker is none. */
const strays = (folder: string, objects: ListPage['objects']): readonly Lane[] =>
  hasFiles(objects) ? [{ prefix: folder, dayAt: undefined, shallow: true }] : []

const hasFiles = (objects: ListPage['objects']): boolean => objects.some(({ key }) => !key.endsWith('/'))

async function accountLanes(folder: string, options: LaneOptions, given = false): Promise<readonly Lane[]> {
  const { folders, objects } = await folderWithSomething(folder, options, given)
  const found = folders.map((one) => {
    if (wantedFolders.has(lastPart(one))) return kindLanes(one, options)
    options.passOver?.(s3Location(options.bucket.name, one), 'name')
    return []
  })
  return [...strays(folder, objects), ...(await Promise.all(found)).flat()]
}

async function kindLanes(folder: string, options: LaneOptions, given = false): Promise<readonly Lane[]> {
  const { chooser } = options
  // Where Regions were named there is no need to ask which there are.
  const { folders, objects } =
    chooser.regions.length > 0
      ? { folders: chooser.regions.map((name) => `${folder}${name}/`), objects: [] }
      : await folderWithSomething(folder, options, given)
  return [...strays(folder, objects), ...folders.flatMap((one) => dayLane(one, '', chooser))]
}

/** @param within the part of a day's folder that the given prefix names already */
function dayLane(region: string, within: string, { from, to }: Chooser): readonly Lane[] {
  // Days sort as their folders do; an open end is beyond all.
  if (from !== undefined && within !== '' && `${within}/~` < from) return []
  if (to !== undefined && within > to) return []
  const common = from !== undefined && to !== undefined ? commonDays(from, to) : ''
  const days = common.length > within.length ? common : within
  return [
    {
      prefix: days === '' ? region : `${region}${days}/`,
      dayAt: region.length,
      ...(from !== undefined && from > days && { startAfter: `${region}${from}` }),
      until: to,
    },
  ]
}

/** The year, month and day that two days share, as far as they do. */
function commonDays(from: string, to: string): string {
  const others = to.split('/')
  const parts = from.split('/')
  const differs = parts.findIndex((part, at) => part !== others[at])
  return (differs < 0 ? parts : parts.slice(0, differs)).join('/')
}

interface Search {
  readonly options: LaneOptions
  folders: number
}

/** Any folder outside the layout: AWSLogs may lie a few folders deeper; what is beside it is taken by name. */
async function searchedLanes(folder: string, options: LaneOptions, given: boolean): Promise<readonly Lane[]> {
  const search: Search = { options, folders: 0 }
  const found = await searchFolder(folder, 0, search, given)
  return search.folders > searchFolders && !found.some(({ dayAt }) => dayAt !== undefined)
    ? [everything(folder)]
    : found
}

const everything = (folder: string): Lane => ({ prefix: folder, dayAt: undefined })

async function searchFolder(folder: string, depth: number, search: Search, given = false): Promise<readonly Lane[]> {
  if (++search.folders > searchFolders || depth > searchDepth) return [everything(folder)]
  const { options } = search
  const page = await folderWithSomething(folder, options, given, searchPages)
  if (page.token !== undefined) return [everything(folder)]
  const deeper = await Promise.all(
    page.folders.map((one) =>
      lastPart(one) === 'AWSLogs' ? topLanes(one, options, false) : searchFolder(one, depth + 1, search),
    ),
  )
  const lanes = deeper.flat()
  // One listing instead of many where nothing below has the layout.
  if (!lanes.some(({ dayAt }) => dayAt !== undefined)) return [everything(folder)]
  return page.objects.length > 0 ? [{ prefix: folder, dayAt: undefined, shallow: true }, ...lanes] : lanes
}

async function folderWithSomething(
  folder: string,
  options: LaneOptions,
  given: boolean,
  pages?: number,
): Promise<ListPage> {
  const page = await listFolder(folder, options, pages)
  if (given && page.folders.length === 0 && page.objects.length === 0) throw await nothingAt(folder, options)
  return page
}

/** All folders below a prefix, or those of so many answers, and some of the objects beside them. */
async function listFolder(
  prefix: string,
  { bucket, limit, signal }: LaneOptions,
  pages = Number.POSITIVE_INFINITY,
): Promise<ListPage> {
  const folders: string[] = []
  let objects: ListPage['objects'] = []
  let token: string | undefined
  for (let asked = 0; asked < pages; asked++) {
    const page = await limit(() => bucket.list({ prefix, folders: true, token, signal }))
    folders.push(...page.folders)
    if (!hasFiles(objects)) objects = page.objects
    token = page.token
    if (token === undefined) break
  }
  return { folders, objects, token }
}

const lastPart = (folder: string): string => folder.split('/').at(-2) ?? ''

/** Names what does lie beside the place that was meant. */
async function nothingAt(key: string, options: LaneOptions): Promise<TrailbookError> {
  const { bucket } = options
  const trimmed = key.replace(/\/$/, '')
  const parent = trimmed.slice(0, trimmed.lastIndexOf('/') + 1)
  const beside = await listFolder(parent, options).catch(() => undefined)
  const names = beside?.folders.slice(0, 5).map((one) => s3Location(bucket.name, one)) ?? []
  return new TrailbookError('AWS_NO_OBJECTS', {
    location: s3Location(bucket.name, key),
    advice: names.length === 0 ? '' : `Beside it there is: ${names.join(', ')}`,
  })
}
