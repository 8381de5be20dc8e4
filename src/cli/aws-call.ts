import { minute } from '../core/time.ts'
import type { CliContext } from './command.ts'
import { version } from './version.ts'

/** What every question to AWS bears: who asks, and that somebody may sign in again. */
export const awsCall = (context: CliContext) => ({
  userAgent: version(),
  ...(context.interactive && {
    login: {
      patience: 15 * minute,
      signal: context.signal,
      onWait: () =>
        context.note('The AWS credentials have expired. Sign in again (aws sso login) in another terminal; waiting …'),
    },
  }),
})
