import type { z } from 'zod'
import type { Capabilities, Connection, PolicyStatement } from '../../core/ports.ts'
import type { Inventory } from '../../core/run/inventory.ts'
import type { Dialect } from '../../core/sql/dialect.ts'
import type { AccountsSettings } from '../accounts-settings.ts'

export interface OpenOptions {
  readonly signal: AbortSignal
  /** Of one query, in milliseconds. */
  readonly timeLimitMs?: number | undefined
  /** What coverage expects. */
  readonly inventory?: Inventory | undefined
  /** How to act in accounts other than that of the credentials. */
  readonly accounts?: AccountsSettings | undefined
}

/** One engine as `connections:` of trailbook.yaml knows it. */
export interface ConnectionKind<Schema extends z.ZodType = z.ZodType> {
  /** A strict object whose `engine` is a literal. */
  readonly schema: Schema
  open(
    settings: { readonly name: string } & Omit<z.output<Schema>, 'engine'>,
    options: OpenOptions,
  ): Promise<Connection>
  /**
   * What is known without asking anybody what the table is like: texts for one that has every column. Absent where `open` itself
   * asks nobody.
   */
  offline?(settings: Omit<z.output<Schema>, 'engine'>): {
    readonly dialect: Dialect
    readonly capabilities: Capabilities
  }
  /** What its user must be granted, as statements of its own SQL; absent where it knows none. */
  grants?(settings: Omit<z.output<Schema>, 'engine'>): readonly string[]
  /** What its credentials must be allowed, told without asking anybody; absent where it is no matter of IAM. */
  permissions?(settings: Omit<z.output<Schema>, 'engine'>): Promise<readonly PolicyStatement[]>
}
