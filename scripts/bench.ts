/**
 * Measures the claims of docs/performance.md: whole processes against named baselines, in turn, so that a ratio holds where
 * seconds do not. Needs Linux with GNU time, zcat, xargs and jq.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { type Logs, logsOf, type Shape, shapes } from '../bench/data.ts'
import { type Figures, measureInTurn, type Subject } from '../bench/measure.ts'

interface Row extends Figures {
  readonly what: string
  readonly shape: Shape
  readonly events: number
  readonly subject: string
  /** The subject that the ratios are against. */
  readonly baseline: string
  readonly wallRatio: number
  readonly cpuRatio: number
  /** Bytes of the lake for each byte of the logs. */
  readonly size?: number
}

const bench = resolve('bench')

export async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      events: { type: 'string', default: '1000000,10000000' },
      shapes: { type: 'string', default: shapes.join(',') },
      rounds: { type: 'string', default: '3' },
      out: { type: 'string' },
      /** Makes the logs and measures nothing. */
      prepare: { type: 'boolean', default: false },
      cache: { type: 'string', default: 'node_modules/.cache/bench' },
    },
  })
  const cli = process.env.TRAILBOOK_CLI ?? resolve('dist/cli.js')
  if (!existsSync(cli)) throw new Error(`${cli} is not there: npm run build`)
  for (const tool of ['/usr/bin/time', 'zcat', 'xargs', 'jq']) execFileSync('bash', ['-c', `command -v ${tool}`])
  const cache = resolve(values.cache)
  mkdirSync(cache, { recursive: true })
  const work = mkdtempSync(join(tmpdir(), 'trailbook-bench-'))
  const rounds = Number(values.rounds)
  const rows: Row[] = []
  try {
    for (const events of values.events.split(',').map(Number))
      for (const shape of values.shapes.split(',') as Shape[]) {
        const logs = logsOf(cache, { events, shape, cli })
        if (values.prepare) continue
        console.log(
          `\n${events} events, ${shape}: ${logs.files} files, ${Math.round(logs.bytes / 2 ** 20)} MiB; load ${loadavg()[0]!.toFixed(1)} on ${cpus().length} cores`,
        )
        const lake = join(work, 'lake')
        const set = { events, shape, logs, lake, cli, work, rounds: isSmall(events) ? rounds : 1 }
        rows.push(...ingest(set))
        if (shape === 'delivered') rows.push(...ask(set))
      }
    for (const shape of shapes) tellGrowth(rows, shape)
    if (values.out !== undefined) writeFileSync(values.out, `${JSON.stringify(rows, null, 2)}\n`)
    return 0
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

/** More take minutes a round: one has to do, without another before it. */
const isSmall = (events: number): boolean => events <= 2_000_000

interface DataSet {
  readonly events: number
  readonly shape: Shape
  readonly logs: Logs
  readonly lake: string
  readonly cli: string
  readonly work: string
  readonly rounds: number
}

const node = (...args: readonly string[]): string =>
  [process.execPath, ...args].map((arg) => `'${arg.replaceAll("'", "'\\''")}'`).join(' ')

function ingest({ events, shape, logs, lake, cli, work, rounds }: DataSet): Row[] {
  const plain = join(work, 'plain.parquet')
  const sizes = new Map<string, number>()
  const weigh = (name: string) => () => sizes.set(name, lakeBytes(cli, lake) / logs.bytes)
  const subjects: Subject[] = [
    {
      name: 'two zcat',
      // Many names at a time, so that starting processes is no part of the baseline.
      command: `find '${logs.folder}' -name '*.json.gz' -print0 | xargs -0 -P2 -n 500 zcat > /dev/null`,
    },
    {
      name: 'DuckDB read_json + COPY',
      command: node(join(bench, 'plain-duckdb.mjs'), logs.folder, plain),
      after: () => sizes.set('DuckDB read_json + COPY', statSync(plain).size / logs.bytes),
    },
    {
      name: 'trailbook ingest',
      command: node(cli, 'ingest', logs.folder, '--lake', lake),
      before: () => rmSync(lake, { recursive: true, force: true }),
      after: weigh('trailbook ingest'),
    },
    {
      name: 'trailbook lake compact',
      command: node(cli, 'lake', 'compact', '--lake', lake),
      after: weigh('trailbook lake compact'),
    },
  ]
  const figures = measureInTurn(subjects, rounds, isSmall(events))
  return tell('ingest', figures, { events, shape, baseline: 'two zcat' }, sizes)
}

/** Of the parts that the newest manifest names. */
function lakeBytes(cli: string, lake: string): number {
  const text = execFileSync(process.execPath, [cli, 'status', '--lake', lake, '--format', 'json'], { encoding: 'utf8' })
  return (JSON.parse(text) as { lake: { bytes: number } }).lake.bytes
}

/** What bench/question.sql asks, in the words of jq. */
const filter =
  '.Records[] | select(.eventSource == "iam.amazonaws.com" and (.eventName | IN("AttachRolePolicy", "AttachUserPolicy", "PutRolePolicy", "PutUserPolicy", "CreateAccessKey"))) | [.eventTime, .eventName, .userIdentity.arn, .sourceIPAddress, .recipientAccountId, .eventID]'

/** Over the lake that the ingest left behind. */
function ask({ events, shape, logs, lake, cli, rounds }: DataSet): Row[] {
  const sql = join(bench, 'question.sql')
  const span = ['--from', '2026-01-01', '--to', '2026-03-01']
  const question = measureInTurn(
    [
      { name: 'DuckDB over the same Parquet', command: node(join(bench, 'raw-query.mjs'), lake, sql) },
      {
        name: 'trailbook query',
        command: `${node(cli, 'query', '--lake', lake, ...span, '--limit', '1000000', '--format', 'json')} "$(cat '${sql}')"`,
      },
      // One zcat, for two would mix their lines. Over ten million events jq takes minutes, and they are ten times the same.
      ...(isSmall(events)
        ? [
            {
              name: 'zcat | jq',
              command: `find '${logs.folder}' -name '*.json.gz' -print0 | xargs -0 -n 500 zcat | jq -c '${filter}'`,
            },
          ]
        : []),
    ],
    rounds,
    isSmall(events),
  )
  const asked = tell('a question', question, { events, shape, baseline: 'DuckDB over the same Parquet' })
  // Exit codes tell the verdict, not whether it ran.
  const run = (...what: readonly string[]): string =>
    `${node(cli, 'run', ...what, '--lake', lake, ...span, '--no-record', '--format', 'json')} || [ $? -le 2 ]`
  const cold = measureInTurn(
    [
      { name: 'node -e 0', command: node('-e', '0') },
      { name: 'one shipped runbook', command: run('iam-policy-change') },
      { name: 'the whole library', command: run('--all') },
    ],
    rounds,
    isSmall(events),
  )
  return [...asked, ...tell('runbooks', cold, { events, shape, baseline: 'node -e 0' })]
}

function tell(
  what: string,
  figures: ReadonlyMap<string, Figures>,
  { events, shape, baseline }: Pick<Row, 'events' | 'shape' | 'baseline'>,
  sizes: ReadonlyMap<string, number> = new Map(),
): Row[] {
  const base = figures.get(baseline)!
  const rows = [...figures].map(([subject, own]): Row => {
    const size = sizes.get(subject)
    const ratios = { wallRatio: own.wall / base.wall, cpuRatio: own.cpu / base.cpu }
    return { what, shape, events, subject, baseline, ...own, ...ratios, ...(size !== undefined && { size }) }
  })
  console.log(`${what.padEnd(30)}    wall s   ratio   cpu s   ratio  peak MiB   bytes/source`)
  for (const { subject, wall, wallRatio, cpu, cpuRatio, peak, size } of rows)
    console.log(
      `  ${subject.padEnd(28)}${wall.toFixed(2).padStart(10)}${wallRatio.toFixed(2).padStart(8)}${cpu.toFixed(2).padStart(8)}${cpuRatio.toFixed(2).padStart(8)}${peak.toFixed(0).padStart(10)}${(size?.toFixed(2) ?? '').padStart(15)}`,
    )
  return rows
}

/** Ten times the events should cost ten times as much. */
function tellGrowth(rows: readonly Row[], shape: Shape): void {
  const own = rows.filter((row) => row.shape === shape && row.subject === 'trailbook ingest')
  const [small, large] = [own[0], own.at(-1)]
  if (small === undefined || large === undefined || small === large) return
  const times = large.events / small.events
  console.log(
    `\n${shape}: ${times} times the events took ${(large.cpu / small.cpu).toFixed(1)} times the processor time, ${(large.wall / small.wall).toFixed(1)} times the wall`,
  )
}
