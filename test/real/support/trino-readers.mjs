// Readers that ask a view all the time, each in a form of its own, and must see one whole snapshot in every answer.
import { setTimeout as sleep } from 'node:timers/promises'
import { sumInTrino } from './snapshot-states.mjs'

/** @param view its full name @returns questions that give the states which one statement saw */
const questions = (view) => [
  {
    name: 'sum',
    sql: sumInTrino(view),
    states: ([[n, s]]) => [`${n} ${s}`],
  },
  {
    name: 'two scans',
    sql: `SELECT a.n, a.s, b.n, b.s FROM (${sumInTrino(view)}) a CROSS JOIN (${sumInTrino(view)}) b`,
    states: ([[n, s, m, t]]) => [`${n} ${s}`, `${m} ${t}`],
  },
  {
    name: 'each event with itself',
    sql: `SELECT x.n, x.s, (SELECT count(*) FROM ${view} a FULL OUTER JOIN ${view} b ON a."_file" = b."_file" AND a."_ordinal" = b."_ordinal" WHERE a."eventID" IS DISTINCT FROM b."eventID") FROM (${sumInTrino(view)}) x`,
    states: ([[n, s, alone]]) =>
      alone === 0 ? [`${n} ${s}`] : [`${n} ${s}`, `${alone} events that one of two scans saw`],
  },
]

/** @param ask of the server; throws where a query fails */
export function startReaders(ask, view) {
  let over = false
  const answers = []
  const faults = []
  const read = async ({ name, sql, states }) => {
    while (!over) {
      try {
        const seen = states(await ask(sql))
        if (new Set(seen).size > 1) faults.push(`${name}: one statement saw ${seen.join(' and ')}`)
        answers.push({ name, state: seen[0] })
      } catch (error) {
        faults.push(`${name}: ${error.message.split('\n')[0]}`)
      }
      // The others need the processors, too.
      await sleep(100)
    }
  }
  const reading = questions(view).map(read)
  return {
    answers,
    faults,
    /** Waits for the last answers. */
    async end() {
      over = true
      await Promise.all(reading)
    },
  }
}
