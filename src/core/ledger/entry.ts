/** Entries of the ledger: a chain in which each entry names the hash of the one before. */
import { canonicalJson, digestOf } from '../run/canonical.ts'

const ledgerActions = [
  'ledger.opened',
  'ledger.mended',
  'run.started',
  'run.finished',
  'query',
  'evidence.written',
  'lake.hold-added',
  'lake.hold-released',
  'lake.retained',
] as const
export type LedgerAction = (typeof ledgerActions)[number]

type Detail = null | boolean | number | string | readonly Detail[] | { readonly [name: string]: Detail }
export type Details = { readonly [name: string]: Detail }

/** What somebody did; the ledger itself adds the place in the chain. */
export interface Deed {
  /** ISO time in UTC, by the clock of the machine that wrote it. */
  readonly time: string
  /** E.g. `os:alice@laptop`: what the operating system says, which proves no more than that. */
  readonly actor: string
  readonly action: LedgerAction
  readonly details: Details
}

export interface LedgerEntry extends Deed {
  readonly v: 1
  /** Counts from 1 without holes. */
  readonly seq: number
  /** Hash of the entry before; of the first, {@link noEntry}. */
  readonly prev: string
  /** SHA-256 (hex) of everything else in the entry, see {@link hashOf}. */
  readonly hash: string
}

export const noEntry = '0'.repeat(64)

/** Hashed text begins with its purpose, so that no hash of one kind can stand for one of another kind. */
const domain = 'trailbook.ledger.entry/v1\n'

/** SHA-256 over the domain and the canonical JSON (RFC 8785) of the entry without its hash. */
export function hashOf({ hash: _, ...rest }: Omit<LedgerEntry, 'hash'> & { readonly hash?: string }): string {
  return digestOf(`${domain}${canonicalJson(rest)}`)
}

/** The entry that follows `last`, the first one where there is none. */
export function nextEntry(last: Pick<LedgerEntry, 'seq' | 'hash'> | undefined, deed: Deed): LedgerEntry {
  const { time, actor, action, details } = deed
  const open = { v: 1 as const, seq: (last?.seq ?? 0) + 1, time, actor, action, details, prev: last?.hash ?? noEntry }
  return { ...open, hash: hashOf(open) }
}

/** One line of the ledger, with its end. */
export const entryLine = (entry: LedgerEntry): string => `${canonicalJson(entry)}\n`

type ReadEntry =
  | { readonly ok: true; readonly entry: LedgerEntry }
  | { readonly ok: false; readonly kind: 'unreadable' | 'changed'; readonly seq: number | undefined }

/**
 * Reads one line without its end. `unreadable`: no entry of a ledger, or not written as the ledger writes; `changed`: its
 * content and its hash do not agree.
 */
export function readEntry(line: string): ReadEntry {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return { ok: false, kind: 'unreadable', seq: undefined }
  }
  const seq = seqOf(value)
  if (!isEntry(value) || canonicalJson(value) !== line) return { ok: false, kind: 'unreadable', seq }
  return hashOf(value) === value.hash ? { ok: true, entry: value } : { ok: false, kind: 'changed', seq }
}

const seqOf = (value: unknown): number | undefined => {
  const seq = typeof value === 'object' && value !== null ? (value as { seq?: unknown }).seq : undefined
  return Number.isSafeInteger(seq) ? (seq as number) : undefined
}

const memberTypes: Readonly<Record<string, (value: unknown) => boolean>> = {
  v: (value) => value === 1,
  seq: (value) => Number.isSafeInteger(value) && (value as number) > 0,
  time: (value) => typeof value === 'string',
  actor: (value) => typeof value === 'string',
  action: (value) => typeof value === 'string',
  details: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  prev: (value) => isHash(value),
  hash: (value) => isHash(value),
}

const isHash = (value: unknown): boolean => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)

/** Actions of later versions pass: their hash is as good as any. */
function isEntry(value: unknown): value is LedgerEntry {
  if (typeof value !== 'object' || value === null) return false
  const members = Object.entries(value)
  return (
    members.length === Object.keys(memberTypes).length &&
    members.every(([name, member]) => Object.hasOwn(memberTypes, name) && memberTypes[name]?.(member))
  )
}
