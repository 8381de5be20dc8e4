import type { Cell, Scope } from '../../src/core/ports.ts'
import type { ListTable, ParameterType } from '../../src/core/sql/compile.ts'

export const areas = [
  'records',
  'types',
  'nulls',
  'order',
  'time',
  'json',
  'structures',
  'text',
  'groups',
  'windows',
  'functions',
  'virtual columns',
  'scope',
  'parameters',
  'errors',
] as const
export type Area = (typeof areas)[number]

/** One question with one right answer on every engine. */
export interface ConformanceCase {
  /** Unique, kebab-case: names the recorded answer. */
  readonly id: string
  readonly area: Area
  readonly sql: string
  readonly parameters?: Readonly<Record<string, readonly [type: ParameterType, value: Cell]>>
  readonly lists?: Readonly<Record<string, ListTable>>
  readonly scope?: Partial<Scope>
  /** Rows in their order; without it they are compared as a multiset. */
  readonly ordered?: boolean
  /** The code of the failure that is the answer. */
  readonly fails?: string
  /** Why an engine is not asked, by its dialect. */
  readonly skipped?: Readonly<Record<string, string>>
}

/** All that events of the suite may lie in. */
export const wholeScope: Scope = {
  window: { from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00Z' },
  earliest: '2026-01-01T00:00:00Z',
  accounts: [],
  regions: [],
  services: [],
}
