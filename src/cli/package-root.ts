import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of the installed package: bundled code lies one or two levels below it, sources likewise. */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  for (;;) {
    const manifest = join(folder, 'package.json')
    if (existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).name === 'trailbook') return folder
    const parent = dirname(folder)
    if (parent === folder) throw new Error('the package of trailbook cannot be found')
    folder = parent
  }
}
