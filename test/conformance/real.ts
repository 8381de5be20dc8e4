/** What the real part asks of TypeScript: the suite, recorded or compared, on a Trino server. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Connection } from '../../src/core/ports.ts'
import { connectTrino } from '../../src/engines/trino/connection.ts'
import type { TrinoSettings } from '../../src/engines/trino/settings.ts'
import type { ConformanceCase } from './case.ts'
import { conformanceCases } from './cases.ts'
import { type Answer, answer } from './check.ts'
import { asAthena } from './raw-suite.ts'
import { inlineConnection } from './real-suite.ts'
import { failureText, runSuite } from './report.ts'
import { answersFile, wholeSuite } from './suite.ts'

export { behaviourChecks } from './behaviour.ts'
export { conformanceRecords } from './events.ts'
export { publishTable } from './publish-table.ts'
export { compareRandomQueries } from './random-queries.ts'
export { holdDocumented, opensOnlyItsDays, recordsOf, variantsStay } from './raw-suite.ts'
export { makeRawTable } from './raw-table.ts'

export interface Outcome {
  readonly passed: number
  readonly failures: readonly string[]
}

type Where = 'inline' | 'table' | 'table-as-athena'

/**
 * @param where `inline`: the events are in the statements; `table`: in the table of the settings; `table-as-athena`: there too, and
 *   the text is that of Athena's dialect
 * @param some of the cases; all without it
 */
export async function holdToSuite(
  root: string,
  settings: TrinoSettings,
  where: Where,
  some: (one: ConformanceCase) => boolean = () => true,
): Promise<Outcome> {
  const connection = await open(settings, where)
  const suite = wholeSuite(root)
  const asked = where === 'inline' ? suite : { ...suite, functions: [] }
  const told = await runSuite({ ...asked, cases: asked.cases.filter(some) }, connection)
  return {
    passed: told.filter(({ verdict }) => verdict.kind === 'passed').length,
    failures: told.filter(({ verdict }) => verdict.kind === 'failed').map(failureText),
  }
}

const open = async (settings: TrinoSettings, where: Where): Promise<Connection> =>
  where === 'inline' ? inlineConnection(settings) : where === 'table' ? connectTrino(settings) : asAthena(settings)

/** Writes what the server answers as the answers that are right. Look at the difference before it is committed. */
export async function record(root: string, settings: TrinoSettings): Promise<number> {
  const connection = inlineConnection(settings)
  const answers: [string, Answer][] = []
  for (const one of conformanceCases) if (one.fails === undefined) answers.push([one.id, await answer(one, connection)])
  const lines = answers.map(([id, value]) => `  ${JSON.stringify(id)}: ${JSON.stringify(value)}`)
  writeFileSync(join(root, answersFile), `{\n${lines.join(',\n')}\n}\n`)
  return answers.length
}
