import type { Dialect } from '../../core/sql/dialect.ts'
import { athenaDialect } from '../../core/sql/print/athena.ts'
import { withTextOutputs } from '../../core/sql/print/text-outputs.ts'
import type { TableShape } from '../../core/sql/table-shape.ts'
import { timeParts } from '../../core/sql/time-parts.ts'

/** Athena's text over a table, with results that can be read as text, and over parts of its time where that is possible. */
export function dialectOver(shape: TableShape): Dialect {
  const dialect = withTextOutputs(athenaDialect(shape))
  return {
    name: dialect.name,
    print(query, input) {
      const printed = dialect.print(query, input)
      const parts = timeParts(query)
      if (parts === undefined) return printed
      return { ...printed, inParts: { ...parts, text: (scope) => dialect.print(query, { ...input, scope }).text } }
    },
  }
}
