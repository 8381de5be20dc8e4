/** Runs the suite on a connection and tells what came of it. */
import type { Connection } from '../../src/core/ports.ts'
import { areas, type ConformanceCase } from './case.ts'
import type { RecordedCase } from './cases/functions.ts'
import { type Answer, check, type Verdict } from './check.ts'

export interface Asked {
  readonly cases: readonly ConformanceCase[]
  readonly expected: Readonly<Record<string, Answer>>
  readonly functions: readonly RecordedCase[]
}

export type Told = { readonly one: ConformanceCase; readonly verdict: Verdict }

/** The answer that is right, also where it is a failure. */
export const rightAnswer = (one: ConformanceCase, expected: Asked['expected']): Answer | undefined =>
  one.fails === undefined ? expected[one.id] : { fails: one.fails }

export async function runSuite(
  { cases, expected, functions }: Asked,
  connection: Connection,
  tell: (told: Told) => void = () => {},
): Promise<readonly Told[]> {
  const all = [...cases.map((one) => ({ one, expected: rightAnswer(one, expected) })), ...functions]
  const told: Told[] = []
  for (const { one, expected: right } of all) {
    const verdict = await check(one, connection, right)
    told.push({ one, verdict })
    tell({ one, verdict })
  }
  return told
}

export const failureText = ({ one, verdict }: Told): string =>
  verdict.kind === 'failed'
    ? `${one.id}: ${one.sql}\n  right: ${brief(verdict.expected)}\n  got:   ${brief(verdict.got)}`
    : `${one.id}: ${verdict.kind}`

const brief = (answer: Answer | undefined): string => {
  const text = JSON.stringify(answer) ?? 'no answer is recorded'
  return text.length > 1000 ? `${text.slice(0, 1000)}…` : text
}

/** `12 of 13, 1 skipped` */
export function areaText(told: readonly Told[], area: string): string {
  const own = told.filter(({ one }) => one.area === area)
  const of = (kind: Verdict['kind']): number => own.filter(({ verdict }) => verdict.kind === kind).length
  const rest = [of('skipped') > 0 ? `${of('skipped')} skipped` : '', of('failed') > 0 ? `${of('failed')} failed` : '']
  return [`${of('passed')} of ${own.length}`, ...rest.filter((text) => text !== '')].join(', ')
}

/** The compatibility table of docs/engines.md: a row for each area, by what the suite says and not by what anybody believes. */
export function compatibilityTable(engines: Readonly<Record<string, readonly Told[]>>): string {
  const names = Object.keys(engines)
  const rows = areas.map((area) => `| ${[area, ...names.map((name) => areaText(engines[name]!, area))].join(' | ')} |`)
  return [`| area | ${names.join(' | ')} |`, `|---|${names.map(() => '---|').join('')}`, ...rows].join('\n')
}

/** What is skipped where, and why. */
export function skipList(engines: Readonly<Record<string, readonly Told[]>>): readonly string[] {
  return Object.entries(engines).flatMap(([name, told]) =>
    told.flatMap(({ one, verdict }) =>
      verdict.kind === 'skipped' ? [`- \`${one.id}\` on ${name}: ${verdict.reason}.`] : [],
    ),
  )
}
