import type { ErrorEntry } from '../errors.ts'

export const simulateErrors = {
  SIMULATE_OPTION: {
    message: '{option} {reason}, and got "{value}".',
    hint: 'trailbook simulate --help lists the options.',
    exit: 64,
  },
  SIMULATE_NO_FOLDER: {
    message: 'No folder was given.',
    hint: 'Name a new one with --out <folder>.',
    exit: 64,
  },
  SIMULATE_TOO_FEW: {
    message: '{events} events are too few: {accounts} accounts over {days} days with these stories need {least}.',
    hint: 'Ask for more events with --events; trailbook simulate can also make fewer days, accounts or stories.',
    exit: 64,
  },
  SIMULATE_STORY_UNKNOWN: {
    message: 'There is no story "{id}".',
    hint: 'Stories are {stories}.',
    exit: 64,
  },
  SIMULATE_NOT_EMPTY: {
    message: '{path} is not empty.',
    hint: 'Name a new folder: files of two simulations would mix.',
    exit: 64,
  },
} as const satisfies Record<string, ErrorEntry>
