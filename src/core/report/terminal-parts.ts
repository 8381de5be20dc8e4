/** What the views of a run on a terminal have in common. */
import type { Verdict } from '../run/verdict.ts'
import { blank, indent, type Line, labelled, line, type Style, span } from './lines.ts'
import { shorten, visible } from './text.ts'
import { type Judged, verdictText } from './words.ts'

export interface TerminalOptions {
  /** Columns of the terminal. */
  readonly width: number
  /** Rows shown of each step. */
  readonly maxRows?: number
  /** All of each runbook, where there are several. */
  readonly details?: boolean
  /** The command that shows one of several runbooks whole. */
  readonly again?: (runbook: string) => string
  /** Texts of files that mistakes are told of, by the name that is shown. */
  readonly texts?: ReadonlyMap<string, string>
}

/** Texts are made for reading at this width at most; only tables and lists use more. */
export const measure = 100

const verdictStyles: Record<Verdict, Style> = { clear: 'good', findings: 'bad', inconclusive: 'warn', failed: 'bad' }

/** Wrapped below the verdict, so that it fits narrow terminals. */
export function headline(judged: Judged, width: number): readonly Line[] {
  const label = judged.verdict.toUpperCase()
  return labelled(`${label} `, verdictText(judged), width).map((content, index) =>
    index === 0 ? [span(label, verdictStyles[judged.verdict]), span(' '), ...content.slice(1)] : content,
  )
}

const longest = 1000

/** A text of an event may be of any length. */
export const told = (text: string): string => visible(shorten(text, longest))

export const section = (title: string, lines: readonly Line[]): readonly Line[] =>
  lines.length === 0 ? [] : [blank, line(span(title, 'strong')), ...indent(lines, 2)]
