import type { ErrorEntry } from '../errors.ts'

export const cliErrors = {
  CLI_USAGE: { message: '{reason}.', hint: '{advice}', exit: 64 },
  CLI_UNKNOWN_COMMAND: { message: 'There is no command "{name}".', hint: '{advice}', exit: 64 },
  CLI_NO_COMMAND: { message: 'No command was given.', hint: 'trailbook --help lists the commands.', exit: 64 },
  CLI_PAIR: {
    message: '{option} takes name=value, and got "{text}".',
    hint: 'Write for example {option} {example}.',
    exit: 64,
  },
  CLI_FILE_MISSING: {
    message: 'There is no {path}.',
    hint: 'Check the path; it is looked for from the current folder.',
    exit: 64,
  },
  CLI_FILE_UNREADABLE: {
    message: '{path} cannot be read: {reason}.',
    hint: 'Check the disk it lies on; other programs may tell more.',
    exit: 64,
  },
  CLI_FILE_IS_FOLDER: { message: '{path} is a folder, where a file is needed.', hint: 'Name a file in it.', exit: 64 },
  CLI_FILE_FORBIDDEN: {
    message: '{path} may not be read.',
    hint: 'Check the permissions of the file and of the folders above it.',
    exit: 64,
  },
  CLI_UNWRITABLE: {
    message: '{path} cannot be written: {reason}.',
    hint: '{advice}',
    exit: 3,
  },
  CLI_FILE_EXISTS: {
    message: '{path} is there already.',
    hint: 'Nothing was changed. Choose another name, or move it away.',
    exit: 64,
  },
  CLI_BAD_ID: {
    message: '"{id}" cannot be the id of a runbook.',
    hint: 'Use small letters, digits and single hyphens, for example root-activity.',
    exit: 64,
  },
  CLI_NO_IMPORT: {
    message: '{path} cannot be imported: {reason}.',
    hint: 'Give one SELECT of CloudTrail Lake, in a file of its own or, with -, on standard input.',
    exit: 64,
  },
  CLI_NO_SQL: {
    message: 'No SQL was given.',
    hint: 'Write it as an argument, name a file with --file, or use - to read it from standard input.',
    exit: 64,
  },
  CLI_TWO_SQL: { message: 'SQL was given as an argument and with --file.', hint: 'Give one of the two.', exit: 64 },
  CLI_RUNBOOK_UNKNOWN: { message: 'There is no runbook "{id}".', hint: '{advice}', exit: 64 },
  CLI_RUNBOOK_INVALID: {
    message: '{path} has {count}.',
    hint: 'trailbook lint {path} shows them all with their places.',
    exit: 64,
  },
  CLI_NO_RUNBOOKS: {
    message: 'There are no runbooks in {path}.',
    hint: 'trailbook new <id> writes a first one; `runbooks:` in trailbook.yaml names other folders.',
    exit: 64,
  },
  CLI_NO_SOURCE: {
    message: 'There is no source {name} in {path}.',
    hint: 'Sources stand there under "sources:", each with a name and a url such as s3://my-trail-bucket/AWSLogs/. {advice}',
    exit: 64,
  },
  CLI_NO_LAKE: {
    message: 'There is no lake at {path}.',
    hint: 'Put logs into it with trailbook ingest <path>; run and query also take logs on the spot, with --logs <path>.',
    exit: 64,
  },
  CLI_NO_LOGS: {
    message: 'There are no log files in {paths}.',
    hint: 'Files in folders count when their names end as log files do (.json, .json.gz, .ndjson …); a file that is named itself is always tried.',
    exit: 64,
  },
  CLI_NO_CASE: {
    message: 'No case has a name that holds "{text}".',
    hint: 'Leave --case out to run all of them; upper and lower case make no difference.',
    exit: 64,
  },
  CONFIG_FOLDER_MISSING: {
    message: '{path} names the folder {folder} under runbooks, and there is none.',
    hint: 'Make it, or mend the path; paths count from the folder of the file.',
    exit: 64,
  },
  CLI_CONNECTION_UNKNOWN: {
    message: 'There is no connection "{name}".',
    hint: '{advice}',
    exit: 64,
  },
  CLI_CONNECTION_ENGINE: {
    message: 'The connection "{name}" has `engine: {found}`; this command needs one with `engine: {wanted}`.',
    hint: 'Name another connection of trailbook.yaml.',
    exit: 64,
  },
  CLI_CONNECTION_ALONE: {
    message: '--connection cannot be combined with {option}.',
    hint: 'A connection asks the events where they lie; {option} is about a lake of log files.',
    exit: 64,
  },
  CONFIG_ALIAS: {
    message: 'In {path}, "{alias}" cannot be an alias: {reason}.',
    hint: 'Write the name of a table as SQL takes it without quotes: my_trail_logs or my_database.my_trail_logs.',
    exit: 64,
  },
  CONFIG_SYNTAX: {
    message: '{path} cannot be read: {reason}.',
    hint: '{advice}',
    exit: 64,
  },
  CONFIG_UNKNOWN_KEY: { message: '{path} has an unknown key "{key}".', hint: '{advice}', exit: 64 },
  CONFIG_TYPE: {
    message: 'In {path}, "{key}" must be {expected}.',
    hint: 'trailbook init writes a commented example.',
    exit: 64,
  },
  CONFIG_LIST_UNKNOWN: {
    message: 'In {path}, no runbook uses the list "{name}".',
    hint: '{advice}',
    exit: 64,
  },
  CONFIG_VALUE: {
    message: '{path} is not right: {reason}.',
    hint: '{advice}',
    exit: 64,
  },
  CONFIG_ENV: {
    message: 'In {path}, "{key}" uses the environment variable {name}, which is not set.',
    hint: 'Set it, or write the value itself.',
    exit: 64,
  },
  CLI_UNEXPECTED: {
    message: 'Something went wrong that should not: {reason}.',
    hint: 'This is a mistake in trailbook. Run it again with TRAILBOOK_DEBUG=1 and report what it says.',
    exit: 3,
  },
} as const satisfies Record<string, ErrorEntry>
