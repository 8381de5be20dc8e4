import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { expect, test } from 'vitest'

/** What is exported is a promise to others: what nobody imports is none, and only hides that it could go. */

const root = resolve(import.meta.dirname, '..')
const folders = ['src', 'test', 'scripts', 'bench']

const files = folders.flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|mjs)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    // Compiled by another compiler, which exports to WebAssembly.
    .filter((path) => !path.includes('/src/scan/')),
)

interface Module {
  readonly path: string
  readonly text: string
  readonly exported: ReadonlySet<string>
}

const modules: readonly Module[] = files.map((path) => {
  const text = readFileSync(path, 'utf8')
  const declared = text.matchAll(
    /^export (?:declare )?(?:async )?(?:abstract )?(?:const|let|function\*?|class|interface|type) (\w+)/gm,
  )
  const listed = [...text.matchAll(/^export (?:type )?\{([^}]*)\}/gm)].flatMap((match) =>
    names(match[1] ?? '', 'outer'),
  )
  return { path, text, exported: new Set([...[...declared].map((match) => match[1] ?? ''), ...listed]) }
})

/** Of `a, type b, c as d` the names before `as`, or those after it. */
function names(list: string, side: 'inner' | 'outer'): readonly string[] {
  return list
    .split(',')
    .map((one) => one.trim().replace(/^type /, ''))
    .filter((one) => one !== '')
    .map(
      (one) =>
        one
          .split(/ as /)
          .at(side === 'inner' ? 0 : -1)
          ?.trim() ?? one,
    )
}

const key = (path: string, name: string): string => `${relative(root, path)}: ${name}`

function used(): ReadonlySet<string> {
  const found = new Set<string>()
  const known = new Map(modules.map((module) => [module.path, module]))
  for (const { path, text } of modules) {
    const target = (from: string): string => resolve(path, '..', from)
    for (const [, list, from] of text.matchAll(/^(?:import|export)(?: type)? (?:\w+, )?\{([^}]*)\} from '(\.[^']+)'/gm))
      for (const name of names(list ?? '', 'inner')) found.add(key(target(from ?? ''), name))
    // Of a whole module, or one that is loaded late, every name counts that stands anywhere in the file.
    for (const [, from] of text.matchAll(/(?:import\(|\* as \w+ from )'(\.[^']+)'/g)) {
      const module = known.get(target(from ?? ''))
      for (const name of module?.exported ?? [])
        if (new RegExp(`\\b${name}\\b`).test(text)) found.add(key(target(from ?? ''), name))
    }
    // Entry points of bundles that scripts build, and of worker threads.
    for (const [, from] of text.matchAll(/'((?:src|scripts|\.{1,2})\/[^']+\.ts)'/g)) {
      for (const base of [root, resolve(path, '..')]) {
        const module = known.get(resolve(base, from ?? ''))
        if (module === undefined || path.endsWith('.ts')) continue
        for (const name of module.exported) found.add(key(module.path, name))
      }
    }
  }
  return found
}

test('whatever a module exports is imported somewhere', () => {
  const imported = used()
  const unused = modules
    .filter(({ path }) => path.startsWith(join(root, 'src')))
    .flatMap(({ path, exported }) => [...exported].map((name) => key(path, name)))
    .filter((one) => !imported.has(one))
  expect(unused.sort()).toEqual([])
})
