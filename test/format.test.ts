/** The specification of the format, executed: every example is linted and its cases run, and it says what they say. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCases } from '../src/authoring/cases.ts'
import { loadRunbook } from '../src/authoring/load-runbook.ts'
import { errorCatalogue, type Issue } from '../src/core/errors.ts'
import { knownEvents } from '../src/core/event/known-events.ts'
import { stepKinds } from '../src/core/runbook/schema-step.ts'
import { milliseconds } from '../src/core/time.ts'
import { type MemoryEngine, openMemoryEngine } from '../src/engines/duckdb/memory-connection.ts'
import { type Example, examplesOf, isRunbook, pages, pageText } from './support/format-spec.ts'

const now = milliseconds('2026-01-15T12:00:00Z')
const known = knownEvents()
const examples = pages.flatMap(examplesOf)

/** An example without cases shows something else, and gets one that expects nothing. */
const ofCases = new Set(['LINT_CASES_ONE_SIDED', 'LINT_STEP_NO_CASE', 'LINT_CASE_NO_DENIED'])

let folder = ''
let engine: MemoryEngine

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trailbook-format-'))
  engine = await openMemoryEngine()
})

afterAll(async () => {
  await engine?.close()
  await rm(folder, { recursive: true, force: true })
})

async function load({ page, line, runbook, beside }: Example) {
  const root = join(folder, `${page}-${line}`)
  for (const { path, text } of [...beside, runbook]) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), text)
  }
  return loadRunbook({ path: join(root, runbook.path), root, found: true }, { cwd: root, now, knownEvents: known })
}

const told = ({ severity, code, message, at }: Issue): string => `${at?.line} ${severity} ${code}: ${message}`

describe.each(pages.filter((page) => examplesOf(page).length > 0))('docs/format/%s', (page) => {
  it.each(examplesOf(page).map((example) => [`${example.line}: ${example.heading}`, example] as const))(
    'line %s',
    async (_, example) => {
      const loaded = await load(example)
      for (const { path, marks } of [...example.beside.filter((one) => !isRunbook(one)), example.runbook]) {
        const issues = loaded.issues.filter(
          (one) => one.at?.file === path && (example.hasCases || !ofCases.has(one.code)),
        )
        const expected = marks.filter(({ kind }) => kind !== 'fails')
        expect(issues.map(told), path).toEqual(expected.map(({ line, kind, text }) => `${line} ${kind} ${text}`))
      }
      const { runbook } = loaded
      if (runbook === undefined || !example.hasCases) return
      const failed: string[] = []
      for await (const { status, name, message = '' } of runCases({ ...loaded, runbook }, engineEffects()))
        if (status !== 'passed') failed.push(`${name}: ${message.split('\n')[0]}`)
      const expected = example.runbook.marks.filter(({ kind }) => kind === 'fails').map(({ text }) => text)
      expect(failed.map((text) => text.slice(text.indexOf(': ') + 2))).toEqual(expected)
    },
  )
})

const engineEffects = () => ({ loadEvents: (records: readonly unknown[]) => engine.load(records) })

describe('the specification as a whole', () => {
  const marked = new Set(
    examples.flatMap(({ runbook, beside }) =>
      [runbook, ...beside].flatMap(({ marks }) => marks.map(({ text }) => text.slice(0, text.indexOf(':')))),
    ),
  )

  it.each(Object.keys(errorCatalogue).filter((code) => /^(LINT|FRAGMENT|EXCLUSION)_/.test(code)))(
    'shows an example of %s',
    (code) => expect([...marked]).toContain(code),
  )

  it('names every kind of step', () => {
    const text = pageText('steps.md')
    for (const kind of stepKinds) expect(text).toContain(`| \`${kind}\` |`)
  })

  it('is reached from its entry page', () => {
    const entry = pageText('README.md')
    for (const page of pages) if (page !== 'README.md') expect(entry).toContain(`](${page})`)
  })
})
