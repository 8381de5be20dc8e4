import { eventColumns } from '../../../src/core/event/columns.ts'
import { virtualColumns } from '../../../src/core/event/virtual.ts'
import { cases } from './build.ts'

const logs = 'FROM cloudtrail_logs'

/** Every column of every record, so that no shape is lost or bent on the way. */
export const recordCases = cases('records', {
  ...Object.fromEntries(
    eventColumns.map(({ name }) => [`column-${name.toLowerCase()}`, `SELECT eventID AS id, ${name} ${logs}`]),
  ),
  'all-columns-at-once': `SELECT * ${logs} WHERE eventSource = 's3.amazonaws.com'`,
  'no-column': `SELECT count(*) AS n ${logs}`,
  'columns-of-any-case': `SELECT EVENTNAME, eventsource, UserIdentity.USERNAME AS u ${logs} WHERE eventid LIKE '%01'`,
  'self-join': `SELECT a.eventID AS one, b.eventID AS two ${logs} a JOIN cloudtrail_logs b ON a.sharedEventID = b.sharedEventID AND a.eventID < b.eventID`,
  'with-query': `WITH failed AS (SELECT eventID, errorCode ${logs} WHERE errorCode IS NOT NULL) SELECT errorCode, count(*) AS n FROM failed GROUP BY errorCode`,
  union: `SELECT eventName ${logs} WHERE readOnly = 'true' UNION SELECT eventName ${logs} WHERE eventCategory = 'Data'`,
  except: `SELECT eventSource ${logs} EXCEPT SELECT eventSource ${logs} WHERE errorCode IS NULL`,
  exists: `SELECT eventID ${logs} a WHERE EXISTS (SELECT 1 ${logs} b WHERE b.sharedEventID = a.sharedEventID AND b.eventID <> a.eventID)`,
  'scalar-subquery': `SELECT eventID ${logs} WHERE eventTime = (SELECT max(eventTime) ${logs})`,
})

export const virtualCases = cases('virtual columns', {
  ...Object.fromEntries(
    virtualColumns.map(({ name }) => [`virtual-${name.replaceAll('_', '-')}`, `SELECT eventID AS id, ${name} ${logs}`]),
  ),
  'virtual-grouped': `SELECT outcome, is_service, side, count(*) AS n ${logs} GROUP BY outcome, is_service, side`,
  'virtual-filtered': `SELECT eventID AS id ${logs} WHERE outcome = 'denied' AND denied_action IS NOT NULL`,
  'virtual-not-in-star': {
    sql: `SELECT count(*) AS n FROM (SELECT * ${logs}) AS t`,
  },
})

export const scopeCases = cases('scope', {
  'scope-window': {
    sql: `SELECT eventID AS id ${logs}`,
    scope: { window: { from: '2026-01-11T00:00:00Z', to: '2026-01-12T00:00:00Z' }, earliest: '2026-01-11T00:00:00Z' },
  },
  'scope-window-edges': {
    sql: `SELECT eventID AS id ${logs}`,
    scope: { window: { from: '2026-01-10T08:00:00Z', to: '2026-01-10T08:15:00Z' }, earliest: '2026-01-10T08:00:00Z' },
  },
  'scope-lookback': {
    sql: `SELECT eventID AS id, eventTime >= :window_from AS inside ${logs}`,
    scope: { window: { from: '2026-01-11T00:00:00Z', to: '2026-01-12T00:00:00Z' }, earliest: '2026-01-10T10:00:00Z' },
  },
  'scope-accounts': { sql: `SELECT eventID AS id ${logs}`, scope: { accounts: ['444455556666'] } },
  'scope-accounts-leave-out-events-without-one': {
    sql: `SELECT eventID AS id ${logs} WHERE recipientAccountId IS NULL`,
    scope: { accounts: ['111122223333', '444455556666'] },
  },
  'scope-regions': { sql: `SELECT eventID AS id ${logs}`, scope: { regions: ['cn-north-1', 'eu-central-1'] } },
  'scope-services': { sql: `SELECT eventID AS id ${logs}`, scope: { services: ['s3.amazonaws.com'] } },
  'scope-nobody': { sql: `SELECT eventID AS id ${logs}`, scope: { accounts: ['123456789012'] } },
  'scope-in-subqueries': {
    sql: `SELECT count(*) AS n ${logs} a WHERE eventName IN (SELECT eventName ${logs}) OR 1 = 1`,
    scope: { regions: ['eu-central-1'] },
  },
  'scope-quotes': { sql: `SELECT count(*) AS n ${logs}`, scope: { services: ["x' OR '1'='1", 's3.amazonaws.com'] } },
})
