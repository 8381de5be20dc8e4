/** SARIF, JUnit, CSV and NDJSON of one small run, as machines get them. */
import { expect, test } from 'vitest'
import { hostileResult } from './fixtures/hostile.ts'
import { casesJunit, runJunit } from './junit.ts'
import { runNdjson } from './ndjson.ts'
import { runCsv } from './run-csv.ts'
import { sarifLog } from './sarif.ts'
import { issuesSarif } from './sarif-issues.ts'

const result = hostileResult(['alice', 'bob'])
const all = (chunks: Iterable<string>): string => [...chunks].join('')

test('SARIF has a rule for each runbook, a result for each finding, and says what was not seen', () => {
  const log = sarifLog(result, { version: '1.0.0', files: { hostile: 'runbooks/my own.yaml' } })
  const [run] = log.runs
  expect(log.version).toBe('2.1.0')
  expect(run?.tool.driver.rules.map(({ id, defaultConfiguration }) => [id, defaultConfiguration.level])).toEqual([
    ['hostile', 'note'],
  ])
  expect(run?.results.map(({ ruleId, ruleIndex, level }) => [ruleId, ruleIndex, level])).toEqual([
    ['hostile', 0, 'note'],
    ['hostile', 0, 'note'],
  ])
  expect(run?.results[0]?.locations[0]).toMatchInlineSnapshot(`
    {
      "logicalLocations": [
        {
          "fullyQualifiedName": "bob/hostile/rows",
          "kind": "resource",
          "name": "bob",
        },
      ],
      "physicalLocation": {
        "artifactLocation": {
          "uri": "runbooks/my%20own.yaml",
        },
        "region": {
          "startLine": 1,
        },
      },
    }
  `)
  expect(Object.keys(run?.results[0]?.partialFingerprints ?? {})).toEqual([
    'trailbookFinding/v1',
    'primaryLocationLineHash',
  ])
  expect(run?.invocations[0]?.executionSuccessful).toBe(false)
  expect(run?.invocations[0]?.toolExecutionNotifications.map(({ level }) => level)).toEqual([
    'error',
    'warning',
    'warning',
    'warning',
  ])
})

test('mistakes of lint stand at their lines', () => {
  const log = JSON.parse(
    all(
      issuesSarif(
        [
          {
            file: '/abs/a.yaml',
            code: 'X',
            severity: 'error',
            message: 'Wrong.',
            hint: 'Mend.',
            at: { line: 3, column: 5 },
          },
        ],
        '1.0.0',
      ),
    ),
  )
  expect(log.runs[0].results[0].locations[0].physicalLocation).toEqual({
    artifactLocation: { uri: 'file:///abs/a.yaml' },
    region: { startLine: 3, startColumn: 5 },
  })
})

test('JUnit has a failure for each finding and an error for what could not be seen', () => {
  expect(all(runJunit(result))).toMatchInlineSnapshot(`
    "<?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="trailbook run" tests="6" failures="2" errors="2" skipped="1">
      <testsuite name="hostile" tests="5" failures="2" errors="2" skipped="0" time="0.000" timestamp="2026-01-15T11:20:00">
        <properties>
          <property name="verdict" value="failed"/>
          <property name="window" value="2026-01-15T09:00:00Z/2026-01-15T11:00:00Z"/>
          <property name="plan" value="0000000000000000000000000000000000000000000000000000000000000000"/>
          <property name="connection" value="lake"/>
        </properties>
        <testcase classname="hostile" name="Rows: bob">
          <failure type="low" message="bob">low: 2 times; step rows
    events: bob …
    fingerprint: 0000000000000000000000000000000000000000000000000000000000000001
    kept although bob</failure>
        </testcase>
        <testcase classname="hostile" name="Rows: alice">
          <failure type="info" message="alice">info: 2 times; step rows
    events: alice …
    fingerprint: 0000000000000000000000000000000000000000000000000000000000000000
    kept although alice</failure>
        </testcase>
        <testcase classname="hostile" name="Columns with names"/>
        <testcase classname="hostile" name="Rows">
          <error type="ENGINE" message="alice bob">Mend it.</error>
        </testcase>
        <testcase classname="hostile" name="everything that was expected could be seen">
          <error type="inconclusive" message="the beginning of this window is not covered, as of 2026-01-15T11:20:00Z; 2 gaps, judged by what was stored">management:read of account 111122223333 in alice and bob, 2026-01-15T09:00:00Z to 2026-01-15T11:00:00Z: these Regions
    alice.
    bob.</error>
        </testcase>
      </testsuite>
      <testsuite name="other" tests="1" failures="0" errors="0" skipped="1">
        <testcase classname="other" name="the runbook is run">
          <skipped message="alice"/>
        </testcase>
      </testsuite>
    </testsuites>
    "
  `)
})

test('a complete answer without findings passes', () => {
  const [run] = result.runs
  const clear = {
    ...result,
    findings: [],
    skipped: [],
    runs: [
      {
        ...run!,
        verdict: 'clear' as const,
        complete: true,
        steps: [{ ...run!.steps[0]!, rows: [], rowCount: 0, elapsedMs: 1500 }],
      },
    ],
  }
  expect(all(runJunit(clear))).toContain('tests="2" failures="0" errors="0" skipped="0" time="1.500"')
})

test('JUnit of cases tells which failed', () => {
  expect(
    all(
      casesJunit([
        { runbook: 'a', name: 'one', status: 'passed' },
        { runbook: 'a', name: 'two', status: 'failed', message: 'expected 1 row\n    and got 2' },
        { runbook: 'b', name: 'three', status: 'skipped' },
      ]),
    ),
  ).toMatchInlineSnapshot(`
    "<?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="trailbook test" tests="3" failures="1" errors="0" skipped="1">
      <testsuite name="a" tests="2" failures="1" errors="0" skipped="0">
        <testcase classname="a" name="one"/>
        <testcase classname="a" name="two">
          <failure type="case" message="expected 1 row">expected 1 row
        and got 2</failure>
        </testcase>
      </testsuite>
      <testsuite name="b" tests="1" failures="0" errors="0" skipped="1">
        <testcase classname="b" name="three">
          <skipped/>
        </testcase>
      </testsuite>
    </testsuites>
    "
  `)
})

test('CSV of a run says in each line what it is', () => {
  expect(all(runCsv(result)).replaceAll('\r\n', '\n')).toMatchInlineSnapshot(`
    "record,runbook,verdict,severity,title,step,count,account,region,event_class,from,to,event_ids,fingerprint,detail
    answer,,failed,,1 step could not be carried out. 2 findings so far.,,2,,,,2026-01-15T09:00:00Z,2026-01-15T11:00:00Z,,,"the beginning of this window is not covered, as of 2026-01-15T11:20:00Z; 2 gaps, judged by what was stored"
    run,hostile,failed,,Hostile texts,,2,,,,2026-01-15T09:00:00Z,2026-01-15T11:00:00Z,,,"the beginning of this window is not covered, as of 2026-01-15T11:20:00Z; 2 gaps, judged by what was stored"
    finding,hostile,,low,bob,rows,2,,,,,,bob …,0000000000000000000000000000000000000000000000000000000000000001,kept although bob
    finding,hostile,,info,alice,rows,2,,,,,,alice …,0000000000000000000000000000000000000000000000000000000000000000,kept although alice
    doubt,hostile,,,alice,,,,,,,,,,
    doubt,hostile,,,bob,,,,,,,,,,
    gap,hostile,,,gap,,,111122223333,alice,management:read,2026-01-15T09:00:00Z,2026-01-15T11:00:00Z,,,alice
    gap,hostile,,,gap,,,111122223333,bob,management:read,2026-01-15T09:00:00Z,2026-01-15T11:00:00Z,,,bob
    next,hostile,,,Rows,,,,,,,,,,"alice; target: alice"
    next,hostile,,,Rows,,,,,,,,,,"bob; target: bob"
    next,hostile,,,alice,,,,,,,,,,escalation
    next,hostile,,,bob,,,,,,,,,,escalation
    skipped,other,,,,,,,,,,,,,alice
    "
  `)
})

test('NDJSON of a run says in each line what it is and whose', () => {
  const lines = all(runNdjson(result))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(lines.map(({ type, step }) => (step === undefined || type === 'finding' ? type : `${type} ${step}`))).toEqual([
    'answer',
    'finding',
    'finding',
    'skipped',
    'run',
    'gap',
    'gap',
    'step rows',
    'step named',
    'row named',
    'step broken',
    'step todo',
  ])
})
