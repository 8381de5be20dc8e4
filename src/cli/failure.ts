import { type Issue, TrailbookError } from '../core/errors.ts'
import { placeText } from '../core/report/issue-lines.ts'
import { indent, type Line, labelled, line, paragraph, span } from '../core/report/lines.ts'

/** Every error as one of ours; what nobody foresaw is named as such. */
export function toTrailbookError(error: unknown): TrailbookError {
  if (error instanceof TrailbookError) return error
  const reason = error instanceof Error ? error.message : String(error)
  return new TrailbookError('CLI_UNEXPECTED', { reason }, { cause: error })
}

export const failureJson = (error: TrailbookError, command: string | undefined) => ({
  schema: `trailbook.${command ?? 'error'}/v1`,
  error: {
    code: error.code,
    message: error.message,
    hint: error.hint,
    ...(error.at && { at: error.at }),
    ...(error.issues.length > 0 && { issues: error.issues }),
  },
})

export function failureLines(error: TrailbookError, width: number): readonly Line[] {
  const place = error.at === undefined ? '' : ` (${placeText(error.at)})`
  return [
    ...labelled('Error:', `${error.message}${place}`, width).map((content, index) =>
      index === 0 ? [span('Error:', 'bad'), ...content.slice(1)] : content,
    ),
    ...labelled('Hint: ', error.hint, width),
    ...furtherIssues(error)
      .slice(0, 20)
      .flatMap((issue) => [
        line(span(`  ${issue.at ? `${placeText(issue.at)} ` : ''}${issue.code}`, 'muted')),
        ...indent(paragraph(issue.message, width - 4), 4),
        ...indent(paragraph(issue.hint, width - 4, 'muted'), 4),
      ]),
  ]
}

/** Without the issue that is the error itself: some errors carry all issues, of which they are the first. */
const furtherIssues = ({ issues, message }: TrailbookError): readonly Issue[] =>
  issues.filter((issue) => issue.message !== message)
