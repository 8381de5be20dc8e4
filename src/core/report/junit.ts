/**
 * JUnit XML, as CI servers read it: a testsuite for each runbook.
 *
 * Of a run, each finding is a failure, a step that failed is an error, and so is an answer that is not complete: a
 * pipeline that asks for nothing found must not pass because nothing could be seen.
 */
import type { Finding } from '../run/findings.ts'
import { isBroken, type RunResult } from '../run/result.ts'
import { gapText, groupGaps, isUnexplained, unexplained } from './gaps.ts'
import { issueText } from './issue-lines.ts'
import { shorten } from './text.ts'
import { coverageText, findingPlace, onConnection, type Run } from './words.ts'
import { type XmlNode, xmlDocument } from './xml.ts'

interface Case {
  readonly name: string
  readonly state: 'passed' | 'failure' | 'error' | 'skipped'
  readonly type?: string
  readonly message?: string
  readonly details?: string
}

interface Suite {
  readonly name: string
  readonly cases: readonly Case[]
  readonly seconds?: number
  readonly timestamp?: string
  readonly properties?: Readonly<Record<string, string>>
}

export function runJunit(result: RunResult): Iterable<string> {
  const told = new Set<string>()
  const suites = result.runs.map((run): Suite => {
    // Runs of one runbook may find the same.
    const found = new Set(run.found.filter((fingerprint) => !told.has(fingerprint)))
    const findings = result.findings.filter((one) => one.runbook === run.runbook && found.has(one.fingerprint))
    for (const { fingerprint } of findings) told.add(fingerprint)
    return {
      name: `${run.runbook}${onConnection(run, result)}`,
      cases: [...run.steps.flatMap((step) => stepCases(step, findings)), completeness(run)],
      seconds: run.steps.reduce((total, step) => total + (step.elapsedMs ?? 0), 0) / 1000,
      ...(run.asOf !== undefined && { timestamp: run.asOf.replace('Z', '') }),
      properties: {
        verdict: run.verdict,
        window: `${run.window.from}/${run.window.to}`,
        plan: run.plan,
        connection: run.connection,
      },
    }
  })
  const skipped = result.skipped.map(
    (one): Suite => ({
      name: one.runbook,
      cases: [
        {
          name: 'the runbook is run',
          state: isBroken(one) ? 'error' : 'skipped',
          message: one.reason,
          ...(one.mistakes && { type: 'broken', details: one.mistakes.map(issueText).join('\n') }),
        },
      ],
    }),
  )
  return junit('trailbook run', [...suites, ...skipped])
}

function stepCases(step: Run['steps'][number], findings: readonly Finding[]): readonly Case[] {
  const own = findings.filter((finding) => finding.step === step.id)
  const { error } = step
  return [
    ...(step.status === 'failed'
      ? [
          {
            name: step.title,
            state: 'error' as const,
            type: error?.code ?? 'failed',
            message: error?.message ?? 'The step failed.',
            ...(error?.hint !== undefined && { details: error.hint }),
          },
        ]
      : own.length === 0 && step.kind === 'query'
        ? [{ name: step.title, state: step.status === 'done' ? ('passed' as const) : ('skipped' as const) }]
        : []),
    ...own.map((finding) => ({
      name: `${step.title}: ${finding.title}`,
      state: 'failure' as const,
      type: finding.severity,
      message: finding.title,
      details: [
        `${finding.severity}: ${findingPlace(finding)}`,
        `events: ${finding.eventIds.join(' ')}${finding.moreEventIds ? ' …' : ''}`,
        `fingerprint: ${finding.fingerprint}`,
        ...(finding.error === undefined ? [] : [`kept although ${finding.error}`]),
      ].join('\n'),
    })),
  ]
}

const maxReasons = 20

function completeness(run: Run): Case {
  const name = 'everything that was expected could be seen'
  if (run.complete) return { name, state: 'passed' }
  const reasons = [
    ...groupGaps(run.coverage.gaps).map(gapText),
    ...(isUnexplained(run.coverage) ? [unexplained] : []),
    ...run.doubts.map(({ message }) => `${message}.`),
  ]
  return {
    name,
    state: 'error',
    type: 'inconclusive',
    message: coverageText(run.coverage, run.asOf),
    details: [
      ...reasons.slice(0, maxReasons),
      ...(reasons.length > maxReasons ? [`… and ${reasons.length - maxReasons} more`] : []),
    ].join('\n'),
  }
}

interface TestedCase {
  readonly runbook: string
  readonly name: string
  readonly status: 'passed' | 'failed' | 'skipped'
  readonly message?: string
}

/** What `trailbook test` found: a testcase for each case of a runbook. */
export function casesJunit(cases: readonly TestedCase[]): Iterable<string> {
  const names = [...new Set(cases.map((one) => one.runbook))]
  return junit(
    'trailbook test',
    names.map((name) => ({
      name,
      cases: cases
        .filter((one) => one.runbook === name)
        .map(
          (one): Case => ({
            name: one.name,
            state: one.status === 'failed' ? 'failure' : one.status,
            ...(one.status === 'failed' && {
              type: 'case',
              message: one.message?.split('\n')[0] ?? '',
              details: one.message ?? '',
            }),
          }),
        ),
    })),
  )
}

function junit(name: string, suites: readonly Suite[]): Iterable<string> {
  const all = suites.flatMap((suite) => suite.cases)
  return xmlDocument({
    name: 'testsuites',
    attributes: { name, ...counts(all) },
    children: suites.map(suiteNode),
  })
}

const counts = (cases: readonly Case[]) => {
  const of = (state: Case['state']): number => cases.filter((one) => one.state === state).length
  return { tests: cases.length, failures: of('failure'), errors: of('error'), skipped: of('skipped') }
}

const suiteNode = (suite: Suite): XmlNode => ({
  name: 'testsuite',
  attributes: {
    name: suite.name,
    ...counts(suite.cases),
    time: suite.seconds?.toFixed(3),
    timestamp: suite.timestamp,
  },
  children: [
    ...(suite.properties === undefined
      ? []
      : [
          {
            name: 'properties',
            attributes: {},
            children: Object.entries(suite.properties).map(([key, value]) => ({
              name: 'property',
              attributes: { name: key, value },
            })),
          },
        ]),
    ...suite.cases.map((one) => caseNode(suite.name, one)),
  ],
})

/** What is told of one case is for reading in a log: the whole is in the JSON. */
const longest = 4000

const caseNode = (suite: string, one: Case): XmlNode => ({
  name: 'testcase',
  attributes: { classname: suite, name: shorten(one.name, longest) },
  ...(one.state !== 'passed' && {
    children: [
      {
        name: one.state,
        attributes: { type: one.type, message: one.message === undefined ? undefined : shorten(one.message, longest) },
        ...(one.details !== undefined && { text: shorten(one.details, longest * 4) }),
      },
    ],
  }),
})
