// Builds what the threads of the ingest run: the worker as one file, and the scanner as WebAssembly beside it.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'

const root = join(import.meta.dirname, '..')

/** Writes `ingest-worker.mjs` and `scan.wasm` into the folder; gives esbuild's list of what went in. */
export async function buildIngestWorker(folder, { minify = false } = {}) {
  await compileScanner(join(folder, 'scan.wasm'))
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: { 'ingest-worker': 'src/lake/columnar/worker.ts' },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    minify,
    keepNames: minify,
    legalComments: 'none',
    sourcemap: minify ? false : 'inline',
    metafile: true,
  })
  return metafile
}

async function compileScanner(outFile) {
  const asc = await import('assemblyscript/asc')
  const options = ['-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd', '--enable', 'bulk-memory']
  // Sizes are of 32 bits on purpose.
  const quiet = ['--disableWarning', '201']
  const { error, stderr } = await asc.main(
    ['src/scan/index.ts', '--baseDir', root, ...options, ...quiet, '--outFile', outFile],
    { stdout: asc.createMemoryStream(), stderr: asc.createMemoryStream() },
  )
  if (error) throw new Error(`the scanner does not compile: ${stderr.toString() || error.message}`)
  await readFile(outFile)
}
