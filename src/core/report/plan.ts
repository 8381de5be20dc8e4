/** What would be done, for a person at a terminal: first what it reads and costs, then each step with the text it would send. */
import type { Estimate, Scope } from '../ports.ts'
import { usdOf } from '../run/cost.ts'
import type { PlanEstimate, PlannedStep, PlanOutline } from '../run/plan-outline.ts'
import { refusals } from '../run/plan-outline.ts'
import { conjunction } from './gaps.ts'
import { blank, indent, type Line, labelled, line, paragraph, span } from './lines.ts'
import { tableLines } from './table.ts'
import { measure, section, told } from './terminal-parts.ts'
import { bytesText, cellText, plural, visible } from './text.ts'
import { dollarsText, windowText } from './words.ts'

interface PlanView {
  readonly width: number
  /** Texts were printed without asking the connection what its table is like. */
  readonly offline: boolean
  /** The connection asks by itself what its events cover. */
  readonly asksCoverage: boolean
  /** What its credentials must be allowed, in words. */
  readonly permissions?: string | undefined
  /** The command that runs exactly this. */
  readonly command: string
}

export function planLines(
  outline: PlanOutline,
  { width: columns, offline, asksCoverage, permissions, command }: PlanView,
): readonly Line[] {
  const width = Math.min(columns, measure)
  const { plan, steps, estimate, overBudget } = outline
  return [
    line(span('PLAN', 'strong'), ` ${plan.runbook.id} on ${plan.connection}`, span(` (${outline.engine})`, 'muted')),
    ...paragraph(outline.title, width, 'strong'),
    blank,
    ...labelled('Window  ', windowText(plan.scope.window, outline.windowOrigin), width),
    ...labelled('Lookback', lookbackText(plan.scope), width),
    ...labelled('Scope   ', scopeText(plan.scope), width),
    ...labelled('Reads   ', readsText(estimate), width),
    ...(outline.billed
      ? labelled(
          'Cost    ',
          `${costsText(estimate)}${asksCoverage ? '; finding out what the events cover comes on top' : ''}`,
          width,
          overBudget === undefined ? undefined : 'bad',
        )
      : []),
    ...(overBudget === undefined
      ? []
      : labelled(
          'Budget  ',
          `more than --max-cost ${dollarsText(overBudget.budget)}: it would stop on the way`,
          width,
          'bad',
        )),
    ...(outline.copies === null ? [] : labelled('Copies  ', copiesTexts[outline.copies], width)),
    ...(permissions === undefined ? [] : labelled('Needs   ', permissions, width)),
    ...labelled('Plan    ', outline.digest, width),
    ...(offline
      ? paragraph(
          'Nobody was asked: texts are for a table with every column, and the digest of a run may differ.',
          width,
          'muted',
        )
      : []),
    ...steps.flatMap((step, index) => [blank, ...stepLines(step, String(index + 1), width)]),
    ...section(
      'What the engine would not do',
      refusals(steps).flatMap(({ id, refused }) =>
        labelled('-', told(`${id}: ${refused.message} ${refused.hint ?? ''}`), width - 2),
      ),
    ),
    ...section('Left to people', leftLines(steps, width)),
    ...section('Run it', [line(span(visible(command), 'accent'))]),
  ]
}

/** Several plans, a line for each. */
export function planTable(outlines: readonly PlanOutline[], width: number): readonly Line[] {
  const billed = outlines.some((one) => one.billed)
  const several = new Set(outlines.map(({ plan }) => plan.connection)).size > 1
  return [
    ...tableLines({
      columns: [
        'runbook',
        ...(several ? ['connection'] : []),
        'queries',
        'reads',
        ...(billed ? ['cost'] : []),
        'refused',
      ],
      rows: outlines.map(({ plan, estimate, steps, billed: costs }) => ({
        runbook: plan.runbook.id,
        connection: plan.connection,
        queries: estimate.queries,
        reads: estimate.bytes === null ? 'unknown' : bytesText(estimate.bytes),
        cost: !costs ? 'none' : estimate.usd === 0 && estimate.unknown > 0 ? 'unknown' : dollarsText(estimate.usd),
        refused: refusals(steps).length,
      })),
      width,
      maxRows: 1000,
    }),
    blank,
    ...outlines.flatMap(({ plan, steps }) =>
      refusals(steps).flatMap(({ id, refused }) =>
        labelled('-', told(`${plan.runbook.id}/${id} on ${plan.connection}: ${refused.message}`), width),
      ),
    ),
    ...paragraph('--details shows each whole, with its texts; --format json has all of it.', width, 'muted'),
  ]
}

const copiesTexts: Record<NonNullable<PlanOutline['copies']>, string> = {
  none: 'events are unique where they lie',
  removed: 'taken out by each query',
  counted: 'an event that was delivered twice counts twice',
}

const lookbackText = ({ earliest, window }: Scope): string =>
  earliest === window.from ? 'none' : `queries may read events from ${earliest} on`

/** Days are those of the events; where files lie by delivery, an engine looks a day further. */
export function scopeText({ accounts, regions, services, earliest, window }: Scope): string {
  const named = (values: readonly string[], what: string): string =>
    values.length === 0
      ? `all ${what}`
      : `${what} ${conjunction(values.slice(0, 5))}${values.length > 5 ? ' and more' : ''}`
  const days = [earliest.slice(0, 10), window.to.slice(0, 10)]
  return [
    named(accounts, 'accounts'),
    named(regions, 'Regions'),
    ...(services.length === 0 ? [] : [named(services, 'services')]),
    `days ${days[0]} to ${days[1]}`,
  ].join('; ')
}

export function readsText({ queries, bytes, files, unknown, atMost }: PlanEstimate): string {
  if (queries === 0) return 'nothing: no step asks for events'
  const known =
    bytes === null
      ? 'unknown beforehand'
      : `at most ${bytesText(bytes)}${files === null ? '' : ` in ${plural(files, 'file')}`}`
  const rest = unknown > 0 && bytes !== null ? `; of ${plural(unknown, 'query', 'queries')} it is unknown` : ''
  const often =
    atMost.queries > queries ? `; rows may call for up to ${plural(atMost.queries, 'query', 'queries')}` : ''
  return `${known}, ${plural(queries, 'query', 'queries')}${rest}${often}`
}

export function costsText({ usd, unknown, queries, atMost }: PlanEstimate): string {
  if (unknown === queries || (usd === 0 && unknown > 0)) return 'unknown beforehand'
  const rest = unknown > 0 ? ', and what is unknown' : ''
  const often = atMost.usd > usd ? `; up to ${dollarsText(atMost.usd)} where rows call for more` : ''
  return `at most ${dollarsText(usd)} by list prices, an estimate${rest}${often}`
}

/** `12.0 MB of 3.4 GB, 14 of 200 files, from the lake's manifest`. */
export function estimateText({ bytes, files, of, basis, charges }: Estimate): string {
  const parts = [
    bytes === null ? 'unknown' : `${bytesText(bytes)}${of === undefined ? '' : ` of ${bytesText(of.bytes)}`}`,
    ...(files === null
      ? []
      : [of === undefined ? plural(files, 'file') : `${files.toLocaleString('en-US')} of ${plural(of.files, 'file')}`]),
    ...(charges.length === 0 ? [] : [dollarsText(usdOf(charges))]),
    basis,
  ]
  return parts.join(', ')
}

function stepLines(step: PlannedStep, number: string, width: number): readonly Line[] {
  const inner = width - 3
  const each =
    step.each === undefined ? '' : ` for each ${step.each.by.join(', ')} of ${step.each.rows}, at most ${step.each.max}`
  return [
    line(span(`${number}. ${visible(step.title)}`, 'strong')),
    ...indent(
      [
        ...paragraph(`${step.kind} ${step.id}${each}`, inner, 'muted'),
        ...(step.waitsFor.length === 0 ? [] : labelled('Waits for:', conjunction(step.waitsFor), inner)),
        ...(step.when === undefined ? [] : labelled('When:', visible(step.when), inner)),
        ...(step.kind === 'query' ? queryLines(step, inner) : []),
        ...Object.entries(step.does ?? {}).flatMap(([name, value]) =>
          labelled(`${name}:`, cellText(value, 300), inner),
        ),
        ...(step.inner?.steps ?? []).flatMap((one, index) => [
          blank,
          ...stepLines(one, `${number}.${index + 1}`, inner),
        ]),
      ],
      3,
    ),
  ]
}

function queryLines(step: PlannedStep, width: number): readonly Line[] {
  const { refused, sql, placeholders = [], estimate, unknown, scope } = step
  if (refused !== undefined) return labelled('Refused:', told(`${refused.message} ${refused.hint ?? ''}`), width, 'bad')
  return [
    ...(scope === null ? labelled('Scope:', 'narrower, by rows of earlier steps', width) : []),
    ...(placeholders.length === 0
      ? []
      : labelled('Values:', `${conjunction(placeholders)} come from rows; the text shows where`, width)),
    ...(estimate === null || estimate === undefined
      ? labelled('Reads:', `unknown: ${unknown ?? 'nobody was asked'}`, width)
      : labelled('Reads:', estimateText(estimate), width)),
    ...(sql === null || sql === undefined ? [] : sqlLines(sql, width)),
    ...Object.entries(step.parameters ?? {}).flatMap(([name, value]) =>
      labelled(`$${name} =`, cellText(value, 300), width),
    ),
  ]
}

const sqlLines = (sql: string, width: number): readonly Line[] =>
  sql
    .trim()
    .split('\n')
    .flatMap((text) => brokenSql(text.replaceAll('\t', '  '), width))
    .map((text) => line(span(visible(text), 'accent')))

/**
 * A line of SQL in shorter ones that mean the same: broken at spaces outside of quotes. One that may hold a comment stays
 * whole, for what is behind a comment's start would come out of it.
 */
function brokenSql(text: string, width: number): readonly string[] {
  if (/--|#|\/\*/.test(text)) return [text]
  const lines: string[] = []
  let current = ''
  for (const [piece] of text.matchAll(/\s*(?:'[^']*'|"[^"]*"|`[^`]*`|[^\s'"`]|['"`])+/g)) {
    const next = current === '' && lines.length > 0 ? `  ${piece.trimStart()}` : current + piece
    if (next.length <= width || current.trim() === '') {
      current = next
      continue
    }
    lines.push(current)
    current = `  ${piece.trimStart()}`
  }
  return [...lines, current]
}

const leftLines = (steps: readonly PlannedStep[], width: number): readonly Line[] =>
  steps
    .flatMap((step) => [step, ...(step.inner?.steps ?? [])])
    .filter(({ byHand }) => byHand === true)
    .flatMap(({ id, kind, title, does = {} }) =>
      labelled(
        '-',
        told(`${title} (${kind} ${id}${typeof does.action === 'string' ? `: ${does.action}` : ''})`),
        width - 2,
      ),
    )
