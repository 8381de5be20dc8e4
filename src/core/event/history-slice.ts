/** Slices of Event history as files of their own: `event-history:ACCOUNT/REGION/FROM/TO`, with `?Key=value` where only some events were asked for. */
import { type IsoTime, isoTime, milliseconds, minute, type Window } from '../time.ts'

/** What LookupEvents can filter by, as far as a query can imply it; one at a time. */
export type LookupKey = 'EventId' | 'AccessKeyId' | 'Username' | 'EventName' | 'EventSource' | 'ReadOnly'

export interface LookupAttribute {
  readonly key: LookupKey
  readonly value: string
}

export interface HistorySlice extends Window {
  readonly account: string
  readonly region: string
  readonly attribute?: LookupAttribute | undefined
}

const scheme = 'event-history:'
const pattern =
  /^event-history:(\d{12})\/([a-z0-9-]+)\/(\d{4}-\d\d-\d\dT[\d:]{8}Z)\/(\d{4}-\d\d-\d\dT[\d:]{8}Z)(?:\?([A-Za-z]+)=(.+))?$/

export const attributeText = ({ key, value }: LookupAttribute): string => `${key}=${encodeURIComponent(value)}`

export const historyLocation = ({ account, region, from, to, attribute }: HistorySlice): string =>
  `${scheme}${account}/${region}/${from}/${to}${attribute === undefined ? '' : `?${attributeText(attribute)}`}`

export function parseHistoryLocation(location: string): HistorySlice | undefined {
  const [, account, region, from, to, key, value] = pattern.exec(location) ?? []
  if (account === undefined) return undefined
  return {
    account,
    region: region!,
    from: from!,
    to: to!,
    ...(key !== undefined && { attribute: { key: key as LookupKey, value: decodeURIComponent(value!) } }),
  }
}

/** Events show up within about a quarter of an hour; what is younger is asked for again. */
export const settling = 20 * minute

/** What a slice's file has as its time of change: when it was asked for. */
export const askedMark = (at: number): string => `asked ${isoTime(at)}`

/** Up to when a slice that was asked for at that time is final; undefined for a mark that is none. */
export function settledUntil(mark: string): IsoTime | undefined {
  const asked = /^asked (\S+)$/.exec(mark)?.[1]
  return asked === undefined ? undefined : isoTime(milliseconds(asked) - settling)
}
