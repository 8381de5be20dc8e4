/** Holds a configured connection to the conformance suite. Its events go inside the statements: nothing is written anywhere. */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { loadConfig } from '../src/cli/config.ts'
import { connectTrino } from '../src/engines/trino/connection.ts'
import { enginesPage } from '../test/conformance/docs.ts'
import { inlineConnection } from '../test/conformance/real-suite.ts'
import { compatibilityTable, failureText, runSuite } from '../test/conformance/report.ts'
import { wholeSuite } from '../test/conformance/suite.ts'

export async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { connection: { type: 'string' }, config: { type: 'string' }, docs: { type: 'boolean' } },
  })
  if (values.docs) {
    writeFileSync('docs/engines.md', await enginesPage(process.cwd()))
    return 0
  }
  const globals = { ...(values.config !== undefined && { config: values.config }) }
  const config = await loadConfig({ cwd: process.cwd(), env: process.env, globals: globals as never })
  const name = values.connection ?? ''
  const known = config.connections[name]
  if (known === undefined) {
    console.error(
      `--connection takes one of trailbook.yaml: ${Object.keys(config.connections).join(', ') || 'it has none'}`,
    )
    return 64
  }
  const { engine: _, ...settings } = known
  // That its own table can be read, and has the columns, is the first thing to know.
  await (await connectTrino({ name, ...settings })).close()
  const told = await runSuite(wholeSuite(process.cwd()), inlineConnection({ name, ...settings }), (one) => {
    if (one.verdict.kind === 'failed') console.log(failureText(one))
  })
  console.log(`\n${compatibilityTable({ [name]: told })}\n`)
  const failed = told.filter(({ verdict }) => verdict.kind === 'failed').length
  console.log(`${told.filter(({ verdict }) => verdict.kind === 'passed').length} passed, ${failed} failed`)
  return failed === 0 ? 0 : 1
}
