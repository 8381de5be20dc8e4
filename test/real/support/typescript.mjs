// Node 20 does not read TypeScript, so what a real part shares with the tests is bundled first.
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { bundling } from '../../../scripts/bundling.mjs'

const root = join(import.meta.dirname, '../../..')

/** The exports of a TypeScript file, its path counted from the root. */
export async function importTypeScript(path) {
  const folder = mkdtempSync(join(root, 'node_modules/.trailbook-real-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const outfile = join(folder, 'bundle.mjs')
  await build({
    entryPoints: [join(root, path)],
    outfile,
    ...bundling,
    sourcemap: 'inline',
  })
  return import(pathToFileURL(outfile).href)
}
