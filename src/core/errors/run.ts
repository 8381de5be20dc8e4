import type { ErrorEntry } from '../errors.ts'

export const runErrors = {
  RUN_TIME: {
    message: '"{text}" is not a time.',
    hint: 'Write a time such as 2026-01-31T09:00:00Z or a day such as 2026-01-31; --since also takes 24h or 7d.',
    exit: 64,
  },
  RUN_WINDOW_BOTH: {
    message: '--since was given together with --from or --to.',
    hint: 'Use --since alone, or --from and --to.',
    exit: 64,
  },
  RUN_WINDOW_ORDER: {
    message: 'The window starts at {from} and ends at {to}: nothing lies in between.',
    hint: 'Let --from be earlier than --to; times are UTC.',
    exit: 64,
  },
  RUN_WINDOW_NEEDED: {
    message: 'The connection "{connection}" costs money by what it reads, and no window was given.',
    hint: 'Say which events the query may read: --since 24h, or --from and --to.',
    exit: 64,
  },
  RUN_BUDGET: {
    message: 'A query on "{connection}" would cost up to {wanted}, and {spent} of {budget} are spent.',
    hint: 'It was not sent. Narrow the window, accounts or Regions, or allow more with --max-cost; `trailbook plan` shows what each step would read.',
    exit: 3,
  },
  RUN_BUDGET_UNKNOWN: {
    message: 'Nothing tells what a query on "{connection}" would cost, and --max-cost allows only so much.',
    hint: 'It was not sent. Leave --max-cost out, narrow the window, or ask another connection.',
    exit: 3,
  },
  RUN_PARAMETER_UNKNOWN: {
    message: 'The runbook {runbook} has no parameter "{name}".',
    hint: '{known}',
    exit: 64,
  },
  RUN_ANSWER_UNKNOWN: {
    message: 'No step "{step}" asks a question.',
    hint: '{known}',
    exit: 64,
  },
  RUN_ANSWER_INVALID: {
    message: '"{answer}" is no answer to step "{step}".',
    hint: '{expected}',
    exit: 64,
  },
  RUN_CONDITION: {
    message: 'The condition of step "{step}" could not be evaluated: {reason}.',
    hint: 'Nothing is silenced by it: findings stay, and the run is at least inconclusive. Mend the expression.',
    exit: 3,
  },
  RUN_TEMPLATE: {
    message: 'A text of step "{step}" could not be filled in: {reason}.',
    hint: 'Check the names inside the double braces against the columns of the query.',
    exit: 3,
  },
  RUN_STEP_FAILED: {
    message: 'The step "{step}" failed: {reason}.',
    hint: 'The run is void until the step can be carried out.',
    exit: 3,
  },
  RUN_INTERRUPTED: {
    message: 'Stopped before the end.',
    hint: 'Nothing was concluded. Run the same command again.',
    exit: 130,
  },
} as const satisfies Record<string, ErrorEntry>
