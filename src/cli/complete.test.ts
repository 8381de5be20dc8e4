import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { CommandSpec } from './command.ts'
import { complete, type Grammar } from './complete.ts'
import { completionScripts, filesMark, shells } from './completion-scripts.ts'

const run: CommandSpec = {
  name: 'run',
  summary: 'Run runbooks',
  arguments: [{ name: '<what...>', description: 'runbooks' }],
  options: [
    { flags: '--param <name=value>', description: 'a parameter', repeatable: true },
    { flags: '--logs <path...>', description: 'log files' },
    { flags: '--connection <name>', description: 'whom to ask', repeatable: true },
    { flags: '--trino <connection>', description: 'whose table', repeatable: true },
    { flags: '--fail-on <severity>', description: 'lower findings exit with 0', choices: ['low', 'high'] },
  ],
  examples: [],
  action: () => Promise.reject(new Error('not called')),
}

const sub: CommandSpec = {
  ...run,
  name: 'import',
  arguments: [
    { name: '<what>', description: 'what', choices: ['lake'] },
    { name: '<file>', description: 'the text' },
  ],
}

const grammar = (command?: CommandSpec): Grammar => ({
  commands: ['run', 'runs', 'query'].map((text) => ({ text, says: text })),
  command,
  formats: ['terminal', 'html'],
  options: [
    ...(command?.options ?? []),
    { flags: '--format <format>', description: 'how', choices: ['terminal', 'html'] },
    { flags: '--report <format=file>', description: 'file', repeatable: true },
    { flags: '--quiet', description: 'no notes' },
  ],
  connections: async () => ['trail', 'lake'].map((text) => ({ text, says: '' })),
  runbooks: async () => ['root-activity', 'iam-policy-change'].map((text) => ({ text, says: '' })),
})

describe('what can come next', () => {
  test.each([
    ['a command', undefined, ['ru'], ['run', 'runs']],
    ['anything at the start', undefined, [''], ['run', 'runs', 'query']],
    ['a global option before a command', undefined, ['--qu'], ['--quiet']],
    ['a runbook or a file', run, ['run', 'ro'], ['root-activity', filesMark]],
    [
      'an option that is not there yet',
      run,
      ['run', 'x', '--quiet', '--'],
      ['--param', '--logs', '--connection', '--trino', '--fail-on', '--format', '--report'],
    ],
    ['an option that may be repeated', run, ['run', '--param', 'a=1', '--pa'], ['--param']],
    ['a choice', run, ['run', '--fail-on', ''], ['low', 'high']],
    ['a choice behind =', run, ['run', '--fail-on=h'], ['--fail-on=high']],
    ['a format', run, ['run', '--format', 'h'], ['html']],
    ['a report', run, ['run', '--report', 'h'], ['html=', filesMark]],
    ['a file', run, ['run', '--logs', ''], [filesMark]],
    ['a connection', run, ['run', '--connection', 't'], ['trail']],
    ['a connection behind =', run, ['run', '--trino=l'], ['--trino=lake']],
    ['a subcommand', sub, ['import', ''], ['lake']],
    ['what a subcommand takes', sub, ['import', 'lake', ''], [filesMark]],
    ['nothing that is known', run, ['run', '--param', ''], []],
  ])('is %s', async (_, command, typed, expected) => {
    const { words, files } = await complete(typed, grammar(command))
    expect([...words.map(({ text }) => text), ...(files ? [filesMark] : [])]).toEqual(expected)
  })
})

/** A shell where `trailbook` answers as the program would. */
function inBash(line: string, answer: string): readonly string[] {
  const script = `
trailbook() { printf '%s' "$ANSWER"; }
${completionScripts.bash}
COMP_LINE=$LINE COMP_POINT=\${#LINE}
_trailbook
printf '%s\\n' "\${COMPREPLY[@]}"`
  const env = { PATH: process.env.PATH, LINE: line, ANSWER: answer }
  return execFileSync('bash', ['--norc', '-c', script], { encoding: 'utf8', env, cwd: import.meta.dirname })
    .trimEnd()
    .split('\n')
}

const has = (shell: string): boolean => {
  try {
    execFileSync(shell, ['-c', 'true'])
    return true
  } catch {
    return false
  }
}

describe.skipIf(!has('bash'))('bash (where there is one)', () => {
  test.each([
    ['trailbook ru', 'run\tRun runbooks\nruns\tList runs\n', ['run', 'runs']],
    ['trailbook run --format=h', '--format=html\t\n', ['html']],
    ['trailbook run --logs complete.t', `${filesMark}\n`, ['complete.test.ts', 'complete.ts']],
    ['trailbook run --report html=complete.te', `${filesMark}\n`, ['complete.test.ts']],
  ])('%s', (line, answer, expected) => {
    expect([...inBash(line, answer)].sort()).toEqual(expected)
  })
})

describe.each(shells)('the script for %s', (shell) => {
  test.skipIf(!has(shell))('is read without complaint (where the shell is there)', () => {
    const folder = mkdtempSync(join(tmpdir(), 'trailbook-completion-'))
    const file = join(folder, 'script')
    writeFileSync(file, completionScripts[shell])
    const check = shell === 'fish' ? '--no-execute' : '-n'
    const told = execFileSync(shell, [check, file], { encoding: 'utf8' })
    rmSync(folder, { recursive: true })
    expect(told).toBe('')
  })
})
