import type { ErrorEntry } from '../errors.ts'

/** Bundles, kept runs and the ledger. */
export const evidenceErrors = {
  EVIDENCE_EXISTS: {
    message: 'There is something at {path} already.',
    hint: 'A bundle is never written over. Name a folder that does not exist.',
    exit: 64,
  },
  EVIDENCE_UNWRITABLE: {
    message: 'The evidence bundle {path} could not be written: {reason}.',
    hint: 'The answer stands and is not lost; the bundle is not there. Run it again with another folder for --evidence.',
    exit: 3,
  },
  EVIDENCE_NOT_A_BUNDLE: {
    message: '{path} is no evidence bundle: {reason}.',
    hint: 'Name the folder that holds manifest.json; trailbook run … --evidence <folder> writes one.',
    exit: 64,
  },
  RUN_RECORD_UNKNOWN: {
    message: 'There is no kept run "{id}".',
    hint: '{advice}',
    exit: 64,
  },
  RUN_RECORD_DAMAGED: {
    message: 'The kept run {id} cannot be read: {reason}.',
    hint: 'Other runs are not touched by it. Remove its folder if it is of no use.',
    exit: 3,
  },
  LEDGER_MISSING: {
    message: 'There is no ledger at {path}.',
    hint: 'The first run or query over the lake begins it. If one was there, somebody removed it: a checkpoint kept elsewhere proves it.',
    exit: 64,
  },
  LEDGER_DAMAGED: {
    message: 'The ledger {path} is damaged: {reason}.',
    hint: 'trailbook ledger verify says where. Keep the file as it is, and move it away to begin a new one.',
    exit: 3,
  },
  LEDGER_UNWRITABLE: {
    message: 'The ledger {path} could not be written: {reason}.',
    hint: 'Check the permissions of the folder and the space on its disk; --no-record leaves the ledger out.',
    exit: 3,
  },
  LEDGER_BUSY: {
    message: 'The ledger {path} is being written by another process, and has been for {seconds} s.',
    hint: 'Try again. If no other trailbook runs on any machine that shares the folder, remove {lock}.',
    exit: 3,
  },
  LEDGER_CHECKPOINT: {
    message: '{path} is no checkpoint that can be trusted: {reason}.',
    hint: 'trailbook ledger checkpoint prints one; keep it where those who can write the ledger cannot.',
    exit: 64,
  },
} as const satisfies Record<string, ErrorEntry>
