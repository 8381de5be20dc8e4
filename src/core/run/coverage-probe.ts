/** What a probe asks a table of events, in portable SQL, and how its answers are read. */
import type { Cell, Row } from '../ports.ts'
import { type AnalyzedQuery, analyze } from '../sql/compile.ts'
import { day, milliseconds } from '../time.ts'
import type { TrailEvent } from './coverage-facts.ts'
import { type CountedHour, seriesOf } from './coverage-hourly.ts'
import { trailEventNames } from './trail-history.ts'

/** A rhythm is taken from so much time before and after what is asked for, as it is in a lake. */
export const usualMargin = 8 * day

/** As `eventClass` decides it; the test holds them to be equal. */
const classSql = `CASE
    WHEN eventCategory = 'Insight' OR eventType = 'AwsCloudTrailInsight' THEN 'insight'
    WHEN eventCategory = 'NetworkActivity' OR eventType LIKE 'AwsVpceEvent%' THEN 'network'
    WHEN eventCategory = 'Data' OR (eventCategory IS NULL AND managementEvent = 'false')
      OR (eventCategory IS NULL AND managementEvent IS NULL AND eventSource IN ('s3.amazonaws.com', 's3.amazonaws.com.cn')
        AND regexp_like(eventName, '^(?:GetObject|PutObject|DeleteObjects?|HeadObject|CopyObject|ListParts|RestoreObject|SelectObjectContent|CreateMultipartUpload|UploadPart|UploadPartCopy|CompleteMultipartUpload|AbortMultipartUpload)(?:Acl|Tagging|Torrent)?$'))
      OR (eventCategory IS NULL AND managementEvent IS NULL AND eventSource IN ('lambda.amazonaws.com', 'lambda.amazonaws.com.cn')
        AND regexp_like(eventName, '^Invoke(?:[0-9]|$)'))
      THEN 'data:' || regexp_replace(coalesce(eventSource, 'unknown'), '[.]amazonaws[.]com([.]cn)?$', '')
    WHEN readOnly = 'true' THEN 'management:read'
    WHEN readOnly IS NULL AND regexp_like(eventName, '^(?:Get|List|Describe|Head|Lookup|Search|Scan|Query|BatchGet|BatchDescribe|Check|View|Select|Simulate|Estimate|Validate|Verify|Test)(?:[A-Z0-9]|$)') THEN 'management:read'
    ELSE 'management:write' END`

const isData = `(eventCategory = 'Data' OR managementEvent = 'false')`
const arns = `array_join(transform(resources, r -> coalesce(r.ARN, r.ARNPrefix, '')), '"')`
/** By ARN, as the ledger of a lake names it: an object's bucket, a function without its version, a table without its index. */
const resourceSql = `CASE WHEN ${isData} THEN coalesce(
    regexp_extract(${arns}, 'arn:[a-z-]+:s3:::[^"/*,} ]+'),
    regexp_extract(${arns}, 'arn:[a-z-]+:lambda:[^":]*:[0-9]*:function:[^":,} ]+'),
    regexp_extract(${arns}, 'arn:[a-z-]+:dynamodb:[^":]*:[0-9]*:table/[^"/,} ]+'),
    regexp_extract(${arns}, 'arn:[a-z-]+:[^",} ]+')) END`

const countsSql = (resource: string): string => `
SELECT account, region, class, resource, hour, min(time) AS first, max(time) AS last FROM (
  SELECT coalesce(recipientAccountId, '') AS account, coalesce(awsRegion, '') AS region,
    ${classSql} AS class,
    ${resource} AS resource,
    substr(eventTime, 1, 13) AS hour, eventTime AS time
  FROM cloudtrail_logs) AS e
GROUP BY account, region, class, resource, hour`

const analysed = (text: string): AnalyzedQuery => {
  const { query, issues } = analyze(text)
  if (query === undefined) throw new Error(`probe: ${issues[0]?.message}`)
  return query
}

interface ProbeQuery {
  readonly query: AnalyzedQuery
  /** Data events are told by bucket, function and table, too. */
  readonly byResource: boolean
}

/** The best one first; an engine takes the first that it can say. */
export const countQueries = (): readonly ProbeQuery[] => [
  { query: analysed(countsSql(resourceSql)), byResource: true },
  { query: analysed(countsSql('CAST(NULL AS varchar)')), byResource: false },
]

/** Calls that change what a trail records: as `trailHistory` reads them. */
export const trailQuery = (): AnalyzedQuery =>
  analysed(`
SELECT eventID AS id, coalesce(recipientAccountId, '') AS account, coalesce(awsRegion, '') AS region, eventTime AS time,
  eventName AS name, requestParameters AS request, responseElements AS response
FROM cloudtrail_logs
WHERE eventSource = 'cloudtrail.amazonaws.com' AND coalesce(errorCode, '') = ''
  AND eventName IN (${trailEventNames.map((name) => `'${name}'`).join(', ')})`)

/** Whether there is any event at all. */
export const anyQuery = (): AnalyzedQuery => analysed('SELECT eventTime AS time FROM cloudtrail_logs LIMIT 1')

const text = (cell: Cell | undefined): string => (cell === null || cell === undefined ? '' : String(cell))

/** An event without a time that can be read counts nowhere. */
export function countedHours(row: Row): CountedHour[] {
  const [first, last] = [milliseconds(text(row.first)), milliseconds(text(row.last))]
  if (Number.isNaN(first) || Number.isNaN(last)) return []
  const [account, region] = [text(row.account), text(row.region)]
  const resource = row.resource === null || row.resource === undefined ? null : String(row.resource)
  return seriesOf(text(row.class), resource).map((eventClass) => ({ account, region, eventClass, first, last }))
}

export function trailEventOf(row: Row): TrailEvent {
  const { id, account, region, time, name } = row
  return {
    id: text(id),
    account: text(account),
    region: text(region),
    time: text(time),
    name: text(name),
    request: parsed(row.request),
    response: parsed(row.response),
  }
}

function parsed(cell: Cell | undefined): unknown {
  if (typeof cell !== 'string') return cell ?? null
  try {
    return JSON.parse(cell)
  } catch {
    return null
  }
}
