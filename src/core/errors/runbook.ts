import type { ErrorEntry } from '../errors.ts'

/** Mistakes in a runbook file end `lint` and `test` with 1; a run refuses such a runbook as wrong usage. */
const usage = 64

const entry = (message: string, hint: string): ErrorEntry => ({ message, hint, exit: usage })

export const runbookErrors = {
  RUNBOOK_YAML_SYNTAX: entry('The YAML cannot be read: {reason}.', '{advice}'),
  RUNBOOK_EMPTY: entry('The file holds no runbook.', 'A runbook starts with "format: trailbook/v1".'),
  RUNBOOK_MANY_DOCUMENTS: entry(
    'A second YAML document starts here.',
    'Keep one runbook per file; take the "---" away.',
  ),
  RUNBOOK_DUPLICATE_KEY: entry('The key {key} stands twice in the same map.', 'Keep one of them.'),
  RUNBOOK_MERGE_KEY: entry('Merge keys (<<) are not part of YAML 1.2.', 'Write the keys out.'),
  RUNBOOK_KEY_NOT_TEXT: entry('A key must be text.', 'Put text with {{ }} or brackets in quotes.'),
  RUNBOOK_BARE_TEMPLATE: entry('Text that starts with {{ is a map to YAML.', 'Put the whole text in quotes.'),
  RUNBOOK_ALIAS: entry('This alias cannot be followed: {reason}.', 'Write the value out.'),
  RUNBOOK_NUMBER_TOO_LARGE: entry('The number {number} is larger than can be kept exactly.', 'Put it in quotes.'),
  RUNBOOK_UNKNOWN_KEY: entry('There is no key {key} here.', '{hint}'),
  RUNBOOK_MISSING_KEY: entry('{where} needs the key {key}.', 'Add it.'),
  RUNBOOK_WRONG_TYPE: entry('{name} is {got}, where {expected} is needed.', '{hint}'),
  RUNBOOK_WRONG_VALUE: entry('{name} cannot be {got}.', '{hint}'),
  RUNBOOK_WRONG_FORM: entry('{name} is {got}, which is not {what}.', 'Write {what}.'),
  RUNBOOK_TOO_SMALL: entry('{name} needs at least {minimum}.', 'Add to it.'),
  RUNBOOK_TOO_LARGE: entry('{name} takes at most {maximum}.', 'Take from it.'),

  RUNBOOK_RESERVED_NAME: entry('{name} is built in and cannot be declared.', 'Choose another name.'),
  RUNBOOK_STEP_KIND_MISSING: entry('The step does nothing.', 'Give it one of: {kinds}.'),
  RUNBOOK_STEP_KINDS: entry('The step has the kinds {kinds}.', 'Make two steps of it: a step does one thing.'),
  RUNBOOK_STEP_DUPLICATE: entry('Another step is called {id} (line {line}).', 'Give each step its own id.'),
  RUNBOOK_STEP_UNKNOWN: entry('There is no step {id}.', '{hint}'),
  RUNBOOK_STEP_LATER: entry('The step {id} comes later.', 'A step sees only earlier steps: move one of them.'),
  RUNBOOK_STEP_UNFIT: entry('The step {id} is of kind {kind}.', '{hint}'),
  RUNBOOK_COLUMN_UNKNOWN: entry('The step {step} has no column {column}.', '{hint}'),
  RUNBOOK_FINDING_ACCOUNT: entry(
    "The finding's key holds no account.",
    'Add recipientAccountId to the key, or a column whose name ends in account or accountId.',
  ),
  RUNBOOK_FINDING_KEY: entry('A finding per {per} {problem}.', '{hint}'),
  RUNBOOK_FINDING_EVENTS: entry(
    'A query with a finding must output eventID, or an array eventIDs.',
    'Add eventID to the SELECT; where rows are grouped, array_agg(eventID) AS eventIDs.',
  ),
  RUNBOOK_WITH_UNUSED: entry('The query does not use :{name}.', 'Use it in the query, or take it out of with.'),
  RUNBOOK_WITH_DECLARED: entry('{name} is a parameter of the runbook already.', 'Give the value another name.'),
  RUNBOOK_TARGET: entry('{target} cannot be the target.', '{hint}'),
  RUNBOOK_ASK: entry('The question {problem}.', '{hint}'),
  RUNBOOK_TRACE: entry('A trace starts from one of accessKeyId, actor, event; here are {count}.', 'Keep exactly one.'),
  RUNBOOK_SCOPE: entry(
    'The scope has a window and a period.',
    'Keep one: a period is the last whole day, week, month, quarter or year.',
  ),
  RUNBOOK_LIST_UNKNOWN: entry('There is no list {name}.', '{hint}'),
  RUNBOOK_CASE_LIST: entry(
    'The list {name} {problem}, which does not fit the list that the queries read.',
    'Write entries with its columns: {columns}. What a case leaves out of them is NULL.',
  ),
  RUNBOOK_FRAGMENT_UNKNOWN: entry('There is no fragment {name}.', '{hint}'),
  RUNBOOK_FRAGMENT_NEEDS: entry(
    'The fragment {name} needs {what}, which the runbook does not declare.',
    'Declare it: a fragment sees only the parameters and lists of the runbook that uses it.',
  ),
  FRAGMENT_CYCLE: entry('The fragments read one another in a circle: {path}.', 'Take one of these references out.'),
  FRAGMENT_NEEDS: entry(
    'The fragment {fragment} that is read here needs {what}, which this one does not declare.',
    'Add it to parameters in the head: the comment lines at the start.',
  ),
  FRAGMENT_PARAMETER_UNUSED: entry('The fragment does not use :{name}.', 'Use it, or take it out of parameters.'),
  RUNBOOK_FILE_SIZE: entry('The file has {size} characters; 1,000,000 are allowed.', 'Make several files of it.'),
  RUNBOOK_UNKNOWN: entry('There is no runbook {name}.', '{hint}'),
  RUNBOOK_RUN_CYCLE: entry('The runbooks run one another in a circle: {path}.', 'Take one of these steps out.'),
  RUNBOOK_RUN_DEPTH: entry(
    'Runbooks that run runbooks stand more than {max} deep here: {path}.',
    'Run some of them by name instead.',
  ),
  RUNBOOK_RUN_BROKEN: entry(
    'The runbook {name} cannot be run: it has {count}, the first in {place}: {first}',
    'Mend it; trailbook lint {name} shows all.',
  ),
  RUNBOOK_RUN_PARAMETER: entry('The runbook {runbook} has no parameter {name}.', '{hint}'),
  RUNBOOK_RUN_LACKS: entry('The runbook {runbook} needs {names}, which is not given.', 'Give it under with.'),
  RUNBOOK_TRIGGER_LACKS: entry('The trigger gives no value to {names}.', 'Add it under parameters, from alert.'),
  RUNBOOK_WATCH: entry('The step watches for {for} and looks every {every}: never.', 'Let every be shorter than for.'),
  RUNBOOK_INSIGHTS_TEXT: entry(
    'The text for logs-insights: {reason}.',
    'It is a SELECT in the portable language, or a text in the query language of Logs Insights: docs/engine-logs-insights.md.',
  ),
  RUNBOOK_ENGINE_COLUMNS: entry(
    'The text for {engine} outputs {got}; the portable text outputs {wanted}.',
    'Output the same columns, by name, order and type: what follows reads the rows of either.',
  ),
  RUNBOOK_PARAMETER_UNKNOWN: entry('The runbook has no parameter {name}.', '{hint}'),
  RUNBOOK_PARAMETER_VALUE: entry('{what} of the parameter {name}: {problem}.', 'It has the type {type}.'),
  RUNBOOK_CASE_DUPLICATE: entry('Another case has this name (line {line}).', 'Say what is different about this one.'),
  RUNBOOK_CASE_PARAMETER: entry('The case gives no value to {names}.', 'Add it under parameters.'),
  RUNBOOK_CASE_ANSWER: entry('{answer} is not an answer to the step {step}.', '{hint}'),
  RUNBOOK_CASE_EVENT: entry('{key} of this event is {problem}.', '{hint}'),
  EXCLUSION_UNFIT: entry(
    'The exclusion fits no step of {runbook}: {problem}.',
    'It takes rows out of steps with a finding whose query outputs every column that match names; mend it or delete it.',
  ),
  EXCLUSION_EXPIRED: entry(
    'The exclusion of {owner} in {runbook} ended on {on} and has no effect.',
    'Review it: set a later day, or delete it.',
  ),
  RUNBOOK_TEMPLATE_OPEN: entry('A {{ is not closed.', 'Write {{ expression }}.'),

  CEL_SYNTAX: entry('The expression cannot be read: {reason}.', '{hint}'),
  CEL_UNKNOWN_NAME: entry('The expression names {name}, which is not known here.', '{hint}'),
  CEL_UNKNOWN_FIELD: entry('The expression names the field {name}, which is not there.', '{hint}'),
  CEL_TYPE: entry('The expression does not fit its types: {reason}.', '{hint}'),
  CEL_NOT_CONDITION: entry('The expression yields {type}, where true or false is needed.', 'Make it a comparison.'),
  CEL_LIMIT: entry('The expression is too large: {reason}.', '{hint}'),
  CEL_PATTERN: entry('The pattern cannot be used: {reason}.', '{hint}'),

  LINT_NO_CASE: entry(
    'The runbook has no case.',
    'Add a case for what it must find, and one for what it must leave alone.',
  ),
  LINT_CASES_ONE_SIDED: entry('No case shows {missing}.', 'Add one: a case per outcome.'),
  LINT_CASE_EXPECTS_NOTHING: entry('The case expects nothing.', 'Say how many rows, findings, or which verdict.'),
  LINT_NO_WHY: entry('The step {id} does not say why.', 'Add why: one sentence.'),
  LINT_NO_EXPECT: entry(
    'The query {id} does not say what to expect.',
    'Add expect: what a harmless answer looks like.',
  ),
  LINT_LONG_TITLE: entry('The title has {length} characters.', 'Keep it under 80.'),
  LINT_REVIEW_DUE: entry('The last review ({on}) is more than {after} ago.', 'Review it and set reviewed.'),
  LINT_UNUSED_PARAMETER: entry('The parameter {name} is not used.', 'Use it, or take it out.'),
  LINT_UNUSED_LIST: entry('The list {name} is not used.', 'Use it, or take it out of uses.'),
  LINT_TITLE: entry('The title {problem}.', '{hint}'),
  LINT_TWO_QUESTIONS: entry(
    'The query answers several questions: {questions}.',
    'Make a step of each, so that each has its own why, expect and finding.',
  ),
  LINT_STEP_NO_CASE: entry(
    'No case shows the finding of the step {id}.',
    'Add a case whose events give it rows: expect: { {id}: { rows: 1 } }.',
  ),
  LINT_CASE_NO_DENIED: entry(
    'The query of {id} tells outcomes apart, and no case has a call that was denied or failed.',
    'Add a case with errorCode: a case per outcome.',
  ),
  LINT_EVENT_UNKNOWN: entry('{name} is no event of {sources} that is known.', '{hint}'),
  LINT_SOURCE_UNKNOWN: entry('{name} is no event source that is known.', '{hint}'),
  LINT_NEEDS_CLASS: entry(
    '{name} is an event of the class {need}, which the runbook does not name under needs.',
    'Add {need} to needs: without these events "nothing found" means nothing.',
  ),
  LINT_DENIED_PARAMETERS: entry(
    'Denied calls of {service} carry no requestParameters, so they never meet this condition.',
    "Look at denied_resource too, or say AND outcome = 'succeeded' where only those are meant.",
  ),
  LINT_KEY_PARAMETERS: entry(
    'The column {column} is read from requestParameters alone: for denied calls of {service} it is NULL.',
    'Write coalesce(denied_resource, …), so that attempts on different resources stay apart.',
  ),
  LINT_TARGET_DENIED: entry(
    'The target {column} is named by the call itself, which may have been denied: then it is what the caller wrote.',
    'Say when: "row.outcome == \'succeeded\'", or select only calls that succeeded.',
  ),
  LINT_SOURCE_IP: entry(
    'sourceIPAddress is not always an address: AWS services stand there by name, or as AWS Internal.',
    'Leave calls by services out with NOT is_service, or name them in the condition.',
  ),
  LINT_GLOBAL_REGION: entry(
    'The condition on awsRegion leaves out {services}, which log in us-east-1 wherever they are called from.',
    "Add 'us-east-1', or narrow the step with scope: { regions: [...] }.",
  ),
  LINT_FIXED_TIME: entry(
    '{column} is compared with a fixed time, so the question never moves on.',
    'Compare with :window_from and :window_to.',
  ),
  LINT_CLOCK: entry(
    'The query asks the clock, so the same run gives another answer tomorrow.',
    'Compare with :window_to, which is fixed in the plan.',
  ),
  LINT_LOOKBACK: entry(
    'The query sees the lookback of {lookback} too, and its rows are findings of the window all the same.',
    'Add AND eventTime >= :window_from where the rows that count are selected.',
  ),
  LINT_COUNTED_TWICE: entry(
    'A call across accounts is logged in both of them, and this counts it twice.',
    "Group by recipientAccountId, or add AND side = 'caller'.",
  ),
  LINT_UNUSED_FRAGMENT: entry('The fragment {name} is not used.', 'Use it, or take it out of uses.'),
  LINT_NO_NEEDS: entry(
    'The runbook reads events and does not say which it needs.',
    'Add needs, e.g. [management:write].',
  ),
  LINT_DATA_EVENTS: entry(
    '{name} is a data event: no trail logs it unless told to, and Event history never shows it.',
    'Add {need} to needs.',
  ),
  LINT_DENIED_CODE: entry(
    "errorCode = 'AccessDenied' alone misses other codes of denied calls.",
    "Compare outcome = 'denied' instead.",
  ),
  LINT_SIGN_IN_CODE: entry(
    'A failed ConsoleLogin has no errorCode.',
    "Compare outcome = 'failed', or errorMessage = 'Failed authentication'.",
  ),
  LINT_CASE_DENIED_PARAMETERS: entry(
    'Denied calls of {service} carry no requestParameters.',
    'Leave them out and name the resource in errorMessage: a query must find it there.',
  ),
  LINT_EVENT_KEY: entry('CloudTrail records have no field {key}.', '{hint}'),

  PARAMETER_MISSING: entry('Missing parameters: {names}.', 'Give them: {example}'),
  PARAMETER_INVALID: entry('The parameter {name}: {problem}.', 'It has the type {type}.'),
  PARAMETER_UNKNOWN: entry('There is no parameter {name}.', '{hint}'),
} as const satisfies Record<string, ErrorEntry>
