// Statements end on the server when the program ends: asked to, or killed.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const columns = ['eventTime', 'eventName', 'eventSource', 'awsRegion', 'recipientAccountId', 'eventID']

export async function endingChecks({ trino, folder, config, configure, check, path }) {
  configure({ endings: {} })
  await trino.ask('CREATE SCHEMA IF NOT EXISTS hive.endings')
  const rows = `SELECT CAST(n AS varchar) AS id FROM UNNEST(sequence(1, 9999)) AS t(n)`
  await trino.ask(
    `CREATE TABLE hive.endings.cloudtrail_logs AS SELECT ${columns.map((name) => (name === 'eventTime' ? `'2026-11-20T10:00:00Z' AS "eventTime"` : `id AS "${name}"`)).join(', ')} FROM (${rows})`,
  )
  /** Runs until it is ended: 10^12 pairs of three. */
  const endless = (mark) =>
    `SELECT count(*) AS ${mark} FROM cloudtrail_logs AS a CROSS JOIN cloudtrail_logs AS b CROSS JOIN cloudtrail_logs AS c WHERE length(a.eventID || b.eventID || c.eventID) < 0`
  const start = (mark) =>
    spawn(
      process.execPath,
      [
        path,
        'query',
        endless(mark),
        '--from',
        '2026-11-20',
        '--to',
        '2026-11-21',
        '--connection',
        'endings',
        '--format',
        'json',
        ...config,
      ],
      {
        cwd: join(folder),
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    )
  const states = async (mark) =>
    (
      await trino.ask(
        `SELECT state, error_code FROM system.runtime.queries WHERE query LIKE '%AS "${mark}"%' AND source = 'trailbook' ORDER BY created DESC`,
      )
    ).map((row) => row.join(' '))
  const until = async (mark, isThere, limitMs) => {
    const before = Date.now()
    for (;;) {
      const found = await states(mark)
      if (isThere(found[0])) return { state: found[0], ms: Date.now() - before }
      if (Date.now() - before > limitMs) throw new Error(`after ${limitMs} ms: ${JSON.stringify(found)}`)
      await sleep(100)
    }
  }
  const running = (state) => state?.startsWith('RUNNING') === true
  const over = (state) => state !== undefined && /^(FAILED|FINISHED)/.test(state)

  for (const [name, signal] of [
    ['Ctrl-C', 'SIGINT'],
    ['SIGTERM', 'SIGTERM'],
  ])
    await check(`${name} ends the statement on the server at once`, async () => {
      const child = start(`by_${signal.toLowerCase()}`)
      const ended = new Promise((resolve) => child.on('close', (code, by) => resolve(code ?? by)))
      await until(`by_${signal.toLowerCase()}`, running, 60_000)
      child.kill(signal)
      const code = await ended
      const { state, ms } = await until(`by_${signal.toLowerCase()}`, over, 3_000)
      if (state !== 'FAILED USER_CANCELED') throw new Error(`it ended as ${state}`)
      return `exit ${code}, ${state} after ${ms} ms`
    })
  await check(
    'a killed process leaves its statement to the client timeout of the server (10 s here), and none after it',
    async () => {
      const children = [1, 2, 3].map((n) => start(`killed_${n}`))
      const ended = children.map((child) => new Promise((resolve) => child.on('close', resolve)))
      for (const n of [1, 2, 3]) await until(`killed_${n}`, running, 60_000)
      for (const child of children) child.kill('SIGKILL')
      await Promise.all(ended)
      let longest = 0
      for (const n of [1, 2, 3]) {
        const { state, ms } = await until(`killed_${n}`, over, 40_000)
        if (!state.includes('ABANDONED_QUERY')) throw new Error(`it ended as ${state}`)
        longest += ms
      }
      const left = await trino.ask(
        `SELECT query FROM system.runtime.queries WHERE source = 'trailbook' AND state NOT IN ('FINISHED', 'FAILED')`,
      )
      if (left.length > 0) throw new Error(`still there: ${left.join('\n')}`)
      return `all three over after ${longest} ms`
    },
  )
}
