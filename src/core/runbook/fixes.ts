/** Mends a file by the replacements that its issues bring. */
import type { Issue, TextEdit } from '../errors.ts'

/**
 * Applies every fix that does not overlap an earlier one; two issues that ask for the same replacement get it once.
 * A mended file has no such issue any more, so applying again changes nothing.
 */
export function applyFixes(text: string, issues: readonly Issue[]): string {
  const edits = issues
    .flatMap((issue) => (issue.fix ? [issue.fix] : []))
    .toSorted((a, b) => a.start - b.start || a.end - b.end)
  const accepted: TextEdit[] = []
  for (const edit of edits) {
    const before = accepted.at(-1)
    if (!before || edit.start >= before.end) accepted.push(edit)
  }
  return accepted.reduceRight(
    (mended, { start, end, text: by }) => mended.slice(0, start) + by + mended.slice(end),
    text,
  )
}
