import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { functionCases } from './cases/functions.ts'
import { conformanceCases } from './cases.ts'
import type { Answer } from './check.ts'
import type { Asked } from './report.ts'

export const answersFile = 'test/conformance/expected.json'

/** @param root of the repository */
export const wholeSuite = (root: string): Asked => ({
  cases: conformanceCases,
  expected: JSON.parse(readFileSync(join(root, answersFile), 'utf8')) as Readonly<Record<string, Answer>>,
  functions: functionCases(join(root, 'test/corpus')),
})
