// The built program as users start it.
import { spawn } from 'node:child_process'
import { join } from 'node:path'

const cli = process.env.TRAILBOOK_CLI ?? join(import.meta.dirname, '../../../dist/cli.js')

/** @returns exit code, the answer as JSON where it is some, and both outputs */
export function trailbook(args, { cwd, env = process.env, onStart } = {}) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [cli, ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
    const output = { stdout: '', stderr: '' }
    for (const name of ['stdout', 'stderr'])
      child[name].on('data', (chunk) => {
        output[name] += chunk
      })
    child.on('close', (code) => {
      let json
      try {
        json = JSON.parse(output.stdout)
      } catch {}
      resolve({ code, json, ...output })
    })
    onStart?.(child)
  })
}
