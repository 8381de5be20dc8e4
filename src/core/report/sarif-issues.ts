/** Mistakes in files as SARIF 2.1.0, so that code scanning shows them at their lines. */
import type { Place } from '../errors.ts'
import { jsonChunks } from './json.ts'
import { sarifMessage, sarifSchema, sarifUri } from './sarif-text.ts'

interface FileIssue {
  readonly file: string
  readonly code: string
  readonly severity: 'error' | 'warning'
  readonly message: string
  readonly hint: string
  readonly at?: Omit<Place, 'file'>
}

export function* issuesSarif(issues: readonly FileIssue[], version: string): Generator<string> {
  const codes = [...new Set(issues.map((issue) => issue.code))]
  yield* jsonChunks({
    $schema: sarifSchema,
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'Trailbook lint', semanticVersion: version, rules: codes.map((id) => ({ id })) } },
        columnKind: 'utf16CodeUnits',
        results: issues.map(({ file, code, severity, message, hint, at }) => ({
          ruleId: code,
          ruleIndex: codes.indexOf(code),
          level: severity,
          message: { text: sarifMessage(`${message} ${hint}`) },
          locations: [
            {
              physicalLocation: {
                artifactLocation: { uri: sarifUri(file) },
                ...(at !== undefined && {
                  region: {
                    startLine: at.line,
                    startColumn: at.column,
                    ...(at.endLine !== undefined && { endLine: at.endLine }),
                    ...(at.endColumn !== undefined && { endColumn: at.endColumn }),
                  },
                }),
              },
            },
          ],
        })),
      },
    ],
  })
  yield '\n'
}
