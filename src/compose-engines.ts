/** The part of composition that opens engines other than the embedded one; each is loaded when it is needed. */
import type { Connection } from './core/ports.ts'
import type { TrinoSettings } from './engines/trino/settings.ts'

interface OpenOptions {
  readonly signal: AbortSignal
  /** Of one query, in milliseconds. */
  readonly timeLimitMs?: number | undefined
}

/** @throws TrailbookError TRINO_* */
export async function openTrino(
  settings: Omit<TrinoSettings, 'timeLimitMs'>,
  { signal, timeLimitMs }: OpenOptions,
): Promise<Connection> {
  const { connectTrino } = await import('./engines/trino/connection.ts')
  return connectTrino({ ...settings, timeLimitMs }, { signal })
}
