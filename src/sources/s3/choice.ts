import { parseLogPath } from '../../core/event/log-path.ts'
import { day, isoTime, milliseconds, type Window } from '../../core/time.ts'
import { globPattern } from './globs.ts'

/** Which of the files of a bucket are wanted; empty lists mean all. */
export interface Choice {
  readonly accounts?: readonly string[] | undefined
  readonly regions?: readonly string[] | undefined
  /** Events of this time; either end may be open. */
  readonly window?: { readonly from?: string | undefined; readonly to?: string | undefined } | undefined
  /** Globs over whole keys: `*` stays within one folder, `**` does not. */
  readonly include?: readonly string[] | undefined
  readonly exclude?: readonly string[] | undefined
}

export interface Chooser {
  account(id: string): boolean
  region(name: string): boolean
  /** Regions that were named; none where all are wanted. */
  readonly regions: readonly string[]
  /** First and last day of delivery as `2026/01/31`, both included. */
  readonly from: string | undefined
  readonly to: string | undefined
  /** The name of the object and what its path tells are wanted. */
  key(key: string): boolean
}

/**
 * Folders of days are named by delivery, which follows the event within minutes, or days when it was retried. So
 * nothing is before the window's first day, and one more day is asked for at its end.
 */
export function chooser({ accounts = [], regions = [], window, include = [], exclude = [] }: Choice): Chooser {
  const included = include.map(globPattern)
  const excluded = exclude.map(globPattern)
  const from = window?.from === undefined ? undefined : folderOfDay(window.from)
  const to = window?.to === undefined ? undefined : folderOfDay(dayAfter(window.to))
  const account = (id: string): boolean => accounts.length === 0 || accounts.includes(id)
  const region = (name: string): boolean => regions.length === 0 || regions.includes(name)
  return {
    account,
    region,
    regions,
    from,
    to,
    key(key) {
      if (included.length > 0 && !included.some((pattern) => pattern.test(key))) return false
      if (excluded.some((pattern) => pattern.test(key))) return false
      const path = parseLogPath(key)
      if (path.account !== undefined && !account(path.account)) return false
      if (path.region !== undefined && !region(path.region)) return false
      if (path.delivered === undefined) return true
      const delivered = folderOfDay(path.delivered)
      return (from === undefined || delivered >= from) && (to === undefined || delivered <= to)
    },
  }
}

const folderOfDay = (time: string): string => time.slice(0, 10).replaceAll('-', '/')
const dayAfter = (time: Window['to']): string => isoTime(milliseconds(time) + day)
