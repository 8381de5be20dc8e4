// `lake publish --athena` is killed at every statement that it says to Athena.
import { isDeepStrictEqual } from 'node:util'
import { database, must, view } from './athena-published.mjs'

/** @param ingest adds events, so that there is something to publish @returns what happened in words; throws where something was not whole */
export async function killPublishing(lake, ingest) {
  const { world, trino, cli, publish, shownNow, inCatalog, inTrino, tablesOf, asked, windowAt } = lake
  const args = publish('--keep', '1', '--older-than', '0s')
  const killed = async (at) => {
    let [seen, child] = [0]
    world.onStatement = () => {
      if (++seen !== at) return
      // Some die while the statement is under way, some when it has ended and nobody was told.
      if (at % 2 === 1) child.kill('SIGKILL')
      else setTimeout(() => child.kill('SIGKILL'), 150)
    }
    const { code, stdout } = await cli(args, { onStart: (one) => (child = one) })
    world.onStatement = () => {}
    if (code !== null && code !== 0) throw new Error(stdout)
    return code === null
  }
  let [kills, isAlive, before] = [0, false, await shownNow()]
  for (let at = 1; !isAlive; at++) {
    await ingest()
    isAlive = !(await killed(at))
    if (!isAlive) kills++
    const now = await shownNow()
    const missing = tablesOf(now).filter((name) => !inCatalog().includes(name))
    if (missing.length > 0) throw new Error(`after statement ${at} the view shows ${now} without ${missing}`)
    const [[events]] = await trino.ask(`SELECT count(*) FROM hive.${database}.${view}`)
    const told = await asked('published', windowAt(0.5))
    if (told.coverage.basis !== 'ledger')
      throw new Error(`after statement ${at}: ${JSON.stringify(told.coverage).slice(0, 300)}`)
    // Every third is left as it is, so that the next one finds what several left.
    if (at % 3 === 0 && !isAlive) {
      before = now
      continue
    }
    const next = must(await cli(args))
    if ((await shownNow()) !== next.id || (now !== before && now !== next.id))
      throw new Error(`after statement ${at}: ${before}, ${now}, ${next.id}`)
    if (now === next.id && events !== next.rows) throw new Error(`${events} events of ${next.rows}`)
    for (const tables of [inCatalog(), await inTrino()])
      if (!isDeepStrictEqual(tables, tablesOf(next.id))) throw new Error(`after statement ${at} there are ${tables}`)
    before = next.id
  }
  // Table, days, coverage, view, mark, and both tables of the one before.
  if (kills < 7) throw new Error(`only ${kills} kills`)
  return `${kills} kills`
}
