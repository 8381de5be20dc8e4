import type { ErrorEntry } from '../errors.ts'

const usage = 64
/** The lake or its disk failed; nothing was concluded. */
const failed = 3
const interrupted = 130

/** Looking after a lake. What can happen to any reader or writer of one is in `ingest.ts`. */
export const lakeErrors = {
  LAKE_MEMORY: {
    message:
      'The work on the lake {path} needs more memory than it may use ({limit}). Nothing that was stored is lost.',
    hint: 'Run the same command again with less else running; give fewer log files at a time, or a smaller window.',
    exit: failed,
  },
  LAKE_WAIT_ENDED: {
    message: 'Stopped while waiting for process {pid} on {host}, which is writing to the lake {path}.',
    hint: 'Nothing was changed. Run the same command again.',
    exit: interrupted,
  },
  LAKE_REWRITE: {
    message: 'Writing parts of the lake {path} anew did not give the same rows: {what}. Nothing was changed.',
    hint: 'trailbook lake check --deep tells which part is damaged; if none is, this is a fault of trailbook: please report it.',
    exit: failed,
  },
  LAKE_OLD_FORMAT: {
    message: 'The lake {path} has format {found}; this needs format {needed}.',
    hint: 'trailbook lake upgrade brings it up to date. Older versions of trailbook then no longer open it.',
    exit: usage,
  },
  LAKE_NO_UPGRADE: {
    message: 'The lake {path} has format {found}, and there is no way from it to format {needed}.',
    hint: 'Ingest the log files into a new lake.',
    exit: failed,
  },
  LAKE_HOLD_EXISTS: {
    message: 'The lake has a hold named {name} already.',
    hint: 'trailbook lake hold list shows it. Choose another name, or release that one first.',
    exit: usage,
  },
  LAKE_HOLD_UNKNOWN: {
    message: 'The lake has no hold named {name}.',
    hint: 'trailbook lake hold list shows the holds.',
    exit: usage,
  },
  LAKE_TARGET: {
    message: 'A snapshot cannot be published to {path}: {reason}.',
    hint: 'Name a new or empty folder, or one that was published to before; not one inside the lake.',
    exit: usage,
  },
  LAKE_TARGET_UNWRITABLE: {
    message: 'The snapshot could not be written to {path}: {reason}. What was published before is unchanged.',
    hint: 'Check the rights to the folder and the free space of its disk, then publish again.',
    exit: failed,
  },
} as const satisfies Record<string, ErrorEntry>
