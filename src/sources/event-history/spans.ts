/** Spans of whole seconds: what is left to ask for. */
import type { SecondSpan } from './sweep.ts'

/** The parts of a span that none of the others covers, in order. */
export function leftOf(span: SecondSpan, covered: readonly SecondSpan[]): SecondSpan[] {
  const left: SecondSpan[] = []
  let { from } = span
  for (const other of [...covered].sort((a, b) => a.from - b.from)) {
    if (other.to <= from) continue
    if (other.from >= span.to) break
    if (other.from > from) left.push({ from, to: other.from })
    from = Math.max(from, other.to)
  }
  return from < span.to ? [...left, { from, to: span.to }] : left
}

export const secondsIn = (spans: readonly SecondSpan[]): number =>
  spans.reduce((total, { from, to }) => total + to - from, 0)
