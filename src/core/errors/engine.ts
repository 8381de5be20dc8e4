import type { ErrorEntry } from '../errors.ts'

const failed = 3
const usage = 64

export const engineErrors = {
  ENGINE_NOT_ONE_SELECT: {
    message: 'The engine was given {found} where exactly one SELECT is allowed.',
    hint: 'Queries only read: one SELECT, with WITH and subqueries where needed.',
    exit: usage,
  },
  ENGINE_RUNTIME: {
    message: 'The query failed on a value: {reason}.',
    hint: 'Guard it as Trino asks: try(…), try_cast(…), nullif(…, 0) or a narrower WHERE.',
    exit: failed,
  },
  ENGINE_MEMORY: {
    message: 'The query needs more memory than the limit of {limit}.',
    hint: 'Narrow the window with --since, or --from and --to, select and group by fewer columns, or set a larger `memory:` in trailbook.yaml.',
    exit: failed,
  },
  ENGINE_TIME_LIMIT: {
    message: 'The query was stopped after {seconds} s, its time limit.',
    hint: 'Narrow the window with --since, or --from and --to, or select fewer columns.',
    exit: failed,
  },
  ENGINE_INTERRUPTED: { message: 'The query was interrupted.', hint: 'Run it again to see its answer.', exit: 130 },
  ENGINE_TEXT_LIMIT: {
    message: 'The text of the query has {got} {unit}, where {engine} takes {limit}.',
    hint: 'Shorten the lists that it uses, narrow its accounts and Regions, or ask another connection.',
    exit: failed,
  },
  ENGINE_DATA_MISSING: {
    message: 'A file of the lake could not be read: {reason}.',
    hint: 'Run the query again; if it stays so, the lake is damaged: ingest the log files into a new one.',
    exit: failed,
  },
  ENGINE_FAILED: {
    message: 'The engine refused the query: {reason}.',
    hint: 'This query passed the checks and should run: please report it with its text.',
    exit: failed,
  },
} as const satisfies Record<string, ErrorEntry>
