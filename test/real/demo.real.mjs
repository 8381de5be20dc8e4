// Runs the demo as the README shows it: it must end well, within a minute, and print what stands there.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')
const mostSeconds = 60
const shown = /```console\n\$ npx trailbook demo\n([\s\S]*?)\n…\n```/.exec(
  readFileSync(join(root, 'README.md'), 'utf8'),
)?.[1]
const timeless = (text) => text.replace(/all done in \d+ seconds?/, 'all done')

const cwd = mkdtempSync(join(tmpdir(), 'trailbook-demo-'))
try {
  const started = Date.now()
  const { status, stdout } = spawnSync(process.execPath, [join(root, 'dist/cli.js'), 'demo'], { cwd, encoding: 'utf8' })
  const seconds = (Date.now() - started) / 1000
  const faults = [
    ...(status === 0 ? [] : [`exit code ${status}`]),
    ...(seconds <= mostSeconds ? [] : [`it took ${Math.round(seconds)} s, and may take ${mostSeconds}`]),
    ...(shown !== undefined && timeless(stdout).startsWith(timeless(shown))
      ? []
      : ['it does not print what the README shows']),
  ]
  console.log(faults.length === 0 ? `the demo took ${Math.round(seconds)} s` : `${faults.join('; ')}\n${stdout}`)
  process.exitCode = faults.length === 0 ? 0 : 1
} finally {
  rmSync(cwd, { recursive: true, force: true })
}
