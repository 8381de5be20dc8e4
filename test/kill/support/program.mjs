import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'

/** The command line under test. Small batches make many commits, so that there is much to be killed in. */
export function program(cli) {
  const start = (args) =>
    spawn(process.execPath, [cli, ...args, '--format', 'json'], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, TRAILBOOK_BATCH_ROWS: '700' },
    })

  /** Runs to the end. @returns exit code, answer and milliseconds */
  const run = async (args) => {
    const started = performance.now()
    const child = start(args)
    let out = ''
    let said = ''
    child.stdout.on('data', (chunk) => (out += chunk))
    child.stderr.on('data', (chunk) => (said += chunk))
    const code = await new Promise((done) => child.on('close', done))
    const answer = out === '' ? undefined : JSON.parse(out)
    return { code, answer, said, ms: performance.now() - started }
  }

  return {
    path: cli,
    start,
    run,
    /** Runs to the end and must work. */
    async call(args) {
      const ended = await run(args)
      if (ended.code !== 0)
        throw new Error(`${args.join(' ')} ended with ${ended.code}: ${JSON.stringify(ended.answer)}${ended.said}`)
      return ended
    },
    /**
     * Kills with SIGKILL, so many milliseconds after `sign` was true for the first time.
     * @returns whether it was still running then
     */
    async killed(args, { sign = () => true, after }) {
      const child = start(args)
      child.stdout.resume()
      child.stderr.resume()
      let ended = false
      const closed = new Promise((done) => child.on('close', (_, signal) => done(signal)))
      closed.then(() => (ended = true))
      while (!ended && !sign()) await sleep(1)
      await sleep(after)
      child.kill('SIGKILL')
      return (await closed) === 'SIGKILL'
    },
  }
}
