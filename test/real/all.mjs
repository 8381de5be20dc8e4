// Runs the real parts: every test/real/*.real.mjs provisions what it needs from nothing, over loopback only, and ends with
// `N passed, N failed`. Usage: node test/real/all.mjs [names]
import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { notProvisioned } from './support/provision.mjs'

/** One part may take so long, in milliseconds, before it is ended. */
const longest = 20 * 60_000

const wanted = process.argv.slice(2)
const parts = readdirSync(import.meta.dirname)
  .filter((name) => name.endsWith('.real.mjs'))
  .map((name) => name.slice(0, -'.real.mjs'.length))
const unknown = wanted.filter((name) => !parts.includes(name))
if (unknown.length > 0) {
  console.error(`no real part is called ${unknown.join(', ')}; there are ${parts.join(', ')}`)
  process.exit(64)
}

let passed = 0
let failed = 0
const left = []
for (const name of wanted.length > 0 ? wanted : parts) {
  console.log(`--- ${name}`)
  const { code, counts } = await run(join(import.meta.dirname, `${name}.real.mjs`))
  if (code === notProvisioned) {
    left.push(name)
    continue
  }
  passed += counts?.passed ?? (code === 0 ? 1 : 0)
  // A part that ends badly without having counted a failure is one.
  failed += Math.max(counts?.failed ?? 0, code === 0 ? 0 : 1)
  if (code !== 0) console.log(`${name} ended with ${code}`)
}
if (left.length > 0) console.log(`not run, for want of what they need: ${left.join(', ')}`)
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 && passed + left.length > 0 ? 0 : 1

/** Its output goes through; the last line with counts is kept. */
function run(script) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] })
    const timer = setTimeout(() => child.kill('SIGKILL'), longest)
    let tail = ''
    child.stdout.on('data', (chunk) => {
      process.stdout.write(chunk)
      tail = (tail + chunk).slice(-4000)
    })
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      const last = [...tail.matchAll(/^(\d+) passed, (\d+) failed$/gm)].at(-1)
      const counts = last && { passed: Number(last[1]), failed: Number(last[2]) }
      resolve({ code: code ?? signal, counts })
    })
  })
}
