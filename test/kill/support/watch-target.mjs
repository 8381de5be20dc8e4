import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/**
 * A process that reads a target all the time.
 *
 * @param states hashes of the whole states that it may see
 */
export function watchTarget(target, states) {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'reader.mjs'), target], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const seen = new Map()
  const wrong = []
  let reads = 0
  createInterface({ input: child.stdout }).on('line', (line) => {
    const state = JSON.parse(line)
    if (state.empty) return
    reads++
    const name = states.get(state.hash)
    if (name === undefined || state.rows !== state.distinct)
      wrong.push(state.failed ?? `a state of ${state.rows} rows that never was`)
    else seen.set(name, (seen.get(name) ?? 0) + 1)
  })
  return {
    async end() {
      const closed = new Promise((done) => child.on('close', done))
      child.stdin.end()
      await closed
      return { reads, seen, wrong }
    },
  }
}
