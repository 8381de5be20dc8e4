import type { ErrorEntry } from '../errors.ts'

const failed = 3
const usage = 64

export const cloudTrailLakeErrors = {
  CLOUDTRAIL_LAKE_STORE_ID: {
    message: '{got} is not the id of an event data store.',
    hint: 'Give the id or the ARN that "aws cloudtrail list-event-data-stores" shows, e.g. 1a2b3c4d-5e6f-7081-92a3-b4c5d6e7f809.',
    exit: usage,
  },
  CLOUDTRAIL_LAKE_STORE_MISSING: {
    message: 'CloudTrail Lake has no event data store {store} in {region}.',
    hint: 'Check `eventDataStore` and `region` of the connection "{connection}"; for a store of another account set `owner`.',
    exit: failed,
  },
  CLOUDTRAIL_LAKE_STORE_INACTIVE: {
    message: 'The event data store {store} takes no queries: {reason}.',
    hint: 'A store that waits for its deletion must be restored first.',
    exit: failed,
  },
  CLOUDTRAIL_LAKE_STATEMENT: {
    message: 'CloudTrail Lake refused the query: {reason}.',
    hint: 'This query passed the checks and should run: please report it with its text.',
    exit: failed,
  },
  CLOUDTRAIL_LAKE_BUSY: {
    message: 'CloudTrail Lake ran as many queries as it runs at once, 10 of an account, for {seconds} s.',
    hint: 'Wait until others have ended, or end them: "aws cloudtrail list-queries" shows them.',
    exit: failed,
  },
  CLOUDTRAIL_LAKE_TIMED_OUT: {
    message: 'CloudTrail Lake ended the query at its own time limit of an hour.',
    hint: 'Narrow the window with --since, or --from and --to, or select fewer columns. What was scanned is charged.',
    exit: failed,
  },
  CLOUDTRAIL_LAKE_CANCELLED: {
    message: 'Somebody else ended the query {query} in CloudTrail Lake.',
    hint: 'Run it again. What was scanned is charged.',
    exit: failed,
  },
  CLOUDTRAIL_LAKE_FAILED: {
    message: 'CloudTrail Lake could not answer the query {query}: {reason}.',
    hint: 'Run it again; if it stays so, narrow the window or ask another connection.',
    exit: failed,
  },
  CLOUDTRAIL_LAKE_ANSWER: {
    message: 'The answer of CloudTrail Lake is not what the query asks for: {reason}.',
    hint: 'Please report it with the text of the query; no row was made up.',
    exit: failed,
  },
} as const satisfies Record<string, ErrorEntry>
