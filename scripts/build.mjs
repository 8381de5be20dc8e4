// Bundles the CLI so that pure-JavaScript dependencies need not be installed by users; DuckDB's binary stays outside.
import { chmod, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { build } from 'esbuild'
import { bundling } from './bundling.mjs'
import { buildIngestWorker } from './ingest-worker.mjs'

await rm('dist', { recursive: true, force: true })
const { metafile } = await build({
  entryPoints: { cli: 'src/cli/main.ts' },
  outdir: 'dist',
  ...bundling,
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  minify: true,
  keepNames: true,
  legalComments: 'none',
  metafile: true,
})
const worker = await buildIngestWorker('dist', { minify: true })
// The compiler puts some of its own library into the module.
worker.inputs['node_modules/assemblyscript/std/assembly/index.d.ts'] = {}
await chmod('dist/cli.js', 0o755)
await writeFile('dist/LICENSES.txt', await licences([metafile, worker].flatMap(({ inputs }) => Object.keys(inputs))))

/** The licences of what was bundled: MIT and ISC want their text to travel along. */
async function licences(inputs) {
  const names = new Set(inputs.flatMap((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []))
  const texts = []
  for (const name of [...names].sort()) {
    const folder = `node_modules/${name}`
    const { version, license } = JSON.parse(await readFile(`${folder}/package.json`, 'utf8'))
    const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry))
    // Some packages of the AWS SDK come without the text of the licence that is also ours.
    if (!file && license !== 'Apache-2.0') throw new Error(`${name} has no licence file`)
    const text = file ? (await readFile(`${folder}/${file}`, 'utf8')).trim() : 'Its text is that of the file LICENSE.'
    texts.push(`${name} ${version} (${license})\n\n${text}\n`)
  }
  return texts.join(`\n${'-'.repeat(80)}\n\n`)
}
