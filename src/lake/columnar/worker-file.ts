/** Where the threads' program lies. */

import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

interface WorkerFiles {
  readonly program: URL
  /** Compiled bytes of `src/scan`. */
  readonly scanner: Uint8Array
}

const program = 'ingest-worker.mjs'

let found: Promise<WorkerFiles> | undefined

/** Beside the bundle, as the build puts it; in a working copy it is built when it is first asked for. */
export function workerFiles(): Promise<WorkerFiles> {
  found ??= find(dirname(fileURLToPath(import.meta.url)))
  return found
}

async function find(start: string): Promise<WorkerFiles> {
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsSync(join(folder, program))) return filesIn(folder)
    if (existsSync(join(folder, 'scripts', program)) && existsSync(join(folder, 'src', 'lake', 'columnar')))
      return filesIn(await built(folder))
    if (dirname(folder) === folder) throw new Error(`${program} is missing beside ${start}`)
  }
}

const filesIn = async (folder: string): Promise<WorkerFiles> => ({
  program: pathToFileURL(join(folder, program)),
  scanner: await readFile(join(folder, 'scan.wasm')),
})

/** What goes into the program, by folder. */
const sources = ['src/scan', 'src/lake', 'src/log-file', 'src/core']

/** Builds into a folder that is named after the state of the sources, so that tests of several processes share it. */
async function built(root: string): Promise<string> {
  const state = createHash('sha256')
  for (const source of sources) {
    const names = (await readdir(join(root, source), { recursive: true })).filter(
      (name) => name.endsWith('.ts') && !name.endsWith('.test.ts'),
    )
    for (const name of names.sort()) {
      const { mtimeMs, size } = await stat(join(root, source, name))
      state.update(`${source}/${name} ${mtimeMs} ${size}\n`)
    }
  }
  const cache = join(root, 'node_modules', '.cache', 'ingest-worker')
  const target = join(cache, state.digest('hex').slice(0, 16))
  if (existsSync(join(target, program))) return target
  await mkdir(cache, { recursive: true })
  const draft = await mkdtemp(join(cache, 'draft-'))
  const script = pathToFileURL(join(root, 'scripts', program)).href
  const { buildIngestWorker } = (await import(/* @vite-ignore */ script)) as {
    buildIngestWorker: (folder: string) => Promise<unknown>
  }
  await buildIngestWorker(draft)
  // Another process may have been quicker.
  await rename(draft, target).catch(() => rm(draft, { recursive: true, force: true }))
  return target
}
