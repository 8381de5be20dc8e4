/** A runbook for a person at a terminal: its question, parameters and steps. */
import type { Runbook } from '../runbook/schema.ts'
import type { Step } from '../runbook/schema-step.ts'
import { blank, indent, type Line, labelled, line, paragraph, span } from './lines.ts'
import { visible } from './text.ts'

/** `path` is told as the place of its file. */
export function runbookLines(runbook: Runbook, path: string, width: number): readonly Line[] {
  const parameters = Object.entries(runbook.parameters)
  return [
    ...paragraph(runbook.title, width, 'strong'),
    ...(runbook.objective === undefined ? [] : paragraph(runbook.objective, width)),
    blank,
    ...labelled('Id      ', `${runbook.id} (${runbook.severity})`, width),
    ...labelled('File    ', path, width),
    ...(runbook.tags.length > 0 ? labelled('Tags    ', runbook.tags.join(', '), width) : []),
    ...(runbook.attack.length > 0 ? labelled('ATT&CK  ', runbook.attack.join(', '), width) : []),
    ...(runbook.needs.length > 0 ? labelled('Needs   ', runbook.needs.join(', '), width) : []),
    ...labelled('Window  ', scopeText(runbook), width),
    ...(runbook.uses.lists.length > 0 ? labelled('Lists   ', runbook.uses.lists.join(', '), width) : []),
    ...(parameters.length === 0
      ? []
      : [
          blank,
          line(span('Parameters', 'strong')),
          ...parameters.flatMap(([name, parameter]) =>
            indent(
              labelled(
                `${name}:`,
                [
                  parameter.type,
                  parameter.optional
                    ? 'optional'
                    : parameter.default === undefined
                      ? 'required'
                      : `default ${String(parameter.default)}`,
                  ...(parameter.description === undefined ? [] : [parameter.description]),
                ].join(', '),
                width - 2,
              ),
              2,
            ),
          ),
        ]),
    ...runbook.steps.flatMap((step, index) => [blank, ...outlineLines(step, index + 1, width)]),
  ]
}

function scopeText({ scope }: Runbook): string {
  const window = scope.period === undefined ? (scope.window ?? 'the default') : `the last whole ${scope.period}`
  return scope.lookback === undefined ? window : `${window}, looking back ${scope.lookback}`
}

function outlineLines(step: Step, number: number, width: number): readonly Line[] {
  const inner = width - 3
  const each = step.each === undefined ? '' : ` for each ${step.each.by.join(', ')} of ${step.each.rows}`
  return [
    line(
      span(`${number}. ${visible(step.title ?? step.id)}`, 'strong'),
      span(`  ${step.kind} ${step.id}${each}`, 'muted'),
    ),
    ...indent(
      [
        ...(step.why === undefined ? [] : labelled('Why:', step.why, inner)),
        ...(step.when === undefined ? [] : labelled('When:', step.when, inner)),
        ...('expect' in step && step.expect !== undefined ? labelled('Expect:', step.expect, inner) : []),
        ...('reading' in step && step.reading !== undefined ? labelled('Reading:', step.reading, inner) : []),
        ...(step.kind === 'query' ? sqlLines(step.query.sql) : []),
        ...(step.kind === 'ask' ? labelled('Asks:', step.ask.question, inner) : []),
        ...(step.kind === 'action' ? labelled('Action:', `${step.action} on ${step.target}`, inner) : []),
      ],
      3,
    ),
  ]
}

/** SQL is copied, so its lines stay as they are. */
const sqlLines = (sql: string): readonly Line[] =>
  sql
    .trimEnd()
    .split('\n')
    .map((text) => line(span(visible(text.replaceAll('\t', '  ')), 'accent')))
