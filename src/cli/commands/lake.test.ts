import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { quietContext } from '../../../test/support/cli-context.ts'
import { openUpkeep } from '../../compose.ts'
import type { TrailbookError } from '../../core/errors.ts'
import { toText } from '../../core/report/lines.ts'
import { createLake, openLake } from '../../lake/lake.ts'
import { writeManifest } from '../../lake/manifest.ts'
import type { Outcome } from '../command.ts'
import { parseArguments } from '../program.ts'

let cwd = ''
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'trailbook-lake-cli-'))
  await createLake(join(cwd, 'lake'))
})
afterAll(() => rm(cwd, { recursive: true }))

const notes: string[] = []

/** What the command says to arguments as they are typed. */
const lake = (...typed: string[]): Promise<Outcome> => call('lake', ...typed)

async function call(...typed: string[]): Promise<Outcome> {
  const parsed = await parseArguments(typed)
  if (parsed.kind !== 'call') throw new Error(parsed.text)
  const context = quietContext(cwd, '2026-11-21T12:00:00Z', {
    globals: { lake: 'lake', format: 'terminal', config: undefined, quiet: false },
    note: (text) => notes.push(text),
  })
  return parsed.command.action(parsed.given, context)
}

const lines = async (...typed: string[]): Promise<string> => toText((await lake(...typed)).lines(80))
const refusal = async (...typed: string[]): Promise<string> =>
  lake(...typed).then(
    () => 'none',
    (error: TrailbookError) => `${error.code}: ${error.message} ${error.hint}`,
  )

describe('trailbook lake', () => {
  test.each<[string[], string]>([
    [['tidy'], 'lake does not know "tidy"'],
    [['compact', 'more'], 'lake compact takes nothing after its name'],
    [['publish'], 'lake publish takes <target>'],
    [['check', '--keep', '3'], 'lake check has no option --keep'],
    [['check', '--no-wait'], 'lake check has no option --no-wait'],
    [['vacuum', '--older-than', 'soon'], '--older-than is "soon", which is no duration'],
    [['publish', 'x', '--keep', '0'], '--keep is "0"'],
    [['retain'], 'lake retain needs to know how long events are kept'],
    [['retain', '--older-than', '5h'], 'Events cannot be kept for less than a day'],
    [['hold', 'keep', 'x'], 'lake hold takes add or release and a name'],
    [['hold', 'add', '../x', '--reason', 'y'], 'lake hold takes add or release and a name'],
    [['hold', 'add', 'x'], 'A hold needs a reason'],
    [['hold', 'add', 'x', '--reason', 'y', '--account', '1'], '"1" is no account id'],
    [['hold', 'add', 'x', '--reason', 'y', '--from', '2026-02-31'], '--from is "2026-02-31", which is no day'],
    [['hold', 'add', 'x', '--reason', 'y', '--from', '2026-02-02', '--to', '2026-02-01'], 'ends before it begins'],
  ])('%j is refused', async (typed, reason) => {
    const said = await refusal(...typed)
    expect(said).toContain('CLI_USAGE')
    expect(said).toContain(reason)
  })

  test('says what it did in 80 columns', async () => {
    expect(await lines('check')).toMatchInlineSnapshot(`
      "Clean  0 parts checked
      Lake  0 events of 0 days from 0 files, 0 B
      State manifest 0, format 2"
    `)
    expect(await lines('compact')).toMatchInlineSnapshot(`
      "Nothing to compact
      Events   0 parts, 0 B
      Files    0 parts, 0 B
      Coverage 0 parts, 0 B"
    `)
    expect(await lines('vacuum')).toMatchInlineSnapshot(`
      "Freed 0 B
      Replaced  0 parts, 0 B
      Left over 0 parts, 0 B
      Manifests 0 old"
    `)
    expect(await lines('upgrade')).toMatchInlineSnapshot(`"The lake has the newest format, 2"`)
    expect(await lines('retain', '--older-than', '400d')).toMatchInlineSnapshot(`
      "Removed 0 events, 0 B
      Days none before 2025-10-17"
    `)
    expect(await lines('hold', 'list')).toMatchInlineSnapshot(`"Nothing is held."`)
  })

  test('a hold is placed, shown and released, and each is an entry of the ledger', async () => {
    const placed = await lake('hold', 'add', 'case-17', '--from', '2026-01-30T23:00:00Z', '--reason', 'case 17')
    expect(placed.json).toMatchObject({
      schema: 'trailbook.lake-hold/v1',
      deed: 'added',
      holds: [{ name: 'case-17', from: '2026-01-30', to: null, accounts: [], reason: 'case 17' }],
    })
    expect(await lines('hold', 'list')).toContain('2026-01-30 to the end, both included')
    expect((await lake('hold', 'release', 'case-17')).json).toMatchObject({ deed: 'released' })
    expect(await (await openUpkeep(join(cwd, 'lake'))).holds()).toEqual([])
    const { ledgerFile } = await import('../../store/files/ledger-file.ts')
    const actions: string[] = []
    const ledger = ledgerFile({ folder: join(cwd, 'lake.records'), lock: async () => ({ release: async () => {} }) })
    await ledger.verify({ watch: ({ action }) => actions.push(action) })
    expect(actions).toEqual(['ledger.opened', 'lake.hold-added', 'lake.hold-released'])
  })

  test('status shows what is held and what is gone', async () => {
    const gone = { from: '2026-01-01', to: '2026-01-03', rows: 1200, at: '2026-11-20T09:00:00Z' }
    const removed = [
      { ...gone, accounts: null },
      { ...gone, from: '2026-01-05', to: '2026-01-05', accounts: ['111122223333'], rows: 1 },
    ]
    await lake('hold', 'add', 'case-18', '--to', '2026-01-31', '--account', '111122223333', '--reason', 'case 18')
    const state = await (await openLake(join(cwd, 'lake'))).manifest()
    await writeManifest(join(cwd, 'lake'), { ...state, id: state.id + 1, removed })
    const status = await call('status')
    expect(toText(status.lines(80)).split('\n').slice(2, 7).join('\n')).toMatchInlineSnapshot(`
      "Held   case-18: the beginning to 2026-01-31, 111122223333 (case 18)
      Gone   2026-01-01 to 2026-01-03: 1,200 events, removed by retention on
             2026-11-20
      Gone   2026-01-05 to 2026-01-05: 1 event of 1 account, removed by retention on
             2026-11-20"
    `)
    expect(status.json).toMatchObject({ lake: { holds: [{ name: 'case-18' }], removed } })
  })

  test('vacuum says that a short grace time may harm queries', async () => {
    await lake('vacuum', '--older-than', '0s')
    expect(notes.at(-1)).toContain('a query that runs now may lose parts')
  })
})
