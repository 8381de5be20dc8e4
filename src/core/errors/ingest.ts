import type { ErrorEntry } from '../errors.ts'

const usage = 64
const quarantined = 65
/** The lake or its disk failed; nothing was concluded. */
const failed = 3

/**
 * `INPUT_*` keeps a whole file out of the lake, `RECORD_*` one record; both are listed as quarantined with the message as
 * the reason, and everything else goes in. `LAKE_*` ends the command.
 */
export const ingestErrors = {
  INPUT_MISSING: {
    message: 'There is no file or folder {path}.',
    hint: 'Check the path; nothing was read.',
    exit: usage,
  },
  INPUT_UNREADABLE: {
    message: 'The file could not be read: {reason}.',
    hint: 'Check that the file exists, that you may read it, and the disk it lies on.',
    exit: quarantined,
  },
  INPUT_NOT_HAD: {
    message: 'The source failed before this file was had.',
    hint: 'Run the same ingest again: it brings what is missing.',
    exit: quarantined,
  },
  INPUT_EMPTY_GZIP: {
    message: 'The file is empty, though its name says gzip.',
    hint: 'Fetch it again: a delivered log file is never empty.',
    exit: quarantined,
  },
  INPUT_GZIP_TRUNCATED: {
    message: 'The gzip data ends too early, after {records} complete records.',
    hint: 'Fetch the file again; its download or copy was cut off.',
    exit: quarantined,
  },
  INPUT_GZIP_CORRUPT: {
    message: 'The gzip data is damaged after {records} complete records: {reason}.',
    hint: 'Fetch the file again; compare it with the original.',
    exit: quarantined,
  },
  INPUT_JSON_INVALID: {
    message: 'The JSON is invalid after {records} complete records: {reason}.',
    hint: 'Fetch the file again; it was cut off or edited.',
    exit: quarantined,
  },
  INPUT_NOT_JSON: {
    message: 'The file is not JSON: {reason}.',
    hint: 'Log files hold UTF-8 JSON, plain or gzipped.',
    exit: quarantined,
  },
  INPUT_NOT_CLOUDTRAIL: {
    message: 'The file is JSON, but holds no CloudTrail records.',
    hint: 'Known forms: {"Records":[…]}, records one a line or in an array, lookup-events output, EventBridge events, CloudWatch Logs exports.',
    exit: quarantined,
  },
  INPUT_TOO_LARGE: {
    message: 'The file inflates to more than {limit} bytes.',
    hint: 'A delivered log file has at most 50 MB; split the file if it is genuine.',
    exit: quarantined,
  },
  INPUT_RECORD_TOO_LARGE: {
    message: 'A record is larger than {limit} bytes, after {records} complete records.',
    hint: 'A CloudTrail record has at most 1 MB; this is something else.',
    exit: quarantined,
  },
  INPUT_NOT_A_FILE: {
    message: 'This is {found}, not a file.',
    hint: 'Write what it gives into a file, and ingest that.',
    exit: quarantined,
  },
  INPUT_CHANGED: {
    message: 'The file was changed while it was being read.',
    hint: 'Ingest it again when nothing writes to it any more.',
    exit: quarantined,
  },
  INPUT_ARCHIVE_DAMAGED: {
    message: 'The archive is damaged after {entries} entries: {reason}.',
    hint: 'The entries that could be read went in. Fetch the archive again, or make it anew.',
    exit: quarantined,
  },
  INPUT_ENTRY_UNREADABLE: {
    message: 'The entry of the archive cannot be read: {reason}.',
    hint: 'The other entries went in. Unpack the archive with a program that can, and ingest the folder.',
    exit: quarantined,
  },
  INPUT_UNFORESEEN: {
    message: 'Reading the file failed in a way that nobody foresaw: {reason}.',
    hint: 'This is a fault of trailbook; please report it with what the file holds. The other files went in.',
    exit: quarantined,
  },
  INPUT_NOT_KNOWN: {
    message: 'The lake knows no file {path} that it could not read.',
    hint: 'Name it as ingest did when it reported it, or the folder it lay in.',
    exit: usage,
  },
  RECORD_NOT_OBJECT: {
    message: 'The record is {found}, not an object.',
    hint: 'A CloudTrail record is a JSON object.',
    exit: quarantined,
  },
  RECORD_NOT_CLOUDTRAIL: {
    message: 'The object is not a CloudTrail record: {reason}.',
    hint: 'Keep other logs, such as S3 notifications, apart.',
    exit: quarantined,
  },
  RECORD_AGGREGATED: {
    message: 'This is a summary of data events over five minutes, not an event.',
    hint: 'Summaries from CloudTrail-Aggregated are not read; the events they sum up are.',
    exit: quarantined,
  },
  RECORD_EVENT_TIME: {
    message: 'The eventTime is {found}: the event cannot be placed in time.',
    hint: 'Times look like 2026-01-31T09:00:00Z.',
    exit: quarantined,
  },
  RECORD_UTF8: {
    message: 'The record is not valid UTF-8.',
    hint: 'Fetch the file again; its bytes were changed.',
    exit: quarantined,
  },
  RECORD_TOO_DEEP: {
    message: 'The record nests deeper than {limit} levels.',
    hint: 'No genuine record does: the deepest seen has 11.',
    exit: quarantined,
  },
  RECORD_JSON: {
    message: 'The text that should hold the record is not JSON: {reason}.',
    hint: 'Log events of other programs in the same group are not records.',
    exit: quarantined,
  },
  RECORD_LINE: {
    message: 'Line {line} is not JSON: {reason}.',
    hint: 'The line was cut off or edited; the other lines of the file went in.',
    exit: quarantined,
  },
  RECORD_AMBIGUOUS: {
    message: 'The object has the keys of a record and also holds a list of records.',
    hint: 'What the list holds went in; what stands around it cannot be told apart from it.',
    exit: quarantined,
  },
  LAKE_MISSING: {
    message: 'There is no lake at {path}.',
    hint: 'Make one with: trailbook ingest <path…> --lake {path}',
    exit: usage,
  },
  LAKE_NOT_A_LAKE: {
    message: '{path} is not a lake: {reason}.',
    hint: 'Name an empty or new folder, or a lake made by trailbook ingest.',
    exit: usage,
  },
  LAKE_NEWER: {
    message: 'The lake {path} has format {found}; this version knows up to {known}.',
    hint: 'Update trailbook, or ingest into another folder.',
    exit: usage,
  },
  LAKE_LOCKED: {
    message: 'Another process is writing to the lake {path} (process {pid} on {host}).',
    hint: 'Wait for it to end. If that process is no more, delete {lock}.',
    exit: failed,
  },
  LAKE_LOCK_LOST: {
    message: 'The lock of the lake {path} was taken away while writing.',
    hint: 'What was committed stays. Let one process write at a time, then run it again.',
    exit: failed,
  },
  LAKE_UNWRITABLE: {
    message: 'The lake {path} cannot be written to: {reason}.',
    hint: 'Check the rights to the folder and the free space of its disk, or name another folder with --lake. What was committed stays.',
    exit: failed,
  },
  LAKE_MANIFEST_LOST: {
    message: 'The lake {path} has lost manifests: {found}, while its data is still there. Nothing was changed.',
    hint: 'Restore the folder "manifest" from a copy, or ingest the log files into a new lake.',
    exit: failed,
  },
  LAKE_DAMAGED: {
    message: 'The lake {path} is damaged: {reason}.',
    hint: 'Restore the folder from a copy, or ingest the log files into a new lake.',
    exit: failed,
  },
} as const satisfies Record<string, ErrorEntry>
