import { describe, expect, test } from 'vitest'
import { combine, exitCodeOf, judge, type Verdict } from './verdict.ts'

const evidence = { failed: false, findings: 0, doubts: 0, coverageComplete: true }

describe('a verdict', () => {
  test.each([
    ['clear when everything was seen and nothing found', {}, 'clear', true],
    ['inconclusive when coverage has a gap', { coverageComplete: false }, 'inconclusive', false],
    ['inconclusive when there is any doubt', { doubts: 1 }, 'inconclusive', false],
    ['findings when there are any', { findings: 2 }, 'findings', true],
    ['findings, but not complete, beside a gap', { findings: 1, coverageComplete: false }, 'findings', false],
    ['findings, but not complete, beside a doubt', { findings: 1, doubts: 3 }, 'findings', false],
    ['failed whatever was found', { failed: true, findings: 5 }, 'failed', false],
    ['failed rather than inconclusive', { failed: true, doubts: 1, coverageComplete: false }, 'failed', false],
  ] as const)('is %s', (_, given, verdict, complete) => {
    expect(judge({ ...evidence, ...given })).toEqual({ verdict, complete })
  })
})

describe('several verdicts', () => {
  const of = (verdict: Verdict) => ({ verdict, complete: verdict === 'clear' })
  test.each([
    [['clear', 'clear'], 'clear', true],
    [['clear', 'inconclusive'], 'inconclusive', false],
    [['inconclusive', 'findings', 'clear'], 'findings', false],
    [['findings', 'failed'], 'failed', false],
    [[], 'inconclusive', false],
  ] as const)('%j together are %s', (verdicts, verdict, complete) => {
    expect(combine(verdicts.map(of))).toEqual({ verdict, complete })
  })
})

describe('the exit code', () => {
  const low = [{ severity: 'low' }] as const
  const both = [{ severity: 'low' }, { severity: 'high' }] as const
  test.each([
    ['0 when clear', { verdict: 'clear', complete: true }, [], undefined, 0],
    ['1 for findings', { verdict: 'findings', complete: true }, low, undefined, 1],
    ['2 when inconclusive', { verdict: 'inconclusive', complete: false }, [], undefined, 2],
    ['3 when failed', { verdict: 'failed', complete: false }, [], undefined, 3],
    ['0 for findings below --fail-on', { verdict: 'findings', complete: true }, low, 'high', 0],
    ['1 for findings at --fail-on', { verdict: 'findings', complete: true }, both, 'high', 1],
    ['2 for findings below --fail-on that may not be all', { verdict: 'findings', complete: false }, low, 'high', 2],
    ['2 when inconclusive, whatever --fail-on', { verdict: 'inconclusive', complete: false }, [], 'critical', 2],
    ['3 when failed, whatever --fail-on', { verdict: 'failed', complete: false }, low, 'critical', 3],
  ] as const)('is %s', (_, judgement, findings, failOn, code) => {
    expect(exitCodeOf(judgement, findings, failOn)).toBe(code)
  })
})
