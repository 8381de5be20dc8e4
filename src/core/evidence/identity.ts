import { JsonFault, parseJson } from '../event/json.ts'
import { normaliseRecord } from '../event/normalise.ts'
import { unwrap } from '../event/unwrap.ts'
import { digestOf } from '../run/canonical.ts'

/**
 * The identity of a record in a value of a log file, computed anew as ingest computes it: 32 hex digits; undefined where
 * the value does not hold such a record.
 *
 * @param account of the envelope or the path, for records that name none
 */
export function identityIn(value: string, within: number, account: string | null): string | undefined {
  try {
    const record = unwrap(value, parseJson(value))[within]
    if (record === undefined || 'code' in record) return undefined
    const event = normaliseRecord(record.text, record.node, record.account ?? account)
    return 'code' in event ? undefined : digestOf(event.canonical).slice(0, 32)
  } catch (error) {
    if (error instanceof JsonFault) return undefined
    throw error
  }
}
