// Asks a Trino server every statement of trino-sql.json and writes what it
// answered to trino-answers.json (one line per answer, in corpus order).
//
//   TRINO_URL=http://127.0.0.1:18080 node test/corpus/record-trino.mjs [id-prefix ...]
//
// With arguments only the statements whose id begins with one of them are
// asked again; all other answers stay as they are.
//
// A value is written as the protocol gives it: decimals, dates and times are
// text, varbinary is base64, rows are arrays, maps are objects. Integers that
// JavaScript cannot hold are text, and so is negative zero.

import { readFile, writeFile } from 'node:fs/promises'

const base = (process.env.TRINO_URL ?? 'http://127.0.0.1:18080').replace(/\/+$/, '')
const corpusFile = new URL('./trino-sql.json', import.meta.url)
const answersFile = new URL('./trino-answers.json', import.meta.url)
const headers = {
  'X-Trino-User': 'trailbook',
  'X-Trino-Source': 'trailbook-corpus',
  'X-Trino-Time-Zone': 'UTC',
  // Without it Trino rounds every time and timestamp to milliseconds.
  'X-Trino-Client-Capabilities': 'PARAMETRIC_DATETIME',
}
const CONCURRENCY = 2

const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g

/** JSON.parse that keeps integers beyond 2^53 (and -0) as text. */
function parseLossless(text) {
  return JSON.parse(
    text.replace(TOKEN, (token) => {
      if (token[0] === '"') return token
      if (Object.is(Number(token), -0)) return JSON.stringify(token)
      if (/^-?\d+$/.test(token) && !Number.isSafeInteger(Number(token))) return JSON.stringify(token)
      return token
    }),
  )
}

async function request(url, init) {
  for (let attempt = 0; ; attempt++) {
    const response = await fetch(url, init)
    if ([429, 502, 503, 504].includes(response.status) && attempt < 50) {
      await response.arrayBuffer()
      await new Promise((resolve) => setTimeout(resolve, 100))
      continue
    }
    const text = await response.text()
    if (!response.ok) throw new Error(`${init.method} ${url}: HTTP ${response.status}: ${text.slice(0, 300)}`)
    return parseLossless(text)
  }
}

async function ask(sql) {
  let page = await request(`${base}/v1/statement`, { method: 'POST', headers, body: sql })
  let columns = null
  const rows = []
  for (;;) {
    if (page.error) {
      return { error: page.error.errorName, message: String(page.error.message ?? '').split('\n')[0] }
    }
    if (page.columns) columns ??= page.columns.map(({ name, type }) => ({ name, type }))
    if (page.data) rows.push(...page.data)
    if (!page.nextUri) break
    page = await request(page.nextUri, { method: 'GET', headers })
  }
  return { columns: columns ?? [], rows }
}

const corpus = JSON.parse(await readFile(corpusFile, 'utf8'))
const ids = new Set()
for (const { id } of corpus) {
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(id)) throw new Error(`not a kebab-case id: ${id}`)
  if (ids.has(id)) throw new Error(`id used twice: ${id}`)
  ids.add(id)
}

const prefixes = process.argv.slice(2)
const known = prefixes.length ? JSON.parse(await readFile(answersFile, 'utf8')).answers : {}
const wanted = prefixes.length
  ? corpus.filter(({ id }) => !(id in known) || prefixes.some((prefix) => id.startsWith(prefix)))
  : corpus

const info = await request(`${base}/v1/info`, { method: 'GET', headers })
const queue = wanted.values()
await Promise.all(
  Array.from({ length: CONCURRENCY }, async () => {
    for (const { id, sql } of queue) known[id] = await ask(sql)
  }),
)

const lines = corpus.map(({ id }) => `    ${JSON.stringify(id)}: ${JSON.stringify(known[id])}`)
await writeFile(
  answersFile,
  `{\n  "trino": ${JSON.stringify(info.nodeVersion.version)},\n  "timeZone": "UTC",\n  "answers": {\n${lines.join(',\n')}\n  }\n}\n`,
)
const failed = corpus.filter(({ id }) => known[id].error).length
console.log(
  `${corpus.length} statements, asked ${wanted.length}: ${corpus.length - failed} answered, ${failed} refused by Trino`,
)
