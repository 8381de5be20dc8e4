/** Holds a configured connection to the conformance suite. Its events go inside the statements: nothing is written anywhere. */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { loadConfig } from '../src/cli/config.ts'
import { type NamedConnections, openNamed } from '../src/cli/connections.ts'
import { TrailbookError } from '../src/core/errors.ts'
import type { Connection } from '../src/core/ports.ts'
import type { Dialect } from '../src/core/sql/dialect.ts'
import { trinoDialect } from '../src/core/sql/print/trino.ts'
import type { TableShape } from '../src/core/sql/table-shape.ts'
import { dialectOver } from '../src/engines/athena/dialect.ts'
import { areas } from '../test/conformance/case.ts'
import { enginesPage } from '../test/conformance/docs.ts'
import { inlineShape } from '../test/conformance/real-suite.ts'
import { type Asked, areaText, failureText, runSuite, type Told } from '../test/conformance/report.ts'
import { wholeSuite } from '../test/conformance/suite.ts'

const usage = 64
/** Nothing was asked, so nothing is known. */
const notAsked = 2

type Engine = Exclude<NamedConnections[string], TrailbookError>['engine']

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

const isUnknownOption = (error: unknown): error is Error =>
  error instanceof TypeError && String((error as NodeJS.ErrnoException).code).startsWith('ERR_PARSE_ARGS_')

export async function main(args: readonly string[]): Promise<number> {
  try {
    return await conformance(args)
  } catch (error) {
    if (isUnknownOption(error)) {
      console.error(`${error.message}\n${howTo}`)
      return usage
    }
    if (!(error instanceof TrailbookError)) throw error
    console.error(`${error.code}: ${error.message} ${error.hint}`)
    return error.exitCode
  }
}

async function conformance(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...args], options })
  if (values.help) {
    console.log(howTo)
    return 0
  }
  if (values.docs) {
    writeFileSync('docs/engines.md', await enginesPage(process.cwd()))
    return 0
  }
  const globals = { ...(values.config !== undefined && { config: values.config }) }
  const config = await loadConfig({ cwd: process.cwd(), env: process.env, globals: globals as never })
  const name = values.connection ?? ''
  const settings = Object.hasOwn(config.connections, name) ? config.connections[name] : undefined
  if (settings instanceof TrailbookError) throw settings
  const engine = settings?.engine
  const wanted = values.area ?? areas
  const unknown = wanted.filter((area) => !(areas as readonly string[]).includes(area))
  if (engine === undefined || unknown.length > 0 || !['text', 'json'].includes(values.format)) {
    const names = Object.keys(config.connections).join(', ') || 'it has none'
    console.error(
      `--connection takes one of trailbook.yaml (${names}), --area one of ${areas.join(', ')}, --format text or json`,
    )
    return usage
  }
  const dialect = engines[engine]
  if (typeof dialect === 'string') {
    console.error(`${name}: not asked. This connection is one of ${engine}; ${dialect}.`)
    return notAsked
  }
  const stop = new AbortController()
  process.once('SIGINT', () => stop.abort())
  // Opening it tells whether its own table can be read and has the columns.
  const connection = await openNamed(name, config, { context: { signal: stop.signal } })
  const suite = narrowed(wholeSuite(process.cwd()), wanted)
  tellBefore(connection, suite)
  const asked = { ...connection, dialect: dialect(inlineShape()) }
  const told: Told[] = []
  try {
    await runSuite(suite, asked, (one) => {
      told.push(one)
      if (values.format === 'text' && one.verdict.kind === 'failed') console.log(failureText(one))
      if (told.length % 250 === 0) console.error(`${told.length} statements asked`)
    })
  } finally {
    await connection.close()
  }
  return tell(told, { name, engine, wanted, format: values.format })
}

const narrowed = (suite: Asked, wanted: readonly string[]): Asked => ({
  ...suite,
  cases: suite.cases.filter(({ area }) => wanted.includes(area)),
  functions: wanted.includes('functions') ? suite.functions : [],
})

function tellBefore({ name, capabilities }: Connection, { cases, functions }: Asked): void {
  const count = cases.length + functions.length
  const usd = (count * leastMegabytes * usdPerTerabyte) / 1e6
  const cost = capabilities.billed
    ? ` Each may be charged as ${leastMegabytes} MB of scanning: about ${usd.toFixed(2)} USD for all at the usual list price.`
    : ''
  console.error(`${name}: ${count} statements, with their events inside; no table is written.${cost}`)
}

interface Output {
  readonly name: string
  readonly engine: Engine
  readonly wanted: readonly string[]
  readonly format: string
}

function tell(told: readonly Told[], { name, engine, wanted, format }: Output): number {
  const of = (kind: Told['verdict']['kind']): readonly Told[] => told.filter(({ verdict }) => verdict.kind === kind)
  const [passed, failed, skipped] = [of('passed'), of('failed'), of('skipped')]
  if (format === 'json') {
    const shown = failed.map(({ one, verdict }) => ({ id: one.id, area: one.area, sql: one.sql, ...verdict }))
    const reasons = skipped.map(({ one, verdict }) => ({ id: one.id, ...verdict }))
    const counts = { passed: passed.length, failed: failed.length, skipped: skipped.length }
    console.log(JSON.stringify({ connection: name, engine, ...counts, failures: shown, skips: reasons }, null, 2))
  } else {
    for (const area of wanted) console.log(`${area.padEnd(16)} ${areaText(told, area)}`)
    for (const { one, verdict } of skipped)
      if (verdict.kind === 'skipped') console.log(`skipped ${one.id}: ${verdict.reason}`)
    console.log(`\n${passed.length} passed, ${failed.length} failed, ${skipped.length} skipped`)
  }
  return failed.length === 0 ? 0 : 1
}
