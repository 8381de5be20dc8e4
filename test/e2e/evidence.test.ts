import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { build, folder, json, trailbook, writeLog } from './trailbook.ts'

const stopped = {
  eventSource: 'cloudtrail.amazonaws.com',
  eventName: 'StopLogging',
  userIdentity: { type: 'IAMUser', userName: 'mallory' },
}
const window = ['--from', '2026-01-15T00:00:00Z', '--to', '2026-01-16T00:00:00Z']

let cwd: string
beforeAll(() => {
  build()
  cwd = folder()
  trailbook(cwd, ['new', 'stopped-trail'])
  writeLog(cwd, 'logs/bad.json.gz', [stopped, { ...stopped, eventName: 'GetTrailStatus' }])
  trailbook(cwd, ['ingest', 'logs'])
})

const run = (...more: string[]) => json(cwd, ['run', 'stopped-trail', ...window, ...more])
const ledger = () => readFileSync(join(cwd, '.trailbook/ledger.ndjson'), 'utf8')

describe('a run over the lake', () => {
  test('is kept, noted in the ledger, and shown again', () => {
    const { code, object } = run()
    expect([code, object.kept]).toMatchObject([1, [{ runbook: 'stopped-trail', bundle: null }]])
    const { runs } = json(cwd, ['runs']).object
    expect(runs).toMatchObject([{ id: object.kept[0].record, verdict: 'findings', findings: 1, highest: 'high' }])
    const again = json(cwd, ['runs', 'show', 'last']).object
    expect(again).toMatchObject({ schema: 'trailbook.run/v1', verdict: 'findings', findings: object.findings })
    expect(trailbook(cwd, ['runs', 'show', runs[0].id]).stdout).toContain('mallory ran StopLogging')
    expect(json(cwd, ['runs', '--verdict', 'clear']).object).toMatchObject({ runs: [], total: 0 })
    expect(ledger().match(/"action":"[a-z.]+"/g)).toEqual([
      '"action":"ledger.opened"',
      '"action":"run.started"',
      '"action":"run.finished"',
    ])
  })

  test('is not kept with --no-record; a query is noted', () => {
    const before = ledger()
    expect(run('--no-record').object.kept).toEqual([
      { runbook: 'stopped-trail', connection: 'lake', record: null, bundle: null },
    ])
    expect(ledger()).toBe(before)
    json(cwd, ['query', 'SELECT count(*) AS n FROM cloudtrail_logs'])
    expect(JSON.parse(ledger().trimEnd().split('\n').at(-1)!)).toMatchObject({
      action: 'query',
      details: { sql: 'SELECT count(*) AS n FROM cloudtrail_logs', rows: 1 },
    })
  })

  test('that cannot be recorded answers all the same, and says why', () => {
    const other = folder()
    trailbook(other, ['ingest', join(cwd, 'logs'), '--lake', 'lake'])
    writeFileSync(join(other, 'lake.records'), '')
    const ended = trailbook(other, ['query', 'SELECT count(*) AS n FROM cloudtrail_logs', '--lake', 'lake'])
    expect([ended.code, ended.stdout]).toEqual([0, expect.stringContaining('2')])
    expect(ended.stderr).toContain('Not recorded: The ledger')
  })
})

describe('an evidence bundle', () => {
  test('of the same question has the same id, is found intact, and a changed byte is found', () => {
    const [first, second] = [run('--evidence', 'first').object, run('--evidence', 'second').object]
    expect(first.kept[0].bundle.id).toBe(second.kept[0].bundle.id)
    const check = (...more: string[]) => json(cwd, ['evidence', 'verify', 'first', ...more])
    expect([check('--sources').code, check('--sources').object]).toMatchObject([
      0,
      { schema: 'trailbook.evidence/v1', intact: true, ledger: { seq: expect.any(Number) }, sources: { same: 1 } },
    ])
    expect(check('--id', '0'.repeat(64)).code).toBe(1)
    const rows = join(cwd, 'first/steps/01-calls.ndjson')
    writeFileSync(rows, readFileSync(rows, 'utf8').replace('mallory', 'malloty'))
    const broken = trailbook(cwd, ['evidence', 'verify', 'first'])
    expect([broken.code, broken.stdout]).toEqual([1, expect.stringContaining('steps/01-calls.ndjson:1')])
  })

  test('that was made anew as a whole is not the one that the ledger noted', () => {
    const other = folder()
    trailbook(other, ['new', 'stopped-trail'])
    trailbook(other, ['ingest', join(cwd, 'logs')])
    const write = (dir: string, ...more: string[]) =>
      trailbook(other, ['run', 'stopped-trail', '--evidence', dir, ...(more.length > 0 ? more : window)])
    write('cases/one')
    write('cases/two')
    write('elsewhere', '--from', '2026-01-15T01:00:00Z', '--to', '2026-01-16T00:00:00Z', '--no-record')
    const verify = (path: string, ...more: string[]) => json(other, ['evidence', 'verify', path, ...more])
    expect(verify('cases/one').object.ledger).toMatchObject({ verdict: 'sound', path: join(other, 'cases/one') })

    rmSync(join(other, 'cases/one'), { recursive: true })
    cpSync(join(other, 'elsewhere'), join(other, 'cases/one'), { recursive: true })
    const remade = verify('cases/one')
    expect([remade.code, remade.object]).toMatchObject([
      1,
      {
        intact: false,
        faultCount: 1,
        ledger: { verdict: 'changed' },
        faults: [{ file: 'manifest.json', kind: 'changed' }],
      },
    ])
    expect(remade.object.faults[0].message).toContain(remade.object.ledger.bundle)
    expect(trailbook(other, ['evidence', 'verify', 'cases/one']).stdout).toContain('another was written: entry')
    // An id that was kept elsewhere is believed before the ledger.
    expect(verify('cases/one', '--id', remade.object.id)).toMatchObject({ code: 0, object: { intact: true } })
    expect(verify('elsewhere').object).toMatchObject({ intact: true, ledger: null })

    const all = verify('cases')
    expect([all.code, all.object]).toMatchObject([
      1,
      {
        intact: false,
        bundles: [
          { path: 'cases/one', intact: false },
          { path: 'cases/two', intact: true },
        ],
        gone: [],
      },
    ])
    rmSync(join(other, 'cases/one'), { recursive: true })
    const left = verify('cases')
    expect([left.code, left.object]).toMatchObject([
      2,
      { intact: true, bundles: [{ path: 'cases/two' }], gone: [{ path: 'cases/one', seq: expect.any(Number) }] },
    ])
    expect(verify('cases', '--id', '0'.repeat(64))).toMatchObject({
      code: 64,
      object: { error: { code: 'CLI_USAGE' } },
    })
    expect(verify('logs')).toMatchObject({ code: 64, object: { error: { code: 'EVIDENCE_NOT_A_BUNDLE' } } })
  })

  test('is refused where something is already, before anything is run', () => {
    const { code, object } = run('--evidence', 'logs')
    expect([code, object.error.code]).toEqual([64, 'EVIDENCE_EXISTS'])
  })

  test('of logs without a lake is written and recorded', () => {
    const other = folder()
    trailbook(other, ['new', 'stopped-trail'])
    const args = ['run', 'stopped-trail', '--logs', join(cwd, 'logs'), '--evidence', 'out/case']
    expect(json(other, args).object.kept[0].bundle.id).toMatch(/^[0-9a-f]{64}$/)
    expect(json(other, ['evidence', 'verify', 'out/case', '--sources']).object).toMatchObject({
      intact: true,
      sources: { same: 1, changed: 0, gone: 0 },
    })
    expect(readdirSync(join(other, '.trailbook')).sort()).toEqual(['ledger.ndjson', 'locks', 'runs'])
    expect(existsSync(join(other, '.trailbook/lake'))).toBe(false)
  })
})

describe('the ledger', () => {
  test('is verified against a checkpoint, which finds that its end was cut off', () => {
    const checkpoint = trailbook(cwd, ['ledger', 'checkpoint']).stdout
    writeFileSync(join(cwd, 'checkpoint.json'), checkpoint)
    const verify = () => json(cwd, ['ledger', 'verify', '--checkpoint', 'checkpoint.json'])
    expect([verify().code, verify().object]).toMatchObject([0, { schema: 'trailbook.ledger/v1', intact: true }])
    const before = ledger()
    writeFileSync(join(cwd, '.trailbook/ledger.ndjson'), `${before.trimEnd().split('\n').slice(0, -1).join('\n')}\n`)
    expect(json(cwd, ['ledger', 'verify']).code).toBe(0)
    expect([verify().code, verify().object.faults]).toMatchObject([1, [{ kind: 'truncated' }]])
    writeFileSync(join(cwd, '.trailbook/ledger.ndjson'), before.replace('stopped-trail', 'another-trail'))
    expect([verify().code, verify().object.faults[0]]).toMatchObject([1, { kind: 'changed', entry: 2 }])
    writeFileSync(join(cwd, '.trailbook/ledger.ndjson'), before)
  })

  test('that is not there is told', () => {
    expect(json(folder(), ['ledger', 'verify']).object.error.code).toBe('LEDGER_MISSING')
  })
})
