// One line for each check; the last line has the counts.
import { isDeepStrictEqual } from 'node:util'

export function checks() {
  let passed = 0
  let failed = 0
  const done = (good, name, detail) => {
    if (good) passed++
    else failed++
    console.log(`${good ? 'ok  ' : 'FAIL'} ${name}${good || detail === undefined ? '' : `: ${detail}`}`)
  }
  return {
    is(name, good, detail) {
      done(Boolean(good), name, typeof detail === 'string' ? detail : JSON.stringify(detail))
    },
    same(name, got, wanted) {
      done(isDeepStrictEqual(got, wanted), name, `got ${JSON.stringify(got)}, wanted ${JSON.stringify(wanted)}`)
    },
    /** One check: what it gives is told, what it throws is its failure; with the time that it took. */
    async check(name, work) {
      const started = Date.now()
      const seconds = () => ((Date.now() - started) / 1000).toFixed(1)
      try {
        const told = await work()
        passed++
        console.log(`ok   ${name}${told === undefined ? '' : `: ${told}`} (${seconds()} s)`)
      } catch (error) {
        failed++
        console.log(`FAIL ${name}: ${error.message}`)
      }
    },
    /** Runs a group of checks; what it throws is a failure of the group. Names on the command line choose some. */
    async group(name, work) {
      const chosen = process.argv.slice(2)
      if (chosen.length > 0 && !chosen.includes(name)) return
      try {
        await work()
      } catch (error) {
        done(false, name, error.stack)
      }
    },
    finish() {
      console.log(`${passed} passed, ${failed} failed`)
      process.exitCode = failed === 0 && passed > 0 ? 0 : 1
    },
  }
}
