import { readdirSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'

/**
 * What each layer of `src` may import, longest prefix first. `*` in a key stands for one folder: siblings below the same
 * parent may not know one another. `packages` lists what may come from outside; `node` allows Node's own modules.
 */
interface Layer {
  readonly folder: string
  readonly may: readonly string[]
  readonly packages: readonly string[]
  readonly node: boolean
  readonly reason: string
}

const purePackages = ['zod', 'yaml', '@marcbachmann/cel-js', '@noble/hashes', 're2js']

const layers: readonly Layer[] = [
  {
    folder: 'core',
    may: [],
    packages: purePackages,
    node: false,
    reason: 'the core is pure: no input or output, no clock, no randomness; the world arrives through ports',
  },
  {
    folder: 'scan',
    may: [],
    packages: [],
    node: false,
    reason: 'it is compiled to WebAssembly and knows nothing but memory',
  },
  {
    folder: 'duckdb',
    may: ['core'],
    packages: ['@duckdb/node-api'],
    node: true,
    reason: 'the one place that opens DuckDB knows nothing of lakes and engines',
  },
  {
    folder: 'engines/*',
    may: ['core', 'duckdb', 'aws'],
    packages: ['@duckdb/node-api', '@aws-sdk'],
    node: true,
    reason: 'an engine is a thin connection; engines do not know one another',
  },
  {
    folder: 'log-file',
    may: ['core'],
    packages: [],
    node: true,
    reason: 'one reader turns the bytes of log files into records, wherever they lie',
  },
  {
    folder: 'aws',
    may: ['core'],
    packages: ['@aws-sdk', '@smithy'],
    node: true,
    reason: 'the one place that makes clients of AWS and knows its errors',
  },
  {
    folder: 'sources/*',
    may: ['core', 'log-file', 'aws'],
    packages: ['@aws-sdk', 'yauzl'],
    node: true,
    reason: 'a source only lists and opens files; sources do not know one another',
  },
  {
    folder: 'collect',
    may: ['core', 'aws'],
    packages: ['@aws-sdk'],
    node: true,
    reason: 'collecting reads what an organisation has, and knows nothing of lakes and events',
  },
  {
    folder: 'lake',
    may: ['core', 'duckdb', 'log-file'],
    packages: ['@duckdb/node-api'],
    node: true,
    reason: 'the lake stores events whatever brought them',
  },
  {
    folder: 'store/s3',
    may: ['core', 'aws'],
    packages: [],
    node: true,
    reason: 'a store in a bucket speaks to it through aws; lake and sources arrive as an argument',
  },
  {
    folder: 'store/*',
    may: ['core'],
    packages: [],
    node: true,
    reason: 'a store keeps runs, bundles and the ledger; lake and sources arrive as an argument',
  },
  {
    folder: 'session',
    may: ['core'],
    packages: [],
    node: false,
    reason: 'a session carries out a plan over effects; adapters arrive as an argument',
  },
  {
    folder: 'authoring',
    may: ['core', 'session'],
    packages: ['yaml'],
    node: true,
    reason: 'authoring runs cases through a session',
  },
  {
    folder: 'simulate/folder-sink.ts',
    may: ['core', 'simulate'],
    packages: [],
    node: true,
    reason: 'the one place where a simulation meets the disk',
  },
  {
    folder: 'simulate/digest-signer.ts',
    may: ['core', 'simulate'],
    packages: [],
    node: true,
    reason: 'making and using a key is no pure function',
  },
  {
    folder: 'simulate',
    may: ['core'],
    packages: [],
    node: false,
    reason: 'a simulation is a pure function of its options: no clock, no chance of its own, no files',
  },
  {
    folder: 'cli',
    may: ['core', 'session', 'authoring', 'simulate', 'compose.ts', 'compose-engines.ts', 'compose-snapshots.ts'],
    packages: ['commander', 'picocolors', 'yaml', 'zod'],
    node: true,
    reason: 'the CLI meets adapters in compose.ts only',
  },
  {
    folder: 'compose-engines.ts',
    may: ['core', 'duckdb', 'engines', 'aws', 'collect', 'sources', 'lake', 'session'],
    packages: [],
    node: true,
    reason: 'the part of composition that opens engines other than the embedded one',
  },
  {
    folder: 'compose-live.ts',
    may: ['core', 'aws', 'lake', 'sources'],
    packages: [],
    node: true,
    reason: 'the part of composition that reads queues and log groups',
  },
  {
    folder: 'compose-logs.ts',
    may: ['core', 'aws', 'collect', 'sources', 'log-file', 'lake', 'compose-live.ts'],
    packages: [],
    node: true,
    reason: 'the part of composition that reads log files',
  },
  {
    folder: 'compose-history.ts',
    may: ['core', 'aws', 'collect', 'sources', 'lake'],
    packages: [],
    node: true,
    reason: 'the part of composition that asks AWS for events and for what an organisation has',
  },
  {
    folder: 'compose-snapshots.ts',
    may: ['core', 'aws', 'engines', 'lake', 'sources', 'store'],
    packages: [],
    node: true,
    reason: 'the part of composition that knows snapshots in buckets and the tables over them',
  },
  {
    folder: 'compose.ts',
    may: [
      'core',
      'duckdb',
      'engines',
      'log-file',
      'aws',
      'collect',
      'sources',
      'lake',
      'store',
      'session',
      'authoring',
      'compose-history.ts',
      'compose-live.ts',
      'compose-logs.ts',
      'compose-snapshots.ts',
    ],
    packages: [],
    node: true,
    reason: 'composition knows everything but the CLI',
  },
]

const root = join(import.meta.dirname, '../src')

function files(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !file.endsWith('.test.ts'),
  )
}

const importPattern =
  /(?:^|\n)\s*(?:import|export)\b[^'"]*?from\s+['"]([^'"]+)['"]|(?:^|\n)\s*import\s+['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)/g

function importsOf(text: string): string[] {
  return [...text.matchAll(importPattern)].map((match) => (match[1] ?? match[2] ?? match[3])!)
}

function layerOf(file: string): Layer | undefined {
  return layers.find(({ folder }) =>
    folder.endsWith('/*') ? file.startsWith(folder.slice(0, -1)) : file === folder || file.startsWith(`${folder}/`),
  )
}

/** The unit that siblings are told apart by: `engines/duckdb` for `engines/*`, else the folder. */
const unitOf = (file: string, layer: Layer): string =>
  layer.folder.endsWith('/*') ? file.split('/').slice(0, 2).join('/') : layer.folder

function problem(file: string, specifier: string): string | undefined {
  const layer = layerOf(file)
  if (!layer) return `${file} lies in no layer: add it to the table in test/layers.test.ts`
  const complain = `${file} imports ${specifier}, but ${layer.folder} may not: ${layer.reason}`
  if (specifier.startsWith('node:') || builtinModules.includes(specifier)) return layer.node ? undefined : complain
  if (!specifier.startsWith('.'))
    return layer.packages.some((name) => specifier === name || specifier.startsWith(`${name}/`)) ? undefined : complain
  const target = relative(root, join(root, dirname(file), specifier))
  if (target.startsWith('..')) return target === '../package.json' ? undefined : complain
  const own = unitOf(file, layer)
  if (target === own || target.startsWith(`${own}/`)) return undefined
  return layer.may.some((folder) => target === folder || target.startsWith(`${folder}/`)) ? undefined : complain
}

const valueImportPattern =
  /(?:^|\n)(?:import|export)\s+(?!type\b)(?!\{(?:\s*type\s[^,}]*,?)*\s*\})[^'"]*?from\s+'(\.[^']+)'/g

/** Files of `src` that are loaded before this one; types are none of it, and what is imported lazily comes later. */
const loadedBy = (file: string): string[] =>
  [...readFileSync(join(root, file), 'utf8').matchAll(valueImportPattern)].map((match) =>
    join(dirname(file), match[1]!),
  )

function reachedFrom(file: string, targets: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const reached = new Set<string>()
  const waiting = [...(targets.get(file) ?? [])]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (reached.has(next)) continue
    reached.add(next)
    waiting.push(...(targets.get(next) ?? []))
  }
  return reached
}

describe('layers', () => {
  it('every import goes the way the table allows', () => {
    const problems = files(root).flatMap((file) =>
      importsOf(readFileSync(join(root, file), 'utf8')).flatMap((specifier) => problem(file, specifier) ?? []),
    )
    expect(problems).toEqual([])
  })

  it('no files need one another to be loaded, but those that follow the recursion of a query', () => {
    const targets = new Map(files(root).map((file) => [file, loadedBy(file)] as const))
    const reached = new Map([...targets.keys()].map((file) => [file, reachedFrom(file, targets)] as const))
    const circular = [...reached].filter(([file, from]) => from.has(file)).map(([file]) => file)
    expect(circular.filter((file) => !/^core\/sql\/(parse-|analyze\/|print\/)/.test(file))).toEqual([])
    expect(circular).not.toEqual([])
  })

  it('the core calls no clock and no randomness', () => {
    const impure = files(join(root, 'core')).filter((file) =>
      /\b(Date\.now\(\)|new Date\(\)|Math\.random\(|performance\.now|setTimeout|process\.)/.test(
        readFileSync(join(root, 'core', file), 'utf8'),
      ),
    )
    expect(impure).toEqual([])
  })

  it('a wrong import is told with its reason', () => {
    expect(problem('core/time.ts', 'node:fs')).toContain('the core is pure')
    expect(problem('engines/duckdb/connection.ts', '../trino/connection.ts')).toContain(
      'engines do not know one another',
    )
    expect(problem('session/run.ts', '../lake/ingest.ts')).toContain('adapters arrive as an argument')
    expect(problem('nowhere/x.ts', './y.ts')).toContain('lies in no layer')
  })

  it('imports are found in all their forms', () => {
    const text =
      "import a from 'a'\nimport type { B } from './b.ts'\nexport { c } from './c.ts'\nimport 'd'\nawait import('./e.ts')\nimport {\n  f,\n} from './f.ts'\n"
    expect(importsOf(text)).toEqual(['a', './b.ts', './c.ts', 'd', './e.ts', './f.ts'])
  })
})
