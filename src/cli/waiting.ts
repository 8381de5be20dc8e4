import type { LockOwner } from '../compose.ts'
import type { CliContext, Given, OptionSpec } from './command.ts'

export const noWaitOption: OptionSpec = {
  flags: '--no-wait',
  description: 'fail at once where another process is writing to the lake, rather than wait for it',
}

interface Waiting {
  readonly onWait?: (owner: LockOwner) => void
  readonly signal: AbortSignal
}

/** How a command that writes meets a lake that somebody else is writing to. */
export const waitingOf = (given: Given, context: CliContext): Waiting => ({
  signal: context.signal,
  ...(given.options.wait !== false && { onWait: (owner: LockOwner) => context.note(waitingText(owner)) }),
})

export const waitingText = ({ pid, host, lock }: LockOwner): string =>
  `Waiting for process ${pid} on ${host}, which is writing to this lake…\nCtrl-C ends the waiting. If that process is no more, delete ${lock}`
