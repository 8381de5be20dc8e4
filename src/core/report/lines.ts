/** What renderers make: lines of spans whose styles have meanings; the terminal decides what they look like. */
import { isRightToLeft } from './text.ts'
import { wrap } from './width.ts'

export type Style = 'strong' | 'muted' | 'good' | 'warn' | 'bad' | 'accent'

export interface Span {
  readonly text: string
  readonly style?: Style
}

export type Line = readonly Span[]

export const span = (text: string, style?: Style): Span => (style === undefined ? { text } : { text, style })
export const line = (...spans: readonly (Span | string)[]): Line =>
  spans.map((part) => (typeof part === 'string' ? { text: part } : part))
export const blank: Line = []

export const indent = (lines: readonly Line[], columns: number): readonly Line[] =>
  lines.map((content) => (content.length === 0 ? content : [{ text: ' '.repeat(columns) }, ...content]))

/** A text wrapped behind a label; following lines start below the first one's text. */
export function labelled(label: string, text: string, columns: number, style?: Style): readonly Line[] {
  const hang = label.length + 1
  return wrap(text, Math.max(20, columns - hang)).map((part, index) =>
    index === 0 ? line(span(label, 'muted'), ' ', span(part, style)) : line(' '.repeat(hang), span(part, style)),
  )
}

export const paragraph = (text: string, columns: number, style?: Style): readonly Line[] =>
  wrap(text, columns).map((part) => line(span(part, style)))

/** Lines as text; `paint` gives styles their looks. */
export const toText = (
  lines: readonly Line[],
  paint: (text: string, style: Style) => string = (text) => text,
): string =>
  lines
    .map((content) =>
      content
        .map(({ text, style }) => (style === undefined ? isolated(text) : paint(isolated(text), style)))
        .join('')
        .trimEnd(),
    )
    .join('\n')

/**
 * Terminals that know of right-to-left text would swap neighbouring cells, and turn a line around that begins with such
 * text. A left-to-right mark on either side keeps it in its place.
 */
const isolated = (text: string): string => (isRightToLeft(text) ? `\u200e${text}\u200e` : text)
