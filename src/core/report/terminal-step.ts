import type { StepResult } from '../run/result.ts'
import { indent, type Line, labelled, line, paragraph, type Style, span } from './lines.ts'
import { tableLines } from './table.ts'
import { plural, shorten, visible } from './text.ts'
import { cut } from './width.ts'
import { stepStatusText } from './words.ts'

interface StepOptions {
  readonly number: number
  readonly width: number
  /** Where texts are wrapped; at most `width`. */
  readonly textWidth: number
  readonly maxRows: number
}

const margin = 3

export function stepLines(step: StepResult, { number, width, textWidth, maxRows }: StepOptions): readonly Line[] {
  const inner = textWidth - margin
  const rows =
    step.columns.length === 0 || step.rows.length === 0
      ? []
      : tableLines({
          columns: step.columns.map((column) => column.name),
          rows: step.rows,
          width: width - margin,
          maxRows,
          maxBlocks: 3,
        })
  return [
    line(
      span(cut(`${number}. ${visible(step.title)}`, width - 24), 'strong'),
      '  ',
      span(stepStatusText(step), statusStyle(step)),
    ),
    ...indent(
      [
        ...(step.why === undefined ? [] : labelled('Why:', step.why, inner)),
        ...rows,
        ...(step.excluded > 0 ? [line(span(`${plural(step.excluded, 'row')} left out by exclusions`, 'muted'))] : []),
        ...(step.error === undefined
          ? []
          : labelled('Error:', visible(shorten(step.error.message, 1000)), inner, 'bad')),
        ...(step.error?.hint === undefined ? [] : labelled('Hint:', step.error.hint, inner)),
        ...(step.expect === undefined ? [] : labelled('Expect:', step.expect, inner)),
        ...(step.reading === undefined ? [] : labelled('Reading:', step.reading, inner)),
        ...(step.meaning === undefined ? [] : paragraph(step.meaning, inner, 'muted')),
      ],
      margin,
    ),
  ]
}

const statusStyle = (step: StepResult): Style =>
  step.status === 'failed'
    ? 'bad'
    : step.status === 'not-run' || step.status === 'unanswered' || step.waitsFor !== undefined
      ? 'warn'
      : 'muted'
