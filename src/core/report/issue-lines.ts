/** Mistakes in files for a person at a terminal: each with its place, its line and what to do about it. */
import type { Issue } from '../errors.ts'
import { blank, type Line, labelled, line, span } from './lines.ts'
import { visible } from './text.ts'

export const placeText = (at: { readonly file?: string; readonly line: number; readonly column: number }): string =>
  `${at.file === undefined ? 'line ' : `${at.file}:`}${at.line}:${at.column}`

/** In one line. */
export const issueText = ({ at, message, hint }: Omit<Issue, 'fix'>): string =>
  `${at === undefined ? '' : `${placeText(at)}: `}${message} ${hint}`

interface FileIssues {
  readonly file: string
  /** What the issues are about; where it is empty, no excerpt is shown. */
  readonly text: string
  readonly issues: readonly Omit<Issue, 'fix'>[]
}

export function issueLines({ file, text, issues }: FileIssues, width: number): readonly Line[] {
  const source = text.split('\n')
  return issues.flatMap((issue) => [
    line(
      span(visible(issue.at ? placeText({ ...issue.at, file }) : file), 'strong'),
      ' ',
      span(issue.severity, issue.severity === 'error' ? 'bad' : 'warn'),
      span(` ${issue.code}`, 'muted'),
    ),
    ...labelled('  ', visible(issue.message), width),
    ...(issue.at && text !== '' ? excerpt(source[issue.at.line - 1] ?? '', issue.at, width) : []),
    ...labelled('  ', visible(issue.hint), width, 'muted'),
    blank,
  ])
}

/** The line itself with a mark below the mistake, cut so that the mistake can be seen. */
function excerpt(
  content: string,
  at: { readonly column: number; readonly line: number; readonly endLine?: number; readonly endColumn?: number },
  width: number,
): readonly Line[] {
  const room = width - 6
  const start = Math.max(0, Math.min(at.column - 1 - Math.floor(room / 2), content.length - room))
  const shown = content
    .slice(start, start + room)
    .replace(/[\t\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/g, ' ')
  const column = at.column - 1 - start
  const end = at.endLine === at.line && at.endColumn !== undefined ? at.endColumn - 1 - start : column + 1
  const length = Math.max(1, Math.min(end, shown.length) - column)
  return [line('    ', span(shown)), line('    ', ' '.repeat(Math.max(0, column)), span('^'.repeat(length), 'accent'))]
}
