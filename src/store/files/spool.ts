import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Row } from '../../core/ports.ts'
import { canonicalJson } from '../../core/run/canonical.ts'
import { createFile, type FileWriter } from './private-files.ts'
import { readLines } from './read-lines.ts'

interface StepOfRun {
  readonly runbook: string
  readonly step: string
}

/** Rows that a result does not hold, on their way into a bundle. */
export interface Spool {
  add(step: StepOfRun, rows: readonly Row[]): Promise<void>
  rows(step: StepOfRun): AsyncGenerator<Row>
  close(): Promise<void>
}

const keyOf = ({ runbook, step }: StepOfRun): string => `${runbook}/${step}`

/** Nothing is written before the first row comes. The folder is for its owner alone and goes with `close`. */
export function createSpool(): Spool {
  let folder: string | undefined
  const files = new Map<string, { readonly path: string; readonly writer: FileWriter; closed: boolean }>()
  return {
    async add(step, rows) {
      folder ??= await mkdtemp(join(tmpdir(), 'trailbook-rows-'))
      let file = files.get(keyOf(step))
      if (file === undefined) {
        const path = join(folder, `${files.size}.ndjson`)
        file = { path, writer: await createFile(path), closed: false }
        files.set(keyOf(step), file)
      }
      for (const row of rows) await file.writer.write(`${canonicalJson(row)}\n`)
    },
    async *rows(step) {
      const file = files.get(keyOf(step))
      if (file === undefined) return
      if (!file.closed) await file.writer.close()
      file.closed = true
      for await (const line of readLines(file.path)) yield JSON.parse(line) as Row
    },
    async close() {
      for (const file of files.values()) if (!file.closed) await file.writer.abandon()
      if (folder !== undefined) await rm(folder, { recursive: true, force: true })
    },
  }
}
