// Scripts are TypeScript like everything else; Node 20 does not read it, so they are bundled first.
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { bundling } from './bundling.mjs'

/** Runs `main(args)` of scripts/<name>.ts and gives its exit code. */
export async function runScript(name, args) {
  const folder = await mkdtemp(join(import.meta.dirname, '../node_modules/.trailbook-script-'))
  try {
    const outfile = join(folder, `${name}.mjs`)
    await build({
      entryPoints: [join(import.meta.dirname, `${name}.ts`)],
      outfile,
      ...bundling,
      sourcemap: 'inline',
    })
    const { main } = await import(pathToFileURL(outfile).href)
    return await main(args)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
