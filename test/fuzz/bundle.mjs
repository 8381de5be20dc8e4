// Node 20 does not read TypeScript, so that what runs in processes of its own is bundled first.
import { join } from 'node:path'
import { build } from 'esbuild'
import { bundling } from '../../scripts/bundling.mjs'

/** @returns the paths of the bundles, in a folder below node_modules, where packages are found */
export async function bundleFuzz(folder) {
  await build({
    entryPoints: ['fuzz', 'ingest-batch'].map((name) => join(import.meta.dirname, `${name}.ts`)),
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    ...bundling,
    splitting: true,
  })
  return { fuzz: join(folder, 'fuzz.mjs'), runner: join(folder, 'ingest-batch.mjs') }
}
