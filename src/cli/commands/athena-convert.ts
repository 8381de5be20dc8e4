import { type ConvertReport, convertAthena } from '../../compose-snapshots.ts'
import { TrailbookError } from '../../core/errors.ts'
import type { Charge } from '../../core/ports.ts'
import { labelled, line, span } from '../../core/report/lines.ts'
import { bytesText, plural } from '../../core/report/text.ts'
import { day, isDay, isoTime } from '../../core/time.ts'
import { type CliContext, flag, type Given, type Outcome, text } from '../command.ts'
import { loadConfig } from '../config.ts'
import { athenaSettings } from '../connections/athena.ts'
import { settingsOfEngine } from '../connections.ts'
import { openS3Store } from '../s3-target.ts'
import { waitingOf } from '../waiting.ts'
import { durationOf, inWords } from './lake-parts.ts'

const usage = (reason: string, advice: string): TrailbookError => new TrailbookError('CLI_USAGE', { reason, advice })
const hour = day / 24

export async function athenaConvert(given: Given, context: CliContext): Promise<Outcome> {
  const name = text(given, 'connection')
  const to = text(given, 'to')
  if (name === undefined || to === undefined)
    throw usage(
      'athena convert needs a connection and a target',
      'trailbook athena convert --connection <name> --to s3://bucket/prefix',
    )
  const config = await loadConfig(context)
  const settings = { ...athenaSettings(settingsOfEngine(name, 'athena', config)), name }
  const view = text(given, 'view') ?? `${settings.table}_lake`
  if (!/^[a-z]\w*$/i.test(view)) throw usage(`--view is "${view}"`, 'It is a name of letters, digits and _.')
  if (view.toLowerCase() === settings.table.toLowerCase())
    throw usage(`--view is the raw table "${view}"`, 'Give the view a name of its own.')
  const request = { ...days(given, Date.now()), again: flag(given, 'again'), dryRun: flag(given, 'dryRun') }
  const batch = count(given, 'batch')
  const keep = count(given, 'keep')
  const budgetBytes = amount(given, 'maxScan') ?? settings.budgetBytes
  if (budgetBytes === undefined && !request.dryRun)
    throw usage(
      'athena convert scans whole days of raw logs, and nothing limits what that costs',
      'See what it would read with --dry-run, then give --max-scan, e.g. --max-scan 500GB, or set `budget` for the connection.',
    )
  const workgroup = text(given, 'workgroup') ?? settings.workgroup
  const graceMs = durationOf(given, 'older-than') ?? hour
  const store = await openS3Store(to, {
    given,
    context,
    waiting: waitingOf(given, context),
  })
  const report = await convertAthena(
    { ...settings, budgetBytes, workgroup },
    {
      ...request,
      store,
      view,
      graceMs,
      ...(batch !== undefined && { batch }),
      ...(keep !== undefined && { keep }),
      signal: context.signal,
      onExpected: (expected) => context.note(`This reads ${expectedText(expected)}.`),
      onProgress: ({ done, all }) => context.progress(`Converting: ${done} of ${plural(all, 'batch', 'batches')}`),
    },
  ).finally(() => {
    context.progress(undefined)
    store.close()
  })
  const { deliveries, expected, charges, dryRun } = report
  const read =
    deliveries.length === 0
      ? 'no day of delivery: all are converted'
      : `${plural(deliveries.length, 'day')} of delivery, ${deliveries[0]} to ${deliveries.at(-1)}`
  return {
    exitCode: 0,
    json: { schema: 'trailbook.athena-convert/v1', ...report },
    lines: (width) => [
      line(span(dryRun ? `Would convert ${report.source}` : `Converted ${report.source}`, 'strong')),
      ...labelled('Target', report.target, width),
      ...labelled('Read  ', read, width),
      ...labelled('Plan  ', expectedText(expected), width),
      ...(dryRun
        ? []
        : [
            ...labelled('Cost  ', `${bytesText(charges[0]?.amount ?? 0)} scanned, ${dollars(charges)}`, width),
            ...labelled(
              'Events',
              `${inWords(report.rows)} of ${plural(report.days, 'day')}; ${plural(report.newDays, 'day')} new or changed`,
              width,
            ),
            ...labelled('View  ', `${report.table} shows snapshot ${report.id}`, width),
          ]),
      ...(report.unusable === 0
        ? []
        : labelled('Left out', `${plural(report.unusable, 'record')} without a time that can be read`, width)),
    ],
  }
}

const expectedText = ({ bytes, charges, basis }: ConvertReport['expected']): string =>
  `${bytes === null ? 'an unknown amount' : `${bytesText(bytes)}, ${dollars(charges)}`}, ${basis}; what is merged is read again as Parquet`

const dollars = (charges: readonly Charge[]): string =>
  `about $${charges.reduce((total, { usd }) => total + usd, 0).toFixed(2)}`

function days(given: Given, now: number): { from?: string; to?: string } {
  const of = (name: string): string | undefined => {
    const value = text(given, name)
    if (value === undefined || isDay(value)) return value
    throw usage(`--${name} is "${value}"`, 'It is a day of delivery in UTC: YYYY-MM-DD.')
  }
  const [from, until, last] = [of('from'), of('until'), count(given, 'days')]
  if (from !== undefined && until !== undefined && from > until)
    throw usage('--from is after --until', 'Both are days, included.')
  if (last !== undefined && from !== undefined) throw usage('--days and --from were both given', 'Give one of them.')
  const end = until === undefined ? now - day : Date.parse(until)
  const first = last === undefined ? from : isoTime(end - (last - 1) * day).slice(0, 10)
  return { ...(first !== undefined && { from: first }), ...(until !== undefined && { to: until }) }
}

function count(given: Given, name: string): number | undefined {
  const value = text(given, name)
  if (value === undefined || /^[1-9]\d{0,4}$/.test(value)) return value === undefined ? undefined : Number(value)
  throw usage(`--${name} is "${value}"`, 'It is a whole number, 1 or more.')
}

const units: Readonly<Record<string, number>> = { MB: 1e6, GB: 1e9, TB: 1e12 }

function amount(given: Given, name: string): number | undefined {
  const value = text(given, name)
  if (value === undefined) return undefined
  const [, digits, unit] = /^([1-9]\d{0,5}) ?(MB|GB|TB)$/i.exec(value) ?? []
  if (digits === undefined) throw usage(`--max-scan is "${value}"`, 'It is an amount such as 500GB.')
  return Number(digits) * units[unit!.toUpperCase()]!
}
