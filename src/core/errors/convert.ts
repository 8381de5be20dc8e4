import type { ErrorEntry } from '../errors.ts'

const usage = 64
const failed = 3

/** `trailbook athena convert`. What was converted before is unchanged. */
export const convertErrors = {
  CONVERT_SOURCE: {
    message: '{table} cannot be converted: {reason}.',
    hint: 'The connection must be over a raw trail table with a partition column for the day of delivery: trailbook athena setup makes one.',
    exit: usage,
  },
  CONVERT_TARGET: {
    message: '{location} holds something else: {reason}.',
    hint: 'Convert into another prefix. What lies there stays as it is.',
    exit: usage,
  },
  CONVERT_FROM: {
    message: 'Nothing was converted to {location} yet, so the first day must be named.',
    hint: 'Give --from YYYY-MM-DD, the first day of delivery to read, or --days 30.',
    exit: usage,
  },
  CONVERT_NO_DAYS: {
    message: 'There is no day to read: {reason}.',
    hint: 'A day of delivery is read when it is over. --again reads days that were read before.',
    exit: usage,
  },
  CONVERT_WORKGROUP: {
    message: 'The workgroup {workgroup} writes nowhere but to its own place: {reason}.',
    hint: 'Converting needs a workgroup that does not override client-side settings: name one with --workgroup.',
    exit: usage,
  },
  CONVERT_TOO_MANY_DAYS: {
    message: 'A statement wrote more than 100 partitions and buckets: {reason}.',
    hint: 'Fewer days in one statement: --batch 1. Events of very many days in one delivery are split by themselves.',
    exit: failed,
  },
  CONVERT_EXISTS: {
    message: 'Athena found the place of a staged statement taken: {reason}.',
    hint: 'Repeat the command: it chooses another place.',
    exit: failed,
  },
  CONVERT_INCOMPLETE: {
    message: 'What a statement wrote and what lies in S3 differ: {reason}. Nothing was changed for readers.',
    hint: 'Somebody removed or added objects below the target, or a lifecycle rule did. Repeat the command.',
    exit: failed,
  },
} as const satisfies Record<string, ErrorEntry>
