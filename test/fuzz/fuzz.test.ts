import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bundleFuzz } from './bundle.mjs'
import type { FuzzOptions, FuzzResult } from './fuzz.ts'

const cache = join(import.meta.dirname, '../../node_modules/.cache')
let folder = ''
let bundles: { readonly fuzz: string; readonly runner: string }
beforeAll(async () => {
  mkdirSync(cache, { recursive: true })
  folder = mkdtempSync(join(cache, 'fuzz-test-'))
  bundles = await bundleFuzz(folder)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('mutated inputs', () => {
  test('300 of them are ingested or named, without a crash', { timeout: 300_000 }, async () => {
    const { fuzz } = (await import(pathToFileURL(bundles.fuzz).href)) as {
      fuzz: (options: FuzzOptions) => Promise<FuzzResult>
    }
    const said: string[] = []
    const result = await fuzz({
      seed: 7,
      count: 300,
      batch: 300,
      runner: bundles.runner,
      keep: join(folder, 'kept'),
      say: (line) => void said.push(line),
    })
    expect(said).toEqual([])
    expect(result.failures).toEqual([])
    expect(result.records).toBeGreaterThan(500)
    expect(result.quarantinedFiles).toBeGreaterThan(20)
  })
})
