/** Text -> checked tree. One syntax error ends the pass; everything else is reported together. */
import { type Issue, issue } from '../errors.ts'
import { type Context, newContext, placeOf, report, StopAnalysis, uniqueNames } from './analyze/context.ts'
import { analyzeQuery, printedColumns } from './analyze/queries.ts'
import type { Analysis, AnalyzeOptions } from './compile.ts'
import { parseSql } from './parse.ts'
import { emptyScope } from './scope.ts'
import { SqlSyntaxError } from './tokenizer.ts'
import type { OutputColumn, Query } from './tree.ts'
import { typeName, types } from './types.ts'

export function analyze(text: string, options: AnalyzeOptions = {}): Analysis {
  let tree: Query
  try {
    tree = parseSql(text)
  } catch (error) {
    if (!(error instanceof SqlSyntaxError)) throw error
    const fix =
      error.fix === undefined ? {} : { fix: { start: error.span.start, end: error.span.end, text: error.fix } }
    return { issues: [issue(error.code, error.values, { at: placeOf(text, error.span), ...fix })] }
  }
  const context = newContext(text, options)
  const columns = outputOf(context, tree)
  const issues = context.issues.toSorted((a, b) => a.at!.line - b.at!.line || a.at!.column - b.at!.column)
  if (issues.length > 0) return { issues }
  const names = printedColumns(columns)
  return {
    issues: doubles(columns, text),
    query: {
      tree,
      columns: columns.map((column, i) => ({
        name: names[i]!,
        type: typeName(column.type.kind === 'iso-time' ? types.varchar : column.type),
      })),
      parameters: [...context.parameters],
      readsEvents: context.readsEvents,
      lists: [...context.lists],
      fragments: [...context.fragments],
      tables: context.relations,
      eventSources: [...context.eventSources],
      eventNames: [...context.eventNames],
    },
  }
}

function outputOf(context: Context, tree: Query): readonly OutputColumn[] {
  try {
    const columns = analyzeQuery(context, tree, emptyScope)
    for (const { name = 'without a name', type } of columns)
      if (type.kind.startsWith('interval'))
        report(context, 'SQL_INTERVAL_RESULT', { column: name }, { start: 0, end: context.text.length })
    return columns
  } catch (error) {
    if (error instanceof StopAnalysis) return []
    throw error
  }
}

/** Results are maps by name; a double is renamed and a runbook's lint makes an error of the warning. */
function doubles(columns: readonly OutputColumn[], text: string): Issue[] {
  const nameFor = uniqueNames()
  return columns.flatMap((column) => {
    if (column.name === undefined || nameFor(column.name) === column.name) return []
    return [
      issue(
        'SQL_DUPLICATE_COLUMN',
        { name: column.name },
        { at: placeOf(text, { start: 0, end: text.length }), severity: 'warning' },
      ),
    ]
  })
}
