import type { ErrorEntry } from '../errors.ts'

const failed = 3
const usage = 64

export const logsInsightsErrors = {
  INSIGHTS_NO_GROUP: {
    message: 'CloudWatch Logs Insights knows no log group {groups} in {region}: {reason}.',
    hint: 'Check `logGroups` and `region` of the connection "{connection}"; groups of other accounts are named by ARN.',
    exit: failed,
  },
  INSIGHTS_CLASS: {
    message: 'A log group of {groups} cannot be asked in SQL: {reason}.',
    hint: 'Only the Standard log class takes SQL. Bring the events into a lake with "trailbook ingest cloudwatch:GROUP", or write a logs-insights text for the query.',
    exit: failed,
  },
  INSIGHTS_TEXT: {
    message: 'CloudWatch Logs Insights does not take the query: {reason}.',
    hint: 'This is a fault of the dialect or of a text under logs-insights: "trailbook lint --engine logs-insights" shows what was sent.',
    exit: usage,
  },
  INSIGHTS_BUSY: {
    message: 'CloudWatch Logs Insights takes no further queries: {reason}.',
    hint: 'An account runs 15 queries in SQL and 100 others at once, dashboards included. Try again later.',
    exit: failed,
  },
  INSIGHTS_FAILED: {
    message: 'The query ended as {status} in CloudWatch Logs Insights.',
    hint: 'Narrow the window, or try again; the query {id} is kept for seven days in the console.',
    exit: failed,
  },
  INSIGHTS_GONE: {
    message: 'The results of the query {id} are no longer to be had: {reason}.',
    hint: 'Run it again; a page of results must be read within an hour.',
    exit: failed,
  },
} as const satisfies Record<string, ErrorEntry>
