// Mutated log files through the real ingest: no crash, no hang, bounded memory, and every record ingested or named.
//
// usage: node test/fuzz/mutate.mjs [--count 10000] [--seed n] [--first n] [--batch n] [--keep folder]
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { bundleFuzz } from './bundle.mjs'

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '10000' },
    seed: { type: 'string' },
    first: { type: 'string', default: '0' },
    batch: { type: 'string', default: '250' },
    keep: { type: 'string' },
  },
})
const seed = Number(values.seed ?? Date.now() % 1_000_000)
const data = resolve(import.meta.dirname, '../..', process.env.TRAILBOOK_DATA ?? '../shared/data')
const cache = resolve(import.meta.dirname, '../../node_modules/.cache')
mkdirSync(cache, { recursive: true })
const folder = mkdtempSync(join(cache, 'fuzz-'))
const started = performance.now()
try {
  const { fuzz: path, runner } = await bundleFuzz(folder)
  const { fuzz } = await import(pathToFileURL(path).href)
  if (!existsSync(data)) console.log('no real log files; simulated ones only (TRAILBOOK_DATA names a folder)')
  const result = await fuzz({
    seed,
    count: Number(values.count),
    first: Number(values.first),
    batch: Number(values.batch),
    runner,
    data: existsSync(data) ? data : undefined,
    keep: values.keep ?? join(tmpdir(), `trailbook-fuzz-${seed}`),
    say: (line) => console.log(line),
  })
  const { inputs, records, events, quarantinedFiles, peakMb, failures } = result
  console.log(
    `seed ${seed}: ${inputs} inputs in ${Math.round((performance.now() - started) / 1000)} s; ${records} records, ${events} events, ${quarantinedFiles} files kept out; at most ${peakMb} MB`,
  )
  console.log(failures.length === 0 ? 'every record is ingested, a duplicate, or named' : `${failures.length} failures`)
  process.exitCode = failures.length === 0 ? 0 : 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
