import { createHash } from 'node:crypto'
import {
  chmodSync,
  cpSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadRunbook, type SoundRunbook, sound } from '../../authoring/load-runbook.ts'
import { type BundleRequest, ingestLogs, openConnection, openEvidence, verifyEvidence } from '../../compose.ts'
import { type BundleManifest, bundleId, manifestText } from '../../core/evidence/manifest.ts'
import type { RecordLine } from '../../core/evidence/origin-lines.ts'
import { type Seal, sealText } from '../../core/evidence/seal.ts'
import type { Row } from '../../core/ports.ts'
import { makePlan, type Plan } from '../../core/run/plan.ts'
import type { RunbookRun } from '../../core/run/result.ts'
import { fillEvents } from '../../core/runbook/case-events.ts'
import type { GivenEvent } from '../../core/runbook/schema-case.ts'
import { analyze } from '../../core/sql/compile.ts'
import { stepContributors } from '../../session/contributors.ts'
import { celExpressions } from '../../session/expressions.ts'
import { finishRun, runRunbook } from '../../session/run-runbook.ts'
import type { Asked, RunEffects } from '../../session/state.ts'

const runbookText = `format: trailbook/v1
id: stopped
title: Stopped trails
needs: [management:write]
steps:
  - id: calls
    title: Calls
    query: |
      SELECT eventTime, eventName, actor, recipientAccountId, eventID FROM cloudtrail_logs
      WHERE eventName = 'StopLogging' ORDER BY eventTime
    finding: { per: key, key: [recipientAccountId, actor], severity: high, title: "{{ row.actor }} stopped it" }
  - id: names
    title: Names
    query: SELECT eventName, count(*) AS calls FROM cloudtrail_logs GROUP BY eventName
cases:
  - { name: one, given: [{ eventSource: cloudtrail.amazonaws.com, eventName: StopLogging }], expect: { findings: 1 } }
`

const stopped = (userName: string) => ({
  eventSource: 'cloudtrail.amazonaws.com',
  eventName: 'StopLogging',
  userIdentity: { type: 'IAMUser', userName },
})
const given = [
  ...Array.from({ length: 5 }, (_, at) => stopped(`mallory${at % 2}`)),
  {
    eventSource: 'cloudtrail.amazonaws.com',
    eventName: 'GetTrailStatus',
    requestParameters: { name: 'ünï → \u202Ex' },
  },
]

let base = ''
let loaded: SoundRunbook
const at = (...path: string[]) => join(base, ...path)
const logs = () => at('logs')
const lake = () => at('lake')

beforeAll(async () => {
  base = mkdtempSync(join(tmpdir(), 'trailbook-bundle-'))
  mkdirSync(logs())
  const events = fillEvents(given as GivenEvent[])
  // A delivered file, one with line breaks in its records, an export with envelopes, and lines.
  writeFileSync(join(logs(), 'a.json.gz'), gzipSync(JSON.stringify({ Records: events.slice(0, 2) })))
  writeFileSync(join(logs(), 'b.json'), JSON.stringify({ Records: [events[2]] }, null, 2))
  const envelope = { Events: [{ EventId: 'x', CloudTrailEvent: JSON.stringify(events[3]) }] }
  writeFileSync(join(logs(), 'c.json'), JSON.stringify(envelope))
  writeFileSync(
    join(logs(), 'd.ndjson'),
    `${events
      .slice(4)
      .map((event) => JSON.stringify(event))
      .join('\n')}\n`,
  )
  await ingestLogs(lake(), [logs()], { signal: new AbortController().signal, onProgress: () => {} })
  writeFileSync(at('stopped.yaml'), runbookText)
  loaded = sound(await loadRunbook({ path: at('stopped.yaml'), root: base, found: false }), 'stopped.yaml')
})
afterAll(() => rmSync(base, { recursive: true, force: true }))

interface Once {
  readonly plan: Plan
  readonly run: RunbookRun
  readonly beyond: Map<string, Row[]>
  readonly contributors: BundleRequest['contributors']
}

const runOnce = async (rowLimit?: number): Promise<Once> => {
  const connection = await openConnection(lake())
  const span = await connection.span()
  const plan = makePlan({
    ...loaded,
    parameters: {},
    listValues: {},
    window: span!,
    windowOrigin: 'explicit',
    now: '2026-01-15T12:00:00Z',
    connection: { name: connection.name, dialect: connection.dialect },
    ...(rowLimit !== undefined && { rowLimit }),
  })
  const beyond = new Map<string, Row[]>()
  const asked = new Map<string, Asked[]>()
  const effects: RunEffects = {
    connection,
    asked: ({ step }, one) => asked.set(step, [...(asked.get(step) ?? []), one]),
    clock: { now: () => Date.now() },
    expressions: celExpressions(),
    beyond: async ({ step }, rows) => {
      beyond.set(step, [...(beyond.get(step) ?? []), ...rows])
    },
  }
  const run = await finishRun(runRunbook(plan, effects))
  const analyzed = (sql: string) => analyze(sql).query
  const contributors = await stepContributors({ plan, run, asked, connection, analyze: analyzed })
  await connection.close()
  return { plan, run, beyond, contributors }
}

const write = async (name: string, more: Partial<BundleRequest> = {}, rowLimit?: number) => {
  const { plan, run, beyond, contributors } = await runOnce(rowLimit)
  const evidence = await openEvidence(lake())
  return evidence.writeBundle({
    target: at(name),
    tool: '0.0.0',
    plan,
    runbookText: loaded.text,
    innerTexts: {},
    contributors,
    run,
    async *beyond(step) {
      yield* beyond.get(step) ?? []
    },
    span: { from: plan.scope.earliest, to: plan.scope.window.to },
    reports: { 'report.txt': 'A report\n' },
    seal: async (state) => ({
      actor: 'os:alice@laptop',
      started: `2026-01-15T12:00:0${name.length % 10}Z`,
      finished: '2026-01-15T12:00:10Z',
      node: process.version,
      lake: { ...state, manifestBefore: state.manifest },
      ledger: null,
    }),
    ...more,
  })
}

const filesOf = (folder: string): string[] =>
  (readdirSync(folder, { recursive: true }) as string[]).filter((name) => lstatSync(join(folder, name)).isFile()).sort()
const lines = <T>(path: string): T[] =>
  readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as T)

describe('a bundle', () => {
  test('of the same plan over the same lake has the same manifest, byte for byte, however often it is made', async () => {
    const [first, second] = [await write('first'), await write('second-time')]
    expect(readFileSync(at('first/manifest.json'))).toEqual(readFileSync(at('second-time/manifest.json')))
    expect(first.id).toBe(second.id)
    expect(readFileSync(at('first/sealed.json'))).not.toEqual(readFileSync(at('second-time/sealed.json')))
    expect(filesOf(at('first'))).toMatchInlineSnapshot(`
      [
        "coverage.json",
        "lake.json",
        "manifest.json",
        "originals.ndjson",
        "originals.ndjson.lines",
        "plan.json",
        "provenance.ndjson",
        "provenance.ndjson.lines",
        "records.ndjson",
        "records.ndjson.lines",
        "report.txt",
        "result.json",
        "runbook.yaml",
        "sealed.json",
        "steps/01-calls.ndjson",
        "steps/01-calls.ndjson.lines",
        "steps/02-names.events.ndjson",
        "steps/02-names.events.ndjson.lines",
        "steps/02-names.ndjson",
        "steps/02-names.ndjson.lines",
      ]
    `)
  })

  test('of the same logs in another lake has the same manifest, too', async () => {
    const before = await write('before')
    rmSync(lake(), { recursive: true })
    await ingestLogs(lake(), [logs()], { signal: new AbortController().signal, onProgress: () => {} })
    expect((await write('after')).id).toBe(before.id)
  })

  test('traces every row with an event to file, ordinal and original bytes, whatever the form of the file', async () => {
    const { manifest } = await write('traced')
    expect(manifest.events).toEqual({ cited: 6, notInLake: 0, original: 6, missing: 0 })
    expect(manifest.steps.map(({ id, rowCount, traced }) => ({ id, rowCount, traced }))).toEqual([
      { id: 'calls', rowCount: 5, traced: { toEvents: 5, toQuery: 0 } },
      { id: 'names', rowCount: 2, traced: { toEvents: 0, toQuery: 2 } },
    ])
    const found = lines<RecordLine & { original: string; offset: number }>(at('traced/records.ndjson'))
    const rows = lines<{ eventID: string }>(at('traced/steps/01-calls.ndjson'))
    const behind = lines<{ row: number; eventIDs: string[]; events: number }>(at('traced/steps/02-names.events.ndjson'))
    expect(behind.map(({ row, events }) => [row, events])).toEqual([
      [1, 1],
      [2, 5],
    ])
    const cited = new Set([...rows.map(({ eventID }) => eventID), ...behind.flatMap(({ eventIDs }) => eventIDs)])
    expect(found.map(({ eventID }) => eventID).sort()).toEqual([...cited].sort())
    for (const { eventID, location, offset, original } of found) {
      const raw = readFileSync(location)
      const inflated = raw[0] === 0x1f ? gunzipSync(raw) : raw
      expect(inflated.subarray(offset, offset + Buffer.byteLength(original)).toString()).toBe(original)
      expect(original).toContain(eventID)
    }
    expect(await verifyEvidence(at('traced'), { withSources: true })).toMatchObject({
      intact: true,
      faults: [],
      sources: { same: 6, changed: 0, gone: 0 },
    })
  })

  test('is for its owner alone', async () => {
    await write('private')
    const modes = new Set(filesOf(at('private')).map((name) => lstatSync(at('private', name)).mode & 0o777))
    expect([...modes, lstatSync(at('private')).mode & 0o777, lstatSync(at('private/steps')).mode & 0o777]).toEqual([
      0o600, 0o700, 0o700,
    ])
  })

  test('holds the rows that the result had no room for', async () => {
    const { manifest } = await write('large', {}, 2)
    expect(lines(at('large/steps/01-calls.ndjson'))).toHaveLength(5)
    expect(manifest.steps[0]).toMatchObject({ rowCount: 5, traced: { toEvents: 5 } })
    expect(JSON.parse(readFileSync(at('large/result.json'), 'utf8')).steps[0].rows).toHaveLength(2)
    expect((await verifyEvidence(at('large'), { withSources: false })).intact).toBe(true)
  })

  test('says of each record whose file is gone or changed that it is, and makes nothing up', async () => {
    const changed = join(logs(), 'b.json')
    const gone = join(logs(), 'c.json')
    const [bText, cText] = [readFileSync(changed), readFileSync(gone)]
    writeFileSync(changed, bText.toString().replace('StopLogging', 'StartLogging'))
    rmSync(gone)
    try {
      const { manifest } = await write('lost')
      expect(manifest.events).toEqual({ cited: 6, notInLake: 0, original: 4, missing: 2 })
      const missing = lines<{ missing?: string }>(at('lost/records.ndjson')).flatMap((line) => line.missing ?? [])
      expect(missing).toEqual(['other', 'gone'])
      const states = lines<{ state: string; reason: string | null }>(at('lost/originals.ndjson'))
      expect(states.map(({ state, reason }) => [state, reason])).toEqual([
        ['same', null],
        ['changed', null],
        ['gone', 'The file could not be read: it is no longer there.'],
        ['same', null],
      ])
    } finally {
      writeFileSync(changed, bText)
      writeFileSync(gone, cText)
    }
  })

  test('names event ids that the lake does not hold', async () => {
    const { plan, run } = await runOnce()
    const [step, ...others] = run.steps
    const invented = {
      ...run,
      steps: [{ ...step!, rows: [...step!.rows, { ...step!.rows[0]!, eventID: 'invented' }] }, ...others],
    }
    const { manifest } = await write('invented', { plan, run: invented })
    expect(manifest.events).toMatchObject({ cited: 7, notInLake: 1, original: 6 })
    expect(lines(at('invented/provenance.ndjson')).at(-1)).toEqual({ eventID: 'invented', missing: 'not-in-lake' })
    expect((await verifyEvidence(at('invented'), { withSources: false })).intact).toBe(true)
  })

  test('is never written over anything, and a failure or an abort leaves nothing', async () => {
    await write('taken')
    await expect(write('taken')).rejects.toMatchObject({ code: 'EVIDENCE_EXISTS' })
    const controller = new AbortController()
    const seal = async () => {
      controller.abort()
      throw new Error('stopped')
    }
    await expect(write('aborted', { seal, signal: controller.signal })).rejects.toMatchObject({
      code: 'RUN_INTERRUPTED',
    })
    writeFileSync(at('file'), '')
    await expect(write('file')).rejects.toMatchObject({ code: 'EVIDENCE_EXISTS' })
    await expect(write('file/bundle')).rejects.toThrow('a part of the path is a file')
    expect(readdirSync(base).filter((name) => name.includes('aborted') || name.includes('partial'))).toEqual([])
  })
})

describe('verifying a bundle', () => {
  const fresh = async (name: string): Promise<string> => {
    if (!readdirSync(base).includes('sound')) await write('sound')
    rmSync(at(name), { recursive: true, force: true })
    cpSync(at('sound'), at(name), { recursive: true })
    return at(name)
  }
  const faultsOf = async (folder: string, withSources = false) =>
    (await verifyEvidence(folder, { withSources })).faults.map(
      ({ file, line, kind }) => `${kind} ${file}${line === null ? '' : `:${line}`}`,
    )

  test('finds any changed byte of any file, and names the file', async () => {
    const folder = await fresh('flipped')
    const names = filesOf(folder)
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...names),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        async (name, where, by) => {
          const path = join(folder, name)
          const before = readFileSync(path)
          const after = Buffer.from(before)
          after[where % after.length]! ^= by
          writeFileSync(path, after)
          const faults = await faultsOf(folder)
          writeFileSync(path, before)
          expect(faults.some((fault) => fault.includes(name))).toBe(true)
        },
      ),
      { numRuns: 150 },
    )
    expect(await faultsOf(folder)).toEqual([])
  })

  test('names the row that was changed, taken away or added', async () => {
    const folder = await fresh('rows')
    const path = join(folder, 'steps/01-calls.ndjson')
    const text = readFileSync(path, 'utf8')
    const rows = text.trimEnd().split('\n')
    const faultsWith = async (changed: readonly string[]) => {
      writeFileSync(path, `${changed.join('\n')}\n`)
      return faultsOf(folder)
    }
    const file = 'changed steps/01-calls.ndjson'
    expect(await faultsWith(rows.with(2, rows[2]!.replace('mallory', 'alice')))).toEqual([file, `${file}:3`])
    expect(await faultsWith(rows.slice(0, 3))).toEqual([file, 'missing steps/01-calls.ndjson:4'])
    expect(await faultsWith([...rows, rows[0]!])).toEqual([file, 'added steps/01-calls.ndjson:6'])
  })

  test.each([
    ['a file is gone', (folder: string) => rmSync(join(folder, 'plan.json')), ['missing plan.json']],
    ['a file was added', (folder: string) => writeFileSync(join(folder, 'notes.txt'), ''), ['added notes.txt']],
    [
      'a link stands for a file',
      (folder: string) => {
        rmSync(join(folder, 'plan.json'))
        symlinkSync(at('sound/plan.json'), join(folder, 'plan.json'))
      },
      ['changed plan.json'],
    ],
    ['the seal is gone', (folder: string) => rmSync(join(folder, 'sealed.json')), ['missing sealed.json']],
    [
      'the manifest is no manifest',
      (folder: string) => writeFileSync(join(folder, 'manifest.json'), '{}'),
      ['changed manifest.json', 'changed manifest.json'],
    ],
  ])('says that %s', async (_, tamper, expected) => {
    const folder = await fresh('tampered')
    tamper(folder)
    const faults = await faultsOf(folder)
    expect(faults.slice(0, expected.length)).toEqual(expected)
  })

  test('against an id from elsewhere finds a bundle that was made anew as a whole', async () => {
    const folder = await fresh('anew')
    const { id } = await verifyEvidence(folder, { withSources: false })
    expect((await verifyEvidence(folder, { id: id!, withSources: false })).intact).toBe(true)
    const other = await verifyEvidence(folder, { id: '0'.repeat(64), withSources: false })
    expect(other.faults).toMatchObject([{ file: 'manifest.json', kind: 'changed' }])
  })

  /** What somebody does who can write the bundle: changes it, and computes all hashes anew. */
  const resealed = async (name: string, change: (manifest: BundleManifest, folder: string) => object) => {
    const folder = await fresh(name)
    const path = join(folder, 'manifest.json')
    const manifest = JSON.parse(readFileSync(path, 'utf8')) as BundleManifest
    const { files, ...rest } = change(manifest, folder) as BundleManifest
    const hashed = files.map((file) => {
      const bytes = readFileSync(join(folder, file.path))
      return { path: file.path, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }
    })
    const text = manifestText({ ...rest, files: hashed })
    writeFileSync(path, text)
    const { hash: _, ...seal } = JSON.parse(readFileSync(join(folder, 'sealed.json'), 'utf8')) as Seal
    writeFileSync(join(folder, 'sealed.json'), sealText({ ...seal, bundle: bundleId(text) }))
    return faultsOf(folder)
  }
  const inFile = (folder: string, name: string, from: string, to: string): void => {
    const path = join(folder, name)
    writeFileSync(path, readFileSync(path, 'utf8').replace(from, to))
  }
  const without = ({ files, ...rest }: BundleManifest, folder: string, gone: readonly string[]) => {
    for (const name of gone) rmSync(join(folder, name))
    return { ...rest, files: files.filter(({ path }) => !gone.includes(path)) }
  }

  test.each<[string, Parameters<typeof resealed>[1], readonly string[]]>([
    ['nothing was changed', (manifest) => manifest, []],
    ['another verdict in the manifest', (manifest) => ({ ...manifest, verdict: 'clear' }), ['unfit result.json']],
    [
      'a step with fewer rows',
      ({ steps, ...rest }) => ({ ...rest, steps: steps.map((step) => ({ ...step, rowCount: 0 })) }),
      ['unfit result.json', 'unfit result.json'],
    ],
    [
      'other coverage',
      (manifest, folder) => {
        inFile(folder, 'coverage.json', '"complete":', '"complete" :')
        return manifest
      },
      ['unfit coverage.json'],
    ],
    [
      'a finding of an event that nobody logged',
      (manifest, folder) => {
        inFile(folder, 'result.json', '"eventIds":["', '"eventIds":["x')
        return manifest
      },
      ['unfit result.json'],
    ],
    ['no result', (manifest, folder) => without(manifest, folder, ['result.json']), ['unfit manifest.json']],
    [
      'no rows',
      (manifest, folder) => without(manifest, folder, ['steps/01-calls.ndjson', 'steps/01-calls.ndjson.lines']),
      ['unfit manifest.json'],
    ],
  ])('with all hashes computed anew finds: %s', async (_, change, expected) => {
    expect(await resealed('resealed', change)).toEqual(expected)
  })

  test.each([
    ['no runbook', { runbook: undefined }],
    ['a step that is none', { steps: [null] }],
    ['a file that is none', { files: [null] }],
    ['a file twice', { files: Array(2).fill({ path: 'plan.json', bytes: 1, sha256: '0'.repeat(64) }) }],
    ['a path out of the folder', { files: [{ path: '../x', bytes: 1, sha256: '0'.repeat(64) }] }],
  ])('survives a manifest with %s', async (_, members) => {
    const folder = await fresh('hostile')
    const path = join(folder, 'manifest.json')
    writeFileSync(path, JSON.stringify({ ...(JSON.parse(readFileSync(path, 'utf8')) as object), ...members }))
    expect((await verifyEvidence(folder, { withSources: false })).intact).toBe(false)
  })

  test('with the original files finds bytes that changed there, and counts what is gone', async () => {
    const folder = await fresh('sources')
    const names = ['b.json', 'c.json'].map((name) => join(logs(), name)) as [string, string]
    const texts = names.map((name) => readFileSync(name))
    writeFileSync(names[0], texts[0]!.toString().replace('StopLogging', 'StopLoggin9'))
    rmSync(names[1])
    const report = await verifyEvidence(folder, { withSources: true })
    for (const [index, name] of names.entries()) writeFileSync(name, texts[index]!)
    expect(report.sources).toEqual({ same: 4, changed: 1, gone: 1 })
    expect(report.faults).toMatchObject([{ file: 'records.ndjson', kind: 'source' }])
  })

  test('of a folder that is no bundle says so', async () => {
    await expect(verifyEvidence(logs(), { withSources: false })).rejects.toMatchObject({
      code: 'EVIDENCE_NOT_A_BUNDLE',
    })
  })
})

test.skipIf(process.getuid?.() === 0)('a folder that may not be written is told with the reason', async () => {
  mkdirSync(at('closed'))
  chmodSync(at('closed'), 0o500)
  await expect(write('closed/bundle')).rejects.toMatchObject({ code: 'EVIDENCE_UNWRITABLE' })
})
