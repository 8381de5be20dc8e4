/** Holds a configured connection to the conformance suite. Its events go inside the statements: nothing is written anywhere. */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { columnsFor } from '../src/cli/columns.ts'
import { loadConfig } from '../src/cli/config.ts'
import { engineOf, lakeName, openNamed } from '../src/cli/connections.ts'
import { failureJson, failureLines, toTrailbookError } from '../src/cli/failure.ts'
import { wantsJson } from '../src/cli/program.ts'
import { TrailbookError } from '../src/core/errors.ts'
import type { Connection } from '../src/core/ports.ts'
import { conjunction } from '../src/core/report/gaps.ts'
import { toText } from '../src/core/report/lines.ts'
import type { Dialect } from '../src/core/sql/dialect.ts'
import { trinoDialect } from '../src/core/sql/print/trino.ts'
import type { TableShape } from '../src/core/sql/table-shape.ts'
import { dialectOver } from '../src/engines/athena/dialect.ts'
import { areas } from '../test/conformance/case.ts'
import { enginesPage } from '../test/conformance/docs.ts'
import { inlineShape } from '../test/conformance/real-suite.ts'
import { type Asked, areaText, failureText, runSuite, type Told } from '../test/conformance/report.ts'
import { wholeSuite } from '../test/conformance/suite.ts'

const schema = 'trailbook.conformance/v1'
/** Nothing was asked, so nothing is known. */
const notAsked = 2

type Engine = ReturnType<typeof engineOf>

/** Engines whose statements can carry the events with them; for the others, why theirs cannot. */
const engines: Readonly<Record<Engine, ((shape: TableShape) => Dialect) | string>> = {
  trino: trinoDialect,
  athena: dialectOver,
  'cloudtrail-lake': 'it reads event data stores alone, which take no events from a statement',
  'logs-insights': 'it reads log groups alone, which take no events from a statement',
}

/** "Amazon Athena pricing": each statement counts as 10 MB at least, a terabyte is 5 USD in most Regions. */
const leastMegabytes = 10
const usdPerTerabyte = 5

const options = {
  connection: { type: 'string' },
  config: { type: 'string' },
  area: { type: 'string', multiple: true },
  format: { type: 'string', default: 'text' },
  docs: { type: 'boolean' },
  help: { type: 'boolean' },
} as const

const howTo = 'npm run conformance -- --connection <name> [--config <file>] [--area <area>]... [--format text|json]'

type Out = Pick<Console, 'log' | 'error'>

/** With `--format json` standard output gets one object, also when something went wrong. */
export async function main(args: readonly string[], out: Out = console): Promise<number> {
  try {
    return await conformance(args, out)
  } catch (cause) {
    const error = toTrailbookError(cause)
    if (wantsJson(args)) out.log(JSON.stringify(failureJson(error, 'conformance')))
    else if (error.code === 'CLI_UNEXPECTED') throw cause
    else out.error(toText(failureLines(error, columnsFor(process.stderr, process.env))))
    return error.exitCode
  }
}

const usage = (reason: string): TrailbookError => new TrailbookError('CLI_USAGE', { reason, advice: howTo })

function valuesOf(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options }).values
  } catch (error) {
    const isOurs = String((error as NodeJS.ErrnoException).code).startsWith('ERR_PARSE_ARGS_')
    throw isOurs && error instanceof Error ? usage(error.message.replace(/\.$/, '')) : error
  }
}

async function conformance(args: readonly string[], out: Out): Promise<number> {
  const values = valuesOf(args)
  if (values.help) {
    out.log(howTo)
    return 0
  }
  if (values.docs) {
    writeFileSync('docs/engines.md', await enginesPage(process.cwd()))
    return 0
  }
  const globals = { ...(values.config !== undefined && { config: values.config }) }
  const config = await loadConfig({ cwd: process.cwd(), env: process.env, globals: globals as never })
  const wanted = values.area ?? areas
  const unknown = wanted.find((area) => !(areas as readonly string[]).includes(area))
  if (unknown !== undefined) throw usage(`There is no area "${unknown}"; there are ${conjunction(areas)}`)
  if (!['text', 'json'].includes(values.format)) throw usage(`--format takes text or json, and got "${values.format}"`)
  const name = values.connection
  if (name === undefined) throw usage('It was not said which connection to ask')
  if (name === lakeName)
    throw usage('The lake is held to the suite by npm test; --connection takes one of trailbook.yaml')
  const engine = engineOf(name, config)
  const dialect = engines[engine]
  if (typeof dialect === 'string') {
    if (values.format === 'json')
      out.log(JSON.stringify({ schema, connection: name, engine, notAsked: dialect }, null, 2))
    else out.error(`${name}: not asked. This connection is one of ${engine}; ${dialect}.`)
    return notAsked
  }
  const stop = new AbortController()
  process.once('SIGINT', () => stop.abort())
  // Opening it tells whether its own table can be read and has the columns.
  const connection = await openNamed(name, config, { context: { signal: stop.signal } })
  const suite = narrowed(wholeSuite(process.cwd()), wanted)
  tellBefore(connection, suite, out)
  const asked = { ...connection, dialect: dialect(inlineShape()) }
  const told: Told[] = []
  try {
    await runSuite(suite, asked, (one) => {
      told.push(one)
      if (values.format === 'text' && one.verdict.kind === 'failed') out.log(failureText(one))
      if (told.length % 250 === 0) out.error(`${told.length} statements asked`)
    })
  } finally {
    await connection.close()
  }
  return tell(told, { name, engine, wanted, format: values.format, out })
}

const narrowed = (suite: Asked, wanted: readonly string[]): Asked => ({
  ...suite,
  cases: suite.cases.filter(({ area }) => wanted.includes(area)),
  functions: wanted.includes('functions') ? suite.functions : [],
})

function tellBefore({ name, capabilities }: Connection, { cases, functions }: Asked, out: Out): void {
  const count = cases.length + functions.length
  const usd = (count * leastMegabytes * usdPerTerabyte) / 1e6
  const cost = capabilities.billed
    ? ` Each may be charged as ${leastMegabytes} MB of scanning: about ${usd.toFixed(2)} USD for all at the usual list price.`
    : ''
  out.error(`${name}: ${count} statements, with their events inside; no table is written.${cost}`)
}

interface Output {
  readonly name: string
  readonly engine: Engine
  readonly wanted: readonly string[]
  readonly format: string
  readonly out: Out
}

function tell(told: readonly Told[], { name, engine, wanted, format, out }: Output): number {
  const of = (kind: Told['verdict']['kind']): readonly Told[] => told.filter(({ verdict }) => verdict.kind === kind)
  const [passed, failed, skipped] = [of('passed'), of('failed'), of('skipped')]
  if (format === 'json') {
    const shown = failed.map(({ one, verdict }) => ({ id: one.id, area: one.area, sql: one.sql, ...verdict }))
    const reasons = skipped.map(({ one, verdict }) => ({ id: one.id, ...verdict }))
    const counts = { passed: passed.length, failed: failed.length, skipped: skipped.length }
    out.log(JSON.stringify({ schema, connection: name, engine, ...counts, failures: shown, skips: reasons }, null, 2))
  } else {
    for (const area of wanted) out.log(`${area.padEnd(16)} ${areaText(told, area)}`)
    for (const { one, verdict } of skipped)
      if (verdict.kind === 'skipped') out.log(`skipped ${one.id}: ${verdict.reason}`)
    out.log(`\n${passed.length} passed, ${failed.length} failed, ${skipped.length} skipped`)
  }
  return failed.length === 0 ? 0 : 1
}
