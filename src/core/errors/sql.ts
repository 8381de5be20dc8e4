import type { ErrorEntry } from '../errors.ts'

const usage = 64

export const sqlErrors = {
  SQL_SYNTAX: {
    message: 'Expected {expected}, found {found}.',
    hint: 'The language is the SELECT of Athena engine v3 (Trino).',
    exit: usage,
  },
  SQL_EMPTY: {
    message: 'The query is empty.',
    hint: 'Write one SELECT, e.g. SELECT count(*) FROM cloudtrail_logs.',
    exit: usage,
  },
  SQL_TOO_LONG: {
    message: 'The query is longer than {limit} bytes.',
    hint: 'Athena takes no more; move long lists into a list file and join it.',
    exit: usage,
  },
  SQL_TOO_DEEP: {
    message: 'The query nests too deep: {reason}.',
    hint: 'Split it with WITH, or turn chains of OR into IN (…).',
    exit: usage,
  },
  SQL_TOO_MANY: {
    message: 'The query has more than {limit} {what}.',
    hint: 'Split it into several queries, or join a list instead of writing it out.',
    exit: usage,
  },
  SQL_UNTERMINATED: {
    message: 'A {what} begins here and does not end.',
    hint: 'Close it; a quote inside a string is written twice.',
    exit: usage,
  },
  SQL_EMPTY_NAME: {
    message: 'A name in double quotes is empty.',
    hint: "Text stands in single quotes: ''.",
    exit: usage,
  },
  SQL_CHARACTER: {
    message: 'The character {found} has no meaning in SQL.',
    hint: 'It may have come with a copy from a web page; delete it.',
    exit: usage,
  },
  SQL_SMART_QUOTE: {
    message: 'The typographic quote {found} is no SQL quote.',
    hint: 'Write {instead} instead.',
    exit: usage,
  },
  SQL_NESTED_COMMENT: {
    message: 'A comment holds the beginning of another comment.',
    hint: 'Engines disagree where such a comment ends, so text could hide in it. Remove the inner /*.',
    exit: usage,
  },
  SQL_HINT_COMMENT: {
    message: 'A comment begins with /*! or /*+.',
    hint: 'Some engines execute what stands in it. Write a plain comment.',
    exit: usage,
  },
  SQL_SEVERAL_STATEMENTS: {
    message: 'The text goes on after the first statement.',
    hint: 'A query is one SELECT; run others on their own.',
    exit: usage,
  },
  SQL_NOT_READ_ONLY: {
    message: '{statement} is no reading statement.',
    hint: 'Queries only read: one SELECT, with WITH and subqueries where needed.',
    exit: usage,
  },
  SQL_NOT_A_SELECT: {
    message: 'A query is one SELECT, not {statement}.',
    hint: 'For columns and types see docs/sql.md.',
    exit: usage,
  },
  SQL_READS_FILES: {
    message: '{what} reads files.',
    hint: 'A query sees cloudtrail_logs and lists only; bring files in with "trailbook ingest".',
    exit: usage,
  },
  SQL_TABLE_FUNCTION: {
    message: 'The table function {what} is not part of the portable language.',
    hint: 'Read from cloudtrail_logs, a list, VALUES, UNNEST or a subquery.',
    exit: usage,
  },
  SQL_CONSTRUCT_REFUSED: {
    message: '{construct} is refused: {reason}.',
    hint: 'Only what means the same on every engine is passed on.',
    exit: usage,
  },
  SQL_QUOTED_ALIAS: {
    message: "The alias '{name}' stands in single quotes.",
    hint: 'Single quotes make text; names take double quotes or none.',
    exit: usage,
  },
  SQL_POSITIONAL_PARAMETER: {
    message: 'A parameter cannot be written {found}.',
    hint: 'Parameters are named: :principal, declared under "parameters".',
    exit: usage,
  },
  SQL_LITERAL: {
    message: '{literal} is not a value: {reason}.',
    hint: "Dates are DATE '2026-01-31', times TIMESTAMP '2026-01-31 09:00:00', spans INTERVAL '7' DAY.",
    exit: usage,
  },

  SQL_TABLE_UNKNOWN: { message: 'There is no table {table}.', hint: '{hint}', exit: usage },
  SQL_TABLE_SHADOWED: {
    message: 'The name {name} belongs to the event table or to lists and fragments.',
    hint: 'A WITH query of that name would hide the logs from the rest of the query. Choose another name.',
    exit: usage,
  },
  SQL_NAME_TWICE: {
    message: 'The name {name} is given twice in one FROM or WITH.',
    hint: 'Give one of them another alias.',
    exit: usage,
  },
  SQL_COLUMN_UNKNOWN: { message: 'There is no column {column}.', hint: '{hint}', exit: usage },
  SQL_COLUMN_AMBIGUOUS: {
    message: '{column} could be of {tables}.',
    hint: 'Say whose it is: alias.{column}.',
    exit: usage,
  },
  SQL_FIELD_UNKNOWN: { message: '{base} has no field {field}.', hint: '{hint}', exit: usage },
  SQL_PARTITION_COLUMN: {
    message: '{column} is a partition column of some tables, not a column of the events.',
    hint: 'Leave the condition out: the window (--since, --from, --to) and --account, --region select what is read.',
    exit: usage,
  },
  SQL_DOUBLE_QUOTED_STRING: {
    message: 'The double-quoted "{text}" is a name, and there is no column of that name.',
    hint: "Text stands in single quotes: '{text}'.",
    exit: usage,
  },
  SQL_PARAMETER_UNKNOWN: { message: 'There is no parameter :{name}.', hint: '{hint}', exit: usage },
  SQL_PARAMETER_VALUE: { message: 'The parameter {name} cannot be {value}.', hint: 'It wants {wanted}.', exit: usage },
  SQL_LIST_PARAMETER: {
    message: ':{name} is a list.',
    hint: 'A list stands after IN, in contains(:{name}, x) or in UNNEST(:{name}).',
    exit: usage,
  },
  SQL_FUNCTION_UNKNOWN: { message: 'There is no function {name}.', hint: '{hint}', exit: usage },
  SQL_FUNCTION_UNPROVEN: {
    message: 'The function {name} is refused: {reason}.',
    hint: 'Only functions proven to mean the same on every engine are passed on; docs/sql.md lists them.',
    exit: usage,
  },
  SQL_ARGUMENTS: { message: '{name} does not take ({given}).', hint: 'It takes {wanted}.', exit: usage },
  SQL_TYPE_MISMATCH: {
    message: '{what} of {left} and {right}.',
    hint: 'Trino refuses to mix them. {hint}',
    exit: usage,
  },
  SQL_TYPE_WANTED: { message: '{what} wants {wanted}, not {found}.', hint: '{hint}', exit: usage },
  SQL_CAST_UNPROVEN: {
    message: 'A cast from {from} to {to} is refused: {reason}.',
    hint: 'Only casts that give the same value on every engine are passed on.',
    exit: usage,
  },
  SQL_DECIMAL_DIVISION: {
    message: 'A division of decimals is rounded to their scale by Trino and not by other engines.',
    hint: 'Divide doubles: write 100e0 instead of 100.0, or CAST(x AS double).',
    exit: usage,
  },
  SQL_TIME_ARITHMETIC: {
    message: '{what} is not part of the portable language.',
    hint: "Use date_diff('hour', a, b) and date_add('day', n, t).",
    exit: usage,
  },
  SQL_AGGREGATE_MISPLACED: { message: '{what} cannot stand in {where}.', hint: '{hint}', exit: usage },
  SQL_NOT_GROUPED: {
    message: '{expression} is neither grouped nor aggregated.',
    hint: 'Add it to GROUP BY, or take max(…), arbitrary(…) or array_agg(…) of it.',
    exit: usage,
  },
  SQL_NOT_SELECTED: {
    message: 'SELECT DISTINCT is ordered by something it does not select.',
    hint: 'Select it too, or order by a column that is selected.',
    exit: usage,
  },
  SQL_INTERVAL_RESULT: {
    message: 'The column {column} is an interval.',
    hint: "Engines print intervals differently; give a number with date_diff('minute', a, b).",
    exit: usage,
  },
  SQL_COLUMN_COUNT: {
    message: '{what}: {left} and {right} columns.',
    hint: 'Both sides must have the same number of columns.',
    exit: usage,
  },
  SQL_NOT_ON_ENGINE: {
    message: '{engine} cannot be asked this: {what}.',
    hint: '{advice}',
    exit: usage,
  },
  SQL_POSITION: {
    message: 'There is no output column {position}.',
    hint: 'Positions in GROUP BY and ORDER BY count from 1 to {count}.',
    exit: usage,
  },
  SQL_UNNEST_ROWS: {
    message: 'UNNEST of rows without one column name: Athena makes one column of it, Trino one per field.',
    hint: 'Name the one column, e.g. CROSS JOIN UNNEST(resources) AS t(r), and read r.ARN.',
    exit: usage,
  },
  SQL_DUPLICATE_COLUMN: {
    message: 'Two output columns are called {name}.',
    hint: 'Give one an alias with AS; rows are named maps.',
    exit: usage,
  },
  SQL_REGEX: {
    message: 'The pattern {pattern} is refused: {reason}.',
    hint: 'Patterns keep to what RE2 and Java regular expressions share.',
    exit: usage,
  },
  SQL_LITERAL_WANTED: {
    message: '{name} wants {what} as a literal.',
    hint: 'Its meaning is translated before the query runs, so it must be known then.',
    exit: usage,
  },
} as const satisfies Record<string, ErrorEntry>
