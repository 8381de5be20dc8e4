import { existsSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { TrailbookError } from '../core/errors.ts'
import { commands } from './commands.ts'
import { commandName, parseArguments, untangleLogs, wantsJson } from './program.ts'

const failure = async (argv: readonly string[]): Promise<TrailbookError> => {
  try {
    await parseArguments(argv)
  } catch (error) {
    if (error instanceof TrailbookError) return error
  }
  throw new Error('no mistake was found')
}

describe('the command', () => {
  test.each([
    [['run', 'x'], 'run'],
    [['--lake', 'run', 'status'], 'status'],
    [['--format', 'json', '--quiet', 'list'], 'list'],
    [['--format=json', 'list'], 'list'],
    [['--help'], undefined],
    [[], undefined],
  ])('of %j is %s', (argv, name) => {
    expect(commandName(argv)).toBe(name)
  })

  test('gets its arguments and options, global ones on either side', async () => {
    const parsed = await parseArguments([
      '--lake',
      'l',
      'run',
      'a',
      'b',
      '--param',
      'x=1',
      '--param',
      'y=2',
      '--format',
      'json',
    ])
    expect(parsed).toMatchObject({
      kind: 'call',
      given: { arguments: { what: ['a', 'b'] }, options: { param: ['x=1', 'y=2'] } },
      globals: { lake: 'l', format: 'json' },
    })
  })
})

describe('a mistake in the arguments', () => {
  test.each([
    ['an unknown command', ['rnu'], 'There is no command "rnu".', 'Did you mean trailbook run?'],
    [
      'a word that is near nothing',
      ['frobnicate'],
      'There is no command "frobnicate".',
      'trailbook --help lists the commands.',
    ],
    ['no command', [], 'No command was given.', 'trailbook --help lists the commands.'],
    ['an unknown option', ['run', 'x', '--sicne', '1d'], "Unknown option '--sicne'.", 'Did you mean --since?'],
    [
      'an option that is near nothing',
      ['list', '--xyzzy'],
      "Unknown option '--xyzzy'.",
      'trailbook list --help shows what can be given.',
    ],
    [
      'a missing argument',
      ['show'],
      "Missing required argument 'what'.",
      '<what>: the id of a runbook, or its file. trailbook show --help shows what can be given.',
    ],
    [
      'a missing value',
      ['run', 'x', '--since'],
      "Option '--since <when>' argument missing.",
      '--since <when>: events since then: 24h, 7d, or a time; the end is 20 minutes ago. trailbook run --help shows what can be given.',
    ],
    [
      'a missing value of some choices',
      ['run', 'x', '--format', 'json', '--fail-on'],
      "Option '--fail-on <severity>' argument missing.",
      '--fail-on <severity>: lower findings exit with 0 (info, low, medium, high, critical). trailbook run --help shows what can be given.',
    ],
    [
      'a value that is none of the choices',
      ['list', '--format', 'xml'],
      "Option '--format <format>' argument 'xml' is invalid. Allowed choices are terminal, json, ndjson, csv, markdown.",
      'trailbook list --help shows what can be given.',
    ],
    [
      'too much',
      ['status', 'now'],
      "Too many arguments for 'status'. Expected 0 arguments but got 1.",
      'trailbook status --help shows what can be given.',
    ],
  ])('%s is told with what to do', async (_, argv, message, hint) => {
    expect(await failure(argv)).toMatchObject({ message, hint, exitCode: 64 })
  })
})

test.each([
  [['run', 'x', '--format', 'json'], true],
  [['--format=json', 'run'], true],
  [['run', 'x', '--format', 'ndjson'], true],
  [['run', 'x', '--format=csv'], false],
  [['--format', 'json', 'run', '--format', 'terminal'], false],
  [['run', '--bogus'], false],
])('%j wants JSON: %s', (argv, wanted) => {
  expect(wantsJson(argv)).toBe(wanted)
})

test.each([
  [
    ['run', '--logs', 'a', 'b', 'root-use'],
    ['run', 'root-use', '--logs', 'a', 'b'],
  ],
  [
    ['run', '--logs', 'a', 'mine.yaml', '--quiet'],
    ['run', 'mine.yaml', '--logs', 'a', '--quiet'],
  ],
  [
    ['query', '--logs', 'a', 'SELECT 1'],
    ['query', 'SELECT 1', '--logs', 'a'],
  ],
  [
    ['query', '--logs', 'a', '-'],
    ['query', '-', '--logs', 'a'],
  ],
  [
    ['run', 'x', '--logs', 'a', 'b'],
    ['run', 'x', '--logs', 'a', 'b'],
  ],
  [
    ['run', 'x'],
    ['run', 'x'],
  ],
  [
    ['completion', '--words', '--', 'run', '--logs', 'a', 'root-use'],
    ['completion', '--words', '--', 'run', '--logs', 'a', 'root-use'],
  ],
])('what can be no log file is not taken for one: %j', (argv, expected) => {
  const there = new Set(['a', 'b', 'mine.yaml'])
  expect(untangleLogs(argv, (path) => there.has(path))).toEqual(expected)
})

test('every runbook that an example runs, shows or tests comes with trailbook', async () => {
  const ids = (await Promise.all(commands.map((entry) => entry.load()))).flatMap(({ examples }) =>
    examples.flatMap(({ command }) => /^trailbook (?:run|show|test) ([a-z0-9-]+)(?= |$)/.exec(command)?.[1] ?? []),
  )
  expect(ids.length).toBeGreaterThan(3)
  for (const id of ids) expect(existsSync(new URL(`../../runbooks/${id}.yaml`, import.meta.url)), id).toBe(true)
})

test('every command has a help with examples, and its name and summary are those of the list', async () => {
  for (const entry of commands) {
    const command = await entry.load()
    expect([command.name, command.summary]).toEqual([entry.name, entry.summary])
    const help = await parseArguments([entry.name, '--help'])
    expect(help).toMatchObject({ kind: 'print', text: expect.stringContaining('Examples:') })
    expect(command.examples.every((example) => example.command.startsWith(`trailbook ${entry.name}`))).toBe(true)
  }
})
