import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { quietContext } from '../../../test/support/cli-context.ts'
import type { TrailbookError } from '../../core/errors.ts'
import { toText } from '../../core/report/lines.ts'
import type { Outcome } from '../command.ts'
import { parseArguments } from '../program.ts'

const files: Readonly<Record<string, string | Buffer>> = {
  'empty.sql': '',
  'notes.sql': '-- nothing yet\n',
  'binary.sql': Buffer.from([0x53, 0xff, 0x00, 0x01]),
  'huge.sql': `SELECT eventName FROM $EDS_ID WHERE eventName IN ('${'x'.repeat(60_000)}')`,
  'mine.sql':
    "SELECT eventName, map_keys(requestParameters) FROM $EDS_ID\nWHERE sourceIPAddress = '<ip>' AND eventTime > '2026-01-01 00:00:00'",
}

let cwd = ''
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'trailbook-import-'))
  for (const [name, content] of Object.entries(files)) await writeFile(join(cwd, name), content)
})
afterAll(() => rm(cwd, { recursive: true }))

async function call(typed: readonly string[], piped = ''): Promise<Outcome> {
  const parsed = await parseArguments(['import', ...typed])
  if (parsed.kind !== 'call') throw new Error(parsed.text)
  return parsed.command.action(parsed.given, {
    ...quietContext(cwd, '2026-11-21T12:00:00Z'),
    readStdin: async () => piped,
  })
}

describe('trailbook import lake', () => {
  test.each<[string, string]>([
    ['empty.sql', 'empty.sql cannot be imported: there is no query in it.'],
    ['notes.sql', 'notes.sql cannot be imported: there is no query in it.'],
    ['binary.sql', 'binary.sql cannot be imported: it is no text in UTF-8.'],
    ['huge.sql', 'huge.sql cannot be imported: it has 60,053 characters, and CloudTrail Lake takes texts of 10,000.'],
    ['none.sql', 'There is no none.sql.'],
    ['-', 'Standard input has no name that the runbook could take.'],
  ])('makes no runbook of %s', async (file, message) => {
    const error = await call(['lake', file], 'SELECT eventName FROM $EDS_ID').catch((reason: TrailbookError) => reason)
    expect(error).toMatchObject({ message, exitCode: 64 })
    expect(await readdir(cwd)).not.toContain('runbooks')
  })

  test('tells what it writes down twice once', async () => {
    const sql =
      "SELECT element_at(requestParameters, 'x') AS x FROM 1a2b3c4d-5e6f-7081-92a3-b4c5d6e7f809 JOIN b ON 1 = 1"
    const { json } = await call(['lake', '-', '--id', 'twice', '--out', 'twice.yaml'], sql)
    const { notes, left } = json as unknown as { notes: readonly object[]; left: number }
    const told = notes.map((note) => JSON.stringify(note))
    expect(told).toEqual([...new Set(told)])
    expect(left).toBe(3)
  })

  test('tells each place below its line, no wider than the terminal', async () => {
    const { lines, exitCode } = await call(['lake', 'mine.sql', '--out', 'a.yaml'])
    expect(exitCode).toBe(1)
    expect(toText(lines(60))).toMatchInlineSnapshot(`
      "mine.sql:1:19  not translated
         map_keys does not take (varchar). It takes
         map_keys(map(K,V)).
      mine.sql:2:36  changed
         The window \`eventTime > '2026-01-01 00:00:00'\` is left to
         the scope.
      Parameter ip: ip, for <ip>. Check its type.
      1 place could not be translated; wrote a.yaml
      Next: add cases, then trailbook lint a.yaml && trailbook test a.yaml"
    `)
  })

  test('reads standard input', async () => {
    const { json } = await call(['lake', '-', '--id', 'piped', '--out', 'b.yaml'], files['mine.sql'] as string)
    expect(json).toMatchObject({ created: ['b.yaml'], left: 1 })
  })
})
