import type { z } from 'zod'
import type { Connection, PolicyStatement } from '../../core/ports.ts'
import type { Inventory } from '../../core/run/inventory.ts'
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
  /** What its credentials must be allowed, told without asking anybody; absent where it is no matter of IAM. */
  permissions?(settings: Omit<z.output<Schema>, 'engine'>): Promise<readonly PolicyStatement[]>
}
